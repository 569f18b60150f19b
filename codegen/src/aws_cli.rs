//! How the AWS CLI's commands differ from those derived from names: facts in `aws-cli.toml`,
//! behaviors here and in `opsmith_schema::commands`.

use crate::arena::Arena;
use crate::read::record;
use opsmith_schema::commands::{self, Change, Form};
use std::collections::BTreeMap;
use std::sync::OnceLock;

record! {
    /// The facts about all services.
    pub(crate) struct AwsCli {
        /// Options that the command itself has.
        globals: Vec<String> = "globals",
        /// Words within names of operations that capitals would split.
        words: Vec<String> = "words",
        /// By SDK id.
        services: BTreeMap<String, Service> = "service",
    }
    refuses unknown
    with {
        /// For a service without facts.
        none: Service,
    }
}

record! {
    /// The facts about a service. Keys are `operation` or `operation.option`, spelled as on the
    /// command line; `*` matches every operation.
    pub(crate) struct Service {
        /// The word of the service.
        command: Option<String> = "command",
        /// Another word for an operation, another name for an option.
        rename: BTreeMap<String, String> = "rename",
        /// A further name that works and is not shown.
        alias: BTreeMap<String, String> = "alias",
        /// What works and is not shown.
        hide: Vec<String> = "hide",
        /// Operations that have no command.
        remove: Vec<String> = "remove",
        /// Required options that the command line does not demand.
        optional: Vec<String> = "optional",
        /// Options that turn paging off.
        single_page: Vec<String> = "single-page",
        /// Lists of structures with one member, whose words are values of that member.
        bare: Vec<String> = "bare",
        /// Further options, which set a part of the input.
        hoist: BTreeMap<String, Hoist> = "hoist",
        /// Commands and options of the AWS CLI alone, with the nearest operation or option.
        own: BTreeMap<String, String> = "own",
    }
    refuses unknown
}

record! {
    /// An option that sets a part of the input.
    pub(crate) struct Hoist {
        /// The members that lead to the part; a list on the way has one element.
        pub(crate) path: String = "path",
        /// The option is required on the command line.
        pub(crate) required: bool = "required",
        /// The option is a flag that sets this list of texts.
        pub(crate) flag: Vec<String> = "flag",
        /// The part is a list of names and values, written as `name=value` with this text in
        /// between.
        pub(crate) pairs: Option<String> = "pairs",
        /// Siblings of the part, with the texts they get; all other siblings are dropped.
        pub(crate) siblings: BTreeMap<String, String> = "siblings",
        /// Members that the value must have.
        pub(crate) needs: Vec<String> = "needs",
        /// Options that can't be given together with this one.
        pub(crate) excludes: Vec<String> = "excludes",
        /// The part can be set by this option only, not within the value of the option for the whole
        /// member.
        pub(crate) exclusive: bool = "exclusive",
    }
    refuses unknown
}

/// The facts, and why they can't be read: a fault of the project, which its tests find.
pub(crate) fn facts() -> &'static (AwsCli, Option<String>) {
    static FACTS: OnceLock<(AwsCli, Option<String>)> = OnceLock::new();
    FACTS.get_or_init(|| match toml::from_str(include_str!("../aws-cli.toml")) {
        Ok(facts) => (facts, None),
        Err(error) => (AwsCli::default(), Some(error.to_string())),
    })
}

impl AwsCli {
    /// The facts about the service of this SDK id.
    pub(crate) fn service(&self, sdk_id: &str) -> &Service {
        self.services.get(sdk_id).unwrap_or(&self.none)
    }

    /// The name of an operation in which the words that belong together have one capital.
    pub(crate) fn joined(&self, operation: &str) -> String {
        self.words.iter().fold(operation.to_owned(), |name, word| {
            let mut letters = word.chars();
            let first = letters.next().map(|first| first.to_ascii_uppercase());
            name.replace(
                word,
                &first
                    .into_iter()
                    .chain(letters.map(|c| c.to_ascii_lowercase()))
                    .collect::<String>(),
            )
        })
    }

    /// Whether the command itself has an option of this name.
    pub(crate) fn is_global(&self, option: &str) -> bool {
        self.globals.iter().any(|global| global == option)
    }
}

impl Service {
    /// The word of the service, where the rule gives another.
    pub(crate) fn command(&self) -> Option<&str> {
        self.command.as_deref()
    }

