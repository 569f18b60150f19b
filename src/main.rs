//! `opsmith`: the operations of AWS services as commands, with the AWS CLI's syntax, output and exit codes.
//!
//! The command knows no service. It reads rows: `args` splits the line, `run` tells the story of it, `input` makes
//! parameters of words, `call` makes calls of them, `pages` as many as the result has; `printer` brings the result through `query`
//! and `output`. `help` and `skeleton` answer
//! without a call, as do `man` and `completions`, and `exit` decides how it all ends.

mod args;
mod call;
mod completions;
mod exit;
mod globals;
mod help;
mod input;
#[cfg(feature = "local")]
mod local;
mod man;
mod operation;
mod output;
mod pages;
mod printer;
mod prompt;
mod query;
// Fuzz targets take the same file for a public module.
#[cfg(test)]
#[expect(unreachable_pub)]
mod readers;
mod run;
// The same files are the public modules of the generated crate.
#[expect(unreachable_pub)]
mod services;
mod skeleton;
mod suggest;
mod trace;

use std::io::Write as _;
use std::process::ExitCode;

fn main() -> ExitCode {
    match run::run(std::env::args_os().skip(1)) {
        Ok(()) => ExitCode::SUCCESS,
        Err((failure, manner)) => {
            if failure.is_interruption() {
                // As the AWS CLI does: what the terminal shows of the interruption ends with its line.
                let _ = std::io::stdout().write_all(b"\n");
            }
            // When standard error is gone too, the exit code is all there is to say.
            let _ = std::io::stderr().write_all(failure.message(manner).as_bytes());
            ExitCode::from(failure.code())
        }
    }
}
