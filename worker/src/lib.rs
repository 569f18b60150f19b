#![doc = include_str!("../README.md")]
//!
//! # How it is built
//!
//! A job goes through the steps below, and ends whatever happens: if the handler fails, panics or
//! takes too long, or the worker is stopped, the result is a failure. When the answer to an
//! acknowledgement is lost, the job is done anyway, as it would otherwise be stuck until it times
//! out. In the rare case that another worker took the job at that moment, it is done twice.
//!
//! ```text
//! poll → client id to client token → details → acknowledge with the nonce → the handler → success, continuation or failure
//! ```

mod job;
mod outcome;
mod report;
mod tokens;
mod worker;

/// CodePipeline's client and types.
pub use opsmith_codepipeline as codepipeline;
/// The runtime of the client: credentials, settings, errors of the network.
pub use opsmith_runtime as runtime;

pub use job::Job;
pub use outcome::{Outcome, Success};
pub use report::{Ended, Event};
pub use tokens::{ClientTokens, TokenFuture};
pub use worker::Worker;
