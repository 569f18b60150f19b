//! `SERVICE wait NAME`: an operation is called until something is as a waiter of the model wants
//! it. Nothing is printed.

use crate::args;
use crate::call::OperationRunner;
use crate::context::Context;
use crate::failure::Failure;
use crate::operation::Line;
use crate::stdout::print;
use crate::waiter::{self, ATTEMPTS, DELAY, WORD, find};
use crate::{bulk, dry_run, help, skeleton};
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
/// Those of any operation, and what was waited for did not come about.
pub(crate) fn command(
    context: &Context<'_>,
    commands: &'static Commands<'static>,
    words: &[String],
) -> Result<(), Failure> {
    let check = |word: &str| {
        if word == "help" || find(commands, word).is_some() {
            Ok(())
        } else {
            Err(Failure::choice(
                "subcommand",
                word,
                commands.waiters().map(|(name, ..)| name).chain(["help"]),
            ))
        }
    };
    let level = args::read::<Failure>(
        words,
        &waiter::known().collect::<Vec<_>>(),
        |_| Ok(()),
        check,
    )?;
    let Some(word) = level
        .word
        .as_deref()
        .or(args::asks_help(&level.rest).then_some("help"))
    else {
        return Err(Failure::usage(
            "the following arguments are required: subcommand",
        ));
    };
    let Some(found) = find(commands, word) else {
        return help::print(&help::wait_page(commands));
    };
    let delay = level.value(DELAY).map(seconds).transpose()?;
    let attempts = level.value(ATTEMPTS).map(attempts).transpose()?;
    let line = Line::read(
        commands.service,
        found.command,
        &waiter::unpaged(found.operation),
        &level.rest,
        true,
        false,
    )?;
    if line.help {
        return help::print(&help::waiter_page(commands, word, &found));
    }
    if context.globals.has(bulk::OPTION) {
        return Err(Failure::parameter(format_args!(
            "{} can't be given with {WORD}",
            bulk::OPTION
        )));
    }
    let parameters = line.parameters(&context.reader(commands.service))?;
    if let Some(kind) = line.skeleton.as_deref() {
        return skeleton::print(context, commands, found.operation, kind, &parameters);
    }
    let mut caller = OperationRunner::new(context, commands.service, found.operation)?;
    if let Some(form) = context.globals.values("--cli-dry-run") {
        let form = form.first().map(String::as_str);
        let request = caller.sign(&parameters, dry_run::shows_secrets(form))?;
        return print(&dry_run::shown(request, form));
    }
    let watch = Watch::new(found.waiter).map_err(|reason| failed(found.waiter, &reason))?;
    wait(
        watch.delay(delay).attempts(attempts),
        found.waiter,
        &mut caller,
        &parameters,
    )
}

fn wait(
    mut watch: Watch<'_>,
    waiter: &Waiter<'_>,
    caller: &mut OperationRunner<'_>,
    parameters: &Map,
) -> Result<(), Failure> {
    let input = Document::Map(parameters.clone());
    loop {
        let answer = caller.attempt(parameters)?;
        let verdict = match &answer {
            Ok(answer) => watch.look(&Seen::Output(answer.status, &answer.document, &input)),
            Err(Error::Service(error)) => watch.look(&Seen::Error(error)),
            Err(_) => Verdict::Unexpected,
        };
        match (verdict, answer) {
            (Verdict::Success, _) => return Ok(()),
            (Verdict::Again(least, most), _) => caller.sleep(least, most)?,
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
            // Only errors are unexpected.
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
