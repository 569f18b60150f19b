//! What must be known before the command line is checked: the settings, and the form of error
//! messages.

use crate::args::{ParsedArgs, Token};
use crate::failure::Failure;
use crate::globals;
use crate::program::Program;
use crate::report::ErrorFormat;
use opsmith_runtime::config::{Env, Settings};
use std::io::IsTerminal as _;

/// Whether `--local` comes before the service. An error in the line must not read the files that
/// `--local` ignores either, so this is known before the line is checked.
///
/// # Errors
///
/// The catalogue can't be read.
pub(crate) fn is_local(program: &Program, tokens: &[Token<'_>]) -> Result<bool, Failure> {
    let Some(at) = tokens.iter().position(|token| token.text == "--local") else {
        return Ok(false);
    };
    for token in &tokens[..at] {
        if program.has(token.text)? {
            return Ok(false);
        }
    }
    Ok(true)
}

/// The settings of the profile that the line names, wherever on the line.
///
/// # Errors
///
/// `--profile` or `--debug` in the wrong form; shared files that can't be read.
pub(crate) fn settings(tokens: &[Token<'_>], local: bool) -> Result<Settings, Failure> {
    if local {
        return Ok(Settings::load(local_env(), None)?);
    }
    let args = ParsedArgs::read(tokens, &globals::specs_of(&["--profile", "--debug"]))?;
    Ok(Settings::load(Env::real(), args.value("--profile"))?)
}

/// The environment for `--local`. It hides `AWS_*`, `*_PROXY` and `HOME`, so that no configuration
/// file is found.
fn local_env() -> Env {
    let hidden = |name: &str| {
        let name = name.to_ascii_uppercase();
        name.starts_with("AWS_") || name.ends_with("_PROXY") || name == "HOME"
    };
    let variables = std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)));
    Env::with_variables(variables.filter(|(name, _)| !hidden(name)))
}

/// The form of error messages: an option, wherever on the line, or a setting.
pub(crate) fn error_format(tokens: &[Token<'_>], settings: &Settings) -> ErrorFormat {
    let mut specs = globals::specs_of(&["--cli-error-format", "--color"]);
    // Wrong values are reported later, in the default form.
    specs.iter_mut().for_each(|spec| spec.choices = &[]);
    let args = ParsedArgs::read(tokens, &specs).unwrap_or_default();
    let setting = || Some(settings.get("cli_error_format").ok()??.text);
    let name = args
        .value("--cli-error-format")
        .map(str::to_owned)
        .or_else(setting)
        .unwrap_or_default();
    let color = match args.value("--color") {
        Some(choice) => choice == "on",
        None => std::io::stderr().is_terminal(),
    };
    ErrorFormat::named(&name, color)
}

/// Rejects an option or a setting that asks for prompts.
///
/// # Errors
///
/// Prompts are requested.
pub(crate) fn refuse_prompts(
    globals: &ParsedArgs<'_, '_>,
    settings: &Settings,
) -> Result<(), Failure> {
    let refused = globals.has("--no-cli-auto-prompt");
    if globals.has("--cli-auto-prompt") {
        let both =
            "Both --cli-auto-prompt and --no-cli-auto-prompt cannot be specified at the same time.";
        return Err(Failure::parameter(if refused {
            both.to_owned()
        } else {
            unsupported("--cli-auto-prompt")
        }));
    }
    // A profile that does not exist is reported later.
    match settings.get("cli_auto_prompt").ok().flatten() {
        Some(value) if value.text.eq_ignore_ascii_case("on") && !refused => Err(
            Failure::parameter(unsupported(&format!("cli_auto_prompt ({})", value.origin))),
        ),
        _ => Ok(()),
    }
}

fn unsupported(asked: &str) -> String {
    format!("{asked}: prompting is not supported; give the parameters as options")
}
