//! [`Backend`]: the behaviour behind an endpoint.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::time::SystemTime;

use opsmith_runtime::document::Document;
use opsmith_runtime::schema::{Operation, Service, ShapeIndex};
use opsmith_runtime::visit::{TypedDocument, Visit, Visitor};

use crate::wire;

/// The future body of an answer.
pub type BackendFuture<'a> =
    Pin<Box<dyn Future<Output = Result<Vec<u8>, ServiceError>> + Send + 'a>>;

/// Does the operations of a service. Requests reach it once their signature is verified and their
/// input is valid.
pub trait Backend: Send + Sync + 'static {
    /// Names of the operations that it does. The endpoint answers all others.
    fn operations(&self) -> Vec<&'static str>;

    /// Does one of its operations.
    fn call<'a>(&'a self, call: Call<'a>) -> BackendFuture<'a>;

    /// Answers a signed request that is not one of the service, but asks the endpoint itself: `name`
    /// follows [`ADMINISTRATION`](crate::ADMINISTRATION) in its `x-amz-target`. `None` if the name
    /// is unknown.
    fn administer<'a>(
        &'a self,
        name: &'a str,
        body: &'a [u8],
        now: SystemTime,
    ) -> Option<BackendFuture<'a>> {
        let _ = (name, body, now);
        None
    }
}

/// Does no operation: all answers come from the endpoint.
impl Backend for () {
    fn operations(&self) -> Vec<&'static str> {
        Vec::new()
    }

    fn call<'a>(&'a self, call: Call<'a>) -> BackendFuture<'a> {
        let error = ServiceError::not_implemented(call.operation.name, &[]);
        Box::pin(async { Err(error) })
    }
}

/// A call of an operation.
#[derive(Debug, Clone, Copy)]
pub struct Call<'a> {
    /// The service.
    pub service: &'static Service<'static>,
    /// The operation.
    pub operation: &'static Operation<'static>,
    /// The input, which is valid.
    pub input: &'a Document,
    /// When the request came, by the endpoint's clock.
    pub now: SystemTime,
}

impl Call<'_> {
    /// The input as a typed value.
    ///
    /// # Errors
    ///
    /// The type is not the operation's input.
    pub fn input<I: Visitor + Default>(&self) -> Result<I, ServiceError> {
        let document = TypedDocument {
            document: self.input,
            service: self.service,
            shape: self.operation.input.unwrap_or(ShapeIndex::MAX),
        };
        let mut input = I::default();
        document
            .visit(&mut input)
            .map_err(|error| ServiceError::internal(&error))?;
        Ok(input)
    }

    /// The body of an answer with this output.
    ///
    /// # Errors
    ///
    /// The type is not the operation's output.
    pub fn output(&self, output: &dyn Visit) -> Result<Vec<u8>, ServiceError> {
        wire::output(self.service, self.operation, output)
    }
}

/// An error that the service answers with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServiceError {
    /// Its code, such as `ValidationException`.
    pub code: &'static str,
    /// Its message.
    pub message: String,
}

impl ServiceError {
    /// An error with a code and a message.
    pub fn new(code: &'static str, message: impl Into<String>) -> Self {
        ServiceError {
            code,
            message: message.into(),
        }
    }

    /// An error of the endpoint itself, which has the status 500.
    pub fn internal(problem: &dyn fmt::Display) -> Self {
        ServiceError::new(Self::INTERNAL, problem.to_string())
    }

    pub(crate) const INTERNAL: &'static str = "InternalFailure";

    pub(crate) fn not_implemented(name: &str, implemented: &[&str]) -> Self {
        let others = match implemented {
            [] => String::new(),
            names => format!("; it has {}", names.join(", ")),
        };
        ServiceError::new(
            "NotImplementedException",
            format!("The local endpoint does not implement {name}{others}."),
        )
    }
}
