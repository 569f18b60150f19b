//! Pages that are asked for ahead of their turn.
//!
//! The next page comes while the objects of a page are taken. S3 says only at the end of a page where
//! that begins, so a long listing takes as many round trips as it has pages. When it is compared with
//! files, it probably has the keys of these files: pages that begin after such keys are asked for at
//! the same time. One of them is used as soon as the pages before it reach its beginning, so that no
//! key is missed whatever the objects are.

use super::{ListOptions, Listing, decoded};
use crate::local::Files;
use opsmith_runtime::Error;
use opsmith_runtime::call::Pages;
use opsmith_s3api::{ListObjectsV2Output, Object};
use std::collections::VecDeque;
use tokio::task::{JoinHandle, yield_now};

/// Pages that are asked for: the next one, or guesses in order.
#[derive(Debug, Default)]
pub(super) struct Ahead {
    /// How many there are at most.
    most: usize,
    pub(super) next: Option<Asked>,
    guesses: VecDeque<Guess>,
    /// The position of the first file after the last page that has come, if it is known.
    edge: Option<usize>,
}

/// A page that probably begins where another one ends.
#[derive(Debug)]
struct Guess {
    /// The position of the file that is probably the first one of the page.
    at: usize,
    /// The key after which the page begins.
    after: String,
    asked: Asked,
}

/// A page that comes. Dropping this cancels the request.
#[derive(Debug)]
pub(super) struct Asked(JoinHandle<Come>);

/// A page, and those after it.
type Come = (
    Pages<ListObjectsV2Output>,
    Option<Result<ListObjectsV2Output, Error>>,
);

impl Asked {
    fn new(mut pages: Pages<ListObjectsV2Output>) -> Self {
        Asked(tokio::spawn(async move {
            let page = pages.next().await;
            (pages, page)
        }))
    }

    /// Waits for it.
    pub(super) async fn come(&mut self) -> Result<Come, Error> {
        let ended = |error| Error::Request(format!("a page of a listing: {error}").into());
        (&mut self.0).await.map_err(ended)
    }
}

impl Ahead {
    pub(super) fn new(options: &ListOptions) -> Self {
        Ahead {
            // Common prefixes are not compared with files.
            most: if options.by_folder {
                0
            } else {
                options.pages_ahead
            },
            edge: Some(0),
            ..Ahead::default()
        }
    }
}

impl Drop for Asked {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl Listing {
    /// The next page, if it was asked for ahead.
    pub(super) async fn guessed(&mut self) -> Option<ListObjectsV2Output> {
        let reached = &self.end.as_ref()?.key;
        let guesses = &mut self.ahead.guesses;
        let mut usable = None;
        while let Some(guess) = guesses.pop_front_if(|guess| guess.after <= *reached) {
            usable = Some(guess);
        }
        let mut guess = usable?;
        // What failed is asked for again in its turn.
        let (pages, page) = guess.asked.come().await.ok()?;
        let mut page = decoded(page?.ok()?);
        let objects = page.contents.as_mut()?;
        if !objects
            .first()
            .is_some_and(|first| is_after(first, &guess.after))
        {
            // The server does not know where a page is to begin.
            self.ahead = Ahead::default();
            return None;
        }
        let first = objects
            .iter()
            .position(|object| is_after(object, reached))?;
        objects.drain(..first);
        self.pages = Some(pages);
        Some(page)
    }

    /// Asks for pages after the one that has just come. They begin as far from each other as its ends
    /// are in the files.
    pub(super) async fn look_ahead(&mut self, files: &mut Files) {
        let Some(end) = self.end.as_ref().filter(|_| self.ahead.most > 0) else {
            return;
        };
        let prefix = self.request.prefix.as_deref().unwrap_or_default();
        let Some(last) = end.key.strip_prefix(prefix) else {
            return;
        };
        let ahead = &mut self.ahead;
        let start = ahead.edge.take().unwrap_or(files.taken());
        let mut edge = start.max(files.taken());
        while files.key(edge).is_some_and(|key| key <= last) {
            edge += 1;
            if edge - start > 2 * end.objects {
                // Most of the files have no objects.
                return;
            }
        }
        ahead.edge = Some(edge);
        let stride = edge - start;
        let mut at = ahead
            .guesses
            .back()
            .map_or(edge, |guess| guess.at.max(edge));
        while stride > 0 && ahead.guesses.len() < ahead.most {
            at += stride;
            let is_last = files.key(at).is_none();
            let Some(key) = files.key(at - 1).filter(|_| !is_last) else {
                return;
            };
            let after = format!("{prefix}{key}");
            let mut request = self.request.clone();
            request.start_after = Some(after.clone());
            let asked = Asked::new(self.client.list_objects_v2(request).pages());
            ahead.guesses.push_back(Guess { at, after, asked });
            // The folders may be slow: others have their turn.
            yield_now().await;
        }
    }

    /// Asks for the next page, if its beginning is not guessed.
    pub(super) fn ask_next(&mut self) {
        let ahead = &mut self.ahead;
        if self.end.is_some() && ahead.most > 0 && ahead.guesses.is_empty() {
            ahead.next = self.pages.take().map(Asked::new);
        }
    }
}

fn is_after(object: &Object, key: &str) -> bool {
    object.key.as_deref() > Some(key)
}
