//! `cargo opsmith generate`: writes the code of services.

use crate::target::{Code, Service, Target};
use crate::{output, target};
use opsmith_runtime::files;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

/// The file with the sizes of the generated code, next to the crates of a project's services.
const SIZES: &str = "generated/SIZES";

pub(crate) fn generate(target: &Target) -> Result<(), String> {
    let services = target.services()?;
    services.iter().try_for_each(write)?;
    if target.is_project() {
        write_sizes(&services)
    } else {
        Ok(())
    }
}

/// Writes the sizes of a project, if they are not there already.
pub(crate) fn write_sizes(services: &[Service]) -> Result<(), String> {
    let text = sizes(services)?;
    if fs::read_to_string(SIZES).ok().as_ref() == Some(&text) {
        return Ok(());
    }
    replace(Path::new(SIZES), &text)?;
    output::line(format_args!("wrote {SIZES}"))
}

/// Writes the code of a service.
pub(crate) fn write(Service { generator, code }: &Service) -> Result<(), String> {
    let changed = match code {
        Code::Files(folder) => generator.write(folder),
        Code::Crate(folder, runtime) => generator.write_crate(folder, runtime.as_deref()),
    };
    let changed = changed.map_err(|error| error.to_string())?;
    target::report_omitted(generator)?;
    let folder = code.folder().display();
    if changed.is_empty() {
        output::line(format_args!("{folder}: nothing to change"))
    } else {
        output::line(format_args!("{folder}: wrote {}", changed.join(", ")))
    }
}

/// Whether the sizes of a project are as they would be written.
pub(crate) fn sizes_are_current(services: &[Service]) -> Result<bool, String> {
    Ok(fs::read_to_string(SIZES).ok() == Some(sizes(services)?))
}

/// Lines of code of each service, whole and by operation.
fn sizes(services: &[Service]) -> Result<String, String> {
    let mut text =
        "Lines of generated code, neither blank nor comment. `cargo opsmith generate` writes this.\n".to_owned();
    for Service { generator, code } in services {
        let failed = |error: opsmith_codegen::Error| error.to_string();
        let whole = generator.cost().map_err(failed)?;
        let costs = generator.costs().map_err(failed)?;
        let name = code
            .folder()
            .file_name()
            .unwrap_or_default()
            .to_string_lossy();
        let operations = costs.len();
        let lines = whole.lines;
        let _ = write!(
            text,
            "\n{name}: {lines} for {operations} operations, {} for each\n",
            lines.div_ceil(operations.max(1))
        );
        for cost in costs {
            let cost = cost.map_err(failed)?;
            let _ = writeln!(text, "  {:<40} {:>6}", cost.operation, cost.lines);
        }
    }
    Ok(text)
}

/// Writes a file in one step, so that a full disk leaves the old one whole.
pub(crate) fn replace(path: &Path, text: &str) -> Result<(), String> {
    files::replace(path, text.as_bytes())
        .map_err(|error| format!("cannot write {}: {error}", path.display()))
}
