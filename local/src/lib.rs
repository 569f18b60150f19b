//! A local AWS endpoint, for developing and testing without an account.
//!
//! It speaks real HTTP on the loopback interface, verifies the signature of each request, reads and
//! validates its input by the schema of the service, and injects faults. [`Endpoint`] serves any
//! service whose schema Opsmith generated; each operation is answered with a sample of its output,
//! with an output of your own, or by a [`Backend`]:
//!
//! ```
//! # use opsmith_codepipeline as service;
//! use opsmith_local::{Endpoint, Fault, FaultSchedule};
//! use service::{GetPipelineOutput, schema::SERVICE};
//!
//! let endpoint = Endpoint::for_service(&SERVICE)?;
//! endpoint.stub("GetPipeline", &GetPipelineOutput::default()).expect("an output of the operation");
//! endpoint.inject(Fault::Throttle, FaultSchedule::Next(2), "ListPipelines");
//! // Point a client to `endpoint.url()`, with the keys of `endpoint.credentials()`.
//! # Ok::<_, std::io::Error>(())
//! ```
//!
//! With the feature `codepipeline`, which is on by default, [`codepipeline::Endpoint`] runs the life
//! cycle of CodePipeline's jobs.
//!
//! The parts can be used alone:
//!
//! - [`server`] carries plain requests to a function and its answers back; it knows nothing of AWS
//!   but two headers.
//! - [`signature`] decides whether a request was signed by the holder of a secret key. It shares no
//!   code with the signer, so that the two check each other.
//! - [`store`] saves records to a file, durably.

mod backend;
#[cfg(feature = "codepipeline")]
pub mod codepipeline;
mod endpoint;
mod fault;
mod ids;
mod secret;
pub mod server;
pub mod signature;
pub mod store;
mod stub;
mod wire;

pub use backend::{Backend, BackendFuture, Call, ServiceError};
pub use endpoint::{ACCESS_KEY_ID, ADMINISTRATION, Endpoint, Options, REGION, demo_credentials};
pub use fault::{Fault, FaultSchedule};
pub use ids::Ids;
pub use secret::Secret;
