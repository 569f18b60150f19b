//! The root of the crate that the fuzz targets feed. Targets feed what is private in the command, so its modules are a part of this one.
#![allow(dead_code, unreachable_pub, missing_docs)]

mod args;
mod call;
mod completions;
mod dry_run;
mod exit;
mod globals;
mod help;
mod input;
mod man;
mod operation;
mod output;
mod pager;
mod pages;
mod printer;
mod program;
mod prompt;
mod query;
mod run;
mod skeleton;
mod suggest;
mod trace;

pub mod readers;

pub mod runtime {
    include!("../../fuzz/runtime_readers.rs");
}

pub mod local {
    include!("../../fuzz/local_readers.rs");
}

/// A model, generated in full.
pub fn model(bytes: &[u8]) {
    let folder = std::env::temp_dir().join(format!("opsmith-fuzz-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a folder");
    let path = folder.join("model.json");
    std::fs::write(&path, bytes).expect("a file");
    let _ = opsmith_codegen::Generator::new(path).render().map_err(|error| error.to_string());
}
