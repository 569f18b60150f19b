//! `cargo opsmith`: imports service models, generates clients from them, and proves that generated code is current.

mod call;
mod load;

use clap::{Args, Parser, Subcommand};
use opsmith_codegen::{Error, Generator, import};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::{fs, io};

/// Imports service models, generates clients from them, and proves that generated code is current.
#[derive(Parser)]
#[command(name = "cargo opsmith", bin_name = "cargo opsmith", version)]
struct Line {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Subcommand)]
enum Verb {
    /// Write the generated files of a service, or of all services in model/ when no model is named.
    Generate(Target),
    /// Compare generated files with what would be written; exit 1 when they differ.
    Check(Target),
    /// Run an operation of a model without compiling anything: the command `opsmith` over that model.
    Call(call::Call),
    /// Make a Smithy model of a service in botocore's data.
    Import(Import),
}

#[derive(Args)]
struct Target {
    /// Smithy JSON AST of the service.
    model: Option<PathBuf>,
    /// Further files of the model, e.g. documentation in `apply` statements.
    #[arg(long, value_name = "FILE", requires = "model")]
    overlay: Vec<PathBuf>,
    /// Exceptions to the model (TOML).
    #[arg(long, value_name = "FILE", requires = "model")]
    exceptions: Option<PathBuf>,
    /// Only these operations, with what they need; may be repeated. All without it.
    #[arg(long = "operation", value_name = "NAME", requires = "model")]
    operations: Vec<String>,
    /// The folder for the files.
    #[arg(long, value_name = "FOLDER", requires = "model")]
    out: Option<PathBuf>,
}

#[derive(Args)]
struct Import {
    /// A service's folder, e.g. botocore/data/codepipeline/2015-07-09; or the file botocore/data/partitions.json.
    from: PathBuf,
    /// The file to write, e.g. model/codepipeline.json.
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    /// Where the folder is from, e.g. "botocore 1.44.5".
    #[arg(long, default_value = "botocore")]
    source: String,
    /// The day of that release, e.g. 2026-11-17.
    #[arg(long, default_value = "")]
    date: String,
    /// Keep documentation, which is somebody's text; without it only facts are taken.
    #[arg(long)]
    documentation: bool,
}

fn main() -> ExitCode {
    // Cargo gives a subcommand's own name as the first word.
    let words =
        std::env::args_os().enumerate().filter(|(at, word)| *at != 1 || word != "opsmith").map(|(_, word)| word);
    let done = match Line::parse_from(words).verb {
        Verb::Generate(target) => each(&target, generate).map(|()| ExitCode::SUCCESS),
        Verb::Check(target) => each(&target, check).map(|()| ExitCode::SUCCESS),
        Verb::Call(call) => call::call(&call),
        Verb::Import(import) => import_model(&import).map(|()| ExitCode::SUCCESS),
    };
    match done {
        Ok(code) => code,
        Err(problem) => {
            eprintln!("{problem}");
            ExitCode::FAILURE
        }
    }
}

/// Does something with the target, or with each service of the project.
fn each(target: &Target, act: fn(&Generator, &Path) -> Result<(), Error>) -> Result<(), String> {
    let targets = match &target.model {
        Some(model) => {
            let mut generator = Generator::new(model).operations(&target.operations);
            generator = target.overlay.iter().fold(generator, |generator, file| generator.overlay(file));
            generator = target.exceptions.iter().fold(generator, |generator, file| generator.exceptions(file));
            let out = target.out.clone().ok_or("say with --out where the files go")?;
            vec![(generator, out)]
        }
        None => project().map_err(|error| format!("cannot read model/: {error}"))?,
    };
    targets.iter().try_for_each(|(generator, out)| act(generator, out)).map_err(|error| error.to_string())
}

/// The services of a project: each model in `model/` that has documentation and exceptions beside it.
fn project() -> io::Result<Vec<(Generator, PathBuf)>> {
    let mut services = Vec::new();
    for entry in fs::read_dir("model")? {
        let name = entry?.file_name().to_string_lossy().into_owned();
        let Some(service) = name.strip_suffix(".docs.json") else { continue };
        let file = |extension: &str| format!("model/{service}{extension}");
        let generator = Generator::new(file(".json")).overlay(file(".docs.json")).exceptions(file(".toml"));
        services.push((generator, format!("generated/{service}/src").into()));
    }
    Ok(services)
}

fn generate(generator: &Generator, out: &Path) -> Result<(), Error> {
    let changed = generator.write(out)?;
    match changed.is_empty() {
        true => println!("{}: nothing to change", out.display()),
        false => println!("{}: wrote {}", out.display(), changed.join(", ")),
    }
    Ok(())
}

fn check(generator: &Generator, out: &Path) -> Result<(), Error> {
    generator.check(out).inspect(|()| println!("{}: current", out.display())).inspect_err(|error| {
        if matches!(error, Error::Stale(_)) {
            eprintln!("{}: run `cargo opsmith generate` with the same arguments", out.display());
        }
    })
}

fn import_model(target: &Import) -> Result<(), String> {
    let Import { from, out, source, date, documentation } = target;
    let text = if from.is_dir() {
        let options = import::Options { source: source.clone(), date: date.clone(), documentation: *documentation };
        let imported = import::folder(from, &options).map_err(|error| error.to_string())?;
        imported.warnings.iter().for_each(|warning| eprintln!("{warning}"));
        imported.text
    } else {
        import::partitions(from).map_err(|error| error.to_string())?
    };
    // Beside it first, so that a full disk leaves the old file whole.
    let beside = out.with_extension("json.new");
    let written = fs::write(&beside, text).and_then(|()| fs::rename(&beside, out));
    written.map_err(|error| {
        let _ = fs::remove_file(&beside);
        format!("cannot write {}: {error}", out.display())
    })?;
    println!("wrote {}", out.display());
    Ok(())
}
