#![doc = include_str!("../README.md")]
//!
//! # How it is built
//!
//! Shapes are referred to by index ([`ShapeIndex`]). Texts and slices are borrowed for `'a`: from the
//! program when the generator wrote them (`'static`), or from the owner of a model that was loaded
//! at run time. The constructors are `const fn`, so that a generated member is one line:
//! `member("jobId", Shapes::JobId as _).required()`.
//!
//! Common facts are fields or flags; rare ones are entries in a list of [`Trait`]s, so that a
//! protocol or constraint added later makes no shape larger.

#[cfg(feature = "arena")]
mod arena;
pub mod catalog;
pub mod commands;
mod forms;
mod operations;
mod pagination;
pub mod rules;
mod service;
mod shapes;
mod traits;
mod values;
mod waiters;

#[cfg(feature = "arena")]
pub use arena::Arena;
pub use forms::Form;
pub use operations::*;
pub use pagination::*;
pub use service::*;
pub use shapes::*;
pub use traits::*;
pub use values::{
    Choice, Fault, Fixed, Http, HttpChecksum, PresignedParameter, Step, TimestampFormat, Value,
    XmlNamespace, http, http_checksum, presigned_parameter, xml_namespace,
};
pub use waiters::*;
