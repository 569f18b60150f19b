//! From a source to transfers: many at a time, each printed when it is done.

use super::work::{Deletions, Task, delete_file, perform, stream};
use super::{CaseConflict, Glacier, Plan, make_folder};
use crate::failure::Failure;
use crate::journal::{Journal, fingerprint};
use crate::s3::Session;
use crate::s3::options::Verb;
use crate::s3::paths::{Direction, Root, leaves_folder, shown};
use crate::s3::results::{Named, Results, human};
use opsmith_runtime::Error;
use opsmith_s3::{
    Comparison, Entries, Entry, Item, Listing, Object, Options, Place, Skipped, Step, SyncError,
    Transfers,
};
use std::collections::HashSet;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::task::JoinSet;

/// The longest object that can be uploaded: 10,000 parts of 5 GiB.
const LARGEST: u64 = 10_000 * (5 << 30);

/// All that transfers share.
pub(super) struct Shared {
    pub(super) plan: Plan,
    pub(super) transfers: Transfers,
    pub(super) results: Results,
    journal: Option<Arc<Mutex<Journal>>>,
}

/// Why everything ends.
pub(super) struct Fatal(String);

impl From<Error> for Fatal {
    fn from(error: Error) -> Self {
        Fatal(Failure::from(error).text)
    }
}

impl From<SyncError> for Fatal {
    fn from(error: SyncError) -> Self {
        match error {
            SyncError::List(error) => error.into(),
            other => Fatal(other.to_string()),
        }
    }
}

/// Makes the transfers of a plan.
///
/// # Errors
///
/// What of it failed, which is printed before.
pub(super) fn all(
    session: &Session<'_>,
    transfers: Transfers,
    plan: Plan,
    results: Results,
    journal: Option<Arc<Mutex<Journal>>>,
) -> Result<(), Failure> {
    make_folder(&plan)?;
    let shared = Arc::new(Shared {
        plan,
        transfers,
        results,
        journal,
    });
    let mut runner = Runner::new(shared.clone());
    let ended = session.wait(runner.run(session));
    match ended {
        Ok(Ok(())) => {}
        Ok(Err(fatal)) => shared.results.fatal(&fatal.0),
        Err(_) => shared.results.cancelled(),
    }
    // What is dropped now aborts its upload in parts. Who interrupts again does not wait for that.
    let _ = session.wait(async {
        runner.tasks.shutdown().await;
        shared.transfers.settle().await;
    });
    match shared.results.finish(shared.plan.wants_summary) {
        Ok(0) => Ok(()),
        Ok(code) => Err(Failure::reported(code)),
        Err(error) => Err(Failure::output(&error)),
    }
}

struct Runner {
    shared: Arc<Shared>,
    tasks: JoinSet<()>,
    deletions: Deletions,
    /// The keys of downloads in lower case, where case matters.
    taken: HashSet<String>,
}

impl Runner {
    fn new(shared: Arc<Shared>) -> Self {
        Runner {
            shared,
            tasks: JoinSet::new(),
            deletions: Deletions::default(),
            taken: HashSet::new(),
        }
    }

    /// Makes all transfers.
    async fn run(&mut self, session: &Session<'_>) -> Result<(), Fatal> {
        let shared = self.shared.clone();
        shared.abort_left_open().await;
        if shared.plan.route.is_stream {
            stream(&shared).await?;
            return Ok(());
        }
        let source = self.source().await?;
        if shared.plan.verb == Verb::Sync {
            let target = self.target(session);
            let is_download = shared.plan.route.direction == Direction::Download;
            let mut sync = Comparison::new(source, target, shared.plan.rules, is_download);
            while let Some(step) = sync.next().await? {
                match step {
                    Step::Skip(skipped) => shared.results.warn(&skipped),
                    Step::Transfer { entry, is_new } => self.transfer(entry, is_new).await?,
                    Step::Delete(entry) => self.delete(entry.item).await,
                }
            }
        } else {
            let mut source = source;
            while let Some(found) = source.next().await? {
                match found {
                    Err(skipped) => shared.results.warn(&skipped),
                    Ok(entry) if shared.plan.route.direction == Direction::Delete => {
                        self.delete(entry.item).await;
                    }
                    Ok(entry) => self.transfer(entry, true).await?,
                }
            }
        }
        shared.results.complete();
        let last = self.deletions.take();
        self.spawn_deletions(last).await;
        while self.tasks.join_next().await.is_some() {}
        Ok(())
    }

