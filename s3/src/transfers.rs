//! [`Transfers`]: what makes transfers, and what they share.

use crate::api;
use crate::budget::{Budget, Permit};
use crate::buffers::Buffers;
use crate::error::TransferError;
use crate::multipart::Notes;
use crate::object::Object;
use crate::options::Options;
use crate::pace::Pace;
use crate::place::Place;
use crate::request;
use crate::settings::Settings;
use crate::watch::{Counter, Watch, is_throttled};
use opsmith_runtime::Error;
use opsmith_runtime::call::{Call, Output};
use opsmith_runtime::client::When;
use opsmith_runtime::future::Work;
use std::fmt;
use std::io::Write;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::io::AsyncRead;
use tokio::task::JoinSet;

/// Makes transfers. Clones share connections, and one budget of requests and memory. Methods must
/// be awaited within a tokio runtime.
#[derive(Clone)]
pub struct Transfers {
    pub(crate) client: api::Client,
    pub(crate) source: api::Client,
    pub(crate) settings: Arc<Settings>,
    pub(crate) budget: Arc<Budget>,
    pub(crate) pace: Option<Arc<Pace>>,
    pub(crate) buffers: Arc<Buffers>,
    /// What is written to files of downloads.
    pub(crate) writing: Work,
    pub(crate) notes: Option<Notes>,
    /// What begins uploads in parts, and ends those that were dropped.
    background: Arc<Mutex<JoinSet<()>>>,
}

/// What is uploaded.
#[non_exhaustive]
pub enum Source {
    /// A file.
    File(PathBuf),
    /// What a reader has up to its end.
    Reader {
        /// The reader.
        reader: Box<dyn AsyncRead + Send + Unpin>,
        /// Its length, if it is known. It decides how large parts are.
        expected_size: Option<u64>,
    },
}

/// Where a download goes.
#[non_exhaustive]
pub enum Target {
    /// A file, which is replaced when the whole object has come. The folder that it is in is created.
    /// A device or a pipe is written directly.
    File(PathBuf),
    /// A writer, which gets the bytes in order as they come.
    Writer(Box<dyn Write + Send>),
}

/// Is called with the number of bytes that were moved since the last call. Bytes that are moved
/// again, because a request failed, don't count: the sum of all calls is never more than the size.
pub type Progress = Arc<dyn Fn(u64) + Send + Sync>;

impl Transfers {
    /// Transfers with a client.
    pub fn new(client: api::Client, settings: Settings) -> Self {
        Transfers {
            source: client.clone(),
            client,
            budget: Budget::new(settings.max_concurrent_requests, settings.memory),
            pace: settings.max_bandwidth.map(|rate| Arc::new(Pace::new(rate))),
            buffers: Arc::default(),
            writing: Work::default(),
            settings: Arc::new(settings),
            notes: None,
            background: Arc::default(),
        }
    }

    /// The client that reads what copies read, which may be in another region. Without it, the same
    /// client does.
    #[must_use]
    pub fn source_client(mut self, client: api::Client) -> Self {
        self.source = client;
        self
    }

    /// How transfers are made.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// The client that reads what copies read.
    pub fn reading_client(&self) -> &api::Client {
        &self.source
    }

    /// What the service says of an object.
    ///
    /// # Errors
    ///
    /// There is no such object, or the request failed.
    pub async fn head(&self, place: &Place, options: &Options) -> Result<Object, TransferError> {
        let mut input = request::head(place, options);
        // The model does not say that the answer is checked, so that the client does not ask.
        if input.checksum_mode.is_none() && self.settings.response_checksums == When::Supported {
            input.checksum_mode = Some(api::ChecksumMode::Enabled);
        }
        let call = self.source.head_object(input);
        Ok(Object::described(place.clone(), self.call(call).await?))
    }

    /// Waits until the multipart uploads are aborted whose transfers were dropped.
    pub async fn settle(&self) {
        loop {
            let mut background = std::mem::take(&mut *self.background());
            if background.is_empty() {
                return;
            }
            // An upload that was being begun may leave work when it is dropped.
            while background.join_next().await.is_some() {}
        }
    }

    /// Does work that goes on when a transfer is dropped.
    pub(crate) fn in_background(&self, work: impl Future<Output = ()> + Send + 'static) {
        if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            let mut background = self.background();
            while background.try_join_next().is_some() {}
            background.spawn_on(work, &runtime);
        }
    }

    fn background(&self) -> std::sync::MutexGuard<'_, JoinSet<()>> {
        self.background
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// Makes a call when the budget has room for it.
    pub(crate) async fn call<O: Output>(&self, call: Call<O>) -> Result<O, Error> {
        let permit = self.budget.request().await;
        permitted(&permit, call).await
    }

    /// How many bytes each request may have in memory when there are as many as there may be.
    pub(crate) fn share(&self) -> u64 {
        self.settings.memory / self.settings.max_concurrent_requests.max(1) as u64
    }
}

/// Makes a call that has a permit.
pub(crate) async fn permitted<O: Output>(permit: &Permit, call: Call<O>) -> Result<O, Error> {
    watched(permit, call, None).await
}

/// Makes a call that has a permit. Its body is counted, and sent no faster than it may be.
pub(crate) async fn watched<O: Output>(
    permit: &Permit,
    call: Call<O>,
    body: Option<(Arc<Counter>, Option<Arc<Pace>>)>,
) -> Result<O, Error> {
    let signal = permit.signal();
    let watch = Watch {
        signal: signal.clone(),
        body,
    };
    let made = call.observed(Arc::new(watch)).await;
    match &made {
        Ok(_) => signal.succeeded(),
        Err(error) if error.service().is_some_and(is_throttled) => signal.throttled(),
        Err(_) => {}
    }
    made
}

impl fmt::Debug for Transfers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Transfers")
            .field("settings", &self.settings)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Source::File(path) => f.debug_tuple("File").field(path).finish(),
            Source::Reader { expected_size, .. } => f
                .debug_struct("Reader")
                .field("expected_size", expected_size)
                .finish_non_exhaustive(),
        }
    }
}

impl fmt::Debug for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Target::File(path) => f.debug_tuple("File").field(path).finish(),
            Target::Writer(_) => f.write_str("Writer"),
        }
    }
}
