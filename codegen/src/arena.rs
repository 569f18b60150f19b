//! The owner of a lowered schema.

use bumpalo::Bump;

/// Owns the texts and lists that a lowered schema borrows. They are freed together.
#[derive(Debug, Default)]
pub struct Arena(Bump);

impl Arena {
    /// An arena with nothing in it.
    pub fn new() -> Self {
        Self::default()
    }

    pub(crate) fn text(&self, text: &str) -> &str {
        self.0.alloc_str(text)
    }

    pub(crate) fn item<T: Copy>(&self, item: T) -> &T {
        self.0.alloc(item)
    }

    pub(crate) fn list<T: Copy>(&self, items: impl IntoIterator<Item = T>) -> &[T] {
        let items: Vec<T> = items.into_iter().collect();
        self.0.alloc_slice_copy(&items)
    }

    pub(crate) fn texts<'t>(&self, texts: impl IntoIterator<Item = &'t str>) -> &[&str] {
        self.list(texts.into_iter().map(|text| self.text(text)))
    }

    /// Pairs of texts.
    pub(crate) fn pairs<'t>(
        &self,
        pairs: impl IntoIterator<Item = (&'t str, &'t str)>,
    ) -> &[(&str, &str)] {
        let pairs = pairs.into_iter();
        self.list(pairs.map(|(one, other)| (self.text(one), self.text(other))))
    }
}
