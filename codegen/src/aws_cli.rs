//! How the AWS CLI's commands differ from those derived from names: facts in `aws-cli.toml`,
//! behaviors here and in `opsmith_schema::commands`.

mod parts;

use crate::read::record;
use opsmith_schema::Arena;
use opsmith_schema::commands::{self, Change, Command, Sent, Shown};
use parts::{Gather, Hoist, Save};
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
        /// Options whose value is the content of a zip file.
        zip: Vec<String> = "zip",
        /// Whether options for structures with one boolean `Value` are switches.
        pub(crate) switches: bool = "switches",
        /// Further options, which set a part of the input.
        hoist: BTreeMap<String, Hoist> = "hoist",
        /// Further options, which name a file for a part of the output.
        save: BTreeMap<String, Save> = "save",
        /// Commands in place of one, each with the options that have other names; without a name
        /// an option is not there.
        split: BTreeMap<String, BTreeMap<String, BTreeMap<String, String>>> = "split",
        /// Commands that need the URL of the endpoint.
        endpoint_url: Vec<String> = "endpoint-url",
        /// Pages that have a size of their own.
        page_size: BTreeMap<String, PageSize> = "page-size",
        /// What is sent in place of a member.
        send: BTreeMap<String, Sending> = "send",
        /// Members that are sent within another one, by operation.
        gather: BTreeMap<String, Gather> = "gather",
        /// Parts of outputs that are decoded, by operation and how.
        show: BTreeMap<String, BTreeMap<String, Vec<String>>> = "show",
        /// Shapes whose values are decoded in every output.
        show_shape: BTreeMap<String, Vec<String>> = "show-shape",
        /// Operations with events, and of these the event and its member whose bytes go to a file:
        /// `Event.member`.
        outfile: BTreeMap<String, String> = "outfile",
        /// Commands and options of the AWS CLI alone, with the nearest operation or option.
        own: BTreeMap<String, String> = "own",
    }
    refuses unknown
}

record! {
    /// The size of the pages of an operation.
    pub(crate) struct PageSize {
        size: u32 = "size",
        /// Members that may be given; any other leaves the size to the service.
        with: Vec<String> = "with",
    }
    refuses unknown
}

record! {
    /// What is sent in place of a member: one of these.
    pub(crate) struct Sending {
        default: Option<String> = "default",
        account: Vec<String> = "account",
        words: BTreeMap<String, String> = "words",
        base64: bool = "base64",
        percent: Option<String> = "percent",
        md5: Option<String> = "md5",
        ascii: bool = "ascii",
    }
    refuses unknown
}

