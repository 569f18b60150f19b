//! [`Endpoint`]: the service, as far as it is kept here, behind an HTTP server on the loopback interface.
//!
//! A request goes through the steps that a service takes it through, each of which can refuse it: the signature is
//! verified, the operation is found by `x-amz-target`, the body is read and validated by the rows of the very model that
//! clients are generated from, and the operation is done.

use std::fmt;
use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;

use http::StatusCode;
use opsmith_codepipeline::rows::SERVICE;
use opsmith_runtime::codec::json;
use opsmith_runtime::document::Document;
use opsmith_runtime::rows::{Ix, Operation};
use opsmith_runtime::sink::{DocumentSink, Shaped};
use opsmith_runtime::validate::validate;

use crate::jobs::{Event, Jobs};
use crate::server::{Request, Response, Server};
use crate::signature::{self, Credentials};
use crate::{operations, secret::Secret};

/// The region that the endpoint names. It takes requests that are signed for any.
pub const REGION: &str = "us-east-1";

/// The access key that the endpoint accepts, for demonstrations. AWS gives no such key to anyone.
pub const ACCESS_KEY_ID: &str = "OPSMITHDEMO";

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
    /// Called with each step of a job, before the request that caused it is answered.
    pub on_event: Box<dyn Fn(&Event) + Send + Sync>,
}

impl Default for Options {
    /// A free port, and the job of the demonstration ([`Jobs::demo`]).
    fn default() -> Self {
        Options { port: 0, jobs: Jobs::demo(SystemTime::now()), on_event: Box::new(|_| {}) }
    }
}

impl fmt::Debug for Options {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Options").field("port", &self.port).field("jobs", &self.jobs).finish_non_exhaustive()
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
        let Options { port, jobs, on_event } = options;
        let service = Arc::new(Service { credentials: credentials(), jobs: Mutex::new(jobs), on_event });
        let answering = Arc::clone(&service);
        let server = Server::start(port, move |request| answering.answer(&request, SystemTime::now()))?;
        Ok(Self { server, service })
    }

    /// Where clients find the endpoint, such as `http://127.0.0.1:8080`.
    pub fn url(&self) -> String {
        self.server.url()
    }

    /// What clients sign with.
    pub fn credentials(&self) -> &Credentials {
        &self.service.credentials
    }

    /// The jobs, to add to and to look at. Requests wait while they are held.
    pub fn jobs(&self) -> MutexGuard<'_, Jobs> {
        self.service.jobs()
    }

    /// The lines that point clients of AWS to the endpoint when a shell runs them.
    pub fn export_lines(&self) -> String {
        let Credentials { access_key_id, secret_access_key, .. } = self.credentials();
        format!(
            "export AWS_ENDPOINT_URL={}\nexport AWS_ACCESS_KEY_ID={access_key_id}\nexport AWS_SECRET_ACCESS_KEY={}\n\
             export AWS_REGION={REGION}\n",
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

/// The credentials of demonstrations, the same in every run.
fn credentials() -> Credentials {
    let secret_access_key = Secret::from(SECRET_ACCESS_KEY);
    Credentials { access_key_id: ACCESS_KEY_ID.to_owned(), secret_access_key, session_token: None }
}

/// The service behind the server.
struct Service {
    credentials: Credentials,
    jobs: Mutex<Jobs>,
    on_event: Box<dyn Fn(&Event) + Send + Sync>,
}

impl fmt::Debug for Service {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Service").field("credentials", &self.credentials).finish_non_exhaustive()
    }
}

/// An error of the service: its code and message.
pub(crate) struct ServiceError {
    pub(crate) code: &'static str,
    pub(crate) message: String,
}

fn error(code: &'static str, message: impl Into<String>) -> ServiceError {
    ServiceError { code, message: message.into() }
}

impl Service {
    fn jobs(&self) -> MutexGuard<'_, Jobs> {
        // A panic while the jobs were held leaves them as they were: each step is complete or not begun.
        self.jobs.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn answer(&self, request: &Request, now: SystemTime) -> Response {
        match self.serve(request, now) {
            Ok(body) => Response::new(body.into()),
            Err(ServiceError { code, message }) => {
                let body = serde_json::json!({ "__type": code, "message": message }).to_string();
                let mut response = Response::new(body.into());
                *response.status_mut() = StatusCode::BAD_REQUEST;
                response
            }
        }
    }

    fn serve(&self, request: &Request, now: SystemTime) -> Result<Vec<u8>, ServiceError> {
        signature::verify(request, &self.credentials, SERVICE.signing_name, now)
            .map_err(|rejected| error(rejected.code(), rejected.to_string()))?;
        let operation = operation(request)?;
        let input = input(operation, request.body())?;
        let mut jobs = self.jobs();
        let done = operations::find(operation.name)
            .ok_or_else(|| not_kept(operation.name))
            .and_then(|run| run(&mut operations::Call { jobs: &mut jobs, operation, input: &input, now }));
        jobs.take_events().iter().for_each(&self.on_event);
        done
    }
}

/// The operation that the request's target names.
fn operation(request: &Request) -> Result<&'static Operation<'static>, ServiceError> {
    let unknown = |what: &str| error("UnknownOperationException", what);
    let target = request.headers().get("x-amz-target").and_then(|target| target.to_str().ok());
    let target = target.ok_or_else(|| unknown("The request names no operation: x-amz-target is missing."))?;
    let name = target.strip_prefix(SERVICE.target_prefix).and_then(|rest| rest.strip_prefix('.'));
    let found = name.and_then(|name| SERVICE.operation(name));
    found.ok_or_else(|| unknown("The service has no operation that x-amz-target names."))
}

/// The input that the body holds, once it is as the model says.
fn input(operation: &Operation<'_>, body: &[u8]) -> Result<Document, ServiceError> {
    let shape = operation.input.unwrap_or(Ix::MAX);
    let mut sink = DocumentSink::new(&SERVICE, shape);
    json::read(body, &SERVICE, shape, &mut sink)
        .map_err(|problem| error("SerializationException", problem.to_string()))?;
    let input = sink.finish();
    let violations = validate(&Shaped { document: &input, service: &SERVICE, shape }, &SERVICE, shape);
    match violations.is_empty() {
        true => Ok(input),
        false => {
            let told: Vec<_> = violations.iter().map(ToString::to_string).collect();
            let (count, told) = (told.len(), told.join("; "));
            Err(error("ValidationException", format!("{count} validation error(s) detected: {told}")))
        }
    }
}

fn not_kept(name: &str) -> ServiceError {
    let kept = operations::names().collect::<Vec<_>>().join(", ");
    error("OperationNotKeptException", format!("{name} is not kept by the local endpoint, which keeps {kept}."))
}
