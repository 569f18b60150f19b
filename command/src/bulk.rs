//! `--cli-input-jsonl`: calls an operation for each line of a stream, many calls at a time, and
//! prints a result for each line, in the order of the input.
//!
//! Memory is bounded for any stream: lines are read as calls are made, and no call starts while too
//! many results wait for an earlier one.

pub(crate) mod lines;
mod progress;
mod rate;

use crate::around::Around;
use crate::call::{Answer, answer, config, into_failure};
use crate::context::Context;
use crate::failure::Failure;
use crate::input::{Reader, merge};
use crate::journal::{self, Journal};
use crate::output::json;
use crate::printer::presented;
use crate::prompt::Terminal;
use crate::signals::unless_interrupted;
use crate::{report, stdout};
use lines::Input;
use opsmith_runtime::document::{Document, Map};
use opsmith_runtime::schema::commands::Commands;
use opsmith_runtime::schema::{Operation, ShapeIndex};
use opsmith_runtime::visit::TypedDocument;
use opsmith_runtime::{Client, Error};
use progress::Progress;
use rate::Rate;
use std::collections::VecDeque;
use std::fmt::Display;
use std::sync::Arc;
use tokio::task::JoinSet;

/// The option that gives the stream.
pub(crate) const OPTION: &str = "--cli-input-jsonl";

/// Number of calls at a time, unless an option sets it.
const CONCURRENCY: usize = 16;

/// For each call at a time, the number of results that may wait for an earlier one.
const WINDOW: usize = 16;

/// A line whose result is not printed yet.
struct Slot {
    number: u64,
    /// The line's fingerprint in the journal.
    fingerprint: u64,
    result: Option<Outcome>,
}

/// The outcome of a line.
struct Outcome {
    /// The result as it is printed.
    text: String,
    ok: bool,
    /// The call was made, and must not be made again.
    done: bool,
}

/// The calls of a stream.
struct Bulk<'a> {
    context: &'a Context<'a>,
    commands: &'static Commands<'static>,
    operation: &'static Operation<'static>,
    reader: &'a Reader<'a>,
    /// The values of the options, which override the lines.
    given: &'a Map,
    around: Around<'static>,
    client: Client<'static>,
    rate: Arc<Rate>,
    journal: Option<Journal>,
    calls: JoinSet<(u64, Result<Answer, Error>)>,
    slots: VecDeque<Slot>,
    progress: Progress,
}

/// Calls the operation for each line of the source.
///
/// # Errors
///
/// A source or a journal that can't be read, missing settings or credentials, output that can't be
/// written; and after the last line, lines that failed.
pub(crate) fn run(
    context: &Context<'_>,
    commands: &'static Commands<'static>,
    operation: &'static Operation<'static>,
    reader: &Reader<'_>,
    given: &Map,
    source: &str,
) -> Result<(), Failure> {
    let concurrency = concurrency(context)?;
    let journal = context.globals.value("--cli-resume");
    let journal = journal
        .map(|path| Journal::open(path, commands.service.command, operation.name))
        .transpose()?;
    let input = Input::open(source)?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(Failure::general)?;
    let prompt = Arc::new(Terminal::default());
    let rate = Arc::new(Rate::new(concurrency));
    let config = config(context, &runtime, prompt.clone())?.sleep(rate.clone());
    let mut bulk = Bulk {
        context,
        commands,
        operation,
        reader,
        given,
        around: Around::new(commands, operation),
        client: Client::new(commands.service, config),
        rate,
        journal,
        calls: JoinSet::new(),
        slots: VecDeque::new(),
        progress: Progress::new(input.length()),
    };
    let worked = runtime.block_on(unless_interrupted(bulk.work(input, concurrency * WINDOW)));
    bulk.progress.clear();
    prompt.restore();
    // Does not wait for threads that wait for a process or a person.
    runtime.shutdown_background();
    if !matches!(worked, Ok(Ok(()))) {
        // Prints every result, even after a line without one, so that its call is not made again.
        bulk.slots.retain(|slot| slot.result.is_some());
        bulk.print()?;
        bulk.progress.clear();
    }
    worked??;
    bulk.progress.verdict()
}

fn concurrency(context: &Context<'_>) -> Result<usize, Failure> {
    let Some(text) = context.globals.value("--cli-concurrency") else {
        return Ok(CONCURRENCY);
    };
    match text.parse() {
        Ok(number @ 1..=10_000) => Ok(number),
        _ => Err(Failure::usage(format_args!(
            "argument --cli-concurrency: '{text}' is not a number from 1 to 10000"
        ))),
    }
}

