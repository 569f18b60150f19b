//! What a synchronization does: two listings in the same order, compared.

use crate::filter::Filters;
use crate::list::Listing;
use crate::local::{Files, LocalFile, Skipped, Walk};
use crate::object::Object;
use opsmith_runtime::{Error, Timestamp};
use std::collections::VecDeque;
use std::fmt;

/// A file or an object of a listing.
#[derive(Clone, Debug)]
pub struct Entry {
    /// The path below the folder or prefix that is listed, with `/` between its parts.
    pub key: String,
    /// The file or the object.
    pub item: Item,
}

/// A file or an object.
#[derive(Clone, Debug)]
pub enum Item {
    /// A local file.
    File(LocalFile),
    /// An object.
    Object(Box<Object>),
}

impl Item {
    /// The length in bytes, if it is known.
    pub fn size(&self) -> Option<u64> {
        match self {
            Item::File(file) => Some(file.size),
            Item::Object(object) => object.size,
        }
    }

    /// When it was last changed, if that is known.
    pub fn modified(&self) -> Option<Timestamp> {
        match self {
            Item::File(file) => Some(file.modified),
            Item::Object(object) => object.modified,
        }
    }
}

/// A listing of files or objects.
#[derive(Debug)]
pub struct Entries {
    source: Source,
    /// The length of the part of paths that is not the key.
    base: usize,
    filters: Filters,
    /// Whether empty objects with a final `/`, which stand for folders, are left out.
    hides_folders: bool,
}

#[derive(Debug)]
enum Source {
    Local(Files),
    Remote(Box<Listing>),
    These(VecDeque<Result<Item, Skipped>>),
}

/// A part of a listing.
pub type Found = Result<Entry, Skipped>;

impl Entries {
    /// The files below a folder, whose path ends in `/`.
    pub fn local(folder: &str, follow_links: bool, filters: Filters) -> Self {
        Entries {
            source: Source::Local(Files::new(Walk::new(folder, follow_links), folder.len())),
            base: folder.len(),
            filters,
            hides_folders: false,
        }
    }

    /// The objects of a listing whose keys begin with `prefix`. Those that stand for folders are left
    /// out with `hides_folders`.
    pub fn remote(listing: Listing, prefix: &str, hides_folders: bool, filters: Filters) -> Self {
        Entries {
            source: Source::Remote(Box::new(listing)),
            base: prefix.len(),
            filters,
            hides_folders,
        }
    }

    /// One file or object, whose key is the last part of its path; or none.
    pub fn one(item: Option<Result<Item, Skipped>>, filters: Filters) -> Self {
        let base = match &item {
            Some(Ok(Item::File(file))) => file.path.rfind('/'),
            Some(Ok(Item::Object(object))) => object.place.key.rfind('/'),
            _ => None,
        };
        Entries {
            source: Source::These(item.into_iter().collect()),
            base: base.map_or(0, |slash| slash + 1),
            filters,
            hides_folders: false,
        }
    }

    /// The next file or object, or what can't be one; `None` at the end.
    ///
    /// # Errors
    ///
    /// The objects can't be listed.
    pub async fn next(&mut self) -> Result<Option<Found>, Error> {
        self.next_beside(None).await
    }

    /// The next one, when the others of a comparison are these files.
    async fn next_beside(
        &mut self,
        mut others: Option<&mut Files>,
    ) -> Result<Option<Found>, Error> {
        loop {
            let found = match &mut self.source {
                Source::Local(files) => files.next().map(|file| file.map(Item::File)),
                Source::These(items) => items.pop_front(),
                Source::Remote(listing) => {
                    let object = listing.next_beside(others.as_deref_mut()).await?;
                    object.map(|object| Ok(Item::Object(Box::new(object))))
                }
            };
            match found {
                None => return Ok(None),
                Some(Err(skipped)) => return Ok(Some(Err(skipped))),
                Some(Ok(item)) => {
                    if let Some(entry) = self.entry(item) {
                        return Ok(Some(Ok(entry)));
                    }
                }
            }
        }
    }

