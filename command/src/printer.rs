//! Prints results: their presentation, `--query`, the format; pages all at once or one by one.

use crate::context::Context;
use crate::failure::Failure;
#[cfg(feature = "event-stream")]
use crate::output::json;
use crate::output::{Format, TableLayout, present, render};
use crate::pager::{PagedOutput, Pager};
use crate::pages::{self, Pages};
use opsmith_runtime::document::{Document, Map};
use opsmith_runtime::schema::{Operation, Service, ShapeIndex};
use std::io::{self, IsTerminal as _};

/// Prints the results of an operation as options and settings ask for.
pub(crate) struct Printer<'a> {
    context: &'a Context<'a>,
    service: &'a Service<'a>,
    operation: &'a Operation<'a>,
    format: Format,
    color: bool,
    output: PagedOutput,
}

impl<'a> Printer<'a> {
    /// A printer for results of the operation.
    ///
    /// # Errors
    ///
    /// An unknown output format, or a pager that can't be started.
    pub(crate) fn new(
        context: &'a Context<'a>,
        service: &'a Service<'a>,
        operation: &'a Operation<'a>,
    ) -> Result<Self, Failure> {
        let pager = match io::stdout().is_terminal() {
            true => pager(context)?,
            false => None,
        };
        Printer::with(context, service, operation, pager)
    }

    /// A printer for events, which are shown as they come, and so without a pager.
    ///
    /// # Errors
    ///
    /// An unknown output format.
    #[cfg(feature = "event-stream")]
    pub(crate) fn of_events(
        context: &'a Context<'a>,
        service: &'a Service<'a>,
        operation: &'a Operation<'a>,
    ) -> Result<Self, Failure> {
        Printer::with(context, service, operation, None)
    }

    fn with(
        context: &'a Context<'a>,
        service: &'a Service<'a>,
        operation: &'a Operation<'a>,
        pager: Option<Pager>,
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
        let color = match context.globals.value("--color") {
            Some("on") => true,
            Some("off") => false,
            _ => io::stdout().is_terminal(),
        };
        Ok(Printer {
            context,
            service,
            operation,
            format,
            color,
            output: PagedOutput::new(pager),
        })
    }

    /// Prints the result of a single call.
    ///
    /// # Errors
    ///
    /// A query that fails, a result that the format can't express, an output that can't be written.
    pub(crate) fn result(mut self, result: Document) -> Result<(), Failure> {
        self.print(presented(
            self.context,
            self.service,
            self.operation,
            result,
        ))
    }

    /// Prints a part of a result that comes in parts, at once: in JSON as one line. A part in which
    /// `--query` finds nothing is not printed, nor is an empty one.
    ///
    /// # Errors
    ///
    /// As [`Self::result`].
    #[cfg(feature = "event-stream")]
    pub(crate) fn line(
        &mut self,
        shape: Option<ShapeIndex>,
        part: Document,
    ) -> Result<(), Failure> {
        let part = shown(self.context, self.service, shape, part);
        if part.as_map().is_some_and(Map::is_empty) {
            return Ok(());
        }
        let found = self.query(part)?;
        match self.format {
            _ if found == Document::Null => Ok(()),
            Format::Json => self.write(&(json::compact(&found) + "\n")),
            _ => self.render(&found),
        }
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
        let presented = |answer| presented(context, service, operation, answer);
        match self.format {
            Format::YamlStream => {
                while let Some(page) = pages.next(&mut call, presented)? {
                    let found = self.query(page)?;
                    self.render(&found)?;
                }
            }
            Format::Text => {
                while let Some(page) = pages.next(&mut call, presented)? {
                    self.print(pages.text_part(&page))?;
                }
                if let Some(token) = pages.resume() {
                    // On a line that begins with the key, unless the query asks for the token. To any
                    // other query, the token is not a part of the result.
                    let token = pages::next_token(token.into());
                    let line = pages::next_token(token.clone());
                    let asked = self.query(line.clone()).is_ok_and(|found| found == token);
                    self.render(if asked { &token } else { &line })?;
                }
            }
            _ => self.print(pages.merged(&mut call, presented)?)?,
        }
        Ok(())
    }

    /// The result of `--query`.
    fn query(&self, result: Document) -> Result<Document, Failure> {
        match &self.context.query {
            Some(query) if self.format != Format::Off => {
                query.search(&result).map_err(Failure::general)
            }
            _ => Ok(result),
        }
    }

    /// Prints the result of `--query`, unless it is an empty map.
    fn print(&mut self, result: Document) -> Result<(), Failure> {
        let found = self.query(result)?;
        if found.as_map().is_some_and(Map::is_empty) {
            Ok(())
        } else {
            self.render(&found)
        }
    }

    /// Prints a document in the format of the output.
    fn render(&mut self, document: &Document) -> Result<(), Failure> {
        let layout = TableLayout {
            title: self.operation.name,
            color: self.color,
            width: 80,
        };
        let text = render(document, self.format, &layout).map_err(Failure::general)?;
        self.write(&text)
    }

    fn write(&mut self, text: &str) -> Result<(), Failure> {
        self.output
            .write(text)
            .map_err(|error| Failure::output(&error))
    }
}

/// An answer as it is shown. Warns where it departs from the model.
pub(crate) fn presented(
    context: &Context<'_>,
    service: &Service<'_>,
    operation: &Operation<'_>,
    answer: Document,
) -> Document {
    shown(context, service, operation.output, answer)
}

/// A value of the shape as it is shown.
fn shown(
    context: &Context<'_>,
    service: &Service<'_>,
    shape: Option<ShapeIndex>,
    answer: Document,
) -> Document {
    match shape {
        Some(shape) => {
            let mut doubts = Vec::new();
            let presented = present(answer, service, shape, &context.timestamps, &mut doubts);
            if let Some((first, others)) = doubts.split_first() {
                let more = if others.is_empty() {
                    String::new()
                } else {
                    format!(" (and {} more)", others.len())
                };
                context.warn(format_args!("{first}{more}"));
            }
            presented
        }
        None => Document::Map(Map::new()),
    }
}

/// The pager that a setting names, if any.
fn pager(context: &Context<'_>) -> Result<Option<Pager>, Failure> {
    let named = context
        .settings
        .get("cli_pager")?
        .filter(|_| !context.globals.has("--no-cli-pager"));
    let pager = named
        .map_or(Ok(None), |value| Pager::named(&value.text))
        .map_err(Failure::general)?;
    match pager {
        Some(pager) if !pager.exists() => Err(Failure::pager(pager.program())),
        pager => Ok(pager),
    }
}