impl Bulk<'_> {
    /// Starts calls while there is room, and prints results in the order of the lines.
    async fn work(&mut self, input: Input, window: usize) -> Result<(), Failure> {
        let mut lines = input.read();
        let mut ended = false;
        loop {
            let room =
                !ended && self.calls.len() < self.rate.allowed() && self.slots.len() < window;
            tokio::select! {
                line = lines.recv(), if room => match line {
                    Some(line) => self.begin(line.map_err(|error| Failure::general(format_args!("{OPTION}: {error}")))?)?,
                    None => ended = true,
                },
                Some(joined) = self.calls.join_next() => {
                    let (number, answer) = joined.map_err(Failure::general)?;
                    let outcome = self.outcome(number, answer)?;
                    self.finish(number, outcome);
                }
                else => break,
            }
            self.print()?;
        }
        Ok(())
    }

    /// Starts the call of a line, unless the line is done or wrong.
    fn begin(&mut self, line: lines::InputLine) -> Result<(), Failure> {
        self.progress.read(line.end);
        let lines::InputLine { number, text, .. } = line;
        if text.as_ref().is_ok_and(|text| text.trim().is_empty()) {
            return Ok(());
        }
        let fingerprint = journal::fingerprint(text.as_deref().unwrap_or_default());
        if self
            .journal
            .as_ref()
            .map_or(Ok(false), |journal| is_done(journal, number, fingerprint))?
        {
            self.progress.skipped();
            return Ok(());
        }
        self.slots.push_back(Slot {
            number,
            fingerprint,
            result: None,
        });
        let begun = text
            .map_err(Failure::parameter)
            .and_then(|text| self.call(number, &text));
        match begun {
            Err(failure) if failure.concerns_all() => Err(failure),
            Err(failure) => {
                self.finish(number, failed(number, &failure));
                Ok(())
            }
            Ok(()) => Ok(()),
        }
    }

    fn call(&mut self, number: u64, text: &str) -> Result<(), Failure> {
        let shape = self.operation.input.unwrap_or(ShapeIndex::MAX);
        let document = self.reader.jsonl(OPTION, text, shape)?;
        let parameters = merge(self.given.clone(), document);
        let decoder = self.around.decoder(&parameters);
        let document = Document::Map(self.around.sent(&parameters)?);
        let service = self.commands.service;
        let prepared = self.client.prepare(
            self.operation.name,
            &TypedDocument {
                document: &document,
                service,
                shape,
            },
        )?;
        for violation in &prepared.warnings {
            self.warn(number, format_args!("{violation}; sent nevertheless"));
        }
        let client = self.client.clone();
        let operation = self.operation;
        self.calls
            .spawn(async move { (number, answer(&client, operation, prepared, decoder).await) });
        Ok(())
    }

    fn warn(&mut self, number: u64, text: impl Display) {
        if self.context.warns {
            self.progress.clear();
            self.context.warn(format_args!("line {number}: {text}"));
        }
    }

    /// The outcome of an answer.
    fn outcome(&mut self, number: u64, answer: Result<Answer, Error>) -> Result<Outcome, Failure> {
        let service = self.commands.service;
        let operation = self.operation;
        let answer = match answer {
            Ok(answer) => answer,
            Err(error) => {
                let failure = into_failure(error, service, &self.context.timestamps);
                return if failure.concerns_all() {
                    Err(failure)
                } else {
                    Ok(failed(number, &failure))
                };
            }
        };
        self.rate.succeeded();
        if let Some(doubt) = answer.doubt {
            self.warn(number, doubt);
        }
        let result = presented(self.context, service, operation, answer.document);
        let found = match &self.context.query {
            Some(query) => query.search(&result),
            None => Ok(result),
        };
        Ok(match found {
            Ok(found) => Outcome {
                text: line(number, "ok", found),
                ok: true,
                done: true,
            },
            // The call was made; only its result can't be shown.
            Err(problem) => Outcome {
                done: true,
                ..failed(number, &Failure::general(problem))
            },
        })
    }

    fn finish(&mut self, number: u64, outcome: Outcome) {
        // Lines start in order, so their numbers ascend.
        if let Ok(at) = self.slots.binary_search_by_key(&number, |slot| slot.number) {
            self.slots[at].result = Some(outcome);
        }
    }

    /// Prints the results whose turn it is, then records them as done.
    fn print(&mut self) -> Result<(), Failure> {
        let mut text = String::new();
        let mut done = Vec::new();
        while let Some(Slot {
            result: Some(_), ..
        }) = self.slots.front()
        {
            let Some(Slot {
                number,
                fingerprint,
                result: Some(outcome),
            }) = self.slots.pop_front()
            else {
                break;
            };
            text += &outcome.text;
            self.progress.ended(outcome.ok);
            if outcome.done {
                done.push((number, fingerprint));
            }
        }
        if text.is_empty() {
            return Ok(());
        }
        self.progress.clear();
        stdout::print(&text)?;
        if let Some(journal) = &mut self.journal {
            journal.add(&done)?;
        }
        self.progress.show();
        Ok(())
    }
}

fn line(number: u64, name: &str, value: Document) -> String {
    let number = i64::try_from(number).unwrap_or(i64::MAX);
    json::compact(&Document::from([("line", number.into()), (name, value)])) + "\n"
}

fn failed(number: u64, failure: &Failure) -> Outcome {
    Outcome {
        text: line(number, "error", Document::Map(report::document(failure))),
        ok: false,
        done: false,
    }
}

/// Whether a line is done.
///
/// # Errors
///
/// Another text was done as this line.
fn is_done(journal: &Journal, number: u64, fingerprint: u64) -> Result<bool, Failure> {
    match journal.get(number) {
        None => Ok(false),
        Some(found) if found == fingerprint => Ok(true),
        Some(_) => Err(Failure::parameter(format_args!(
            "--cli-resume: line {number} is not the line that was done: {} is of another input",
            journal.path()
        ))),
    }
}
