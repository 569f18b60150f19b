//! Lowering side by side.

use super::{Entry, Found, Model, Services};
use crate::diagnostics::{Error, Report};
use crate::exceptions::Exceptions;
use crate::generator::Loaded;
use crate::import::{self, Options};
use crate::{Arena, rust};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

/// What became of a service.
#[derive(Debug)]
#[non_exhaustive]
pub struct Lowered<T> {
    /// The word of its command.
    pub word: String,
    /// What was made of it, or all that is wrong with its model.
    pub result: Result<T, Error>,
}

/// How far it is.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct Progress<'a> {
    /// The number of services that are done.
    pub done: usize,
    /// The number of all services.
    pub total: usize,
    /// The service that was done last.
    pub word: &'a str,
}

impl Services {
    /// Lowers all services on all cores. `each` makes of a service what is kept of it, in the
    /// thread that lowered it; the service itself is dropped. The results are in the order of
    /// command words; one that fails stops no other. `progress` is called after each.
    pub fn lower_all<T: Send>(
        &self,
        each: impl Fn(&Found, &rust::Service<'_>) -> T + Sync,
        progress: impl FnMut(Progress<'_>) + Send,
    ) -> Vec<Lowered<T>> {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        self.lower_on(cores, each, progress)
    }

    /// As [`lower_all`](Services::lower_all), on this number of threads, and at least one.
    pub fn lower_on<T: Send>(
        &self,
        threads: usize,
        each: impl Fn(&Found, &rust::Service<'_>) -> T + Sync,
        progress: impl FnMut(Progress<'_>) + Send,
    ) -> Vec<Lowered<T>> {
        // The largest first, so that none is left over for one thread at the end.
        let mut order: Vec<usize> = (0..self.entries.len()).collect();
        order.sort_unstable_by_key(|at| {
            std::cmp::Reverse(self.entries.get(*at).map(|entry| entry.size))
        });
        let next = AtomicUsize::new(0);
        let done = Mutex::new((Vec::new(), progress));
        let work = || {
            while let Some(at) = order.get(next.fetch_add(1, Ordering::Relaxed)) {
                let Some(entry) = self.entries.get(*at) else {
                    return;
                };
                let result = self.lower(entry, &each);
                let word = entry.found.word.clone();
                let mut done = done.lock().unwrap_or_else(PoisonError::into_inner);
                let (results, progress) = &mut *done;
                results.push((*at, Lowered { word, result }));
                progress(Progress {
                    done: results.len(),
                    total: order.len(),
                    word: &entry.found.word,
                });
            }
        };
        std::thread::scope(|scope| {
            (1..threads.min(order.len())).for_each(|_| drop(scope.spawn(work)));
            work();
        });
        let (mut results, _) = done.into_inner().unwrap_or_else(PoisonError::into_inner);
        results.sort_unstable_by_key(|(at, _)| *at);
        results.into_iter().map(|(_, lowered)| lowered).collect()
    }

    fn lower<T>(
        &self,
        entry: &Entry,
        each: impl Fn(&Found, &rust::Service<'_>) -> T,
    ) -> Result<T, Error> {
        let loaded = self.load(entry)?;
        let arena = Arena::new();
        let service = loaded.lower(&entry.operations, &arena)?;
        // The model is as large as the service.
        drop(loaded);
        Ok(each(&entry.found, &service))
    }

    fn load(&self, entry: &Entry) -> Result<Loaded, Error> {
        match &entry.model {
            Model::Botocore(folder) => {
                let options = Options {
                    source: entry.found.release.clone(),
                    documentation: self.documentation,
                    ..Options::default()
                };
                let file = import::model_in(folder.as_ref(), &options)?;
                let name = folder.path().display().to_string();
                Ok(Loaded::new(
                    name.clone(),
                    vec![(name, file)],
                    Exceptions::default(),
                    Report::default(),
                ))
            }
            Model::Refused(problem) => Err(Error::Model(vec![problem.clone()])),
            Model::Smithy(generator) => {
                let mut loaded = generator.load()?;
                if !self.documentation {
                    loaded.without_documentation();
                }
                Ok(loaded)
            }
        }
    }
}
