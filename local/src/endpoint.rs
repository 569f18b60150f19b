//! [`Endpoint`]: the service, as far as it is kept here, behind an HTTP server on the loopback
//! interface.
//!
//! A request goes through the steps that a service takes it through, each of which can refuse it:
//! the signature is verified, the operation is found by `x-amz-target`, the body is read and
//! validated by the rows of the very model that clients are generated from, and the operation is
//! done.

use std::fmt;
use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use http::header::DATE;
use http::{HeaderValue, StatusCode};
use opsmith_codepipeline::schema::SERVICE;
use opsmith_runtime::codec::json;
use opsmith_runtime::document::Document;
use opsmith_runtime::schema::{Operation, ShapeIndex, TimestampFormat};
use opsmith_runtime::timestamp::Timestamp;
use opsmith_runtime::validate::validate;
use opsmith_runtime::visit::{DocumentBuilder, TypedDocument};

use crate::administration::{self, Told};
use crate::faults::{Fault, Plan, Which};
use crate::ids::Ids;
use crate::jobs::{Entry, Event, Job, Jobs, Status};
use crate::operations;
use crate::secret::Secret;
use crate::server::{Request, Response, Server};
use crate::signature::{self, Credentials};
use crate::store::Store;
use crate::stub;

/// The region that the endpoint names. It takes requests that are signed for any.
pub const REGION: &str = "us-east-1";

/// The access key that the endpoint accepts, for demonstrations. AWS gives no such key to anyone.
pub const ACCESS_KEY_ID: &str = "OPSMITHDEMO";

/// The service in the scope of signatures that the endpoint takes.
pub const SIGNING_NAME: &str = SERVICE.signing_name;

const SECRET_ACCESS_KEY: &str = "opsmith-demonstration-only";

/// A running endpoint. It stops when this is dropped.
#[derive(Debug)]
pub struct Endpoint {
    server: Server,
    service: Arc<Service>,
}

/// What an endpoint starts with.
pub struct Options {
    /// The port on the loopback interface; 0 for one that is free.
    pub port: u16,
    /// The jobs there are.
    pub jobs: Jobs,
    /// Where ids and nonces come from.
    pub ids: Ids,
    /// Where jobs are kept; none if they end with the endpoint.
    pub store: Option<Store>,
    /// Operations that are not kept here answer with a sample of their output, rather than with an
    /// error. They check the signature and the input, and keep no state.
    pub stub: bool,
    /// What time it is.
    pub clock: Arc<dyn Fn() -> SystemTime + Send + Sync>,
    /// Called with each step of a job, before the request that caused it is answered.
    pub on_event: Box<dyn Fn(&Event) + Send + Sync>,
}

impl Default for Options {
    /// A free port, and the job of the demonstration ([`Jobs::demo`]).
    fn default() -> Self {
        Options {
            port: 0,
            jobs: Jobs::demo(SystemTime::now()),
            ids: Ids::default(),
            store: None,
            stub: false,
            clock: Arc::new(SystemTime::now),
            on_event: Box::new(|_| {}),
        }
    }
}

