//! The commands of a service: the names of operations and parameters on a command line, and their
//! documentation.
//!
//! They are separate from [`Service`], so that a program with only the typed client carries none
//! of them.

use crate::values::words;
use crate::{Operation, Service, Waiter};

/// The word before that of a waiter.
pub const WAIT: &str = "wait";

/// The commands of one service.
#[derive(Debug, Clone, Copy)]
pub struct Commands<'a> {
    /// The service whose operations they are.
    pub service: &'a Service<'a>,
    /// One entry per operation, in the order of [`Service::operations`].
    pub commands: &'a [Command<'a>],
    /// Commands that the AWS CLI has and this one has not, with the nearest operation; empty when
    /// there is none.
    pub missing: &'a [(&'a str, &'a str)],
    /// Commands that can't be called, with the reasons.
    pub omitted: &'a [(&'a str, &'a str)],
    /// Shapes whose values in outputs are decoded before they are shown, by their names.
    pub shapes: &'a [(&'a str, Shown)],
    /// Documentation by shape id without namespace, sorted: of the service, operations
    /// (`GetPipeline`), shapes (`Job`) and members (`Job$id`). Paragraphs of Markdown in a small
    /// subset: `code`, *emphasis*, **strong**, and lists with `- `.
    pub docs: &'a [(&'a str, &'a str)],
}

/// The words of a service's commands, without what the commands do.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Words<'a> {
    /// The command word of the service.
    pub service: &'a str,
    /// The full name of the service.
    pub title: &'a str,
    /// As [`Service::source`].
    pub source: &'a str,
    /// The documentation of the service; empty when there is none.
    pub about: &'a str,
    /// The commands that are shown, in the order of their operations.
    pub shown: Vec<&'a str>,
    /// The waiters.
    pub waiters: Vec<&'a str>,
    /// As [`Commands::missing`].
    pub missing: &'a [(&'a str, &'a str)],
    /// As [`Commands::omitted`].
    pub omitted: &'a [(&'a str, &'a str)],
}

/// One command.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Command<'a> {
    /// The command word, e.g. `get-pipeline`.
    pub name: &'a str,
    /// The option of each member of the operation's input, in the input's order, without dashes:
    /// `pipeline-version`.
    pub options: &'a [&'a str],
    /// What the AWS CLI changes beyond names. Few commands have any.
    pub changes: &'a [Change<'a>],
    /// The words of the operation's waiters, in their order. Few commands have any.
    pub waiters: &'a [&'a str],
}

/// What the AWS CLI changes of a command. Options are named without dashes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Change<'a> {
    /// There is no command for the operation.
    Removed,
    /// The command works and is not shown.
    Hidden,
    /// A further word of the command, which is not shown.
    Word(&'a str),
    /// An option, and a further name of it, which is not shown.
    Alias(&'a str, &'a str),
    /// The option of a boolean, and the name of the one that says no.
    Negative(&'a str, &'a str),
    /// An option that works and is not shown.
    Unlisted(&'a str),
    /// An option that is not required, though the model requires its member.
    Optional(&'a str),
    /// An option that turns paging off.
    SinglePage(&'a str),
    /// An option for a list of structures with one member, whose words are values of that member.
    Bare(&'a str),
    /// An option whose value is the content of a zip file.
    Zip(&'a str),
    /// An option for a structure with one boolean member: without a value, or with the name that
    /// says no, it sets that member.
    Switch(&'a str),
    /// An option that only the AWS CLI has, with the nearest option here.
    Missing(&'a str, &'a str),
    /// Of the events of the result, the one whose bytes go to a file, and the member that has them.
    Outfile(&'a str, &'a str),
    /// A further option, which names a file for a part of the output.
    Save(Save<'a>),
    /// A further option, which sets a part of the input.
    Hoist(Hoist<'a>),
    /// Commands in place of this one, each with all of its options, of which those without a name
    /// are not there.
    Split(&'a [Command<'a>]),
    /// The URL of the endpoint has to be given as an option.
    NeedsUrl,
    /// While pages are followed, a page has this many items if no members are given but these.
    PageSize(u32, &'a [&'a str]),
    /// What is sent of a member of the input is not what is given.
    Send(&'a str, Sent<'a>),
    /// Members of the input that are sent within another one.
    Gather(Gather<'a>),
    /// The part of the output that these members lead to is decoded before it is shown. A list on
    /// the way stands for each of its elements.
    Show(&'a [&'a str], Shown),
}

/// What is sent in place of the value of a member.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Sent<'a> {
    /// This text, or the number that it is, if there is no value.
    Default(&'a str),
    /// The account of the first of these members that is an ARN, if there is no value.
    Account(&'a [&'a str]),
    /// Of these words, the text that each stands for.
    Words(&'a [(&'a str, &'a str)]),
    /// The bytes of the value in base64.
    Base64,
    /// The value with percent-encoding of all but letters, digits and `-._~/`. What follows this
    /// text, where it is followed by no white space, stays as it is.
    Percent(&'a str),
    /// The bytes of the value in base64, and in this member their MD5 in base64. Nothing changes
    /// if that is given.
    Md5(&'a str),
    /// The value, which is refused if it has characters beyond ASCII.
    Ascii,
}

/// Members of the input that are sent within the first element of a list, if that has one of
/// certain members itself.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Gather<'a> {
    /// The member of the input that is the list.
    pub list: &'a str,
    /// The members of its first element of which one must be there.
    pub when: &'a [&'a str],
    /// Members of the input, with the place that each has in the element: a member, or a list and
    /// the member of its only element.
    pub members: &'a [(&'a str, &'a [&'a str])],
    /// Further members of an only element, with their texts.
    pub beside: &'a [(&'a str, &'a str)],
}

words! {
    /// How a text in an output is decoded. A text that can't be is shown as it came.
    Shown {
        /// It is base64 of a text.
        Base64 = "base64",
        /// It is JSON, and shown as data.
        Json = "json",
        /// It is JSON with percent-encoding.
        PercentJson = "percent-json",
        /// It is a value in a form, if all values of [`Sent::Default`] were sent and are repeated in
        /// the output.
        Form = "form",
    }
}

/// An option that names a file for a part of the output. Only the user can read the file.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Save<'a> {
    /// The option, with dashes.
    pub option: &'a str,
    /// The members that lead to the part.
    pub path: &'a [&'a str],
    /// Another option, with dashes, which says which of the members in `of` of the part is saved; empty where
    /// the part itself is. Then both options are required, and the output is shown without these
    /// members.
    pub by: &'a str,
    /// The members that `by` takes.
    pub of: &'a [&'a str],
}

