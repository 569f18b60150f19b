//! `SERVICE wait NAME`: calls an operation until a resource is in the state that a waiter of the model
//! waits for. Prints nothing.

use crate::args::{self, Arg, ParsedArgs, Parser, Token};
use crate::call::OperationRunner;
use crate::context::Context;
use crate::failure::Failure;
use crate::operation::OperationArgs;
use crate::parameter::{self, Parameter};
use crate::waiter::{self, ATTEMPTS, DELAY, FoundWaiter, WORD, find};
use crate::{bulk, help, skeleton};
use opsmith_runtime::Error;
use opsmith_runtime::document::{Document, Map};
use opsmith_runtime::error::ServiceError;
use opsmith_runtime::schema::Waiter;
use opsmith_runtime::schema::catalog::Part;
use opsmith_runtime::schema::commands::{Commands, Words};
use opsmith_runtime::waiter::{Seen, Verdict, Watch};
use std::time::Duration;

/// Runs the words after `wait`.
///
/// # Errors
///
/// Those of any operation; the resource can't get into the state, or did not in time.
pub(crate) fn command(
    context: &Context<'_>,
    known: &Words<'_>,
    tokens: &[Token<'_>],
) -> Result<(), Failure> {
    let words = read_words(known, tokens)?;
    let Some(word) = args::word_or_help(&words) else {
        return Err(Failure::required("subcommand"));
    };
    if !known.waiters.contains(&word) {
        return help::print(&help::wait_page(known));
    }
    let delay = words.value(DELAY).map(seconds).transpose()?;
    let attempts = words.value(ATTEMPTS).map(attempts).transpose()?;
    let service = known.service;
    if print_help(context, service, word, &words.rest)? {
        return Ok(());
    }
    let (commands, found) = load(context, service, word, |words| Part::Command(words))?;
    let parameters = parameters(commands, &found);
    let args = read_args(&found, &parameters, &words.rest)?;
    if context.globals.has(bulk::OPTION) {
        return Err(Failure::parameter(format_args!(
            "{} can't be given with {WORD}",
            bulk::OPTION
        )));
    }
    let parameters = args.parameters(&context.reader(commands.service))?;
    if let Some(kind) = args.skeleton {
        let (commands, found) = match kind {
            skeleton::DOCUMENTED => load(context, service, word, |words| Part::Page(words))?,
            _ => (commands, found),
        };
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

/// A waiter, with a part of its service.
fn load(
    context: &Context<'_>,
    service: &str,
    word: &str,
    part: fn(&str) -> Part<'_>,
) -> Result<(&'static Commands<'static>, FoundWaiter<'static>), Failure> {
    let words = format!("{WORD} {word}");
    let commands = context.program.part(service, part(&words))?;
    let gone = || Failure::general(format_args!("{service} {words} is no longer there"));
    Ok((commands, find(commands, word).ok_or_else(gone)?))
}

/// The options of a waiter's operation.
fn parameters<'a>(commands: &Commands<'a>, found: &FoundWaiter<'a>) -> Vec<Parameter<'a>> {
    parameter::all(
        commands.service,
        found.command,
        &waiter::unpaged(found.operation),
    )
}

/// Reads the tokens after a waiter's word.
fn read_args<'p, 't>(
    found: &FoundWaiter<'p>,
    parameters: &'p [Parameter<'p>],
    tokens: &[Token<'t>],
) -> Result<OperationArgs<'p, 't>, Failure> {
    let operation = waiter::unpaged(found.operation);
    OperationArgs::read(
        parameters,
        found.command,
        &operation,
        tokens,
        true,
        false,
        None,
    )
}

/// Prints the page of a waiter and returns true, if the tokens after its word ask for it.
fn print_help(
    context: &Context<'_>,
    service: &str,
    word: &str,
    tokens: &[Token<'_>],
) -> Result<bool, Failure> {
    if !args::may_ask_help(tokens) {
        return Ok(false);
    }
    let (commands, found) = load(context, service, word, |words| Part::Page(words))?;
    let parameters = parameters(commands, &found);
    let asks = read_args(&found, &parameters, tokens)?.help;
    if asks {
        help::print(&help::waiter_page(commands, word, &found))?;
    }
    Ok(asks)
}

/// The options of waiters, and the word of one.
fn read_words<'t>(
    known: &Words<'_>,
    tokens: &[Token<'t>],
) -> Result<ParsedArgs<'static, 't>, Failure> {
    let specs: Vec<_> = waiter::specs().collect();
    let mut words = ParsedArgs::default();
    for arg in Parser::new(tokens, &specs) {
        let arg = arg?;
        if let Arg::Word(word) = &arg {
            check_waiter(known, word)?;
        }
        words.add(arg);
    }
    Ok(words)
}

/// Rejects a word that is not a waiter of the service.
fn check_waiter(known: &Words<'_>, word: &str) -> Result<(), Failure> {
    if word == "help" || known.waiters.contains(&word) {
        return Ok(());
    }
    let choices = known.waiters.iter().copied().chain(["help"]);
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
