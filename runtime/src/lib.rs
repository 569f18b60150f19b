#![doc = include_str!("../README.md")]
//!
//! # How it is built
//!
//! [`pipeline`] makes a call: it names the steps in order. They use [`validate`], a protocol over
//! [`codec`], [`endpoint`], [`auth`] with an [`identity`], [`http`], and [`retry`]. [`schema`]
//! describes the service. Values go through the one visitor in [`mod@visit`], as generated types
//! ([`typed`]) or as a [`document`]; [`redact`] prints them. [`config`] reads settings and
//! credentials from the environment; nothing else here uses it.

// Types alone use only a part of the codecs.
#![cfg_attr(not(feature = "client"), allow(dead_code))]

// The credential chain has generated code, which has this name for the crate.
#[cfg(feature = "client")]
extern crate self as opsmith_runtime;

#[cfg(feature = "client")]
pub mod auth;
#[cfg(feature = "client")]
pub mod call;
#[cfg(feature = "checksums")]
mod checksum;
#[cfg(feature = "client")]
pub mod client;
#[cfg(feature = "client")]
mod clock;
pub mod codec;
#[cfg(feature = "client")]
pub mod config;
#[cfg(feature = "client")]
mod discovery;
pub mod document;
#[cfg(feature = "client")]
pub mod endpoint;
#[cfg(feature = "client")]
pub mod error;
#[cfg(feature = "event-stream")]
pub mod events;
#[cfg(feature = "client")]
pub mod fake;
#[cfg(feature = "client")]
#[doc(hidden)]
pub mod features;
#[cfg(feature = "client")]
pub mod files;
#[cfg(feature = "client")]
pub mod future;
#[cfg(feature = "client")]
pub mod http;
#[cfg(feature = "client")]
mod idempotency;
#[cfg(feature = "client")]
pub mod identity;
#[cfg(feature = "client")]
pub mod pages;
#[cfg(feature = "client")]
pub mod pipeline;
#[cfg(feature = "client")]
pub mod protocol;
#[cfg(feature = "waiters")]
pub mod query;
#[cfg(feature = "client")]
pub mod random;
pub mod redact;
#[cfg(feature = "client")]
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

#[cfg(feature = "client")]
pub use client::{Client, Config};
pub use document::Document;
#[cfg(feature = "client")]
pub use error::Error;
#[cfg(feature = "client")]
pub use future::BoxFuture;
pub use opsmith_schema as schema;
pub use timestamp::Timestamp;
pub use typed::Blob;

/// For the macros of this crate.
#[cfg(feature = "serde")]
#[doc(hidden)]
pub use serde_core;

/// Declares what only a client needs of a generated service.
#[cfg(feature = "client")]
#[doc(hidden)]
#[macro_export]
macro_rules! client_only {
    ($($items:tt)*) => { $($items)* };
}

/// The client is a feature.
#[cfg(not(feature = "client"))]
#[doc(hidden)]
#[macro_export]
macro_rules! client_only {
    ($($items:tt)*) => {};
}

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
        // A program uses only part of the generated code: allow the rest to be unused, and matters
        // of style.
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
