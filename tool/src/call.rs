//! `cargo opsmith call`: the command over a model that is loaded at run time.

use clap::Args;
use opsmith_codegen::{Arena, Generator};
use opsmith_command::{Program, Services};
use std::ffi::OsString;
use std::path::PathBuf;
use std::process::ExitCode;

#[derive(Args)]
pub(crate) struct Call {
    /// The service's model: a Smithy JSON AST file, or a folder of botocore's data. When
    /// repeated, the others are further files of the same model.
    #[arg(long, value_name = "FILE", required = true)]
    model: Vec<PathBuf>,
    /// A TOML file of exceptions: corrections to the model.
    #[arg(long, value_name = "FILE")]
    exceptions: Option<PathBuf>,
    /// What would follow `opsmith` on a command line: service, operation and options.
    #[arg(
        required = true,
        trailing_var_arg = true,
        allow_hyphen_values = true,
        value_name = "WORDS"
    )]
    words: Vec<OsString>,
}

/// Runs the command line; returns the command's exit code.
///
/// # Errors
///
/// The model is invalid, or the operation can't be called.
pub(crate) fn call(
    Call {
        model,
        exceptions,
        words,
    }: &Call,
) -> Result<ExitCode, String> {
    let mut files = model.iter();
    let first = files.next().ok_or("no model is named")?;
    let generator = files.fold(Generator::new(first), |generator, file| {
        generator.overlay(file)
    });
    let generator = exceptions
        .iter()
        .fold(generator, |generator, file| generator.exceptions(file));
    // The schema lives as long as the process, which runs one command.
    let arena: &'static Arena = Box::leak(Box::default());
    let service = generator.lower(arena).map_err(|error| error.to_string())?;
    let services = Box::leak(Box::new([service.commands]));
    Ok(Program {
        name: "opsmith",
        version: env!("CARGO_PKG_VERSION"),
        services: Services::linked(services),
    }
    .run_words(words.iter().cloned()))
}
