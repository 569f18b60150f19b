//! The way of a result to standard output: its presentation, `--query`, the format; pages all at
//! once or one by one.

use crate::context::Context;
use crate::failure::Failure;
use crate::output::{Format, Layout, present, render};
use crate::pager::{Pager, Reading};
use crate::pages::{self, Pages};
use opsmith_runtime::document::{Document, Map};
use opsmith_runtime::schema::{Operation, Service};
use std::io::{self, IsTerminal as _, Write as _};

/// Prints results of an operation as settings and options ask for.
pub(crate) struct Printer<'a> {
    context: &'a Context<'a>,
    service: &'a Service<'a>,
    operation: &'a Operation<'a>,
    format: Format,
    color: bool,
    pager: Option<Pager>,
    /// The pager, once there is something to show.
    reading: Option<Reading>,
}

impl<'a> Printer<'a> {
    /// A printer for results of the operation.
    ///
    /// # Errors
    ///
    /// A format or a pager that there is not.
    pub(crate) fn new(
        context: &'a Context<'a>,
        service: &'a Service<'a>,
        operation: &'a Operation<'a>,
    ) -> Result<Self, Failure> {
        let name = match context.globals.value("--output") {
            Some(name) => name.to_owned(),
            None => context
                .settings
                .get("output")?
                .map_or_else(|| "json".to_owned(), |value| value.text),
        };
        let unknown = || Failure::general(format_args!("Unknown output type: {name}"));
        let format = Format::named(&name).ok_or_else(unknown)?;
        let terminal = io::stdout().is_terminal();
        let color = match context.globals.value("--color") {
            Some("on") => true,
            Some("off") => false,
            _ => terminal,
        };
        let pager = if terminal { pager(context)? } else { None };
        Ok(Printer {
            context,
            service,
            operation,
            format,
            color,
            pager,
            reading: None,
        })
    }

    /// Prints the result of a single call.
    ///
    /// # Errors
    ///
    /// A query that fails, a result that the format can't express, an output that can't be written.
    pub(crate) fn result(mut self, result: Document) -> Result<(), Failure> {
        let shown = shown(self.context, self.service, self.operation, result);
        self.print(shown)
    }

    /// Prints the result of a paged operation; each page as it comes where the format allows it.
    ///
    /// # Errors
    ///
    /// As [`Self::result`], and those of the calls.
    pub(crate) fn pages(
        mut self,
        mut pages: Pages<'_>,
        mut call: impl FnMut(&Map) -> Result<Document, Failure>,
    ) -> Result<(), Failure> {
        let context = self.context;
        let service = self.service;
        let operation = self.operation;
        let shown = |answer| shown(context, service, operation, answer);
        match self.format {
            Format::YamlStream => {
                while let Some(page) = pages.next(&mut call, shown)? {
                    let found = self.found(page)?;
                    self.write(&found)?;
                }
            }
            Format::Text => {
                while let Some(page) = pages.next(&mut call, shown)? {
                    self.print(pages.part(&page))?;
                }
                if let Some(token) = pages.resume() {
                    // On a line that begins with a key, unless the query asks for the token: to any
                    // other it is no part of the result.
                    let token = pages::next_token(token.into());
                    let line = pages::next_token(token.clone());
                    let asked = self.found(line.clone()).is_ok_and(|found| found == token);
                    self.write(if asked { &token } else { &line })?;
                }
            }
            _ => self.print(pages.whole(&mut call, shown)?)?,
        }
        Ok(())
    }

    /// What the query finds.
    fn found(&self, shown: Document) -> Result<Document, Failure> {
        match &self.context.query {
            Some(query) if self.format != Format::Off => {
                query.search(&shown).map_err(Failure::general)
            }
            _ => Ok(shown),
        }
    }

    /// Prints what the query finds, unless that is an empty map.
    fn print(&mut self, shown: Document) -> Result<(), Failure> {
        let found = self.found(shown)?;
        if found.as_map().is_some_and(Map::is_empty) {
            Ok(())
        } else {
            self.write(&found)
        }
    }

    fn write(&mut self, found: &Document) -> Result<(), Failure> {
        let layout = Layout {
            title: self.operation.name,
            color: self.color,
            width: 80,
        };
        let text = render(found, self.format, &layout).map_err(Failure::general)?;
        self.put(text.as_bytes())
            .map_err(|error| Failure::output(&error))
    }

    /// Writes to the pager, which is started for the first of what there is to show, or to standard
    /// output.
    fn put(&mut self, text: &[u8]) -> io::Result<()> {
        if text.is_empty() {
            return Ok(());
        }
        if let Some(pager) = self.pager.take() {
            self.reading = Some(pager.start()?);
        }
        match &mut self.reading {
            Some(reading) => reading.write_all(text),
            None => {
                let mut out = io::stdout().lock();
                out.write_all(text).and_then(|()| out.flush())
            }
        }
    }
}

/// What is shown of an answer; says on standard error where that can't be seen as the model has it.
pub(crate) fn shown(
    context: &Context<'_>,
    service: &Service<'_>,
    operation: &Operation<'_>,
    answer: Document,
) -> Document {
    match operation.output {
        Some(shape) => {
            let mut doubts = Vec::new();
            let shown = present(answer, service, shape, &context.timestamps, &mut doubts);
            if let Some((first, others)) = doubts.split_first() {
                let more = if others.is_empty() {
                    String::new()
                } else {
                    format!(" (and {} more)", others.len())
                };
                context.warn(format_args!("{first}{more}"));
            }
            shown
        }
        None => Document::Map(Map::new()),
    }
}

/// The pager that a setting names; without one there is none.
fn pager(context: &Context<'_>) -> Result<Option<Pager>, Failure> {
    let named = context
        .settings
        .get("cli_pager")?
        .filter(|_| !context.globals.has("--no-cli-pager"));
    let pager = named
        .map_or(Ok(None), |value| Pager::named(&value.text))
        .map_err(Failure::general)?;
    match pager {
        Some(pager) if !pager.is_there() => Err(Failure::pager(pager.program())),
        pager => Ok(pager),
    }
}
