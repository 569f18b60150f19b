//! The options of an operation, from its rows.

use crate::args::{self, Known, Level, Takes};
use crate::exit::Failure;
use crate::input::{self, Reader};
use crate::pages::{self, Wanted};
use opsmith_runtime::commands::Command;
use opsmith_runtime::document::{Document, Map};
use opsmith_runtime::rows::{Ix, Kind, Member, Operation, Pagination, Service, flag};

/// Values of `--generate-cli-skeleton`.
const SKELETONS: &[&str] = &["input", "yaml-input", "output"];

/// An operation's part of the line.
pub(crate) struct Line<'a> {
    parameters: Vec<Parameter<'a>>,
    /// Options, without dashes, as they were given.
    given: Vec<(String, Vec<String>)>,
    input: Option<Ix>,
    /// How the result is paged, and which pages are asked for; none for a single call.
    pages: Option<(Pagination<'a>, Wanted)>,
    /// The help page is asked for.
    pub(crate) help: bool,
    /// The kind of sample that is asked for.
    pub(crate) skeleton: Option<String>,
}

/// A member of the input, with its options.
pub(crate) struct Parameter<'a> {
    pub(crate) member: &'a Member<'a>,
    /// With dashes.
    option: String,
    /// The option that says no to a boolean.
    negative: Option<String>,
    takes: Takes,
}

/// The options of a member of the input, with dashes: one, or for a boolean also the one that says no.
pub(crate) fn option_names(service: &Service<'_>, member: &Member<'_>, name: &str) -> Vec<String> {
    let option = format!("--{name}");
    match service.shape(member.target).kind {
        Kind::Boolean => vec![option, format!("--no-{name}")],
        _ => vec![option],
    }
}

impl<'a> Parameter<'a> {
    fn new(service: &Service<'a>, member: &'a Member<'a>, name: &str) -> Self {
        let takes = match service.shape(member.target).kind {
            Kind::Boolean => Takes::Nothing,
            Kind::List => Takes::Many,
            _ => Takes::One,
        };
        let mut names = option_names(service, member, name).into_iter();
        Parameter { member, option: names.next().unwrap_or_default(), negative: names.next(), takes }
    }

    pub(crate) fn known(&self) -> impl Iterator<Item = Known<'_>> {
        let known = |name| Known { name, takes: self.takes, own: false, choices: &[] };
        [Some(known(self.option.as_str())), self.negative.as_deref().map(known)].into_iter().flatten()
    }

    fn is_given(&self, level: &Level<'_>) -> bool {
        level.has(&self.option) || self.negative.as_deref().is_some_and(|name| level.has(name))
    }

    /// An idempotency token is made up when it is not given.
    fn is_required(&self) -> bool {
        self.member.is(flag::REQUIRED) && !self.member.is(flag::IDEMPOTENCY_TOKEN)
    }
}

impl<'a> Line<'a> {
    /// Reads the words after the operation's. Without `paginate` there is one call; with `in_lines`, documents that come
    /// later stand for what is required.
    ///
    /// # Errors
    ///
    /// Required options that are missing, options that nobody knows, and options in the wrong form.
    pub(crate) fn read(
        service: &'a Service<'a>,
        command: &Command<'a>,
        operation: &Operation<'a>,
        words: &[String],
        paginate: bool,
        in_lines: bool,
    ) -> Result<Self, Failure> {
        let parameters: Vec<_> = parameters(service, command, operation).collect();
        let pagination = operation.pagination();
        let known: Vec<Known<'_>> = parameters.iter().flat_map(Parameter::known).chain(common(pagination)).collect();
        let level = args::read::<Failure>(words, &known, |_| Ok(()), |_| Ok(()))?;
        let skeleton = level
            .values("--generate-cli-skeleton")
            .map(|values| values.first().map_or_else(|| "input".to_owned(), Clone::clone));
        let missing = if in_lines { Vec::new() } else { missing(&parameters, &level, skeleton.as_deref()) };
        let word = level.word.as_deref() == Some("help") && (words.len() == 1 || missing.is_empty());
        let help = word || args::asks_help(&level.rest);
        let wanted = Wanted::read(|option| level.value(option))?;
        if !help {
            refuse(&missing, &level)?;
        }
        let given = level.given.iter().map(|given| (given.name.to_owned(), given.values.clone())).collect();
        let mut line = Line { given, input: operation.input, help, skeleton, parameters, pages: None };
        if let Some(pagination) = pagination {
            line.pages = line.paged(&pagination, &wanted, paginate)?.then_some((pagination, wanted));
        }
        Ok(line)
    }

    /// Whether pages are followed: not when the user asks for one call, or gives what the pages would be asked for by.
    fn paged(&self, pagination: &Pagination<'_>, wanted: &Wanted, paginate: bool) -> Result<bool, Failure> {
        let named = |parameter: &Parameter<'_>| pages::hides(Some(pagination), parameter.member.name);
        let manual = self.parameters.iter().filter(|parameter| named(parameter) && parameter.option != pages::MAX);
        let manual = manual.filter(|parameter| self.values(&parameter.option).is_some()).count() > 0;
        if paginate && !manual {
            return Ok(true);
        }
        let shadowed = |option: &str| self.parameters.iter().any(|parameter| parameter.option == option);
        wanted.refuse(shadowed).map(|()| false)
    }