/// An option that sets a part of the input.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Hoist<'a> {
    /// The option, without dashes.
    pub option: &'a str,
    /// The members that lead to the part; a list on the way has one element.
    pub path: &'a [&'a str],
    /// How the value is written.
    pub form: Form<'a>,
    /// The option is required.
    pub required: bool,
    /// The part can be set by this option only, not within the value of the option for the whole
    /// member.
    pub exclusive: bool,
    /// Siblings of the part, with their texts. If there are any, all other siblings are dropped.
    pub siblings: &'a [(&'a str, &'a str)],
    /// Siblings of the part, with their texts, where no other option sets a sibling.
    pub alone: &'a [(&'a str, &'a str)],
    /// Siblings of the part that get a text of their own for each call, with what it begins with.
    pub unique: &'a [(&'a str, &'a str)],
    /// Members that the value must have.
    pub needs: &'a [&'a str],
    /// Options that can't be given together with this one, unless this one says no.
    pub excludes: &'a [&'a str],
    /// Words for texts that are sent in their place.
    pub words: &'a [(&'a str, &'a str)],
    /// Beginnings of texts, each with the sibling that such a text sets in place of the part.
    pub starts: &'a [(&'a str, &'a str)],
}

/// How the value of a hoisted option is written.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Form<'a> {
    /// Like the value of any other option.
    Value,
    /// No value: the option is a flag that sets these texts.
    Flag(&'a [&'a str]),
    /// A list of structures with a name and a value, as `name=value`, with this text between them.
    Pairs(&'a str),
    /// A number, or two with the second text between them. The second number sets the sibling of
    /// this name; so does the first if it is alone.
    Range(&'a str, &'a str),
    /// A list of structures, of which each word sets this member, with these siblings and their
    /// texts.
    Each(&'a str, &'a [(&'a str, &'a str)]),
    /// A structure of a list, the first member, and the number of its elements, the second: the
    /// words are the elements.
    Counted(&'a str, &'a str),
}

/// A command of its operation's word and these options, with the operation's own behaviour.
pub const fn command<'a>(name: &'a str, options: &'a [&'a str]) -> Command<'a> {
    Command {
        name,
        options,
        changes: &[],
        waiters: &[],
    }
}

/// An option for the member at this path of the input, beside the options of its members.
pub const fn hoist<'a>(option: &'a str, path: &'a [&'a str]) -> Hoist<'a> {
    let form = Form::Value;
    let required = false;
    let exclusive = false;
    Hoist {
        option,
        path,
        form,
        required,
        exclusive,
        siblings: &[],
        alone: &[],
        unique: &[],
        needs: &[],
        excludes: &[],
        words: &[],
        starts: &[],
    }
}