    /// The entries of the source.
    async fn source(&self) -> Result<Entries, Fatal> {
        let plan = &self.shared.plan;
        let filters = plan.filters.clone();
        match &plan.route.source {
            Root::Local(path) if plan.route.is_recursive => {
                Ok(Entries::local(path, plan.follows_links, filters))
            }
            Root::Local(path) => {
                if Path::new(path).is_dir() {
                    let target = plan.route.target.shown();
                    let named = self.shared.named(plan.route.source.shown(), Some(target));
                    let text = "It is a folder: with --recursive, what is in it is taken.";
                    self.shared.results.failed(&named, &text);
                    return Ok(Entries::one(None, filters));
                }
                let file = local_file(path, plan.follows_links);
                Ok(Entries::one(file, filters))
            }
            Root::Remote(place) if plan.route.is_recursive => {
                let client = self.shared.transfers.reading_client();
                let listing = Listing::new(client, place, &plan.list);
                let hides = plan.route.direction != Direction::Delete;
                Ok(Entries::remote(listing, &place.key, hides, filters))
            }
            Root::Remote(place) if place.key.is_empty() => {
                // Nothing has this key; whether there is such a bucket is asked all the same.
                let mut listing =
                    Listing::new(self.shared.transfers.reading_client(), place, &plan.list);
                listing.next().await?;
                Ok(Entries::one(None, filters))
            }
            Root::Remote(place) if plan.route.direction == Direction::Delete => {
                let object = Object::at(place.clone());
                Ok(Entries::one(
                    Some(Ok(Item::Object(Box::new(object)))),
                    filters,
                ))
            }
            Root::Remote(place) => {
                let object = self.head(place).await?;
                Ok(Entries::one(
                    Some(Ok(Item::Object(Box::new(object)))),
                    filters,
                ))
            }
        }
    }

    /// What is known of a single object.
    async fn head(&self, place: &Place) -> Result<Object, Fatal> {
        let plan = &self.shared.plan;
        let of_source = Options {
            sse_c: plan.options.sse_c_copy_source.clone(),
            request_payer: plan.options.request_payer.clone(),
            ..Options::default()
        };
        let is_copy = plan.route.direction == Direction::Copy;
        let options = if is_copy { &of_source } else { &plan.options };
        let head = self.shared.transfers.head(place, options).await;
        head.map_err(|error| match error.code() {
            Some("404") => Fatal(format!(
                "An error occurred (404) when calling the HeadObject operation: Key \"{}\" does not exist",
                place.key
            )),
            _ => Fatal(error.to_string()),
        })
    }

    /// The entries of the target of a synchronization.
    fn target(&self, session: &Session<'_>) -> Entries {
        let plan = &self.shared.plan;
        let filters = plan.filters.clone();
        match &plan.route.target {
            Root::Local(path) if !Path::new(path).exists() => Entries::one(None, filters),
            Root::Local(path) => Entries::local(path, plan.follows_links, filters),
            Root::Remote(place) => {
                let listing = Listing::new(&session.client, place, &plan.list);
                Entries::remote(listing, &place.key, true, filters)
            }
        }
    }

    /// Begins the transfer of an entry, unless something speaks against it.
    async fn transfer(&mut self, entry: Entry, is_new: bool) -> Result<(), Fatal> {
        let shared = self.shared.clone();
        let target = shared.plan.route.target_of(&entry.key);
        if !self.may_transfer(&entry, &target, is_new)? {
            return Ok(());
        }
        let named = shared.named(shown(&entry.item), Some(target.shown()));
        if shared.plan.is_dry_run {
            shared.results.dry_run(&named);
            return Ok(());
        }
        let mark = shared.mark(&entry.item, &named);
        if shared.is_marked(mark) {
            shared.results.resumed();
            return Ok(());
        }
        shared.results.expect(entry.item.size());
        let task = Task {
            item: entry.item,
            target,
            named,
        };
        self.spawn(async move {
            if perform(&shared, task).await {
                shared.note(mark);
            }
        })
        .await;
        Ok(())
    }

