//! `cargo opsmith update`: replaces a model by a newer one.

use crate::import::Origin;
use crate::target::{Code, Place, Service, of_project, project, with_files};
use crate::{check, diff, generate, output};
use clap::Args;
use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

#[derive(Args)]
pub(crate) struct Update {
    /// The newer model: a Smithy JSON AST file, or a folder of botocore's data.
    from: PathBuf,
    /// The model to replace. Documentation (NAME.docs.json) and exceptions (NAME.toml) next to it
    /// are used.
    #[arg(long, value_name = "FILE")]
    model: PathBuf,
    #[command(flatten)]
    place: Place,
    #[command(flatten)]
    origin: Origin,
}

/// Imports, prints the changes, writes model and code, and checks the code. When the newer model
/// is invalid, nothing is written.
pub(crate) fn update(
    Update {
        from,
        model,
        place,
        origin,
    }: &Update,
) -> Result<ExitCode, String> {
    let text = if from.is_dir() {
        origin.text(from)?
    } else {
        fs::read_to_string(from)
            .map_err(|error| format!("cannot read {}: {error}", from.display()))?
    };
    let named = place.code();
    let is_project = named.is_none();
    let code = named.or_else(|| in_project(model));
    let code = code.ok_or(
        "use --out or --crate to name where the files go: the model is not in the project's model/",
    )?;
    is_of_the_same_service(from, &text, model)?;
    let newer = model.with_extension("json.new");
    generate::replace(&newer, &text)?;
    let changes = diff::changes(&with_files(model, None), &with_files(model, Some(&newer)));
    // Problems are reported for the file that the user gave.
    let changes = changes.map_err(|error| {
        error
            .to_string()
            .replace(&*newer.to_string_lossy(), &from.to_string_lossy())
    });
    let replaced = changes.and_then(|changes| {
        diff::print(&changes)?;
        generate::replace(model, &text)
    });
    let _ = fs::remove_file(&newer);
    replaced?;
    output::line(format_args!("wrote {}", model.display()))?;
    let service = Service {
        generator: with_files(model, None),
        code,
    };
    generate::write(&service)?;
    if is_project {
        generate::write_sizes(&project()?)?;
    }
    Ok(if check::is_current(&service)? {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// The code of a model in the project's own folder.
fn in_project(model: &Path) -> Option<Code> {
    let name = model
        .file_stem()
        .filter(|_| model.parent() == Some(Path::new("model")))?;
    Some(of_project(&name.to_string_lossy()).code)
}

/// Refuses a model of another service: everything in it would differ, and exceptions and
/// documentation would match nothing.
fn is_of_the_same_service(from: &Path, text: &str, model: &Path) -> Result<(), String> {
    let namespace = |text: &str| {
        let read: Value = serde_json::from_str(text).ok()?;
        let shapes = read.get("shapes")?.as_object()?;
        let service = shapes
            .iter()
            .find(|(_, shape)| shape["type"] == "service")?;
        Some(service.0.split_once('#')?.0.to_owned())
    };
    let old = fs::read_to_string(model)
        .map_err(|error| format!("cannot read {}: {error}", model.display()))?;
    match (namespace(text), namespace(&old)) {
        (Some(newer), Some(older)) if newer != older => Err(format!(
            "{} is a model of {newer}, and {} is one of {older}: nothing was changed",
            from.display(),
            model.display()
        )),
        _ => Ok(()),
    }
}
