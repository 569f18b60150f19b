//! [`Position`]: what can complete a line, depending on the words before.

use super::SHELLS;
use super::values::{files, profiles, shorthand};
use crate::args::{Arity, OptionSpec};
use crate::outfile::Source;
use crate::program::Program;
use crate::{globals, operation, parameter, waiter};
use opsmith_runtime::schema::Operation;
use opsmith_runtime::schema::catalog::Part;
use opsmith_runtime::schema::commands::{Command, Commands, Words};
use std::cell::RefCell;
use std::collections::HashMap;

/// The position to which the words before the last one lead.
pub(super) struct Position<'a> {
    program: &'a Program,
    /// Words that are neither options nor their values: the service, the operation and others.
    path: Vec<String>,
    /// Options that were given.
    given: Vec<String>,
    /// An option that still needs its value.
    due: Option<String>,
    /// What was loaded for commands of the service.
    loaded: RefCell<HashMap<String, Option<&'static Commands<'static>>>>,
}

impl<'a> Position<'a> {
    /// The beginning of a line of this program.
    pub(super) fn new(program: &'a Program) -> Self {
        Position {
            program,
            path: Vec::new(),
            given: Vec::new(),
            due: None,
            loaded: RefCell::default(),
        }
    }

    /// Passes a word of the line.
    pub(super) fn pass(&mut self, word: &str) {
        let takes =
            |option: &str| self.with_options(|known| find(known, option).map(|known| known.arity));
        if word.starts_with("--") {
            let (name, value) = word
                .split_once('=')
                .map_or((word, None), |(name, value)| (name, Some(value)));
            let due =
                value.is_none() && !matches!(takes(name), None | Some(Arity::Flag | Arity::Inline));
            self.due = due.then(|| name.to_owned());
            self.given.push(name.to_owned());
            return;
        }
        match self.due.as_deref().map(takes) {
            // More values may follow.
            Some(Some(Arity::Many)) => {}
            Some(_) => self.due = None,
            None => self.path.push(word.to_owned()),
        }
    }

