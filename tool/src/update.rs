//! `cargo opsmith update`: puts a newer model in place of an older one.

use crate::import::Origin;
use crate::target::{Code, Place, Service, of_project, project, with_files};
use crate::{check, diff, generate, say};
use clap::Args;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

#[derive(Args)]
pub(crate) struct Update {
    /// The newer model: a service's folder of botocore's, or Smithy JSON AST.
    from: PathBuf,
    /// The model to replace, with documentation (NAME.docs.json) and exceptions (NAME.toml) beside
    /// it.
    #[arg(long, value_name = "FILE")]
    model: PathBuf,
    #[command(flatten)]
    place: Place,
    #[command(flatten)]
    origin: Origin,
}

/// Imports, tells the changes, writes model and code, and checks the code. When the newer model is
/// wrong, nothing is written.
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
        "say with --out or --crate where the files go: the model is not in the project's model/",
    )?;
    let beside = model.with_extension("json.new");
    generate::replace(&beside, &text)?;
    let changes = diff::changes(&with_files(model, None), &with_files(model, Some(&beside)));
    // Problems are reported for the file that the user gave.
    let changes = changes.map_err(|error| {
        error
            .to_string()
            .replace(&*beside.to_string_lossy(), &from.to_string_lossy())
    });
    let replaced = changes.and_then(|changes| {
        diff::print(&changes)?;
        generate::replace(model, &text)
    });
    let _ = fs::remove_file(&beside);
    replaced?;
    say::line(format_args!("wrote {}", model.display()))?;
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
