//! `SERVICE wait NAME`: calls an operation until a resource is in the state that a waiter of the model
//! waits for. Prints nothing.

use crate::args::{self, Arg, ParsedArgs, Parser, Token};
use crate::call::OperationRunner;
use crate::context::Context;
use crate::failure::Failure;
use crate::operation::OperationArgs;
use crate::parameter;
use crate::waiter::{self, ATTEMPTS, DELAY, WORD, find};
use crate::{bulk, help, skeleton};
use opsmith_runtime::Error;
use opsmith_runtime::document::{Document, Map};
use opsmith_runtime::error::ServiceError;
use opsmith_runtime::schema::Waiter;
use opsmith_runtime::schema::commands::Commands;
use opsmith_runtime::waiter::{Seen, Verdict, Watch};
use std::time::Duration;

/// Runs the words after `wait`.
///
/// # Errors
///
/// Those of any operation; the resource can't get into the state, or did not in time.
pub(crate) fn command(
    context: &Context<'_>,
    commands: &'static Commands<'static>,
    tokens: &[Token<'_>],
) -> Result<(), Failure> {
    let words = read_words(commands, tokens)?;
    let Some(word) = args::word_or_help(&words) else {
        return Err(Failure::required("subcommand"));
    };
    let Some(found) = find(commands, word) else {
        return help::print(&help::wait_page(commands));
    };
    let delay = words.value(DELAY).map(seconds).transpose()?;
    let attempts = words.value(ATTEMPTS).map(attempts).transpose()?;
    let operation = waiter::unpaged(found.operation);
    let parameters = parameter::all(commands.service, found.command, &operation);
    let args = OperationArgs::read(
        &parameters,
        found.command,
        &operation,
        &words.rest,
        true,
        false,
        None,
    )?;
    if args.help {
        return help::print(&help::waiter_page(commands, word, &found));
    }
    if context.globals.has(bulk::OPTION) {
        return Err(Failure::parameter(format_args!(
            "{} can't be given with {WORD}",
            bulk::OPTION
        )));
    }
    let parameters = args.parameters(&context.reader(commands.service))?;
    if let Some(kind) = args.skeleton {
        return skeleton::print(context, commands, found.operation, kind, &parameters);
    }
    let mut runner = OperationRunner::new(context, commands, found.operation)?;
    if let Some(form) = context.globals.values("--cli-dry-run") {
        return runner.dry_run(form.first().copied(), &parameters);
    }
    let watch =
        Watch::new(found.waiter).map_err(|error| failed(found.waiter, &error.to_string()))?;
    wait(
        watch.delay(delay).attempts(attempts),
        found.waiter,
        &mut runner,
        &parameters,
    )
}

/// The options of waiters, and the word of one.
fn read_words<'t>(
    commands: &Commands<'_>,
    tokens: &[Token<'t>],
) -> Result<ParsedArgs<'static, 't>, Failure> {
    let specs: Vec<_> = waiter::specs().collect();
    let mut words = ParsedArgs::default();
    for arg in Parser::new(tokens, &specs) {
        let arg = arg?;
        if let Arg::Word(word) = &arg {
            check_waiter(commands, word)?;
        }
        words.add(arg);
    }
    Ok(words)
}

/// Rejects a word that is not a waiter of the service.
fn check_waiter(commands: &Commands<'_>, word: &str) -> Result<(), Failure> {
    if word == "help" || find(commands, word).is_some() {
        return Ok(());
    }
    let choices = commands.waiters().map(|(name, ..)| name).chain(["help"]);
    Err(Failure::choice("subcommand", word, choices))
}

fn wait(
    mut watch: Watch<'_>,
    waiter: &Waiter<'_>,
    runner: &mut OperationRunner<'_>,
    parameters: &Map,
) -> Result<(), Failure> {
    let input = Document::Map(parameters.clone());
    loop {
        let answer = runner.attempt(parameters)?;
        let verdict = match &answer {
            Ok(answer) => watch.look(&Seen::Output(answer.status, &answer.document, &input)),
            Err(Error::Service(error)) => watch.look(&Seen::Error(error)),
            Err(_) => Verdict::Unexpected,
        };
        match (verdict, answer) {
            (Verdict::Success, _) => return Ok(()),
            (Verdict::Again(least, most), _) => runner.sleep(least, most)?,
            (Verdict::Failed(reason) | Verdict::OutOfAttempts(reason), _) => {
                return Err(failed(waiter, &reason));
            }
            (Verdict::Unexpected, Err(Error::Service(error))) => {
                let ServiceError { code, message, .. } = *error;
                return Err(failed(
                    waiter,
                    &format!("An error occurred ({code}): {message}"),
                ));
            }
            (Verdict::Unexpected, Err(error)) => return Err(error.into()),
            // Only an error is unexpected.
            (Verdict::Unexpected, Ok(_)) => {}
        }
    }
}

fn failed(waiter: &Waiter<'_>, reason: &str) -> Failure {
    Failure::from(Error::Wait {
        waiter: waiter.name.to_owned(),
        reason: reason.to_owned(),
    })
}

/// A delay, which may have a fraction.
fn seconds(text: &str) -> Result<Duration, Failure> {
    let seconds = text
        .trim()
        .parse()
        .ok()
        .and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
    seconds.ok_or_else(|| {
        Failure::usage(format_args!(
            "argument {DELAY}: '{text}' is not a number of seconds"
        ))
    })
}

fn attempts(text: &str) -> Result<u32, Failure> {
    let attempts = text.trim().parse().ok().filter(|attempts| *attempts > 0);
    let wrong = || {
        Failure::usage(format_args!(
            "argument {ATTEMPTS}: '{text}' is not a number of calls, 1 or more"
        ))
    };
    attempts.ok_or_else(wrong)
}