    /// Whether an entry is transferred; warns if not.
    fn may_transfer(&mut self, entry: &Entry, target: &Root, is_new: bool) -> Result<bool, Fatal> {
        let shared = self.shared.clone();
        if let Item::File(file) = &entry.item {
            if file.size > LARGEST {
                let (path, largest) = (shown(&entry.item), human(LARGEST));
                let text = format!("File {path} exceeds s3 upload limit of {largest}.");
                shared.results.warn(&text);
            }
            return Ok(true);
        }
        if !shared.may_read(&entry.item) {
            return Ok(false);
        }
        let Root::Local(path) = target else {
            return Ok(true);
        };
        if shared.plan.route.keeps_names && leaves_folder(&entry.key) {
            let key = &entry.key;
            let text = format!("Skipping file {key}. File references a parent directory.");
            shared.results.warn(&text);
            return Ok(false);
        }
        if shared.plan.verb != Verb::Sync
            && shared.plan.rules.no_overwrite
            && Path::new(path).exists()
        {
            shared.results.skipped();
            return Ok(false);
        }
        if shared.plan.route.is_recursive && is_new {
            return self.settle_case(entry, path);
        }
        Ok(true)
    }

    /// Whether a download goes on although another file's name may differ only in case.
    fn settle_case(&mut self, entry: &Entry, path: &str) -> Result<bool, Fatal> {
        let plan = &self.shared.plan;
        if plan.case_conflict == CaseConflict::Ignore {
            return Ok(true);
        }
        let is_taken = !self.taken.insert(entry.key.to_lowercase());
        if !is_taken && !exists_in_other_case(path) {
            return Ok(true);
        }
        let (source, name) = (shown(&entry.item), path);
        let why = "a file whose name differs only by case either exists or is being downloaded.";
        match plan.case_conflict {
            CaseConflict::Error => Err(Fatal(format!(
                "Failed to download {source} -> {name} because {why}"
            ))),
            CaseConflict::Skip => {
                let text = format!("Skipping {source} -> {name} because {why}");
                self.shared.results.notice(&text);
                Ok(false)
            }
            _ => {
                let text = format!(
                    "Downloading {source} -> {name} despite a file whose name differs only by case either existing or being downloaded."
                );
                self.shared.results.notice(&text);
                Ok(true)
            }
        }
    }

    /// Deletes a file or an object.
    async fn delete(&mut self, item: Item) {
        let shared = self.shared.clone();
        let named = Named {
            verb: "delete",
            source: shown(&item),
            target: None,
        };
        if shared.plan.is_dry_run {
            return shared.results.dry_run(&named);
        }
        shared.results.expect(None);
        match item {
            Item::File(file) => delete_file(&shared, &file.path, &named),
            Item::Object(object) => {
                if let Some(full) = self.deletions.add(object.place) {
                    self.spawn_deletions(full).await;
                }
            }
        }
    }

    async fn spawn_deletions(&mut self, places: Vec<Place>) {
        let shared = self.shared.clone();
        if !places.is_empty() {
            self.spawn(async move { super::work::delete_objects(&shared, places).await })
                .await;
        }
    }

    /// Begins a task, once there are not too many.
    async fn spawn(&mut self, task: impl Future<Output = ()> + Send + 'static) {
        while self.tasks.len() >= self.shared.in_flight() {
            self.tasks.join_next().await;
        }
        self.tasks.spawn(task);
    }
}

impl Shared {
    /// How many transfers run or wait for a request at a time.
    fn in_flight(&self) -> usize {
        let settings = self.transfers.settings();
        settings
            .max_queue_size
            .min(2 * settings.max_concurrent_requests)
    }

