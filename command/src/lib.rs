#![doc = include_str!("../README.md")]
//!
//! # How it is built
//!
//! The command knows no service: it interprets the schema. `run` is the story of a command line:
//! `args` splits it into tokens, `service` reads the operation and its options, `input` makes
//! parameters of their values, `call` makes the calls, and `printer` prints the result by way of
//! `output`. `help`, `skeleton`, `man` and `completions` need no call. A `failure` ends the command
//! early, and `report` renders it. `tests/layers.rs` lists which module may import which.

mod args;
mod around;
mod bulk;
mod call;
mod catalog;
mod choice;
mod completions;
mod context;
mod dry_run;
#[cfg(feature = "local")]
mod embedded;
#[cfg(feature = "event-stream")]
mod events;
mod failure;
mod globals;
mod help;
mod input;
mod journal;
#[cfg(feature = "local")]
mod local;
mod man;
mod operation;
mod outfile;
mod output;
mod pager;
mod pages;
mod parameter;
mod printer;
mod program;
mod progress;
mod prompt;
mod report;
// Fuzz targets take the same file for a public module.
#[cfg(test)]
#[expect(unreachable_pub)]
mod readers;
mod run;
#[cfg(feature = "s3")]
mod s3;
mod saved;
mod service;
#[cfg(feature = "services")]
mod services;
mod signals;
mod skeleton;
mod startup;
mod stdout;
mod suggest;
mod trace;
mod wait;
mod waiter;
#[cfg(feature = "worker")]
mod worker;

pub use catalog::Services;
pub use program::Program;