impl Sending {
    /// The behaviors that the fact names: one, which the tests check.
    fn sent<'a>(&self, arena: &'a Arena) -> impl Iterator<Item = Sent<'a>> {
        let with = |text: &Option<String>, sent: fn(&'a str) -> Sent<'a>| {
            text.as_ref().map(|text| sent(arena.text(text)))
        };
        let words = (!self.words.is_empty()).then(|| Sent::Words(pairs(&self.words, arena)));
        let members = arena.texts(self.account.iter().map(String::as_str));
        let named = [
            words,
            (!members.is_empty()).then_some(Sent::Account(members)),
            with(&self.default, Sent::Default),
            with(&self.percent, Sent::Percent),
            with(&self.md5, Sent::Md5),
            self.base64.then_some(Sent::Base64),
            self.ascii.then_some(Sent::Ascii),
        ];
        named.into_iter().flatten()
    }
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
        let outfile = self.outfile.get(operation);
        let outfile = outfile.and_then(|place| place.split_once('.'));
        let outfile =
            outfile.map(|(event, member)| Change::Outfile(arena.text(event), arena.text(member)));
        let saves = of_operation(&self.save, operation);
        let saves = saves.map(|(option, save)| Change::Save(save.option(option, arena)));
        let marks = removed.into_iter().chain(hidden);
        marks.chain(word).chain(outfile).chain(saves).collect()
    }

    /// What changes of its options, which are these.
    pub(crate) fn of_options<'a>(
        &self,
        operation: &str,
        options: &[&str],
        arena: &'a Arena,
    ) -> Vec<Change<'a>> {
        type One<'a> = fn(&'a str) -> Change<'a>;
        let lists: [(&[String], One<'a>); 5] = [
            (&self.hide, Change::Unlisted),
            (&self.optional, Change::Optional),
            (&self.single_page, Change::SinglePage),
            (&self.bare, Change::Bare),
            (&self.zip, Change::Zip),
        ];
        let is_hoist =
            |option| of_operation(&self.hoist, operation).any(|(hoist, _)| hoist == option);
        let mut changes = Vec::new();
        for (list, change) in lists {
            let found = list.iter().filter_map(|key| option_of(key, operation));
            let found = found.filter(|option| options.contains(option) || is_hoist(*option));
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
        of_operation(&self.hoist, operation).map(|(option, hoist)| hoist.option(option, arena))
    }

    /// The commands in place of one with these options.
    pub(crate) fn parts<'a>(
        &self,
        operation: &str,
        options: &[&'a str],
        arena: &'a Arena,
    ) -> Option<Change<'a>> {
        let parts = self.split.get(operation)?.iter().map(|(word, names)| {
            let options = options.iter().copied();
            let options = options.map(|option| match names.get(option) {
                Some(name) => arena.text(name),
                None => option,
            });
            commands::command(arena.text(word), arena.list(options))
        });
        let parts: Vec<Command<'a>> = parts.collect();
        Some(Change::Split(arena.list(parts)))
    }

    /// What changes of the calls of a command. `is_member` tells whether the input has a member,
    /// `is_part` whether the output has a value at a path.
    pub(crate) fn of_calls<'a>(
        &self,
        operation: &str,
        is_member: impl Fn(&str) -> bool,
        is_part: impl Fn(&[&str]) -> bool,
        arena: &'a Arena,
    ) -> Vec<Change<'a>> {
        let listed = self.endpoint_url.iter().any(|word| word == operation);
        let mut changes: Vec<_> = listed.then_some(Change::NeedsUrl).into_iter().collect();
        changes.extend(self.page_size.get(operation).map(|page| {
            let with = page.with.iter().map(String::as_str);
            Change::PageSize(page.size, arena.texts(with))
        }));
        let sent = of_operation(&self.send, operation).filter(|(member, _)| is_member(member));
        for (member, send) in sent {
            let member = arena.text(member);
            changes.extend(send.sent(arena).map(|sent| Change::Send(member, sent)));
        }
        let gather = self.gather.get(operation);
        changes.extend(gather.map(|gather| Change::Gather(gather.members(is_member, arena))));
        for (how, paths) in self.show.get(operation).into_iter().flatten() {
            // A word that is unknown is a fault of the project, which its tests find.
            let Some(shown) = Shown::from_word(how) else {
                continue;
            };
            let paths = paths.iter().map(|path| arena.texts(path.split('.')));
            let parts = paths.filter(|path| is_part(path));
            changes.extend(parts.map(|path| Change::Show(path, shown)));
        }
        changes
    }

    /// Shapes whose values are decoded before they are shown.
    pub(crate) fn shapes<'a>(&self, arena: &'a Arena) -> &'a [(&'a str, Shown)] {
        let rows = self.show_shape.iter().flat_map(|(how, shapes)| {
            let named = |shape: &String| Some((arena.text(shape), Shown::from_word(how)?));
            shapes.iter().filter_map(named).collect::<Vec<_>>()
        });
        arena.list(rows)
    }

    /// Commands that the AWS CLI has and ours has not, with the nearest operation.
    pub(crate) fn missing<'a>(&self, arena: &'a Arena) -> &'a [(&'a str, &'a str)] {
        let commands = self.own.iter().filter(|(key, _)| !key.contains('.'));
        arena.pairs(commands.map(|(word, nearest)| (&**word, &**nearest)))
    }
}

fn pairs<'a>(table: &BTreeMap<String, String>, arena: &'a Arena) -> &'a [(&'a str, &'a str)] {
    arena.pairs(table.iter().map(|(one, other)| (&**one, &**other)))
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
pub(crate) mod tests;
