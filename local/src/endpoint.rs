//! [`Endpoint`]: a service behind an HTTP server on the loopback interface.
//!
//! A request goes through the steps that a service takes it through, each of which can refuse it:
//! the operation is found, the signature is verified, the body is read and validated by the schema
//! that clients are generated from, and the operation is done.

use std::collections::HashMap;
use std::fmt;
use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use http::header::{CONTENT_TYPE, DATE};
use http::{HeaderValue, StatusCode};
use opsmith_runtime::schema::{Auth, Operation, Service, TimestampFormat};
use opsmith_runtime::timestamp::Timestamp;
use opsmith_runtime::visit::Visit;

use crate::backend::{Backend, Call, ServiceError};
use crate::fault::{Fault, FaultSchedule, Faults};
use crate::secret::Secret;
use crate::server::{Request, Response, Server};
use crate::signature::{self, Credentials};
use crate::{stub, wire};

/// The region that the endpoint names. It takes requests that are signed for any.
pub const REGION: &str = "us-east-1";

/// The access key that the endpoint accepts, for demonstrations. AWS gives no such key to anyone.
pub const ACCESS_KEY_ID: &str = "OPSMITHDEMO";

/// The prefix in `x-amz-target` of requests that ask the endpoint itself.
pub const ADMINISTRATION: &str = "OpsmithLocal";

const SECRET_ACCESS_KEY: &str = "opsmith-demonstration-only";

/// A running endpoint. It stops when this is dropped.
#[derive(Debug)]
pub struct Endpoint<B = ()> {
    server: Server,
    shared: Arc<Shared<B>>,
}

/// What an endpoint starts with.
#[derive(Clone)]
pub struct Options {
    port: u16,
    samples: bool,
    clock: Arc<dyn Fn() -> SystemTime + Send + Sync>,
}

impl Options {
    /// A free port, samples, and the system's clock.
    pub fn new() -> Self {
        Options {
            port: 0,
            samples: true,
            clock: Arc::new(SystemTime::now),
        }
    }

    /// The port on the loopback interface; 0 for one that is free.
    #[must_use]
    pub fn port(mut self, port: u16) -> Self {
        self.port = port;
        self
    }

    /// Whether operations that the backend does not do are answered with a sample of their output,
    /// rather than with an error.
    #[must_use]
    pub fn samples(mut self, samples: bool) -> Self {
        self.samples = samples;
        self
    }

    /// The source of the current time.
    #[must_use]
    pub fn clock(mut self, clock: impl Fn() -> SystemTime + Send + Sync + 'static) -> Self {
        self.clock = Arc::new(clock);
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
            .field("port", &self.port)
            .field("samples", &self.samples)
            .finish_non_exhaustive()
    }
}

impl Endpoint {
    /// Starts an endpoint for a service on a free port. It answers each operation with a sample of
    /// its output, or with what [`stub`](Self::stub) says.
    ///
    /// # Errors
    ///
    /// As [`with_backend`](Self::with_backend).
    pub fn for_service(service: &'static Service<'static>) -> io::Result<Self> {
        Self::with_backend(service, (), Options::new())
    }
}

impl<B: Backend> Endpoint<B> {
    /// Starts an endpoint for a service, whose operations the backend does.
    ///
    /// # Errors
    ///
    /// The port is taken or not permitted, the system lacks the means for a socket or a thread, or
    /// the service's protocol is not supported.
    pub fn with_backend(
        service: &'static Service<'static>,
        backend: B,
        options: Options,
    ) -> io::Result<Self> {
        if !wire::is_supported(service) {
            let problem = format!("{:?} is not supported", service.protocol);
            return Err(io::Error::new(io::ErrorKind::Unsupported, problem));
        }
        let shared = Arc::new(Shared {
            service,
            backend,
            credentials: demo_credentials(),
            samples: options.samples,
            clock: options.clock,
            faults: Mutex::default(),
            stubs: Mutex::default(),
        });
        let answering = Arc::clone(&shared);
        let server = Server::start_async(options.port, move |request| {
            Box::pin(answer(Arc::clone(&answering), request))
        })?;
        Ok(Self { server, shared })
    }

    /// Schedules a fault for requests that come from now on, of one operation or, when the name is
    /// empty, of all.
    pub fn inject(&self, fault: Fault, schedule: FaultSchedule, operation: &str) {
        lock(&self.shared.faults).add(fault, schedule, operation);
    }

    /// Drops all faults that are scheduled.
    pub fn clear_faults(&self) {
        lock(&self.shared.faults).clear();
    }

    /// Answers an operation with this output from now on, whatever the backend would do. Signature
    /// and input are still checked. The output is of the generated type, or a
    /// [`TypedDocument`](opsmith_runtime::visit::TypedDocument).
    ///
    /// # Errors
    ///
    /// The service has no such operation, or the output is not one of it.
    pub fn stub(&self, operation: &str, output: &dyn Visit) -> Result<(), ServiceError> {
        let service = self.shared.service;
        let Some(operation) = service.operation(operation) else {
            let problem = format!("{} has no operation {operation:?}", service.sdk_id);
            return Err(ServiceError::new("UnknownOperationException", problem));
        };
        let body = wire::output(service, operation, output)?;
        lock(&self.shared.stubs).insert(operation.name, body);
        Ok(())
    }

    /// Where clients find the endpoint, such as `http://127.0.0.1:8080`.
    pub fn url(&self) -> String {
        self.server.url()
    }

