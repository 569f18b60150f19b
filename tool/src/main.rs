//! `cargo opsmith`: imports service models, generates clients from them, reports their costs and
//! changes, and checks that generated code is current.

mod call;
mod check;
mod diff;
mod explain;
mod generate;
mod import;
mod list;
mod output;
mod target;
mod update;

use clap::{Parser, Subcommand};
use std::process::ExitCode;

/// Generates Rust clients from AWS service models: imports, compares and explores models, and
/// checks that generated code is up to date.
#[derive(Parser)]
#[command(name = "cargo opsmith", bin_name = "cargo opsmith", version)]
struct Line {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Subcommand)]
enum Verb {
    /// Generate the client of a service, or of all services in model/ when no model is given.
    Generate(target::Target),
    /// Check that generated files are up to date; exit 1 and print a diff when they are not.
    Check(target::Target),
    /// Run an operation of a model, as the command `opsmith` does, without generating code.
    Call(call::Call),
    /// Show what changed between two models, by operation; exit 1 when programs would break.
    Diff(diff::Diff),
    /// Convert a service of botocore's data to a Smithy model.
    Import(import::Import),
    /// Replace a model by a newer one: import, diff, generate and check in one step.
    Update(update::Update),
    /// Explain how an operation or a shape of a model becomes Rust, and why.
    Explain(explain::Explain),
    /// List the operations of a model, with the number of shapes and lines of code that each needs
    /// when it is generated alone.
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
        output::error(&problem);
        ExitCode::FAILURE
    })
}