    /// Which pages a call with these parameters asks for; none for a single call, as an input is that has a token or a limit
    /// itself.
    ///
    /// # Errors
    ///
    /// Such an input, with options that page.
    pub(crate) fn pages(&self, parameters: &Map) -> Result<Option<Wanted>, Failure> {
        let Some((pagination, wanted)) = &self.pages else { return Ok(None) };
        match parameters.keys().find(|name| pages::hides(Some(pagination), name)) {
            Some(member) => wanted.refuse_beside(member).map(|()| None),
            None => Ok(Some(wanted.clone())),
        }
    }

    /// Whether a whole document is given.
    pub(crate) fn has_document(&self) -> bool {
        documents().any(|document| self.values(document.name).is_some())
    }

    fn values(&self, option: &str) -> Option<&[String]> {
        self.given.iter().rev().find(|(name, _)| name == option).map(|(_, values)| values.as_slice())
    }

    /// The parameters' values, in the model's order, and what a whole input document adds to them.
    ///
    /// # Errors
    ///
    /// Values that can't be read.
    pub(crate) fn parameters(&self, reader: &Reader<'_>) -> Result<Map, Failure> {
        let mut map = Map::new();
        // What pages are asked for by takes the place of a member of its name.
        let shadowed = |option: &str| self.pages.is_some() && pages::OPTIONS.iter().any(|page| page.name == option);
        for parameter in self.parameters.iter().filter(|parameter| !shadowed(&parameter.option)) {
            if let Some(value) = self.parameter(parameter, reader)? {
                map.insert(parameter.member.name.to_owned(), value);
            }
        }
        let whole = |option: &str| self.values(option).and_then(|values| values.first()).map(String::as_str);
        let (json, yaml) = (whole("--cli-input-json"), whole("--cli-input-yaml"));
        let document = match self.input {
            Some(shape) => reader.cli_input(json, yaml, shape)?,
            None => Map::new(),
        };
        Ok(input::merge(map, document))
    }

    fn parameter(&self, parameter: &Parameter<'_>, reader: &Reader<'_>) -> Result<Option<Document>, Failure> {
        if let Some(negative) = &parameter.negative {
            let last = self.given.iter().rev().find(|(name, _)| *name == parameter.option || name == negative);
            return Ok(last.map(|(name, _)| Document::Boolean(*name == parameter.option)));
        }
        let Some(values) = self.values(&parameter.option) else { return Ok(None) };
        Ok(Some(reader.parameter(&parameter.option, parameter.member, values)?))
    }
}

/// The members of the input with the names of their options, in the AWS CLI's order: those that it calls by another name
/// than the model does come last.
pub(crate) fn members<'a>(
    service: &Service<'a>,
    command: &Command<'a>,
    operation: &Operation<'_>,
) -> Vec<(&'a Member<'a>, &'a str)> {
    let members = operation.input.map_or(&[][..], |shape| service.shape(shape).members);
    let renamed = |(member, name): &(&Member<'_>, &str)| !name.replace('-', "").eq_ignore_ascii_case(member.name);
    let mut members: Vec<_> = members.iter().zip(command.options.iter().copied()).collect();
    members.sort_by_key(renamed);
    members
}

/// The members of the input, with their options.
pub(crate) fn parameters<'a>(
    service: &'a Service<'a>,
    command: &Command<'a>,
    operation: &Operation<'_>,
) -> impl Iterator<Item = Parameter<'a>> {
    members(service, command, operation).into_iter().map(|(member, name)| Parameter::new(service, member, name))
}

/// The options of an operation that are no parameters.
pub(crate) fn common<'a>(pagination: Option<Pagination<'_>>) -> impl Iterator<Item = Known<'a>> {
    documents().chain(pages::known(pagination).collect::<Vec<_>>()).chain([SKELETON])
}

/// Options of whole documents, which every operation has.
fn documents<'a>() -> impl Iterator<Item = Known<'a>> {
    let option = |name| Known { name, takes: Takes::One, own: false, choices: &[] };
    ["--cli-input-json", "--cli-input-yaml"].into_iter().map(option)
}

/// The option of samples, which every operation has.
const SKELETON: Known<'static> =
    Known { name: "--generate-cli-skeleton", takes: Takes::Optional, own: false, choices: SKELETONS };

/// Required options that were not given, unless a whole document or a sample stands for them.
fn missing(parameters: &[Parameter<'_>], level: &Level<'_>, skeleton: Option<&str>) -> Vec<String> {
    let document = level.has("--cli-input-json") || level.has("--cli-input-yaml");
    if document || matches!(skeleton, Some("input" | "yaml-input")) {
        return Vec::new();
    }
    let missing = parameters.iter().filter(|parameter| parameter.is_required() && !parameter.is_given(level));
    missing.map(|parameter| parameter.option.clone()).collect()
}

/// Refuses a line without what is required, or with what nobody knows. A first stray word is told last.
fn refuse(missing: &[String], level: &Level<'_>) -> Result<(), Failure> {
    if !missing.is_empty() {
        let missing = missing.join(", ");
        return Err(Failure::usage(format_args!("the following arguments are required: {missing}")));
    }
    let stray = level.word.iter().filter(|word| !word.is_empty());
    let unknown: Vec<String> = level.rest.iter().chain(stray).cloned().collect();
    match unknown.is_empty() {
        true => Ok(()),
        false => Err(Failure::unknown_options(&unknown)),
    }
}
