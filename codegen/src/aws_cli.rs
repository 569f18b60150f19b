//! What the AWS CLI changes of the commands that names give: facts in `aws-cli.toml`, behaviors
//! here and in `opsmith_runtime::schema::commands`.

use crate::ir::{self, Change};
use crate::read::record;
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
    /// The facts about a service. Keys are `operation` or `operation.option` as the command line
    /// has them; `*` stands for every operation.
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
        /// The command line demands the option.
        pub(crate) required: bool = "required",
        /// The option is a flag that stands for this list of texts.
        pub(crate) flag: Vec<String> = "flag",
        /// The part is a list of names with values, which are written `name=value` with this
        /// between them.
        pub(crate) pairs: Option<String> = "pairs",
        /// Members beside the first of the path, with texts; everything else there is replaced.
        pub(crate) beside: BTreeMap<String, String> = "beside",
        /// Members that the value must have.
        pub(crate) needs: Vec<String> = "needs",
        /// Options that can't be given together with this one.
        pub(crate) excludes: Vec<String> = "excludes",
        /// The option's path can't be set through the option that has it in its value.
        pub(crate) alone: bool = "alone",
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
        rows(&self.rename, operation)
            .find(|(name, _)| *name == option)
            .map(|(_, to)| to.as_str())
    }

    /// What changes of the command itself.
    pub(crate) fn of_command(&self, operation: &str) -> Vec<Change> {
        let listed = |list: &[String]| list.iter().any(|word| word == operation);
        let marks = [
            (listed(&self.remove), "Removed"),
            (listed(&self.hide), "Hidden"),
        ];
        let marks = marks
            .into_iter()
            .filter(|(is_so, _)| *is_so)
            .map(|(_, mark)| Change::Mark(mark));
        marks
            .chain(
                self.alias
                    .get(operation)
                    .map(|word| Change::One("Word", word.clone())),
            )
            .collect()
    }

    /// What changes of its options, which are these.
    pub(crate) fn of_options<'a>(
        &'a self,
        operation: &'a str,
        options: &'a [String],
    ) -> impl Iterator<Item = Change> + 'a {
        let has = |option: &str| options.iter().any(|known| known == option);
        let lists = [
            (&self.hide, "Unlisted"),
            (&self.optional, "Optional"),
            (&self.single_page, "SinglePage"),
            (&self.bare, "Bare"),
        ];
        let ones = lists.into_iter().flat_map(move |(list, kind)| {
            let found = list
                .iter()
                .filter_map(move |key| option_of(key, operation))
                .filter(move |option| has(option));
            found.map(move |option| Change::One(kind, option.to_owned()))
        });
        let two = |kind| {
            move |(option, other): (&str, &String)| {
                Change::Two(kind, option.to_owned(), other.clone())
            }
        };
        let aliases = rows(&self.alias, operation)
            .filter(move |(option, _)| has(option))
            .map(two("Alias"));
        let negatives = rows(&self.rename, operation)
            .filter_map(|(option, name)| Some((option.strip_prefix("no-")?, name)));
        let negatives = negatives
            .filter(move |(option, _)| has(option))
            .map(two("Negative"));
        ones.chain(aliases)
            .chain(negatives)
            .chain(rows(&self.own, operation).map(two("Missing")))
    }

    /// The options that set a part of the input.
    pub(crate) fn hoists(&self, operation: &str) -> impl Iterator<Item = ir::Hoist> {
        rows(&self.hoist, operation).map(|(option, hoist)| ir::Hoist {
            option: option.to_owned(),
            path: hoist.path.split('.').map(str::to_owned).collect(),
            flag: hoist.flag.clone(),
            pairs: hoist.pairs.clone(),
            required: hoist.required,
            alone: hoist.alone,
            beside: hoist.beside.clone().into_iter().collect(),
            needs: hoist.needs.clone(),
            excludes: hoist.excludes.clone(),
        })
    }

    /// Commands that the AWS CLI has and ours has not, with the nearest operation.
    pub(crate) fn missing(&self) -> Vec<(String, String)> {
        let commands = self.own.iter().filter(|(key, _)| !key.contains('.'));
        commands
            .map(|(word, nearest)| (word.clone(), nearest.clone()))
            .collect()
    }
}

/// The rows of a table that are about options of the operation: the option and its value.
fn rows<'a, T>(
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
