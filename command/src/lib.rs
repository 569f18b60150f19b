#![doc = include_str!("../README.md")]
//!
//! # How it is built
//!
//! The command knows no service. It reads the schema: `args` splits the line, `run` is the story of
//! it, `input` makes parameters of words, `call` makes calls of them, `pages` as many as the result
//! has; `printer` brings the result through `query` and `output`. `help` and `skeleton` answer
//! without a call, as do `man` and `completions`, and `exit` decides how it all ends.

mod args;
mod bulk;
mod call;
mod choice;
mod completions;
mod context;
mod dry_run;
#[cfg(feature = "local")]
mod embedded;
mod failure;
mod globals;
mod help;
mod input;
#[cfg(feature = "local")]
mod local;
mod man;
mod operation;
mod output;
mod pager;
mod pages;
mod parameter;
mod printer;
mod program;
mod prompt;
mod report;
// Fuzz targets take the same file for a public module.
#[cfg(test)]
#[expect(unreachable_pub)]
mod readers;
mod run;
mod service;
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

pub use program::Program;
