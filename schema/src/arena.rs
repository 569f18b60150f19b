//! The owner of a schema that is made at run time.

use bumpalo::Bump;

/// Owns the texts and lists that a schema borrows. They are freed together.
#[derive(Debug, Default)]
pub struct Arena(Bump);

impl Arena {
    /// An arena with nothing in it.
    pub fn new() -> Self {
        Self::default()
    }

    /// A copy of the text.
    pub fn text(&self, text: &str) -> &str {
        self.0.alloc_str(text)
    }

    /// The item.
    pub fn item<T: Copy>(&self, item: T) -> &T {
        self.0.alloc(item)
    }

    /// A list of the items.
    pub fn list<T: Copy>(&self, items: impl IntoIterator<Item = T>) -> &[T] {
        let items: Vec<T> = items.into_iter().collect();
        self.0.alloc_slice_copy(&items)
    }

    /// A list of the items, or the first error among them.
    ///
    /// # Errors
    ///
    /// An item is an error.
    pub fn try_list<T: Copy, E>(
        &self,
        items: impl ExactSizeIterator<Item = Result<T, E>>,
    ) -> Result<&[T], E> {
        self.0.alloc_slice_try_fill_iter(items).map(|list| &*list)
    }

    /// A list of copies of the texts.
    pub fn texts<'t>(&self, texts: impl IntoIterator<Item = &'t str>) -> &[&str] {
        self.list(texts.into_iter().map(|text| self.text(text)))
    }

    /// Pairs of copies of texts.
    pub fn pairs<'t>(
        &self,
        pairs: impl IntoIterator<Item = (&'t str, &'t str)>,
    ) -> &[(&str, &str)] {
        let pairs = pairs.into_iter();
        self.list(pairs.map(|(one, other)| (self.text(one), self.text(other))))
    }

    /// This number of bytes, which the task fills.
    ///
    /// # Errors
    ///
    /// The task fails.
    pub fn bytes<E>(
        &self,
        len: usize,
        fill: impl FnOnce(&mut [u8]) -> Result<(), E>,
    ) -> Result<&[u8], E> {
        let bytes = self.0.alloc_slice_fill_copy(len, 0);
        fill(bytes)?;
        Ok(bytes)
    }
}