    /// What clients sign with.
    pub fn credentials(&self) -> &Credentials {
        &self.shared.credentials
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

    /// What does the operations.
    pub fn backend(&self) -> &B {
        &self.shared.backend
    }

    /// The time by the endpoint's clock.
    pub fn now(&self) -> SystemTime {
        (self.shared.clock)()
    }
}

/// The credentials of demonstrations, which every endpoint takes.
pub fn demo_credentials() -> Credentials {
    Credentials {
        access_key_id: ACCESS_KEY_ID.to_owned(),
        secret_access_key: Secret::from(SECRET_ACCESS_KEY),
        session_token: None,
    }
}

/// What the endpoint and its server share.
struct Shared<B> {
    service: &'static Service<'static>,
    backend: B,
    credentials: Credentials,
    samples: bool,
    clock: Arc<dyn Fn() -> SystemTime + Send + Sync>,
    faults: Mutex<Faults>,
    /// Bodies of answers by the operation's name.
    stubs: Mutex<HashMap<&'static str, Vec<u8>>>,
}

impl<B> fmt::Debug for Shared<B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Shared")
            .field("service", &self.service.id)
            .field("credentials", &self.credentials)
            .finish_non_exhaustive()
    }
}

/// Each change under a lock is complete or not begun, so that a panic leaves a valid state.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Answers a request, with the fault that is scheduled for it.
async fn answer<B: Backend>(shared: Arc<Shared<B>>, request: Request) -> Option<Response> {
    let name = wire::target(&request).map_or("", |(_, name)| name);
    let fault = lock(&shared.faults).next(name);
    match fault {
        Some(Fault::Reset) => None,
        Some(Fault::Throttle) => {
            let error = ServiceError::new("ThrottlingException", "Rate exceeded");
            Some(wire::error(&error))
        }
        Some(Fault::Answer(status, body)) => {
            let mut response = Response::new(body.into());
            *response.status_mut() =
                StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
            Some(response)
        }
        Some(Fault::DropResponse) => {
            shared.answer(&request, (shared.clock)()).await;
            None
        }
        Some(Fault::Delay(time)) => {
            let response = shared.answer(&request, (shared.clock)()).await;
            tokio::time::sleep(time).await;
            Some(response)
        }
        Some(Fault::Skew(seconds)) => {
            let now = (shared.clock)();
            let now = skewed(now, seconds).unwrap_or(now);
            let mut response = shared.answer(&request, now).await;
            let date = Timestamp::from(now).format(TimestampFormat::HttpDate);
            let date = HeaderValue::try_from(date).ok().map(|date| (DATE, date));
            response.headers_mut().extend(date);
            Some(response)
        }
        None => Some(shared.answer(&request, (shared.clock)()).await),
    }
}

/// The time this number of seconds later, or earlier if it is negative; `None` if no clock shows it.
fn skewed(time: SystemTime, seconds: i64) -> Option<SystemTime> {
    let by = Duration::from_secs(seconds.unsigned_abs());
    if seconds < 0 {
        time.checked_sub(by)
    } else {
        time.checked_add(by)
    }
}

impl<B: Backend> Shared<B> {
    async fn answer(&self, request: &Request, now: SystemTime) -> Response {
        let mut response = match self.serve(request, now).await {
            Ok(body) => Response::new(body.into()),
            Err(error) => wire::error(&error),
        };
        let content_type = HeaderValue::from_static(wire::content_type(self.service));
        response.headers_mut().insert(CONTENT_TYPE, content_type);
        response
    }

    async fn serve(&self, request: &Request, now: SystemTime) -> Result<Vec<u8>, ServiceError> {
        let operation = wire::operation(self.service, request);
        let auth = operation.as_ref().ok().map(|it| self.service.auth(it));
        self.authenticate(request, auth, now)?;
        if let Some((ADMINISTRATION, name)) = wire::target(request)
            && let Some(answer) = self.backend.administer(name, request.body(), now)
        {
            return answer.await;
        }
        self.operate(operation?, request.body(), now).await
    }

    /// Verifies the request's signature, unless the operation's requests are not signed.
    fn authenticate(
        &self,
        request: &Request,
        auth: Option<&[Auth<'_>]>,
        now: SystemTime,
    ) -> Result<(), ServiceError> {
        if auth.is_some_and(<[_]>::is_empty) {
            return Ok(());
        }
        let service = self.service.signing_name;
        signature::verify(request, &self.credentials, service, now)
            .map(drop)
            .map_err(|error| ServiceError::new(error.code(), error.to_string()))
    }

    /// Does an operation of the service.
    async fn operate(
        &self,
        operation: &'static Operation<'static>,
        body: &[u8],
        now: SystemTime,
    ) -> Result<Vec<u8>, ServiceError> {
        let service = self.service;
        let input = wire::input(service, operation, body)?;
        let stubbed = lock(&self.stubs).get(operation.name).cloned();
        if let Some(stubbed) = stubbed {
            return Ok(stubbed);
        }
        let implemented = self.backend.operations();
        if implemented.contains(&operation.name) {
            let call = Call {
                service,
                operation,
                input: &input,
                now,
            };
            self.backend.call(call).await
        } else if self.samples {
            stub::answer(service, operation)
        } else {
            Err(ServiceError::not_implemented(operation.name, &implemented))
        }
    }
}
