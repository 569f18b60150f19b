//! The options of an operation's input: one for each member, and those that set a part of one.

mod given;
mod place;

use crate::args::{Arity, OptionSpec, ParsedArgs, ParsedOption};
use crate::failure::Failure;
use crate::input::{Reader, constant};
use crate::pages;
use opsmith_runtime::document::{Document, Map};
use opsmith_runtime::schema::commands::{Change, Command, Form, Hoist};
use opsmith_runtime::schema::{Flags, Kind, Member, Operation, Pagination, Service, ShapeIndex};
use place::{Place, put};

/// An option that sets a member of the input, or a part of one.
pub(crate) struct Parameter<'a> {
    /// The member whose value the option gives.
    pub(crate) member: &'a Member<'a>,
    /// The structure that has the member.
    pub(crate) within: ShapeIndex,
    /// How a part of a member is set; `None` if the option sets a whole member of the input.
    hoist: Option<&'a Hoist<'a>>,
    /// The members that lead to the part, and whether each is a list.
    parents: Vec<(&'a str, bool)>,
    /// With dashes.
    option: String,
    /// The option that sets a boolean to false.
    negative: Option<String>,
    /// The boolean of a structure that the option sets without a value.
    switch: Option<&'a str>,
    /// Another name, which is not shown.
    alias: Option<String>,
    arity: Arity,
    /// What the AWS CLI changes about the option.
    changes: Vec<Change<'a>>,
}

/// The options of the members of the input, in the AWS CLI's order: those with another name than
/// their member, and those of parts, come last.
pub(crate) fn all<'a>(
    service: &Service<'a>,
    command: &Command<'a>,
    operation: &Operation<'_>,
) -> Vec<Parameter<'a>> {
    let Some(input) = operation.input else {
        return Vec::new();
    };
    let hoists = command.changes.iter().filter_map(|change| match change {
        Change::Hoist(hoist) => Some(hoist),
        _ => None,
    });
    let members = service
        .shape(input)
        .members
        .iter()
        .zip(command.options.iter().copied());
    // A hoist replaces the member of its name. One without a name has no option.
    let members = members
        .filter(|(_, name)| !name.is_empty() && hoists.clone().all(|hoist| hoist.option != *name));
    let mut members: Vec<_> = members.collect();
    members.sort_by_key(|(member, name)| !name.replace('-', "").eq_ignore_ascii_case(member.name));
    let whole = members.into_iter().map(|(member, name)| {
        let place = Place {
            within: input,
            member,
            parents: Vec::new(),
        };
        Parameter::new(service, command, place, name, None)
    });
    let parts = hoists.filter_map(|hoist| {
        let place = Place::at(service, input, hoist.path)?;
        Some(Parameter::new(
            service,
            command,
            place,
            hoist.option,
            Some(hoist),
        ))
    });
    whole.chain(parts).collect()
}

impl<'a> Parameter<'a> {
    fn new(
        service: &Service<'a>,
        command: &Command<'a>,
        Place {
            within,
            member,
            parents,
        }: Place<'a>,
        name: &str,
        hoist: Option<&'a Hoist<'a>>,
    ) -> Self {
        let changes: Vec<_> = command
            .changes
            .iter()
            .copied()
            .filter(|change| option_of(change) == Some(name))
            .collect();
        let shape = service.shape(member.target);
        let kind = shape.kind;
        let is_switch = |change: &Change<'_>| matches!(change, Change::Switch(_));
        let value = shape.members.first().map(|value| value.name);
        let switch = value.filter(|_| changes.iter().any(is_switch));
        let arity = match (kind, hoist.map(|hoist| hoist.form)) {
            _ if switch.is_some() => Arity::Optional,
            (Kind::Boolean, _) | (_, Some(Form::Flag(_))) => Arity::Flag,
            (Kind::List, _) | (_, Some(Form::Counted(..))) => Arity::Many,
            _ => Arity::One,
        };
        let negative = changes.iter().find_map(|change| match change {
            Change::Negative(_, no) => Some(format!("--{no}")),
            _ => None,
        });
        let negative = (kind == Kind::Boolean || switch.is_some())
            .then(|| negative.unwrap_or_else(|| format!("--no-{name}")));
        let alias = changes.iter().find_map(|change| match change {
            Change::Alias(_, alias) => Some(format!("--{alias}")),
            _ => None,
        });
        Parameter {
            member,
            within,
            hoist,
            parents,
            option: format!("--{name}"),
            negative,
            switch,
            alias,
            arity,
            changes,
        }
    }

