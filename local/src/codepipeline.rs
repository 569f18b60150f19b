//! CodePipeline behind an endpoint: the life cycle of third-party and custom jobs.
//!
//! - [`jobs`] is the state machine, without input or output; time and nonces are arguments.
//! - [`JobService`] does the operations of workers with it, saves it, and reports its events.

mod administration;
mod definitions;
mod events;
pub mod jobs;
mod operations;

use std::fmt;
use std::io;
use std::sync::{Mutex, MutexGuard};
use std::time::SystemTime;

use opsmith_codepipeline::SERVICE;

use crate::backend::{Backend, BackendFuture, Call, ServiceError};
use crate::endpoint::{self, lock};
use crate::ids::Ids;
use crate::store::{Record, Store};
use events::EventLog;
use jobs::{Entry, Event, Job, Jobs, Status};

pub use definitions::{Definitions, DefinitionsError};

/// A running endpoint for CodePipeline's jobs.
///
/// ```
/// use opsmith_local::codepipeline::{Endpoint, jobs::Status};
///
/// let endpoint = Endpoint::start()?;
/// assert_eq!(endpoint.status("demo-job"), Some(Status::InProgress));
/// // Clients call `endpoint.url()`, signed with `endpoint.credentials()`.
/// # Ok::<_, std::io::Error>(())
/// ```
pub type Endpoint = endpoint::Endpoint<JobService>;

/// The service in the scope of signatures that the endpoint takes.
pub const SIGNING_NAME: &str = SERVICE.signing_name;

/// What an endpoint for jobs starts with.
pub struct Options {
    endpoint: endpoint::Options,
    jobs: Jobs,
    ids: Ids,
    store: Option<Store<Entry>>,
    on_event: Box<dyn Fn(&Event) + Send + Sync>,
}

impl Options {
    /// A free port, the job of the demonstration ([`Jobs::demo`]), and the system's clock.
    pub fn new() -> Self {
        Options {
            endpoint: endpoint::Options::new().samples(false),
            jobs: Jobs::demo(SystemTime::now()),
            ids: Ids::default(),
            store: None,
            on_event: Box::new(|_| {}),
        }
    }

    /// The port on the loopback interface; 0 for one that is free.
    #[must_use]
    pub fn port(mut self, port: u16) -> Self {
        self.endpoint = self.endpoint.port(port);
        self
    }

    /// The jobs at the start.
    #[must_use]
    pub fn jobs(mut self, jobs: Jobs) -> Self {
        self.jobs = jobs;
        self
    }

    /// Where ids and nonces come from.
    #[must_use]
    pub fn ids(mut self, ids: Ids) -> Self {
        self.ids = ids;
        self
    }

    /// Where jobs are saved. Without it they end with the endpoint.
    #[must_use]
    pub fn store(mut self, store: Store<Entry>) -> Self {
        self.store = Some(store);
        self
    }

    /// Whether all other operations of CodePipeline are answered with a sample of their output,
    /// rather than with an error (default: no).
    #[must_use]
    pub fn samples(mut self, samples: bool) -> Self {
        self.endpoint = self.endpoint.samples(samples);
        self
    }

    /// The source of the current time.
    #[must_use]
    pub fn clock(mut self, clock: impl Fn() -> SystemTime + Send + Sync + 'static) -> Self {
        self.endpoint = self.endpoint.clock(clock);
        self
    }

    /// Called with each step of a job, before the request that caused it is answered.
    #[must_use]
    pub fn on_event(mut self, on_event: impl Fn(&Event) + Send + Sync + 'static) -> Self {
        self.on_event = Box::new(on_event);
        self
    }
}

impl Default for Options {
    fn default() -> Self {
        Options::new()
    }
}

impl fmt::Debug for Options {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Options")
            .field("endpoint", &self.endpoint)
            .field("jobs", &self.jobs)
            .finish_non_exhaustive()
    }
}

impl Endpoint {
    /// Starts an endpoint with the job of the demonstration on a free port.
    ///
    /// # Errors
    ///
    /// The system lacks the means for a socket or a thread.
    pub fn start() -> io::Result<Self> {
        Self::start_with(Options::new())
    }

    /// Starts an endpoint.
    ///
    /// # Errors
    ///
    /// The port is taken or not permitted, the system lacks the means for a socket or a thread, or
    /// the jobs can't be saved.
    pub fn start_with(options: Options) -> io::Result<Self> {
        let Options {
            endpoint,
            mut jobs,
            ids,
            store,
            on_event,
        } = options;
        if let Some(store) = &store {
            store
                .persist_now(jobs.take_changed())
                .map_err(io::Error::other)?;
        }
        let service = JobService {
            state: Mutex::new(State {
                jobs,
                ids,
                events: EventLog::default(),
            }),
            store,
            on_event,
        };
        Self::with_backend(&SERVICE, service, endpoint)
    }

    /// Queues a job, and returns its id.
    ///
    /// # Errors
    ///
    /// It can't be saved.
    pub fn add(&self, job: Job) -> io::Result<String> {
        let service = self.backend();
        let (id, changed) = {
            let mut state = service.state();
            let nonce = state.ids.fresh();
            (state.jobs.add(job, nonce), state.jobs.take_changed())
        };
        if let Some(store) = &service.store {
            store.persist_now(changed).map_err(io::Error::other)?;
        }
        Ok(id)
    }

    /// The state of a job, if there is one with this ID.
    pub fn status(&self, job_id: &str) -> Option<Status> {
        let now = self.now();
        self.backend().state().jobs.status(job_id, now)
    }

    /// All jobs, in the order in which they were added.
    pub fn jobs(&self) -> Vec<Entry> {
        let now = self.now();
        let mut state = self.backend().state();
        state.jobs.entries(now).into_iter().cloned().collect()
    }
}

/// The jobs behind an endpoint.
pub struct JobService {
    state: Mutex<State>,
    store: Option<Store<Entry>>,
    on_event: Box<dyn Fn(&Event) + Send + Sync>,
}

/// What requests change.
struct State {
    jobs: Jobs,
    ids: Ids,
    events: EventLog,
}

impl JobService {
    fn state(&self) -> MutexGuard<'_, State> {
        lock(&self.state)
    }

    /// Reports what happened to jobs and saves it, before the request that caused it is answered.
    async fn settle(&self) -> Result<(), ServiceError> {
        let (events, changed) = {
            let mut state = self.state();
            let events = state.jobs.take_events();
            events.iter().for_each(|event| state.events.add(event));
            (events, state.jobs.take_changed())
        };
        events.iter().for_each(&self.on_event);
        match &self.store {
            Some(store) => store
                .persist(changed)
                .await
                .map_err(|error| ServiceError::internal(&error)),
            None => Ok(()),
        }
    }
}

impl Backend for JobService {
    fn operations(&self) -> Vec<&'static str> {
        operations::names().collect()
    }

    fn call<'a>(&'a self, call: Call<'a>) -> BackendFuture<'a> {
        Box::pin(async move {
            let done = operations::run(&mut self.state(), &call);
            self.settle().await?;
            done
        })
    }

    fn administer<'a>(
        &'a self,
        name: &'a str,
        body: &'a [u8],
        now: SystemTime,
    ) -> Option<BackendFuture<'a>> {
        let request = administration::find(name)?;
        Some(Box::pin(async move {
            let done = request.run(self, body, now).await;
            self.settle().await?;
            done
        }))
    }
}

impl Record for Entry {
    const HEAD: &'static str = "opsmith jobs 1\n";

    fn id(&self) -> &str {
        &self.job.id
    }

    fn number(&self) -> u64 {
        self.number
    }
}
