#![doc = include_str!("../README.md")]
//!
//! # How it is built
//!
//! A call goes through [`validate`], a protocol over [`codec`], [`endpoint`], [`auth`] and
//! [`http`]; [`client`](mod@client) is the story of it; [`retry`] tells when a call is made again.
//! [`schema`] describes the service. Values go through the one visitor in [`mod@visit`], as
//! generated types ([`typed`]) or as a [`document`]; [`redact`] prints them. [`config`]
//! reads settings and credentials from the environment; nothing else here uses it.

pub mod auth;
pub mod call;
pub mod client;
mod clock;
pub mod codec;
pub mod config;
mod discovery;
pub mod document;
pub mod endpoint;
pub mod error;
pub mod fake;
pub mod files;
mod future;
pub mod http;
mod idempotency;
pub mod identity;
pub mod pages;
pub mod pipeline;
pub mod protocol;
#[cfg(feature = "waiters")]
pub mod query;
pub mod random;
pub mod redact;
pub mod retry;
pub mod sample;
#[cfg(feature = "serde")]
pub mod serde;
pub mod timestamp;
pub mod typed;
pub mod validate;
pub mod visit;
#[cfg(feature = "waiters")]
pub mod waiter;

pub use client::{Client, Config};
pub use document::Document;
pub use error::Error;
pub use future::BoxFuture;
pub use opsmith_schema as schema;
pub use timestamp::Timestamp;
pub use typed::Blob;

/// For the macros of this crate.
#[cfg(feature = "serde")]
#[doc(hidden)]
pub use serde_core;

/// Declares what only a command needs of a generated service.
#[cfg(feature = "commands")]
#[doc(hidden)]
#[macro_export]
macro_rules! commands {
    ($($modules:tt)*) => { $($modules)* };
}

/// Commands are a feature.
#[cfg(not(feature = "commands"))]
#[doc(hidden)]
#[macro_export]
macro_rules! commands {
    ($($modules:tt)*) => {};
}

/// Includes the service that a build script generated with `opsmith_codegen::Generator`, by its
/// command word: `mod codepipeline { opsmith_runtime::include_service!("codepipeline"); }`. It is
/// for crates of editions 2018 and later that keep the prelude: `#![no_implicit_prelude]` is not
/// supported.
#[macro_export]
macro_rules! include_service {
    ($command:literal) => {
        // A program uses a part of what is generated; it is not told of the rest, nor of matters of
        // style.
        #[allow(
            dead_code,
            unused_imports,
            unreachable_pub,
            unused_macros,
            clippy::all,
            clippy::pedantic,
            clippy::nursery
        )]
        mod generated {
            macro_rules! example {
                (begin) => {
                    "```text"
                };
                (end) => {
                    "```"
                };
            }
            include!(concat!(env!("OUT_DIR"), "/", $command, "/service.rs"));
        }
        pub use generated::*;
    };
}
