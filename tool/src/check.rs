//! `cargo opsmith check`: shows how generated code differs from what the generator would write now.

use crate::target::{Code, Service, Target};
use crate::{generate, output};
use opsmith_codegen::Stale;
use similar::TextDiff;
use std::process::ExitCode;

/// Maximum number of lines of a diff that are shown for each file.
const MOST_LINES: usize = 40;

/// Exits with 1 when something differs.
pub(crate) fn check(target: &Target) -> Result<ExitCode, String> {
    let services = target.services()?;
    let mut current = true;
    for service in &services {
        current &= is_current(service)?;
    }
    if target.is_project() && current && !generate::sizes_are_current(&services)? {
        output::line("generated/SIZES: not what would be written")?;
        current = false;
    }
    if current {
        return Ok(ExitCode::SUCCESS);
    }
    output::error(format_args!(
        "generated code is stale: the generator would write it differently now\n    help: {}",
        fix()
    ));
    Ok(ExitCode::FAILURE)
}

/// The command that fixes it: the same with another verb.
fn fix() -> String {
    let words = std::env::args().skip(1).filter(|word| word != "opsmith");
    let words = words
        .map(|word| {
            if word == "check" {
                "generate".to_owned()
            } else {
                word
            }
        })
        .collect::<Vec<_>>();
    let words =
        shlex::try_join(words.iter().map(String::as_str)).unwrap_or_else(|_| "generate".to_owned());
    format!("cargo opsmith {words}")
}

/// Whether the code of a service is up to date; prints the differences.
pub(crate) fn is_current(Service { generator, code }: &Service) -> Result<bool, String> {
    let compared = match code {
        Code::Files(folder) => generator.compare(folder),
        Code::Crate(folder, _) => generator.compare_crate(folder),
    };
    let stale = compared.map_err(|error| error.to_string())?;
    let folder = code.folder();
    if stale.is_empty() {
        output::line(format_args!(
            "{}: {}",
            folder.display(),
            output::styled(output::GOOD, "current")
        ))?;
        return Ok(true);
    }
    for file in &stale {
        let path = folder.join(&file.name);
        show(&path.display().to_string(), file)?;
    }
    Ok(false)
}

fn show(path: &str, Stale { is, would_be, .. }: &Stale) -> Result<(), String> {
    let (is, would_be) = match (is, would_be) {
        (Some(is), Some(would_be)) => (is, would_be),
        (None, _) => return output::line(format_args!("{path}: missing")),
        (Some(_), None) => return output::line(format_args!("{path}: no longer generated")),
    };
    let diff = TextDiff::from_lines(is.as_str(), would_be.as_str());
    let text = diff
        .unified_diff()
        .context_radius(2)
        .header(path, "what the generator would write")
        .to_string();
    for (at, line) in text.lines().enumerate() {
        if at == MOST_LINES {
            return output::line(format_args!(
                "… and {} more lines",
                text.lines().count() - at
            ));
        }
        let style = match line.chars().next() {
            Some('-') => output::BAD,
            Some('+') => output::GOOD,
            Some('@') => output::NOTE,
            _ => anstyle::Style::new(),
        };
        output::line(output::styled(style, line))?;
    }
    Ok(())
}
