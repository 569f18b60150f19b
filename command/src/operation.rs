//! The options of an operation, from its rows.

use crate::args::{self, Known, Level, Takes};
use crate::failure::Failure;
use crate::input::{self, Reader};
use crate::pages::{self, Wanted};
use crate::parameter::{self, Parameter};
use opsmith_runtime::document::Map;
use opsmith_runtime::schema::commands::{Change, Command};
use opsmith_runtime::schema::{Operation, Pagination, Service, ShapeIndex};

/// Values of `--generate-cli-skeleton`.
const SKELETONS: &[&str] = &["input", "yaml-input", "output"];

/// An operation's part of the line.
pub(crate) struct Line<'a> {
    parameters: Vec<Parameter<'a>>,
    /// Options, without dashes, as they were given.
    given: Vec<(String, Vec<String>)>,
    input: Option<ShapeIndex>,
    /// How the result is paged, and which pages are asked for; none for a single call.
    pages: Option<(Pagination<'a>, Wanted)>,
    /// The help page is asked for.
    pub(crate) help: bool,
    /// The kind of sample that is asked for.
    pub(crate) skeleton: Option<String>,
}

impl<'a> Line<'a> {
    /// Reads the words after the operation's. Without `paginate` there is one call; with
    /// `in_lines`, documents that come later stand for what is required.
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
        let parameters = parameter::all(service, command, operation);
        let pagination = operation.pagination();
        let known: Vec<Known<'_>> = parameters
            .iter()
            .flat_map(Parameter::known)
            .chain(common(pagination))
            .collect();
        let level = args::read::<Failure>(words, &known, |_| Ok(()), |_| Ok(()))?;
        let skeleton = level.values("--generate-cli-skeleton").map(|values| {
            values
                .first()
                .map_or_else(|| "input".to_owned(), Clone::clone)
        });
        let missing = if in_lines {
            Vec::new()
        } else {
            missing(&parameters, &level, skeleton.as_deref())
        };
        let word =
            level.word.as_deref() == Some("help") && (words.len() == 1 || missing.is_empty());
        let help = word || args::asks_help(&level.rest);
        let wanted = Wanted::read(|option| level.value(option))?;
        if !help {
            refuse_missing(command, &level)?;
            refuse(&missing, &level)?;
        }
        let given = level
            .given
            .iter()
            .map(|given| (given.name.to_owned(), given.values.clone()))
            .collect();
        let mut line = Line {
            given,
            input: operation.input,
            help,
            skeleton,
            parameters,
            pages: None,
        };
        if let Some(pagination) = pagination {
            line.pages = line
                .paged(&pagination, &wanted, paginate)?
                .then_some((pagination, wanted));
        }
        Ok(line)
    }

    /// Whether pages are followed: not when the user asks for one call, or gives what the pages
    /// would be asked for by.
    fn paged(
        &self,
        pagination: &Pagination<'_>,
        wanted: &Wanted,
        paginate: bool,
    ) -> Result<bool, Failure> {
        let named = |parameter: &Parameter<'_>| {
            parameter.is_member(|name| pages::hides(Some(pagination), name))
        };
        let by_hand = |parameter: &&Parameter<'_>| {
            (named(parameter) && parameter.option() != pages::MAX) || parameter.asks_for_one_page()
        };
        let manual = self.parameters.iter().filter(by_hand);
        let manual = manual
            .filter(|parameter| self.values(parameter.option()).is_some())
            .count()
            > 0;
        if paginate && !manual {
            return Ok(true);
        }
        let shadowed = |option: &str| {
            self.parameters
                .iter()
                .any(|parameter| parameter.option() == option)
        };
        wanted.refuse(shadowed).map(|()| false)
    }

    /// Which pages a call with these parameters asks for; none for a single call, as an input is
    /// that has a token or a limit itself.
    ///
    /// # Errors
    ///
    /// Such an input, with options that page.
    pub(crate) fn pages(&self, parameters: &Map) -> Result<Option<Wanted>, Failure> {
        let Some((pagination, wanted)) = &self.pages else {
            return Ok(None);
        };
        match parameters
            .keys()
            .find(|name| pages::hides(Some(pagination), name))
        {
            Some(member) => wanted.refuse_beside(member).map(|()| None),
            None => Ok(Some(wanted.clone())),
        }
    }

    /// Whether a whole document is given.
    pub(crate) fn has_document(&self) -> bool {
        documents().any(|document| self.values(document.name).is_some())
    }

    fn values(&self, option: &str) -> Option<&[String]> {
        self.given
            .iter()
            .rev()
            .find(|(name, _)| name == option)
            .map(|(_, values)| values.as_slice())
    }

    /// The parameters' values, in the model's order, and what a whole input document adds to them.
    ///
    /// # Errors
    ///
    /// Values that can't be read.
    pub(crate) fn parameters(&self, reader: &Reader<'_>) -> Result<Map, Failure> {
        let mut map = Map::new();
        // What pages are asked for by takes the place of a member of its name.
        let shadowed = |option: &str| {
            self.pages.is_some() && pages::OPTIONS.iter().any(|page| page.name == option)
        };
        for parameter in self
            .parameters
            .iter()
            .filter(|parameter| !shadowed(parameter.option()))
        {
            parameter.refuse_part(&self.parameters, &map)?;
            parameter.add(&mut map, &self.given, reader)?;
        }
        let whole = |option: &str| {
            self.values(option)
                .and_then(|values| values.first())
                .map(String::as_str)
        };
        let json = whole("--cli-input-json");
        let yaml = whole("--cli-input-yaml");
        let document = match self.input {
            Some(shape) => reader.cli_input(json, yaml, shape)?,
            None => Map::new(),
        };
        Ok(input::merge(map, document))
    }
}