    /// The files that are listed.
    fn files(&mut self) -> Option<&mut Files> {
        match &mut self.source {
            Source::Local(files) => Some(files),
            _ => None,
        }
    }

    /// The entry of an item, unless it is left out.
    fn entry(&self, item: Item) -> Option<Entry> {
        let (path, included) = match &item {
            Item::File(file) => (&file.path, self.filters.includes(&file.path)),
            Item::Object(object) => {
                let key = &object.place.key;
                let is_folder = object.size == Some(0) && key.ends_with('/');
                let path = format!("{}/{key}", object.place.bucket);
                let hidden = self.hides_folders && is_folder;
                (key, !hidden && self.filters.includes(&path))
            }
        };
        // A server may list what does not begin with the prefix.
        let key = path.get(self.base..)?.to_owned();
        included.then_some(Entry { key, item })
    }
}

/// When a file or object is transferred although the target has one with the same key.
#[derive(Clone, Copy, Debug, Default)]
pub struct Rules {
    /// Only the size counts.
    pub size_only: bool,
    /// Downloads: of the same size, only one of the same time is left.
    pub exact_timestamps: bool,
    /// What the target has is left as it is.
    pub no_overwrite: bool,
    /// What the source does not have is deleted from the target.
    pub delete: bool,
}

/// What is to be done.
#[derive(Debug)]
pub enum Step {
    /// A file or object of the source is transferred. `is_new` says that the target has none with this key.
    Transfer {
        /// What is transferred.
        entry: Entry,
        /// Whether the target has none with this key.
        is_new: bool,
    },
    /// A file or object of the target is deleted.
    Delete(Entry),
    /// A file of the source or the target is left out.
    Skip(Skipped),
}

/// Why a synchronization ends.
#[derive(Debug)]
#[non_exhaustive]
pub enum SyncError {
    /// The objects can't be listed.
    List(Error),
    /// A server does not list keys in order, so that a comparison would delete what is there.
    Order(String),
}

impl fmt::Display for SyncError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            SyncError::List(error) => error.fmt(f),
            SyncError::Order(key) => write!(
                f,
                "the server does not list keys in order ({key:?} comes too late), so source and target can't be compared"
            ),
        }
    }
}

impl std::error::Error for SyncError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            SyncError::List(error) => Some(error),
            SyncError::Order(_) => None,
        }
    }
}

impl From<Error> for SyncError {
    fn from(error: Error) -> Self {
        SyncError::List(error)
    }
}

/// Compares a source and a target, step by step. Only one entry of each is in memory, or some pages of
/// each with [`pages_ahead`](crate::ListOptions::pages_ahead).
#[derive(Debug)]
pub struct Comparison {
    source: Ordered,
    target: Ordered,
    rules: Rules,
    /// Whether files are the targets of objects.
    is_download: bool,
    /// The keys, or starts of keys, of what the source has but could not list: these are not deleted.
    unknown: Vec<String>,
}

/// A listing of which the next entry is known.
#[derive(Debug)]
struct Ordered {
    entries: Entries,
    next: Option<Entry>,
    is_done: bool,
    last: String,
}

impl Ordered {
    fn new(entries: Entries) -> Self {
        Ordered {
            entries,
            next: None,
            is_done: false,
            last: String::new(),
        }
    }

    /// Reads the next entry, if it is not known; returns what is left out on the way.
    async fn fill(&mut self, other: &mut Entries) -> Result<Option<Skipped>, SyncError> {
        while self.next.is_none() && !self.is_done {
            match self.entries.next_beside(other.files()).await? {
                None => self.is_done = true,
                Some(Err(skipped)) => return Ok(Some(skipped)),
                Some(Ok(entry)) if entry.key < self.last => {
                    return Err(SyncError::Order(entry.key));
                }
                Some(Ok(entry)) => {
                    self.last.clone_from(&entry.key);
                    self.next = Some(entry);
                }
            }
        }
        Ok(None)
    }
}