impl<'a> Command<'a> {
    /// The command with what the AWS CLI changes.
    pub const fn changed(self, changes: &'a [Change<'a>]) -> Self {
        Command { changes, ..self }
    }

    /// The command with the words of the operation's waiters.
    pub const fn waiters(self, words: &'a [&'a str]) -> Self {
        Command {
            waiters: words,
            ..self
        }
    }

    /// Whether there is a command for the operation at all.
    fn exists(&self) -> bool {
        !self
            .changes
            .iter()
            .any(|change| matches!(change, Change::Removed))
    }

    /// The commands in place of this one, or this one.
    pub(crate) fn parts(&'a self) -> &'a [Command<'a>] {
        let parts = self.changes.iter().find_map(|change| match change {
            Change::Split(parts) => Some(*parts),
            _ => None,
        });
        parts.unwrap_or(std::slice::from_ref(self))
    }

    fn is_called(&self, word: &str) -> bool {
        self.name == word
            || self
                .changes
                .iter()
                .any(|change| matches!(change, Change::Word(other) if *other == word))
    }
}

impl<'a> Words<'a> {
    /// The words that may follow the service's: of the commands that are shown, `wait` where there
    /// are waiters, and `help`.
    pub fn all(&self) -> impl Iterator<Item = &'a str> {
        let waits = (!self.waiters.is_empty()).then_some(WAIT);
        self.shown.iter().copied().chain(waits).chain(["help"])
    }
}

impl<'a> Commands<'a> {
    /// The commands of a service, with their documentation.
    pub const fn new(
        service: &'a Service<'a>,
        commands: &'a [Command<'a>],
        docs: &'a [(&'a str, &'a str)],
    ) -> Self {
        Commands {
            service,
            commands,
            missing: &[],
            omitted: &[],
            shapes: &[],
            docs,
        }
    }

    /// The same, with shapes whose values are decoded.
    pub const fn shapes(self, shapes: &'a [(&'a str, Shown)]) -> Self {
        Commands { shapes, ..self }
    }

    /// The same, with the commands that only the AWS CLI has.
    pub const fn missing(self, missing: &'a [(&'a str, &'a str)]) -> Self {
        Commands { missing, ..self }
    }

    /// All commands with their operations.
    fn all(&self) -> impl Iterator<Item = (&'a Command<'a>, &'a Operation<'a>)> {
        let pairs = self.commands.iter().zip(self.service.operations);
        pairs.flat_map(|(command, operation)| {
            let parts = command.parts().iter();
            parts.map(move |command| (command, operation))
        })
    }

    /// The command of this word with its operation.
    pub fn find(&self, word: &str) -> Option<(&'a Command<'a>, &'a Operation<'a>)> {
        self.all()
            .find(|(command, _)| command.exists() && command.is_called(word))
    }

    /// What the command of an operation does beyond the operation: empty for an unknown operation,
    /// and for those that are several commands.
    pub fn changes(&self, operation: &str) -> &'a [Change<'a>] {
        let operations = self.service.operations.iter();
        let mut pairs = operations.zip(self.commands);
        let found = pairs.find(|(found, _)| found.name == operation);
        found.map_or(&[][..], |(_, command)| command.changes)
    }

    /// The service's waiters by their words, each with the command of its operation.
    pub fn waiters(
        &self,
    ) -> impl Iterator<Item = (&'a str, &'a Waiter<'a>, &'a Command<'a>, &'a Operation<'a>)> {
        let pairs = self.commands.iter().zip(self.service.operations);
        pairs.flat_map(|(command, operation)| {
            let waiters = command.waiters.iter().zip(operation.waiters());
            waiters.map(move |(word, waiter)| (*word, waiter, command, operation))
        })
    }

    /// The words of the commands.
    pub fn words(&self) -> Words<'a> {
        let service = self.service;
        Words {
            service: service.command,
            title: service.title,
            source: service.source,
            about: self.doc_as_written(service.name()),
            shown: self.shown().map(|(command, _)| command.name).collect(),
            waiters: self.waiters().map(|(word, ..)| word).collect(),
            missing: self.missing,
            omitted: self.omitted,
        }
    }

    /// The commands that are shown, with their operations: not those of deprecated operations.
    pub fn shown(&self) -> impl Iterator<Item = (&'a Command<'a>, &'a Operation<'a>)> {
        let hidden = |change: &Change<'_>| matches!(change, Change::Removed | Change::Hidden);
        self.all().filter(move |(command, operation)| {
            !command.changes.iter().any(hidden) && operation.deprecated().is_none()
        })
    }

    /// The documentation of a shape, operation or member (`Job$id`); empty when there is none.
    pub fn doc(&self, id: &str) -> &'a str {
        self.doc_as_written(id).trim_start()
    }

    /// The same, which begins with a blank where the model's does.
    pub fn doc_as_written(&self, id: &str) -> &'a str {
        let found = self.docs.binary_search_by(|(key, _)| (*key).cmp(id));
        found
            .ok()
            .and_then(|at| self.docs.get(at))
            .map_or("", |(_, text)| text)
    }
}