/// The options of an operation that are no parameters.
pub(crate) fn common<'a>(pagination: Option<Pagination<'_>>) -> impl Iterator<Item = Known<'a>> {
    documents()
        .chain(pages::known(pagination).collect::<Vec<_>>())
        .chain([SKELETON])
}

/// Options of whole documents, which every operation has.
fn documents<'a>() -> impl Iterator<Item = Known<'a>> {
    let option = |name| Known {
        name,
        takes: Takes::One,
        own: false,
        choices: &[],
    };
    ["--cli-input-json", "--cli-input-yaml"]
        .into_iter()
        .map(option)
}

/// The option of samples, which every operation has.
const SKELETON: Known<'static> = Known {
    name: "--generate-cli-skeleton",
    takes: Takes::Optional,
    own: false,
    choices: SKELETONS,
};

/// Required options that were not given, unless a whole document or a sample stands for them.
fn missing(parameters: &[Parameter<'_>], level: &Level<'_>, skeleton: Option<&str>) -> Vec<String> {
    let document = level.has("--cli-input-json") || level.has("--cli-input-yaml");
    if document || matches!(skeleton, Some("input" | "yaml-input")) {
        return Vec::new();
    }
    let missing = parameters
        .iter()
        .filter(|parameter| parameter.is_required_on_input() && !parameter.is_given(level));
    missing
        .map(|parameter| parameter.option().to_owned())
        .collect()
}

/// Refuses options that only the AWS CLI has.
fn refuse_missing(command: &Command<'_>, level: &Level<'_>) -> Result<(), Failure> {
    let given = |option: &str| {
        level.rest.iter().any(|word| {
            word.split('=')
                .next()
                .and_then(|name| name.strip_prefix("--"))
                == Some(option)
        })
    };
    let missing = command.changes.iter().find_map(|change| match change {
        Change::Missing(option, nearest) if given(option) => Some((option, nearest)),
        _ => None,
    });
    match missing {
        Some((option, nearest)) => Err(Failure::only_of_the_aws_cli(
            &format!("--{option}"),
            nearest,
        )),
        None => Ok(()),
    }
}

/// Refuses a line without what is required, or with what nobody knows. A first stray word is told
/// last.
fn refuse(missing: &[String], level: &Level<'_>) -> Result<(), Failure> {
    if !missing.is_empty() {
        let missing = missing.join(", ");
        return Err(Failure::usage(format_args!(
            "the following arguments are required: {missing}"
        )));
    }
    let stray = level.word.iter().filter(|word| !word.is_empty());
    let unknown: Vec<String> = level.rest.iter().chain(stray).cloned().collect();
    if unknown.is_empty() {
        Ok(())
    } else {
        Err(Failure::unknown_options(&unknown))
    }
}
