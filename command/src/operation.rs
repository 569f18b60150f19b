//! An operation's part of the command line: its options, and what they ask for.

use crate::args::{self, Arity, OptionSpec, ParsedArgs, Token};
use crate::failure::Failure;
use crate::input::{self, Reader};
use crate::outfile::{self, Source};
use crate::pages::{self, PageOptions};
use crate::parameter::Parameter;
use crate::saved::{self, Saved};
use opsmith_runtime::document::Map;
use opsmith_runtime::http::Body;
use opsmith_runtime::schema::commands::{Change, Command};
use opsmith_runtime::schema::{Operation, Pagination, ShapeIndex};

/// Values of `--generate-cli-skeleton`.
const SKELETONS: &[&str] = &["input", "yaml-input", "output"];

/// An operation's part of the line.
pub(crate) struct OperationArgs<'p, 't> {
    parameters: &'p [Parameter<'p>],
    args: ParsedArgs<'p, 't>,
    input: Option<ShapeIndex>,
    /// How the result is paged, and the options about it; `None` for a single call.
    pages: Option<(Pagination<'p>, PageOptions)>,
    /// The help page is requested.
    pub(crate) help: bool,
    /// The kind of sample that is requested.
    pub(crate) skeleton: Option<&'t str>,
    /// The file for the bytes of the result, of operations that have one.
    pub(crate) outfile: Option<&'t str>,
}

impl<'p, 't> OperationArgs<'p, 't> {
    /// Reads the tokens after the operation's word. `parameters` are those of the operation. Without
    /// `paginate` there is one call. With `in_lines`, documents that come later have the required
    /// parameters. `file` is what of the result goes to a file.
    ///
    /// # Errors
    ///
    /// Missing options, unknown options, and options in the wrong form.
    pub(crate) fn read(
        parameters: &'p [Parameter<'p>],
        command: &Command<'p>,
        operation: &Operation<'p>,
        tokens: &[Token<'t>],
        paginate: bool,
        in_lines: bool,
        file: Option<Source<'_>>,
    ) -> Result<Self, Failure> {
        let to_file = file.is_some();
        let pagination = operation.pagination();
        let specs: Vec<OptionSpec<'p>> = parameters
            .iter()
            .flat_map(Parameter::specs)
            .chain(common(command, pagination, file))
            .collect();
        let args = ParsedArgs::read(tokens, &specs)?;
        let skeleton = args.values("--generate-cli-skeleton");
        let skeleton = skeleton.map(|values| values.first().copied().unwrap_or("input"));
        let mut missing = if in_lines {
            Vec::new()
        } else {
            missing(command, parameters, &args, skeleton)
        };
        if to_file && args.word.is_none() {
            missing.push(outfile::WORD.to_owned());
        }
        let word = args.word == Some("help") && (tokens.len() == 1 || missing.is_empty());
        let help = word || args::asks_help(&args.rest);
        // Where there are no pages, these are options of members.
        let page_options = match pagination {
            Some(paged) => PageOptions::read(paged, |option| args.value(option))?,
            None => PageOptions::default(),
        };
        if !help {
            refuse_missing(command, &args)?;
            refuse(&missing, &args, to_file)?;
        }
        let outfile = args.word.filter(|_| to_file);
        let mut read = OperationArgs {
            parameters,
            outfile,
            args,
            input: operation.input,
            help,
            skeleton,
            pages: None,
        };
        if let Some(pagination) = pagination {
            read.pages = read
                .paged(&pagination, &page_options, paginate)?
                .then_some((pagination, page_options));
        }
        Ok(read)
    }

    /// Whether pages are followed: not when the user asks for one call, or sets a member that the
    /// pages need.
    fn paged(
        &self,
        pagination: &Pagination<'_>,
        options: &PageOptions,
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
            .filter(|parameter| self.args.has(parameter.option()))
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
        options.refuse_single_call(shadowed).map(|()| false)
    }

    /// Which pages to fetch with these parameters; `None` for a single call. Parameters with a
    /// token or limit of the service request a single call.
    ///
    /// # Errors
    ///
    /// Such parameters together with options that page.
    pub(crate) fn pages(&self, parameters: &Map) -> Result<Option<PageOptions>, Failure> {
        let Some((pagination, options)) = &self.pages else {
            return Ok(None);
        };
        match parameters
            .keys()
            .find(|name| pages::hides(Some(pagination), name))
        {
            Some(member) => options.refuse_with_member(member).map(|()| None),
            None => Ok(Some(options.clone())),
        }
    }

    /// The body that stands beside the parameters.
    ///
    /// # Errors
    ///
    /// Its option names no file.
    pub(crate) fn body(&self, operation: &Operation<'_>) -> Result<Body, Failure> {
        let mut streams = self.parameters.iter().filter(|found| found.is_stream());
        let given = streams.find_map(|found| Some((found, self.args.value(found.option())?)));
        match given {
            Some((parameter, value)) => {
                outfile::body(parameter.option(), value, is_live(operation))
            }
            None => Ok(Body::Empty),
        }
    }

