//! Options for a part of the input or of the output, and members that are sent within another one.

use super::pairs;
use crate::read::record;
use opsmith_schema::Arena;
use opsmith_schema::commands::{self, Form};
use std::collections::BTreeMap;

record! {
    /// Members that are sent within the first element of a list.
    pub(crate) struct Gather {
        /// The member that is the list.
        list: String = "list",
        /// Members of its first element of which one must be there.
        when: Vec<String> = "when",
        /// Members of the input, with their places in the element: `Member`, or `List.Member` for
        /// a list with one element.
        pub(crate) members: BTreeMap<String, String> = "members",
        /// Further members of such an element, with their texts.
        beside: BTreeMap<String, String> = "beside",
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
        /// Siblings of the part, with the texts they get where no other option sets a sibling.
        pub(crate) alone: BTreeMap<String, String> = "alone",
        /// The part is a list of structures: the member that each word sets.
        pub(crate) each: Option<String> = "each",
        /// The siblings of that member, with their texts.
        pub(crate) beside: BTreeMap<String, String> = "beside",
        /// Siblings of the part that get a text of their own for each call, with what it begins
        /// with.
        pub(crate) unique: BTreeMap<String, String> = "unique",
        /// The part is a structure of a list and the number of its elements: these two members.
        pub(crate) counted: Vec<String> = "counted",
        /// Members that the value must have.
        pub(crate) needs: Vec<String> = "needs",
        /// Options that can't be given together with this one, unless this one says no.
        pub(crate) excludes: Vec<String> = "excludes",
        /// The part is the first of two numbers: the sibling for the second, and the text between.
        pub(crate) range: Vec<String> = "range",
        /// Words for texts that are sent in their place.
        pub(crate) words: BTreeMap<String, String> = "words",
        /// Beginnings of texts, with the siblings that these set instead.
        pub(crate) starts: BTreeMap<String, String> = "starts",
        /// The part can be set by this option only, not within the value of the option for the whole
        /// member.
        pub(crate) exclusive: bool = "exclusive",
    }
    refuses unknown
}

record! {
    /// An option that names a file for a part of the output.
    pub(crate) struct Save {
        /// The members that lead to the part.
        pub(crate) path: String = "path",
        /// The option that says which of the members in `of` of the part is saved.
        by: String = "by",
        /// The members that `by` takes.
        of: Vec<String> = "of",
    }
    refuses unknown
}

impl Save {
    /// The option of this name.
    pub(super) fn option<'a>(&self, name: &str, arena: &'a Arena) -> commands::Save<'a> {
        commands::Save {
            option: arena.text(&format!("--{name}")),
            path: arena.texts(self.path.split('.')),
            by: match self.by.as_str() {
                "" => "",
                by => arena.text(&format!("--{by}")),
            },
            of: arena.texts(self.of.iter().map(String::as_str)),
        }
    }
}

impl Hoist {
    fn form<'a>(&self, arena: &'a Arena) -> Form<'a> {
        if let [list, count] = self.counted.as_slice() {
            return Form::Counted(arena.text(list), arena.text(count));
        }
        match (&self.pairs, self.range.as_slice(), &self.each) {
            _ if !self.flag.is_empty() => {
                Form::Flag(arena.texts(self.flag.iter().map(String::as_str)))
            }
            (Some(between), _, _) => Form::Pairs(arena.text(between)),
            (None, [other, between], _) => Form::Range(arena.text(other), arena.text(between)),
            (None, _, Some(member)) => Form::Each(arena.text(member), pairs(&self.beside, arena)),
            _ => Form::Value,
        }
    }

    /// The option of this name.
    pub(super) fn option<'a>(&self, name: &str, arena: &'a Arena) -> commands::Hoist<'a> {
        let texts = |texts: &[String]| arena.texts(texts.iter().map(String::as_str));
        commands::Hoist {
            option: arena.text(name),
            path: arena.texts(self.path.split('.')),
            form: self.form(arena),
            required: self.required,
            exclusive: self.exclusive,
            siblings: pairs(&self.siblings, arena),
            alone: pairs(&self.alone, arena),
            unique: pairs(&self.unique, arena),
            needs: texts(&self.needs),
            excludes: texts(&self.excludes),
            words: pairs(&self.words, arena),
            starts: pairs(&self.starts, arena),
        }
    }
}

impl Gather {
    /// The members of an input, of which `is_member` tells.
    pub(super) fn members<'a>(
        &self,
        is_member: impl Fn(&str) -> bool,
        arena: &'a Arena,
    ) -> commands::Gather<'a> {
        let members = self.members.iter().filter(|(member, _)| is_member(member));
        let members = members.map(|(member, place)| -> (&str, &[&str]) {
            (arena.text(member), arena.texts(place.split('.')))
        });
        commands::Gather {
            list: arena.text(&self.list),
            when: arena.texts(self.when.iter().map(String::as_str)),
            members: arena.list(members),
            beside: pairs(&self.beside, arena),
        }
    }
}
