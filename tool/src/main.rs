//! `cargo opsmith`: imports service models, generates clients from them, reports their costs and
//! changes, and checks that generated code is current.

mod call;
mod check;
mod diff;
mod explain;
mod generate;
mod import;
mod list;
mod say;
mod target;
mod update;

use clap::{Parser, Subcommand};
use std::process::ExitCode;

/// Imports service models, generates clients from them, tells what they cost and how they changed,
/// and proves that generated code is current.
#[derive(Parser)]
#[command(name = "cargo opsmith", bin_name = "cargo opsmith", version)]
struct Line {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Subcommand)]
enum Verb {
    /// Write the generated files of a service, or of all services in model/ when no model is named.
    Generate(target::Target),
    /// Compare generated files with what would be written; exit 1 and show how they differ when
    /// they do.
    Check(target::Target),
    /// Run an operation of a model without compiling anything: the command `opsmith` over that
    /// model.
    Call(call::Call),
    /// Tell what changed between two models, and for which operations; exit 1 when programs would
    /// break.
    Diff(diff::Diff),
    /// Make a Smithy model of a service in botocore's data.
    Import(import::Import),
    /// Put a newer model in place of an older: import, diff, generate and check in one.
    Update(update::Update),
    /// Tell what became of an operation or a shape, from JSON to Rust, and why.
    Explain(explain::Explain),
    /// List the operations of a model, with the shapes and lines of code that each costs by itself.
    List(list::List),
}

fn main() -> ExitCode {
    // Cargo gives a subcommand's own name as the first word.
    let words = std::env::args_os()
        .enumerate()
        .filter(|(at, word)| *at != 1 || word != "opsmith")
        .map(|(_, word)| word);
    let done = match Line::parse_from(words).verb {
        Verb::Generate(target) => generate::generate(&target).map(|()| ExitCode::SUCCESS),
        Verb::Check(target) => check::check(&target),
        Verb::Call(call) => call::call(&call),
        Verb::Diff(diff) => return diff::run(&diff),
        Verb::Import(import) => import::import(&import).map(|()| ExitCode::SUCCESS),
        Verb::Update(update) => update::update(&update),
        Verb::Explain(explain) => explain::explain(&explain).map(|()| ExitCode::SUCCESS),
        Verb::List(list) => list::list(&list).map(|()| ExitCode::SUCCESS),
    };
    done.unwrap_or_else(|problem| {
        say::problem(&problem);
        ExitCode::FAILURE
    })
}
