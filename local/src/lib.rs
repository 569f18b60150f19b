#![doc = include_str!("../README.md")]
//!
//! # How it is built
//!
//! [`Endpoint`] serves the schema of a service. A [`Backend`] can take over its operations:
//! [`codepipeline::Endpoint`] has one that runs the life cycle of CodePipeline's jobs.
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
