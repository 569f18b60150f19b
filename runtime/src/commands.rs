//! The rows of a service's commands: what a command line calls its operations and parameters, and their documentation.
//!
//! They stand apart from [`crate::rows`], so that a program that uses only the typed client carries none of them.

use crate::rows::{Operation, Service};

/// The commands of one service.
#[derive(Debug, Clone, Copy)]
pub struct Commands<'a> {
    /// The service whose operations they are.
    pub service: &'a Service<'a>,
    /// One row per operation, in the order of [`Service::operations`].
    pub commands: &'a [Command<'a>],
    /// Documentation by shape id without namespace, sorted: of the service, operations (`GetPipeline`), shapes (`Job`)
    /// and members (`Job$id`). Paragraphs of Markdown in a small subset: `code`, *emphasis*, **strong**, and lists with `- `.
    pub docs: &'a [(&'a str, &'a str)],
}

/// One command.
#[derive(Debug, Clone, Copy)]
pub struct Command<'a> {
    /// The command word, e.g. `get-pipeline`.
    pub name: &'a str,
    /// The option of each member of the operation's input, in the input's order, without dashes: `pipeline-version`.
    pub options: &'a [&'a str],
}

/// A command's row.
pub const fn command<'a>(name: &'a str, options: &'a [&'a str]) -> Command<'a> {
    Command { name, options }
}

impl<'a> Commands<'a> {
    /// The command of this name with its operation.
    pub fn find(&self, name: &str) -> Option<(&Command<'a>, &Operation<'a>)> {
        let mut pairs = self.commands.iter().zip(self.service.operations);
        pairs.find(|(command, _)| command.name == name)
    }

    /// The documentation of a shape, operation or member (`Job$id`); empty when there is none.
    pub fn doc(&self, id: &str) -> &'a str {
        self.doc_as_written(id).trim_start()
    }

    /// The same, which begins with a blank where the model's does.
    pub fn doc_as_written(&self, id: &str) -> &'a str {
        let found = self.docs.binary_search_by(|(key, _)| (*key).cmp(id));
        found.ok().and_then(|at| self.docs.get(at)).map_or("", |(_, text)| text)
    }
}