    /// A transfer, as its line names it.
    pub(super) fn named(&self, source: String, target: Option<String>) -> Named {
        let verb = match (self.plan.verb, self.plan.route.direction) {
            (Verb::Mv, _) => "move",
            (_, Direction::Upload) => "upload",
            (_, Direction::Download) => "download",
            (_, Direction::Copy) => "copy",
            (_, Direction::Delete) => "delete",
        };
        Named {
            verb,
            source,
            target,
        }
    }

    /// Whether an object can be read: not one that is archived. Warns about it.
    fn may_read(&self, item: &Item) -> bool {
        let Item::Object(object) = item else {
            return true;
        };
        let class = object.storage_class.as_deref();
        let restored = object
            .head
            .as_ref()
            .and_then(|head| head.restore.as_deref());
        let is_restored = restored.is_some_and(|text| text.contains("ongoing-request=\"false\""));
        let is_archived = matches!(class, Some("GLACIER" | "DEEP_ARCHIVE")) && !is_restored;
        if !is_archived || self.plan.glacier == Glacier::Force {
            return true;
        }
        if self.plan.glacier == Glacier::Warn {
            let verb = if self.plan.route.direction == Direction::Copy {
                "copy"
            } else {
                "download"
            };
            let place = &object.place;
            self.results.warn(&format!(
                "Skipping file {place}. Object is of storage class GLACIER. Unable to perform {verb} operations on GLACIER \
                 objects. You must restore the object to be able to perform the operation. See aws s3 {verb} help for \
                 additional parameter options to ignore or force these transfers."
            ));
        }
        false
    }

    /// What a transfer is known by, and the state of its source.
    fn mark(&self, item: &Item, named: &Named) -> (u64, u64) {
        let (size, modified) = (item.size(), item.modified());
        let etag = match item {
            Item::Object(object) => object.etag.as_deref(),
            Item::File(_) => None,
        };
        let state = format!("{size:?} {modified:?} {etag:?}");
        (
            fingerprint(&format!("{} {named}", named.verb)),
            fingerprint(&state),
        )
    }

    /// Whether an earlier run made a transfer of the same source.
    fn is_marked(&self, (name, state): (u64, u64)) -> bool {
        let journal = self
            .journal
            .as_ref()
            .map(|journal| journal.lock().unwrap_or_else(PoisonError::into_inner));
        journal.is_some_and(|journal| journal.get(name) == Some(state))
    }

    /// Aborts the uploads in parts that an earlier run left open. One that can't be aborted now stays
    /// in the journal.
    async fn abort_left_open(&self) {
        let Some(journal) = self.journal.as_ref().filter(|_| !self.plan.is_dry_run) else {
            return;
        };
        for (to, id) in super::open::left_open(journal) {
            let aborted = self.transfers.abort(&to, &id, &self.plan.options).await;
            if let Err(error) = aborted {
                let text = format!("An upload in parts to {to} is still open: {error}");
                self.results.warn(&text);
            }
        }
    }

    /// Notes that a transfer is made.
    fn note(&self, mark: (u64, u64)) {
        let Some(journal) = &self.journal else {
            return;
        };
        let mut journal = journal.lock().unwrap_or_else(PoisonError::into_inner);
        if let Err(error) = journal.add(&[mark]) {
            self.results.warn(&error.text);
        }
    }
}

/// A single local file.
fn local_file(path: &str, follows_links: bool) -> Option<Result<Item, Skipped>> {
    // A link that is not followed is left out in silence, as in folders.
    let is_left_out = !follows_links && Path::new(path).is_symlink();
    (!is_left_out).then(|| opsmith_s3::file(path).map(Item::File))
}

/// Whether there is a file of this name in another case, where the file system ignores it.
fn exists_in_other_case(path: &str) -> bool {
    let path = Path::new(path);
    let (Some(folder), Some(name)) = (path.parent(), path.file_name()) else {
        return false;
    };
    path.exists()
        && std::fs::read_dir(folder)
            .is_ok_and(|entries| !entries.flatten().any(|entry| entry.file_name() == name))
}