    /// The word of an operation for which the rule gives `word`.
    pub(crate) fn operation<'a>(&'a self, word: &'a str) -> &'a str {
        self.rename.get(word).map_or(word, String::as_str)
    }

    /// The name of an option of an operation, where the rule gives `option`.
    pub(crate) fn option(&self, operation: &str, option: &str) -> Option<&str> {
        of_operation(&self.rename, operation)
            .find(|(name, _)| *name == option)
            .map(|(_, to)| to.as_str())
    }

    /// What changes of the command itself.
    pub(crate) fn of_command<'a>(&self, operation: &str, arena: &'a Arena) -> Vec<Change<'a>> {
        let listed = |list: &[String]| list.iter().any(|word| word == operation);
        let removed = listed(&self.remove).then_some(Change::Removed);
        let hidden = listed(&self.hide).then_some(Change::Hidden);
        let word = self.alias.get(operation);
        let word = word.map(|word| Change::Word(arena.text(word)));
        removed.into_iter().chain(hidden).chain(word).collect()
    }

    /// What changes of its options, which are these.
    pub(crate) fn of_options<'a>(
        &self,
        operation: &str,
        options: &[&str],
        arena: &'a Arena,
    ) -> Vec<Change<'a>> {
        type One<'a> = fn(&'a str) -> Change<'a>;
        let lists: [(&[String], One<'a>); 4] = [
            (&self.hide, Change::Unlisted),
            (&self.optional, Change::Optional),
            (&self.single_page, Change::SinglePage),
            (&self.bare, Change::Bare),
        ];
        let mut changes = Vec::new();
        for (list, change) in lists {
            let found = list.iter().filter_map(|key| option_of(key, operation));
            let found = found.filter(|option| options.contains(option));
            changes.extend(found.map(|option| change(arena.text(option))));
        }
        for (option, other) in of_operation(&self.alias, operation) {
            if options.contains(&option) {
                changes.push(Change::Alias(arena.text(option), arena.text(other)));
            }
        }
        for (option, name) in of_operation(&self.rename, operation) {
            if let Some(option) = option
                .strip_prefix("no-")
                .filter(|option| options.contains(option))
            {
                changes.push(Change::Negative(arena.text(option), arena.text(name)));
            }
        }
        for (option, nearest) in of_operation(&self.own, operation) {
            changes.push(Change::Missing(arena.text(option), arena.text(nearest)));
        }
        changes
    }

    /// The options that set a part of the input.
    pub(crate) fn hoists<'a>(
        &self,
        operation: &str,
        arena: &'a Arena,
    ) -> impl Iterator<Item = commands::Hoist<'a>> {
        let texts = |texts: &[String]| arena.texts(texts.iter().map(String::as_str));
        of_operation(&self.hoist, operation).map(move |(option, hoist)| commands::Hoist {
            option: arena.text(option),
            path: arena.texts(hoist.path.split('.')),
            form: match &hoist.pairs {
                _ if !hoist.flag.is_empty() => Form::Flag(texts(&hoist.flag)),
                Some(between) => Form::Pairs(arena.text(between)),
                None => Form::Value,
            },
            required: hoist.required,
            exclusive: hoist.exclusive,
            siblings: arena.pairs(hoist.siblings.iter().map(|(name, text)| (&**name, &**text))),
            needs: texts(&hoist.needs),
            excludes: texts(&hoist.excludes),
        })
    }

    /// Commands that the AWS CLI has and ours has not, with the nearest operation.
    pub(crate) fn missing<'a>(&self, arena: &'a Arena) -> &'a [(&'a str, &'a str)] {
        let commands = self.own.iter().filter(|(key, _)| !key.contains('.'));
        arena.pairs(commands.map(|(word, nearest)| (&**word, &**nearest)))
    }
}

/// The entries of a table that are about options of the operation: the option and its value.
fn of_operation<'a, T>(
    table: &'a BTreeMap<String, T>,
    operation: &str,
) -> impl Iterator<Item = (&'a str, &'a T)> {
    table
        .iter()
        .filter_map(move |(key, value)| Some((option_of(key, operation)?, value)))
}

/// The option of a key that is about an option of the operation.
fn option_of<'a>(key: &'a str, operation: &str) -> Option<&'a str> {
    key.split_once('.')
        .filter(|(of, _)| *of == operation || *of == "*")
        .map(|(_, option)| option)
}

#[cfg(all(test, feature = "botocore"))]
mod tests;
