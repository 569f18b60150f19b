//! Generates a small typed Rust client and an AWS-CLI-compatible command from a service model.
//!
//! A model (Smithy JSON AST, or a service's folder of botocore's) goes through `ast`, which knows JSON; `lower`, which decides everything and is the one step
//! that can fail; `ir`, its result; `emit`, which prints; and `write`. What was lowered is also looked at by `diff`, `explain` and
//! `costs`, and `package` makes a crate of it.
//!
//! # In a build script
//!
//! ```no_run
//! // the body of main in build.rs
//! opsmith_codegen::Generator::new("model/codepipeline.json")
//!     .operations(["GetPipeline", "StartPipelineExecution"])
//!     .build_script();
//! ```
//!
//! and in the program `mod codepipeline { opsmith_runtime::include_service!("codepipeline"); }`.

mod ast;
mod costs;
mod diagnostics;
mod diff;
mod emit;
mod exceptions;
mod explain;
mod generator;
pub mod import;
pub mod ir;
mod lower;
mod package;
mod partitions;
mod write;

pub use costs::Cost;
pub use diagnostics::{Diagnostic, Error};
pub use diff::{Change, Severity, diff};
pub use explain::Explanation;
pub use generator::Generator;
pub use package::Stale;
pub use partitions::partitions;
pub use write::Files;