    /// The files for parts of the result, opened.
    ///
    /// # Errors
    ///
    /// One can't be written.
    pub(crate) fn saved<'a>(&self, command: &Command<'a>) -> Result<Saved<'a>, Failure>
    where
        't: 'a,
    {
        Saved::open(command, &self.args)
    }

    /// Whether parts of the result go to files.
    pub(crate) fn saves(&self, command: &Command<'_>) -> bool {
        let mut files = saved::all(command);
        files.any(|save| saved::is_required(save) || self.args.has(save.option))
    }

    /// Whether a whole document is given.
    pub(crate) fn has_document(&self) -> bool {
        documents().any(|document| self.args.has(document.name))
    }

    /// The parameters, in the model's order, and those that a whole document adds.
    ///
    /// # Errors
    ///
    /// Values that can't be read.
    pub(crate) fn parameters(&self, reader: &Reader<'_>) -> Result<Map, Failure> {
        let mut map = Map::new();
        // An option that pages hides the parameter of its name.
        let pagination = self.pages.as_ref().map(|(pagination, _)| *pagination);
        let shadowed = |option: &str| pages::options(pagination).any(|page| page.name == option);
        for parameter in self
            .parameters
            .iter()
            .filter(|parameter| !shadowed(parameter.option()))
        {
            parameter.refuse_part(self.parameters, &map)?;
            parameter.add(&mut map, &self.args, reader)?;
        }
        let json = self.args.value("--cli-input-json");
        let yaml = self.args.value("--cli-input-yaml");
        let document = match self.input {
            Some(shape) => reader.cli_input(json, yaml, shape)?,
            None => Map::new(),
        };
        Ok(input::merge(map, document))
    }
}

/// Whether a stream can be sent as it comes: no signature or checksum goes before it.
fn is_live(operation: &Operation<'_>) -> bool {
    operation.has_unsigned_payload()
        && operation.http_checksum().is_none()
        && !operation.requires_checksum()
}

/// The options of an operation that are not parameters. As in the AWS CLI, operations with a file
/// for their result have neither documents nor samples, unless the result is events.
pub(crate) fn common<'a>(
    command: &Command<'a>,
    pagination: Option<Pagination<'_>>,
    file: Option<Source<'_>>,
) -> impl Iterator<Item = OptionSpec<'a>> {
    let has_documents = file.is_none_or(Source::has_documents);
    let skeleton = OptionSpec {
        choices: SKELETONS,
        ..OptionSpec::new("--generate-cli-skeleton", Arity::Optional)
    };
    let documents = has_documents.then(documents).into_iter().flatten();
    documents
        .chain(saved::specs(command))
        .chain(pages::specs(pagination).collect::<Vec<_>>())
        .chain(has_documents.then_some(skeleton))
}

/// Options of whole documents, which every operation has.
fn documents<'a>() -> impl Iterator<Item = OptionSpec<'a>> {
    ["--cli-input-json", "--cli-input-yaml"]
        .into_iter()
        .map(|name| OptionSpec::new(name, Arity::One))
}

/// Required options that were not given. A whole document or a sample needs none.
fn missing(
    command: &Command<'_>,
    parameters: &[Parameter<'_>],
    args: &ParsedArgs<'_, '_>,
    skeleton: Option<&str>,
) -> Vec<String> {
    let document = args.has("--cli-input-json") || args.has("--cli-input-yaml");
    if document || matches!(skeleton, Some("input" | "yaml-input")) {
        return Vec::new();
    }
    let missing = parameters
        .iter()
        .filter(|parameter| parameter.is_required_on_input() && !parameter.is_given(args));
    let saves = saved::required(command).filter(|option| !args.has(option));
    missing
        .map(Parameter::option)
        .chain(saves)
        .map(str::to_owned)
        .collect()
}

/// Rejects options that only the AWS CLI has.
fn refuse_missing(command: &Command<'_>, args: &ParsedArgs<'_, '_>) -> Result<(), Failure> {
    let given = |option: &str| {
        args.rest.iter().any(|token| {
            token
                .text
                .split('=')
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

/// Rejects missing and unknown options. The first stray word is listed last.
fn refuse(missing: &[String], args: &ParsedArgs<'_, '_>, to_file: bool) -> Result<(), Failure> {
    if !missing.is_empty() {
        return Err(Failure::required(&missing.join(", ")));
    }
    let stray = args.word.filter(|word| !word.is_empty() && !to_file);
    let unknown: Vec<&str> = args.rest_words().into_iter().chain(stray).collect();
    if unknown.is_empty() {
        Ok(())
    } else {
        Err(Failure::unknown_options(&unknown))
    }
}
