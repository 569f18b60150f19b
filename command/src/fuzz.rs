//! The root of the crate that the fuzz targets feed. Targets feed what is private in the command,
//! so its modules are a part of this one.
#![allow(dead_code, unreachable_pub, missing_docs)]

mod args;
mod around;
mod bulk;
mod call;
mod catalog;
mod choice;
mod completions;
mod context;
mod dry_run;
#[cfg(feature = "event-stream")]
mod events;
mod failure;
mod globals;
mod help;
mod input;
mod journal;
mod man;
mod operation;
mod outfile;
mod saved;
mod output;
mod pager;
mod pages;
mod parameter;
mod printer;
mod program;
mod progress;
mod prompt;
mod report;
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

pub mod readers;

pub mod runtime {
    include!("../../fuzz/runtime_readers.rs");
}

pub mod local {
    include!("../../fuzz/local_readers.rs");
}

pub mod codegen {
    include!("../../fuzz/codegen_readers.rs");
}
