#![doc = include_str!("../README.md")]
//!
//! # How it is built
//!
//! A model (Smithy JSON AST, or a service's folder of botocore's) goes through `ast`, which knows
//! JSON; `lower`, which decides everything and is the one step that can fail; the schema
//! (`opsmith_schema`) with its overlay for [`rust`], which is the result; `emit`, which prints; and
//! `write`. What was lowered is also looked at by `diff`, `explain` and `costs`, and `package`
//! makes a crate of it: the feature `tool`.

mod ast;
mod aws_cli;
#[cfg(feature = "tool")]
mod costs;
mod diagnostics;
#[cfg(feature = "diff")]
mod diff;
#[cfg(feature = "emit")]
mod emit;
mod exceptions;
#[cfg(feature = "tool")]
mod explain;
mod generator;
#[cfg(feature = "botocore")]
pub mod import;
mod lower;
#[cfg(feature = "tool")]
mod package;
#[cfg(feature = "tool")]
mod partitions;
mod read;
pub mod rust;
#[cfg(test)]
#[path = "../../tests/support/skipped.rs"]
mod skipped;
#[cfg(feature = "catalog")]
pub mod sources;
#[cfg(feature = "diff")]
mod words;
#[cfg(feature = "emit")]
mod write;

#[cfg(feature = "tool")]
pub use costs::Cost;
pub use diagnostics::{Diagnostic, Error};
#[cfg(feature = "diff")]
pub use diff::{Change, Severity, diff};
#[cfg(feature = "tool")]
pub use explain::Explanation;
pub use generator::Generator;
pub use opsmith_schema::Arena;
#[cfg(feature = "tool")]
pub use package::Stale;
#[cfg(feature = "tool")]
pub use partitions::partitions;
#[cfg(feature = "emit")]
pub use write::Files;