impl Comparison {
    /// A comparison of two listings. `is_download` says that files are the targets of objects.
    pub fn new(source: Entries, target: Entries, rules: Rules, is_download: bool) -> Self {
        Comparison {
            source: Ordered::new(source),
            target: Ordered::new(target),
            rules,
            is_download,
            unknown: Vec::new(),
        }
    }

    /// The next step; `None` at the end.
    ///
    /// # Errors
    ///
    /// A listing fails, or is not in order. Nothing is deleted after that.
    pub async fn next(&mut self) -> Result<Option<Step>, SyncError> {
        loop {
            if let Some(skipped) = self.source.fill(&mut self.target.entries).await? {
                let key = skipped.path.get(self.source.entries.base..);
                self.unknown.push(key.unwrap_or_default().to_owned());
                return Ok(Some(Step::Skip(skipped)));
            }
            if let Some(skipped) = self.target.fill(&mut self.source.entries).await? {
                return Ok(Some(Step::Skip(skipped)));
            }
            let order = match (&self.source.next, &self.target.next) {
                (None, None) => return Ok(None),
                (Some(_), None) => std::cmp::Ordering::Less,
                (None, Some(_)) => std::cmp::Ordering::Greater,
                (Some(source), Some(target)) => source.key.cmp(&target.key),
            };
            let source = self.source.next.take_if(|_| order.is_le());
            let target = self.target.next.take_if(|_| order.is_ge());
            match (source, target) {
                (Some(entry), Some(target)) if self.differs(&entry.item, &target.item) => {
                    return Ok(Some(Step::Transfer {
                        entry,
                        is_new: false,
                    }));
                }
                (Some(entry), None) => {
                    return Ok(Some(Step::Transfer {
                        entry,
                        is_new: true,
                    }));
                }
                (None, Some(entry)) if self.rules.delete && !self.is_unknown(&entry.key) => {
                    return Ok(Some(Step::Delete(entry)));
                }
                _ => {}
            }
        }
    }

    /// Whether an entry of the target may be one that the source has but could not list.
    fn is_unknown(&self, key: &str) -> bool {
        let mut unknown = self.unknown.iter();
        unknown.any(|start| {
            let inner = key.strip_prefix(&**start);
            inner.is_some_and(|inner| {
                inner.is_empty()
                    || start.is_empty()
                    || start.ends_with('/')
                    || inner.starts_with('/')
            })
        })
    }