impl fmt::Debug for Options {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Options")
            .field("port", &self.port)
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
        Self::start_with(Options::default())
    }

    /// Starts an endpoint.
    ///
    /// # Errors
    ///
    /// The port is taken or not permitted, or the system lacks the means for a socket or a thread.
    pub fn start_with(options: Options) -> io::Result<Self> {
        let Options {
            port,
            mut jobs,
            ids,
            store,
            stub,
            clock,
            on_event,
        } = options;
        if let Some(store) = &store {
            store
                .keep_now(jobs.take_changed())
                .map_err(io::Error::other)?;
        }
        let state = State {
            jobs,
            ids,
            plan: Plan::default(),
            told: Told::default(),
        };
        let service = Service {
            credentials: demo_credentials(),
            state: Mutex::new(state),
            store,
            stub,
            clock,
            on_event,
        };
        let service = Arc::new(service);
        let answering = Arc::clone(&service);
        let server = Server::start_async(port, move |request| {
            Box::pin(answer(Arc::clone(&answering), request))
        })?;
        Ok(Self { server, service })
    }

    /// Plans a fault for requests that come from now on, of one operation or, when the name is
    /// empty, of all.
    pub fn inject(&self, fault: Fault, which: Which, operation: &str) {
        self.service.state().plan.add(fault, which, operation);
    }

    /// Drops all faults that are planned.
    pub fn heal(&self) {
        self.service.state().plan.clear();
    }

    /// Queues a job, and gives its id.
    ///
    /// # Errors
    ///
    /// It can't be kept.
    pub fn add(&self, job: Job) -> io::Result<String> {
        let (id, changed) = {
            let mut state = self.service.state();
            let nonce = state.ids.fresh();
            (state.jobs.add(job, nonce), state.jobs.take_changed())
        };
        match &self.service.store {
            Some(store) => store
                .keep_now(changed)
                .map(|()| id)
                .map_err(io::Error::other),
            None => Ok(id),
        }
    }

    /// The state of a job, if there is one with this ID.
    pub fn status(&self, job_id: &str) -> Option<Status> {
        self.service
            .state()
            .jobs
            .status(job_id, (self.service.clock)())
    }

    /// All jobs, in the order in which they were added.
    pub fn jobs(&self) -> Vec<Entry> {
        self.service
            .state()
            .jobs
            .entries((self.service.clock)())
            .into_iter()
            .cloned()
            .collect()
    }

    /// Where clients find the endpoint, such as `http://127.0.0.1:8080`.
    pub fn url(&self) -> String {
        self.server.url()
    }

    /// What clients sign with.
    pub fn credentials(&self) -> &Credentials {
        &self.service.credentials
    }

    /// The lines that point clients of AWS to the endpoint when a shell runs them.
    pub fn export_lines(&self) -> String {
        let Credentials {
            access_key_id,
            secret_access_key,
            ..
        } = self.credentials();
        format!(
            "export AWS_ENDPOINT_URL={}\nexport AWS_ACCESS_KEY_ID={access_key_id}\nexport AWS_SECRET_ACCESS_KEY={}\n\
             export AWS_REGION={REGION}\nexport AWS_DEFAULT_REGION={REGION}\n",
            self.url(),
            secret_access_key.expose(),
        )
    }

    /// Stops the endpoint: takes no new requests, and waits a moment for the answers under way.
    pub fn stop(self) {
        self.server.stop();
    }

    /// Serves until the process ends.
    pub fn wait(self) {
        self.server.wait();
    }
}

/// The credentials of demonstrations, which every endpoint takes.
pub fn demo_credentials() -> Credentials {
    let secret_access_key = Secret::from(SECRET_ACCESS_KEY);
    Credentials {
        access_key_id: ACCESS_KEY_ID.to_owned(),
        secret_access_key,
        session_token: None,
    }
}

/// The service behind the server.
pub(crate) struct Service {
    credentials: Credentials,
    state: Mutex<State>,
    store: Option<Store>,
    stub: bool,
    clock: Arc<dyn Fn() -> SystemTime + Send + Sync>,
    on_event: Box<dyn Fn(&Event) + Send + Sync>,
}

/// What requests change.
pub(crate) struct State {
    pub(crate) jobs: Jobs,
    pub(crate) ids: Ids,
    plan: Plan,
    pub(crate) told: Told,
}

impl fmt::Debug for Service {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Service")
            .field("credentials", &self.credentials)
            .finish_non_exhaustive()
    }
}

/// An error of the service: its code and message.
pub(crate) struct ServiceError {
    pub(crate) code: &'static str,
    pub(crate) message: String,
}

pub(crate) fn error(code: &'static str, message: impl Into<String>) -> ServiceError {
    ServiceError {
        code,
        message: message.into(),
    }
}

/// Answers a request, unless a fault is planned for it.
async fn answer(service: Arc<Service>, request: Request) -> Option<Response> {
    let name = request
        .headers()
        .get("x-amz-target")
        .and_then(|target| target.to_str().ok())
        .unwrap_or_default();
    let name = name.rsplit('.').next().unwrap_or_default();
    let fault = service.state().plan.next(name);
    match fault {
        Some(Fault::Reset) => None,
        Some(Fault::Throttle) => Some(refusal(&error("ThrottlingException", "Rate exceeded"))),
        Some(Fault::Answer(status, body)) => {
            let mut response = Response::new(body.into());
            *response.status_mut() =
                StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
            Some(response)
        }
        fault => {
            let now = (service.clock)();
            let skew = if let Some(Fault::Skew(seconds)) = fault {
                seconds
            } else {
                0
            };
            let now = skewed(now, skew).unwrap_or(now);
            let mut response = service.answer(&request, now).await;
            match fault {
                Some(Fault::Lost) => return None,
                Some(Fault::Delay(time)) => tokio::time::sleep(time).await,
                Some(Fault::Skew(_)) => {
                    let date = Timestamp::from(now).format(TimestampFormat::HttpDate);
                    response
                        .headers_mut()
                        .extend(HeaderValue::try_from(date).ok().map(|date| (DATE, date)));
                }
                _ => {}
            }
            Some(response)
        }
    }
}

