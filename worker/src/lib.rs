#![doc = include_str!("../README.md")]
//!
//! # How it is built
//!
//! A job goes through these steps, and whatever happens on the way, it ends: a handler that fails,
//! panics or takes too long puts a failure, and so does a worker that is stopped. When the answer
//! to an acknowledgement is lost, the job is done: it would be stuck until its time is over
//! otherwise. So a job may be done twice, in the rare case that another worker took it at that
//! moment.
//!
//! ```text
//! poll → client id to client token → details → acknowledge with the nonce → the handler → success, continuation or failure
//! ```

mod job;
mod outcome;
mod report;
mod tokens;
mod worker;

/// The client of the service that a worker works for, and its types.
pub use opsmith_codepipeline as service;
/// What clients stand on: credentials, settings, faults of the network.
pub use opsmith_runtime as runtime;

pub use job::Job;
pub use outcome::{Outcome, Success};
pub use report::{Ended, Event};
pub use tokens::{ClientTokens, Finding};
pub use worker::Worker;
