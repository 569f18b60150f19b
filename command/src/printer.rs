//! The way of a result to standard output: its presentation, `--query`, the format; pages all at once or one by one.

use crate::exit::Failure;
use crate::output::{Error, Format, Layout, present, print};
use crate::pages::{self, Pages};
use crate::run::Context;
use opsmith_runtime::document::{Document, Map};
use opsmith_runtime::rows::{Operation, Service};
use std::io::IsTerminal as _;

/// Prints results of an operation as settings and options ask for.
pub(crate) struct Printer<'a> {
    context: &'a Context<'a>,
    service: &'a Service<'a>,
    operation: &'a Operation<'a>,
    format: Format,
    color: bool,
}

impl<'a> Printer<'a> {
    /// A printer for results of the operation.
    ///
    /// # Errors
    ///
    /// A format that there is not.
    pub(crate) fn new(
        context: &'a Context<'a>,
        service: &'a Service<'a>,
        operation: &'a Operation<'a>,
    ) -> Result<Self, Failure> {
        let name = match context.globals.value("--output") {
            Some(name) => name.to_owned(),
            None => context.settings.get("output")?.map_or_else(|| "json".to_owned(), |value| value.text),
        };
        let unknown = || Failure::general(format_args!("Unknown output type: {name}"));
        let format = Format::named(&name).ok_or_else(unknown)?;
        let color = match context.globals.value("--color") {
            Some("on") => true,
            Some("off") => false,
            _ => std::io::stdout().is_terminal(),
        };
        Ok(Printer { context, service, operation, format, color })
    }

    /// Prints the result of a single call.
    ///
    /// # Errors
    ///
    /// A query that fails, a result that the format can't express, an output that can't be written.
    pub(crate) fn result(&self, result: Document) -> Result<(), Failure> {
        self.print(self.shown(result))
    }

    /// Prints the result of a paged operation; each page as it comes where the format allows it.
    ///
    /// # Errors
    ///
    /// As [`Self::result`], and those of the calls.
    pub(crate) fn pages(
        &self,
        mut pages: Pages<'_>,
        mut call: impl FnMut(&Map) -> Result<Document, Failure>,
    ) -> Result<(), Failure> {
        let mut call = |parameters: &Map| Ok(self.shown(call(parameters)?));
        match self.format {
            Format::YamlStream => {
                while let Some(page) = pages.next(&mut call)? {
                    self.write(&self.found(page)?)?;
                }
            }
            Format::Text => {
                while let Some(page) = pages.next(&mut call)? {
                    self.print(pages.only_items(&page))?;
                }
                if let Some(token) = pages.resume() {
                    // The token stands on a line of its own, which begins with a key.
                    self.print(pages::next_token(pages::next_token(token.into())))?;
                }
            }
            _ => self.print(pages.whole(&mut call)?)?,
        }
        Ok(())
    }

    /// What is shown of an answer.
    fn shown(&self, answer: Document) -> Document {
        match self.operation.output {
            Some(shape) => present(answer, self.service, shape, &self.context.timestamps),
            None => Document::Map(Map::new()),
        }
    }

    /// What the query finds.
    fn found(&self, shown: Document) -> Result<Document, Failure> {
        match &self.context.query {
            Some(query) if self.format != Format::Off => query.search(&shown).map_err(Failure::general),
            _ => Ok(shown),
        }
    }

    /// Prints what the query finds, unless that is an empty map.
    fn print(&self, shown: Document) -> Result<(), Failure> {
        let found = self.found(shown)?;
        match found.as_map().is_some_and(Map::is_empty) {
            true => Ok(()),
            false => self.write(&found),
        }
    }

    fn write(&self, found: &Document) -> Result<(), Failure> {
        let layout = Layout { title: self.operation.name, color: self.color, width: 80 };
        let printed = print(found, self.format, &layout, &mut std::io::stdout().lock());
        printed.map_err(|error| match error {
            Error::Write(error) => Failure::output(&error),
            form => Failure::general(form),
        })
    }
}