/// The time so many seconds later, or earlier when they are negative; none when no clock shows it.
fn skewed(time: SystemTime, seconds: i64) -> Option<SystemTime> {
    let by = Duration::from_secs(seconds.unsigned_abs());
    if seconds < 0 {
        time.checked_sub(by)
    } else {
        time.checked_add(by)
    }
}

fn refusal(ServiceError { code, message }: &ServiceError) -> Response {
    let body = serde_json::json!({ "__type": code, "message": message }).to_string();
    let mut response = Response::new(body.into());
    *response.status_mut() = match *code {
        "InternalFailure" => StatusCode::INTERNAL_SERVER_ERROR,
        _ => StatusCode::BAD_REQUEST,
    };
    response
}

impl Service {
    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        // A panic while the state was held leaves it as it was: each step is complete or not begun.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn answer(&self, request: &Request, now: SystemTime) -> Response {
        match self.serve(request, now).await {
            Ok(body) => Response::new(body.into()),
            Err(error) => refusal(&error),
        }
    }

    async fn serve(&self, request: &Request, now: SystemTime) -> Result<Vec<u8>, ServiceError> {
        let verified = signature::verify(request, &self.credentials, SIGNING_NAME, now);
        verified.map_err(|rejected| error(rejected.code(), rejected.to_string()))?;
        let done = match administration::find(request) {
            Some(run) => run.run(self, request.body(), now).await,
            None => self.operate(request, now),
        };
        let (events, changed) = {
            let mut state = self.state();
            let events = state.jobs.take_events();
            events.iter().for_each(|event| state.told.add(event));
            (
                events,
                if self.store.is_some() {
                    state.jobs.take_changed()
                } else {
                    Vec::new()
                },
            )
        };
        events.iter().for_each(&self.on_event);
        if let Some(store) = &self.store {
            store
                .keep(changed)
                .await
                .map_err(|problem| error("InternalFailure", problem))?;
        }
        done
    }

    /// Does an operation of the service.
    fn operate(&self, request: &Request, now: SystemTime) -> Result<Vec<u8>, ServiceError> {
        let operation = operation(request)?;
        let input = input(operation, request.body())?;
        let mut state = self.state();
        let State { jobs, ids, .. } = &mut *state;
        match operations::find(operation.name) {
            Some(run) => run(&mut operations::Call {
                jobs,
                ids,
                operation,
                input: &input,
                now,
            }),
            None if self.stub => stub::answer(operation),
            None => Err(not_kept(operation.name)),
        }
    }
}

/// The operation that the request's target names.
fn operation(request: &Request) -> Result<&'static Operation<'static>, ServiceError> {
    let unknown = |what: &str| error("UnknownOperationException", what);
    let target = request
        .headers()
        .get("x-amz-target")
        .and_then(|target| target.to_str().ok());
    let target = target
        .ok_or_else(|| unknown("The request names no operation: x-amz-target is missing."))?;
    let name = target
        .strip_prefix(SERVICE.target_prefix)
        .and_then(|rest| rest.strip_prefix('.'));
    let found = name.and_then(|name| SERVICE.operation(name));
    found.ok_or_else(|| unknown("The service has no operation that x-amz-target names."))
}

/// The input that the body holds, once it is as the model says.
fn input(operation: &Operation<'_>, body: &[u8]) -> Result<Document, ServiceError> {
    let shape = operation.input.unwrap_or(ShapeIndex::MAX);
    let mut visitor = DocumentBuilder::new(&SERVICE, shape);
    json::read(body, &SERVICE, shape, &mut visitor)
        .map_err(|problem| error("SerializationException", problem.to_string()))?;
    let input = visitor.finish();
    let violations = validate(
        &TypedDocument {
            document: &input,
            service: &SERVICE,
            shape,
        },
        &SERVICE,
        shape,
    );
    if violations.is_empty() {
        Ok(input)
    } else {
        let told: Vec<_> = violations.iter().map(ToString::to_string).collect();
        let count = told.len();
        let told = told.join("; ");
        Err(error(
            "ValidationException",
            format!("{count} validation error(s) detected: {told}"),
        ))
    }
}

fn not_kept(name: &str) -> ServiceError {
    let kept = operations::names().collect::<Vec<_>>().join(", ");
    error(
        "OperationNotKeptException",
        format!("{name} is not kept by the local endpoint, which keeps {kept}."),
    )
}