    /// The words of the service that the line names. A catalogue that can't be read completes nothing.
    fn words(&self) -> Option<Words<'static>> {
        self.program.words(self.path.first()?).ok().flatten()
    }

    /// What the options of a command of the service need, which is loaded once.
    fn service(&self, command: &str) -> Option<&'static Commands<'static>> {
        let known = self.loaded.borrow().get(command).copied();
        known.unwrap_or_else(|| {
            let loaded = self
                .program
                .load(self.path.first()?, Part::Options(command));
            let loaded = loaded.ok().flatten();
            self.loaded.borrow_mut().insert(command.to_owned(), loaded);
            loaded
        })
    }

    fn operation(
        &self,
    ) -> Option<(
        &'static Commands<'static>,
        Command<'static>,
        Operation<'static>,
    )> {
        if self.waits() {
            let name = self.path.get(2)?;
            let commands = self.service(&format!("{} {name}", waiter::WORD))?;
            let found = waiter::find(commands, name)?;
            return Some((commands, *found.command, waiter::unpaged(found.operation)));
        }
        let word = self.path.get(1)?;
        let commands = self.service(word)?;
        let (command, operation) = commands.find(word)?;
        Some((commands, *command, *operation))
    }

    /// The options of a command of `s3`.
    fn verb_of_s3(&self) -> Option<Vec<OptionSpec<'static>>> {
        #[cfg(feature = "s3")]
        if let [s3, verb, ..] = self.path.as_slice()
            && s3 == "s3"
        {
            return Some(crate::s3::Verb::of(verb)?.specs());
        }
        None
    }

    /// Whether the words name a waiter.
    fn waits(&self) -> bool {
        self.path.get(1).is_some_and(|word| word == waiter::WORD)
    }

    /// Passes the options that are known here to a task.
    fn with_options<T>(&self, task: impl FnOnce(&[OptionSpec<'_>]) -> T) -> T {
        let mut known = globals::specs();
        if let Some(verb) = self.verb_of_s3() {
            known.retain(|global| !global.is_leading);
            return task(&[verb, known].concat());
        }
        let Some((commands, command, operation)) = self.operation() else {
            return task(&known);
        };
        let parameters = parameter::all(commands.service, &command, &operation);
        let pagination = operation.pagination();
        known.retain(|global| !global.is_leading);
        let shown = parameters
            .iter()
            .filter(|parameter| parameter.is_shown(pagination.as_ref()));
        let shown = shown.flat_map(|parameter| {
            parameter
                .specs()
                .filter(|known| parameter.names().any(|name| name == known.name))
        });
        let file = Source::of(commands.service, &command, &operation);
        let common = operation::common(&command, pagination, file);
        let mut own: Vec<OptionSpec<'_>> = shown.chain(common).collect();
        own.extend(self.waits().then(waiter::specs).into_iter().flatten());
        own.extend(known);
        task(&own)
    }

    /// The candidates for a word with this beginning.
    pub(super) fn answers(&self, word: &str) -> Vec<String> {
        let beginning = |candidates: Vec<String>| {
            candidates
                .into_iter()
                .filter(|found| found.starts_with(word))
                .collect()
        };
        if let Some((option, value)) = word.split_once('=').filter(|_| word.starts_with("--")) {
            let values = self.values(option, value);
            return beginning(
                values
                    .into_iter()
                    .map(|value| format!("{option}={value}"))
                    .collect(),
            );
        }
        if word.starts_with('-') {
            return beginning(self.options());
        }
        if let Some(option) = &self.due {
            let values = self.values(option, word);
            if !values.is_empty() {
                return beginning(values);
            }
        }
        match self.path.as_slice() {
            [] => {
                let services = self.program.summaries().unwrap_or_default();
                let services = services.iter().map(|service| service.word.to_owned());
                beginning(
                    services
                        .chain(globals::own_words().map(str::to_owned))
                        .collect(),
                )
            }
            [service] => beginning(self.words_after(service)),
            [_, word] if word == waiter::WORD => beginning(self.waiters()),
            _ if self.due.is_none() && self.operation().is_some() => beginning(self.options()),
            _ => Vec::new(),
        }
    }

    /// Options that are not on the line yet.
    fn options(&self) -> Vec<String> {
        self.with_options(|known| {
            let names = known.iter().map(|known| known.name.to_owned());
            names.filter(|name| !self.given.contains(name)).collect()
        })
    }

    fn waiters(&self) -> Vec<String> {
        let waiters = self.words().map(|words| words.waiters);
        let waiters = waiters.into_iter().flatten();
        waiters.chain(["help"]).map(str::to_owned).collect()
    }

    fn words_after(&self, word: &str) -> Vec<String> {
        match (word, self.words()) {
            (_, Some(words)) => words.all().map(str::to_owned).collect(),
            ("completions", None) => SHELLS
                .iter()
                .map(|(shell, _)| (*shell).to_owned())
                .collect(),
            ("local", None) if cfg!(feature = "local") => {
                ["serve", "job", "help"].map(str::to_owned).to_vec()
            }
            #[cfg(feature = "s3")]
            ("s3", None) => {
                let verbs = crate::s3::VERBS.iter().map(|verb| verb.word());
                verbs.chain(["help"]).map(str::to_owned).collect()
            }
            ("services", None) if cfg!(feature = "services") => {
                ["add", "list", "info", "remove", "path", "help"]
                    .map(str::to_owned)
                    .to_vec()
            }
            ("worker", None) if cfg!(feature = "worker") => {
                ["run", "help"].map(str::to_owned).to_vec()
            }
            _ => Vec::new(),
        }
    }

    /// The possible values of an option; `so_far` is the beginning of one.
    fn values(&self, option: &str, so_far: &str) -> Vec<String> {
        if let Some(scheme) = ["file://", "fileb://"]
            .into_iter()
            .find(|scheme| so_far.starts_with(scheme))
        {
            return files(scheme, &so_far[scheme.len()..]);
        }
        let choices = self.with_options(|known| {
            let found = find(known, option);
            found.map_or_else(Vec::new, |known| {
                known
                    .choices
                    .iter()
                    .map(|choice| (*choice).to_owned())
                    .collect()
            })
        });
        match option {
            _ if !choices.is_empty() => choices,
            "--profile" => profiles(),
            "--region" => opsmith_runtime::endpoint::regions()
                .map(str::to_owned)
                .collect(),
            _ => self
                .operation()
                .map_or_else(Vec::new, |(commands, command, operation)| {
                    let parameters = parameter::all(commands.service, &command, &operation);
                    let found = parameters
                        .iter()
                        .find(|parameter| parameter.specs().any(|known| known.name == option));
                    found.map_or_else(Vec::new, |found| {
                        shorthand(commands.service, found.member.target, so_far)
                    })
                }),
        }
    }
}

fn find<'k, 'a>(known: &'k [OptionSpec<'a>], option: &str) -> Option<&'k OptionSpec<'a>> {
    known.iter().find(|known| known.name == option)
}
