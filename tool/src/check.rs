//! `cargo opsmith check`: shows how generated code differs from what the generator makes today.

use crate::target::{Code, Service, Target};
use crate::{generate, say};
use opsmith_codegen::Stale;
use similar::TextDiff;
use std::process::ExitCode;

/// Lines of differences that are shown of a file.
const MOST_LINES: usize = 40;

/// Exits with 1 when something differs.
pub(crate) fn check(target: &Target) -> Result<ExitCode, String> {
    let services = target.services()?;
    let mut current = true;
    for service in &services {
        current &= is_current(service)?;
    }
    if target.is_project() && current && !generate::sizes_are_current(&services)? {
        say::line("generated/SIZES: not what would be written")?;
        current = false;
    }
    if current {
        return Ok(ExitCode::SUCCESS);
    }
    say::problem(format_args!(
        "generated code is not what the generator makes of the model today\n    help: {}",
        mend()
    ));
    Ok(ExitCode::FAILURE)
}

/// The command that mends it: the same with another verb.
fn mend() -> String {
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

/// Whether the code of a service is current; prints how it is not.
pub(crate) fn is_current(Service { generator, code }: &Service) -> Result<bool, String> {
    let compared = match code {
        Code::Files(folder) => generator.compare(folder),
        Code::Crate(folder, _) => generator.compare_crate(folder),
    };
    let stale = compared.map_err(|error| error.to_string())?;
    let folder = code.folder();
    if stale.is_empty() {
        say::line(format_args!(
            "{}: {}",
            folder.display(),
            say::styled(say::GOOD, "current")
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
        (None, _) => return say::line(format_args!("{path}: missing")),
        (Some(_), None) => return say::line(format_args!("{path}: no longer made")),
    };
    let diff = TextDiff::from_lines(is.as_str(), would_be.as_str());
    let text = diff
        .unified_diff()
        .context_radius(2)
        .header(path, "what the generator makes")
        .to_string();
    for (at, line) in text.lines().enumerate() {
        if at == MOST_LINES {
            return say::line(format_args!(
                "… and {} lines more",
                text.lines().count() - at
            ));
        }
        let style = match line.chars().next() {
            Some('-') => say::BAD,
            Some('+') => say::GOOD,
            Some('@') => say::NOTE,
            _ => anstyle::Style::new(),
        };
        say::line(say::styled(style, line))?;
    }
    Ok(())
}