    /// The option, with dashes.
    pub(crate) fn option(&self) -> &str {
        &self.option
    }

    /// The names that are shown: the option, and for a boolean the one that sets it to false.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        [Some(self.option.as_str()), self.negative.as_deref()]
            .into_iter()
            .flatten()
    }

    /// Whether help and completions show it. They don't if a paging option replaces it.
    pub(crate) fn is_shown(&self, pagination: Option<&Pagination<'_>>) -> bool {
        !self.has(|change| matches!(change, Change::Unlisted(_)))
            && !self.is_member(|name| pages::hides(pagination, name))
    }

    /// Whether it takes a value.
    pub(crate) fn takes_value(&self) -> bool {
        self.arity != Arity::Flag
    }

    /// The options as a level of the line knows them.
    pub(crate) fn specs(&self) -> impl Iterator<Item = OptionSpec<'_>> {
        self.all_names().map(|name| {
            let is_flag = self.negative.as_deref() == Some(name);
            OptionSpec::new(name, if is_flag { Arity::Flag } else { self.arity })
        })
    }

    /// The names that are shown, and the alias.
    fn all_names(&self) -> impl Iterator<Item = &str> {
        self.names().chain(self.alias.as_deref())
    }

    /// Whether the option is a member of the input, of this name.
    pub(crate) fn is_member(&self, is: impl Fn(&str) -> bool) -> bool {
        self.hoist.is_none() && is(self.member.name)
    }

    /// Whether giving the option turns paging off.
    pub(crate) fn asks_for_one_page(&self) -> bool {
        self.has(|change| matches!(change, Change::SinglePage(_)))
    }

    pub(crate) fn is_given(&self, args: &ParsedArgs<'_, '_>) -> bool {
        self.all_names().any(|name| args.has(name))
    }

    /// Whether its value is a file that is sent as it is.
    pub(crate) fn is_stream(&self) -> bool {
        self.hoist.is_none() && self.member.is(Flags::STREAMING)
    }

    /// Whether help shows it as required.
    pub(crate) fn is_required(&self) -> bool {
        let optional = self.has(|change| matches!(change, Change::Optional(_)));
        self.hoist
            .map_or(self.member.is(Flags::REQUIRED) && !optional, |hoist| {
                hoist.required
            })
    }

    /// Whether the command line must have it. A missing idempotency token is generated. An option
    /// with an alias is never required.
    pub(crate) fn is_required_on_input(&self) -> bool {
        self.is_required() && !self.member.is(Flags::IDEMPOTENCY_TOKEN) && self.alias.is_none()
    }

    fn has(&self, is: fn(&Change<'_>) -> bool) -> bool {
        self.changes.iter().any(is)
    }

    /// Adds the option's value to the input, if it was given.
    ///
    /// # Errors
    ///
    /// A value that can't be read, or an option that it can't be given with.
    pub(crate) fn add(
        &self,
        input: &mut Map,
        args: &ParsedArgs<'_, '_>,
        reader: &Reader<'_>,
    ) -> Result<(), Failure> {
        let given = args.options.iter().rev();
        let mut given = given.filter(|given| self.all_names().any(|name| name == given.name));
        let Some(given) = given.next() else {
            return Ok(());
        };
        if self.is_stream() {
            return Ok(());
        }
        match self.hoist {
            Some(hoist) => {
                let parts = self.parts(hoist, given, reader)?;
                self.check(hoist, given, &parts, args)?;
                self.put(hoist, input, &parts, reader.service);
                Ok(())
            }
            None => {
                let value = self.value(Form::Value, given.name, &given.values, reader)?;
                input.insert(self.member.name.to_owned(), value);
                Ok(())
            }
        }
    }

    /// Rejects values with others that they exclude, and values without what they need.
    fn check(
        &self,
        hoist: &Hoist<'_>,
        given: &ParsedOption<'_, '_>,
        parts: &[(&str, Document)],
        args: &ParsedArgs<'_, '_>,
    ) -> Result<(), Failure> {
        let says_no = self.negative.as_deref() == Some(given.name);
        let mut excluded = hoist.excludes.iter().filter(|_| !says_no);
        let excluded = excluded.find(|other| {
            args.options
                .iter()
                .any(|given| given.name.strip_prefix("--") == Some(other))
        });
        if let Some(other) = excluded {
            return Err(Failure::parameter(format_args!(
                "--{other} and {} can't be given together",
                self.option
            )));
        }
        let has = |name: &&str| parts.iter().any(|(_, value)| value.get(name).is_some());
        if !hoist.needs.iter().all(has) {
            let needs = hoist.needs.join(", ");
            return Err(Failure::parameter(format_args!(
                "{} must have all of {needs}",
                self.option
            )));
        }
        Ok(())
    }

    /// Puts values where the hoist says.
    fn put(
        &self,
        hoist: &Hoist<'_>,
        input: &mut Map,
        parts: &[(&str, Document)],
        service: &Service<'_>,
    ) {
        put(input, &self.parents, &mut |container| {
            if container.is_empty() {
                container.extend(hoist.alone.iter().map(|(name, text)| {
                    let value = constant(service, self.within, name, text);
                    ((*name).to_owned(), value)
                }));
            }
            if !hoist.siblings.is_empty() {
                *container = hoist
                    .siblings
                    .iter()
                    .map(|(name, text)| ((*name).to_owned(), (*text).into()))
                    .collect();
            }
            container.extend(hoist.unique.iter().map(|(name, start)| {
                let value = given::unique(start);
                ((*name).to_owned(), value.into())
            }));
            let parts = parts.iter();
            container.extend(parts.map(|(name, value)| ((*name).to_owned(), value.clone())));
        });
    }

    /// Rejects a value of the whole member that sets the part, where only the part's option may.
    ///
    /// # Errors
    ///
    /// The part is set.
    pub(crate) fn refuse_part(&self, whole: &[Parameter<'_>], input: &Map) -> Result<(), Failure> {
        let Some(Hoist {
            path: [first, second],
            exclusive: true,
            ..
        }) = self.hoist
        else {
            return Ok(());
        };
        let given = input
            .get(*first)
            .and_then(Document::as_map)
            .is_some_and(|map| map.contains_key(*second));
        let of = whole
            .iter()
            .find(|parameter| parameter.is_member(|name| name == *first))
            .map_or("", Parameter::option);
        if given {
            Err(Failure::parameter(format_args!(
                "{second} can't be given as a part of {of}: use {}",
                self.option
            )))
        } else {
            Ok(())
        }
    }
}

/// The option that a change is about.
fn option_of<'a>(change: &Change<'a>) -> Option<&'a str> {
    match change {
        Change::Alias(option, _)
        | Change::Negative(option, _)
        | Change::Unlisted(option)
        | Change::Optional(option)
        | Change::SinglePage(option)
        | Change::Bare(option)
        | Change::Zip(option)
        | Change::Switch(option) => Some(option),
        Change::Removed
        | Change::Hidden
        | Change::Word(_)
        | Change::Missing(..)
        | Change::Outfile(..)
        | Change::Save(_)
        | Change::Hoist(_)
        | Change::Split(_)
        | Change::NeedsUrl
        | Change::PageSize(..)
        | Change::Send(..)
        | Change::Gather(_)
        | Change::Show(..) => None,
    }
}