    /// Whether what the target has is to be replaced.
    fn differs(&self, source: &Item, target: &Item) -> bool {
        let same_size = source.size() == target.size();
        let (new, old) = (source.modified(), target.modified());
        if self.rules.no_overwrite {
            false
        } else if !same_size {
            true
        } else if self.is_download && self.rules.exact_timestamps {
            new != old
        } else if self.rules.size_only {
            false
        } else if self.is_download {
            // Of the same size, a file that was changed before the object did not come from it.
            old > new
        } else {
            new > old
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::local::SkipReason;
    use crate::place::Place;

    fn at(seconds: f64) -> Timestamp {
        Timestamp::from_epoch(seconds).expect("a time")
    }

    fn file(key: &str, size: u64, time: f64) -> Result<Item, Skipped> {
        Ok(Item::File(LocalFile {
            path: format!("/r/{key}"),
            size,
            modified: at(time),
        }))
    }

    fn object(key: &str, size: u64, time: f64) -> Result<Item, Skipped> {
        let mut object = Object::at(Place::new("b", format!("p/{key}")));
        object.size = Some(size);
        object.modified = Some(at(time));
        Ok(Item::Object(Box::new(object)))
    }

    fn skipped(key: &str) -> Result<Item, Skipped> {
        Err(Skipped {
            path: format!("/r/{key}"),
            reason: SkipReason::Unreadable,
        })
    }

    fn entries(base: usize, items: Vec<Result<Item, Skipped>>) -> Entries {
        Entries {
            source: Source::These(items.into()),
            base,
            filters: Filters::default(),
            hides_folders: true,
        }
    }

    /// The steps of an upload, as `+key` (new), `~key` (changed), `-key` (deleted) and `!path`.
    fn steps(
        source: Vec<Result<Item, Skipped>>,
        target: Vec<Result<Item, Skipped>>,
        rules: Rules,
        is_download: bool,
    ) -> String {
        let bases = if is_download { (2, 3) } else { (3, 2) };
        let source = entries(bases.0, source);
        let mut sync = Comparison::new(source, entries(bases.1, target), rules, is_download);
        let runtime = tokio::runtime::Builder::new_current_thread()
            .build()
            .expect("a runtime");
        runtime.block_on(async {
            let mut text = Vec::new();
            loop {
                match sync.next().await {
                    Ok(None) => return text.join(" "),
                    Ok(Some(Step::Transfer { entry, is_new })) => {
                        text.push(format!("{}{}", if is_new { '+' } else { '~' }, entry.key));
                    }
                    Ok(Some(Step::Delete(entry))) => text.push(format!("-{}", entry.key)),
                    Ok(Some(Step::Skip(skipped))) => text.push(format!("!{}", skipped.path)),
                    Err(error) => return format!("{} {error}", text.join(" ")),
                }
            }
        })
    }

    #[test]
    fn an_upload_transfers_what_is_new_larger_or_later() {
        let source = || {
            vec![
                file("a", 1, 5.0),
                file("b", 2, 5.0),
                file("c", 1, 9.0),
                file("d", 1, 1.0),
                file("f", 1, 5.0),
            ]
        };
        let target = || {
            vec![
                object("a", 1, 5.0),
                object("b", 1, 9.0),
                object("c", 1, 5.0),
                object("d", 1, 5.0),
                object("e", 1, 5.0),
                object("g/", 0, 5.0),
                object("h", 0, 5.0),
            ]
        };
        let shown = |rules| steps(source(), target(), rules, false);
        let all = Rules::default();
        assert_eq!(shown(all), "~b ~c +f");
        assert_eq!(
            shown(Rules {
                delete: true,
                ..all
            }),
            "~b ~c -e +f -h"
        );
        assert_eq!(
            shown(Rules {
                size_only: true,
                ..all
            }),
            "~b +f"
        );
        assert_eq!(
            shown(Rules {
                no_overwrite: true,
                ..all
            }),
            "+f"
        );
        assert_eq!(
            shown(Rules {
                exact_timestamps: true,
                ..all
            }),
            "~b ~c +f"
        );
    }

    #[test]
    fn a_download_replaces_what_is_later_than_its_object() {
        let source = || {
            vec![
                object("a", 1, 5.0),
                object("b", 1, 5.0),
                object("c", 1, 5.0),
            ]
        };
        let target = || vec![file("a", 1, 5.0), file("b", 1, 6.0), file("c", 1, 4.0)];
        let shown = |rules| steps(source(), target(), rules, true);
        assert_eq!(shown(Rules::default()), "~b");
        let exact = Rules {
            exact_timestamps: true,
            ..Rules::default()
        };
        assert_eq!(shown(exact), "~b ~c");
    }

    #[test]
    fn what_the_source_could_not_list_is_not_deleted() {
        let source = vec![skipped("b"), skipped("d/"), file("z", 1, 1.0)];
        let keys = ["a", "b", "b/x", "bb", "d/e", "de"];
        let target = keys.map(|key| object(key, 1, 5.0)).into();
        let rules = Rules {
            delete: true,
            ..Rules::default()
        };
        assert_eq!(
            steps(source, target, rules, false),
            "!/r/b !/r/d/ -a -bb -de +z"
        );
        let target = vec![object("a", 1, 5.0)];
        assert_eq!(steps(vec![skipped("")], target, rules, false), "!/r/");
    }

    #[test]
    fn a_listing_out_of_order_ends_it() {
        let target = vec![object("b", 1, 1.0), object("a", 1, 1.0)];
        let rules = Rules {
            delete: true,
            ..Rules::default()
        };
        let shown = steps(vec![file("c", 1, 1.0)], target, rules, false);
        assert!(
            shown.starts_with("-b the server does not list keys in order (\"a\""),
            "{shown}"
        );
    }
}
