//! One transfer, and deletions by the thousand.

use super::run::{Fatal, Shared};
use crate::s3::options::Verb;
use crate::s3::paths::{Direction, Root, shown};
use crate::s3::results::Named;
use opsmith_runtime::Error;
use opsmith_runtime::files::numbered;
use opsmith_s3::{Item, MOST_DELETED, Object, Place, Progress, Source, Target, TransferError};
use std::io;
use std::sync::Arc;

/// A transfer that is to be made.
pub(super) struct Task {
    pub(super) item: Item,
    pub(super) target: Root,
    pub(super) named: Named,
}

/// Makes a transfer and prints what became of it. Returns whether it is made.
pub(super) async fn perform(shared: &Arc<Shared>, task: Task) -> bool {
    let made = transfer(shared, &task).await;
    let made = match made {
        Ok(()) if shared.plan.verb == Verb::Mv => remove(shared, &task.item).await,
        other => other.map_err(|error| match error.is_precondition_failed() {
            true if shared.plan.rules.no_overwrite => None,
            _ => Some(text(&error)),
        }),
    };
    match &made {
        Ok(()) => shared.results.done(&task.named),
        Err(None) => shared.results.skipped(),
        Err(Some(error)) => shared.results.failed(&task.named, error),
    }
    made.is_ok()
}

/// The text of an error. Where credentials were looked for is the same for all, and left out.
fn text(error: &TransferError) -> String {
    let text = error.to_string();
    match error {
        TransferError::Call(Error::Config(_)) => text.lines().take(1).collect(),
        _ => text,
    }
}

async fn transfer(shared: &Arc<Shared>, task: &Task) -> Result<(), TransferError> {
    let (transfers, options) = (&shared.transfers, &shared.plan.options);
    let progress = progress(shared);
    match (&task.item, &task.target) {
        (Item::File(file), Root::Remote(place)) => {
            let source = Source::File((&file.path).into());
            transfers.upload(source, place, options, progress).await
        }
        (Item::Object(object), Root::Local(path)) => {
            let target = Target::File(path.into());
            transfers.download(object, target, options, progress).await
        }
        (Item::Object(object), Root::Remote(place)) => {
            transfers.copy(object, place, options, progress).await
        }
        (Item::File(_), Root::Local(_)) => unreachable!("the words of a command are checked"),
    }
}

/// Counts what is transferred.
fn progress(shared: &Arc<Shared>) -> Progress {
    let shared = shared.clone();
    Arc::new(move |bytes| shared.results.moved(bytes))
}

/// Removes the source of a transfer that is made.
async fn remove(shared: &Shared, item: &Item) -> Result<(), Option<String>> {
    match item {
        Item::File(file) => std::fs::remove_file(&file.path).map_err(|error| {
            let path = shown(item);
            Some(format!("{path} can't be removed: {}", numbered(&error)))
        }),
        Item::Object(object) => {
            let removed = shared
                .transfers
                .delete_source(&object.place, &shared.plan.options)
                .await;
            removed.map_err(|error| Some(text(&error)))
        }
    }
}

/// Transfers standard input or to standard output.
///
/// # Errors
///
/// It failed.
pub(super) async fn stream(shared: &Arc<Shared>) -> Result<(), Fatal> {
    let plan = &shared.plan;
    let (transfers, options) = (&shared.transfers, &plan.options);
    let target = plan.route.target_of("-");
    let (named, made) = match (&plan.route.source, &target) {
        (_, Root::Remote(place)) if plan.route.direction == Direction::Upload => {
            let named = shared.named("-".to_owned(), Some(place.to_string()));
            if plan.is_dry_run {
                shared.results.dry_run(&named);
                return Ok(());
            }
            let source = Source::Reader {
                reader: Box::new(tokio::io::stdin()),
                expected_size: plan.expected_size,
            };
            let made = transfers
                .upload(source, place, options, progress(shared))
                .await;
            (named, made)
        }
        (Root::Remote(place), _) => {
            let named = shared.named(place.to_string(), Some("-".to_owned()));
            if plan.is_dry_run {
                shared.results.dry_run(&named);
                return Ok(());
            }
            let target = Target::Writer(Box::new(io::stdout()));
            let object = Object::at(place.clone());
            let made = transfers
                .download(&object, target, options, progress(shared))
                .await;
            (named, made)
        }
        _ => unreachable!("the words of a command are checked"),
    };
    shared.results.expect(None);
    match made {
        Ok(()) => shared.results.done(&named),
        Err(error) => shared.results.failed(&named, &text(&error)),
    }
    Ok(())
}

/// Objects that are to be deleted, collected for one request.
#[derive(Default)]
pub(super) struct Deletions(Vec<Place>);

impl Deletions {
    /// Adds an object; returns all when they are enough for a request.
    pub(super) fn add(&mut self, place: Place) -> Option<Vec<Place>> {
        self.0.push(place);
        (self.0.len() == MOST_DELETED).then(|| self.take())
    }

    /// Those that are collected.
    pub(super) fn take(&mut self) -> Vec<Place> {
        std::mem::take(&mut self.0)
    }
}

/// Deletes objects of one bucket and prints what became of them.
pub(super) async fn delete_objects(shared: &Arc<Shared>, places: Vec<Place>) {
    let options = &shared.plan.options;
    let results = match places.as_slice() {
        [] => return,
        [place] => vec![shared.transfers.delete(place, options).await],
        [place, ..] => {
            let keys = places.iter().map(|place| place.key.clone()).collect();
            shared
                .transfers
                .delete_many(&place.bucket, keys, options)
                .await
        }
    };
    for (place, result) in places.iter().zip(results) {
        let named = Named {
            verb: "delete",
            source: place.to_string(),
            target: None,
        };
        match result {
            Ok(()) => shared.results.done(&named),
            Err(error) => shared.results.failed(&named, &text(&error)),
        }
    }
}

/// Deletes a local file and prints what became of it.
pub(super) fn delete_file(shared: &Shared, path: &str, named: &Named) {
    match std::fs::remove_file(path) {
        Ok(()) => shared.results.done(named),
        Err(error) => shared.results.failed(named, &numbered(&error)),
    }
}
