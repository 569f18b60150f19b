//! The words after a service: an operation, its options and their values; then the call, and its
//! result.

use crate::args::{self, ParsedArgs, Token};
use crate::call::OperationRunner;
use crate::context::Context;
#[cfg(feature = "event-stream")]
use crate::events;
use crate::failure::Failure;
use crate::operation::OperationArgs;
use crate::outfile::{Outfile, Source};
use crate::pages::{PageOptions, Pages};
use crate::parameter::Parameter;
use crate::printer::Printer;
use crate::{bulk, choice, help, parameter, skeleton, wait};
use opsmith_runtime::document::Map;
use opsmith_runtime::schema::catalog::Part;
use opsmith_runtime::schema::commands::{Change, Command, Commands, Words};
use opsmith_runtime::schema::{Operation, Service};

/// Runs the words after a service.
///
/// # Errors
///
/// Whatever is wrong with the words, or keeps the operation from having a result.
pub(crate) fn run(context: &Context<'_>, service: &str) -> Result<(), Failure> {
    let globals = context.globals;
    let words = ParsedArgs::read(&globals.rest, &[])?;
    let Some(word) = args::word_or_help(&words) else {
        return Err(Failure::required("operation"));
    };
    if word == "help" {
        return help::print(&help::service_page(&words_of(context, service)?));
    }
    if print_help(context, service, word, &words.rest)? {
        return Ok(());
    }
    let commands = context.program.part(service, Part::Command(word))?;
    let Some((command, operation)) = commands.find(word) else {
        let known = words_of(context, service)?;
        check_operation(context, &known, word)?;
        return wait::command(context, &known, &words.rest);
    };
    let lines = globals.value(bulk::OPTION);
    let file = Source::of(commands.service, command, operation);
    let parameters = parameter::all(commands.service, command, operation);
    let args = read_args(
        context,
        commands,
        command,
        operation,
        &parameters,
        &words.rest,
    )?;
    check_url(context, commands, operation)?;
    let reader = context.reader(commands.service);
    let input = args.parameters(&reader)?;
    if let Some(source) = lines {
        refuse_with_lines(context, &args)?;
        let to_file = file.is_some() || args.saves(command);
        refuse_streams_with_lines(commands.service, operation, to_file)?;
        return bulk::run(context, commands, operation, &reader, &input, source);
    }
    match args.skeleton {
        Some(kind @ skeleton::DOCUMENTED) => {
            let commands = context.program.part(service, Part::Page(word))?;
            let operation = commands.find(word).map_or(operation, |(_, found)| found);
            skeleton::print(context, commands, operation, kind, &input)
        }
        Some(kind) => skeleton::print(context, commands, operation, kind, &input),
        None => {
            let outfile = file.zip(args.outfile);
            let outfile = outfile.map(|(source, name)| Outfile::new(source, name));
            call(
                context,
                commands,
                command,
                operation,
                &args,
                input,
                outfile.transpose()?,
            )
        }
    }
}

/// The words of the commands of a service.
fn words_of(context: &Context<'_>, service: &str) -> Result<Words<'static>, Failure> {
    let gone = || Failure::general(format_args!("{service} is no longer there"));
    context.program.words(service)?.ok_or_else(gone)
}

/// Reads the tokens after an operation's word.
fn read_args<'p, 't>(
    context: &Context<'_>,
    commands: &Commands<'p>,
    command: &Command<'p>,
    operation: &Operation<'p>,
    parameters: &'p [Parameter<'p>],
    tokens: &[Token<'t>],
) -> Result<OperationArgs<'p, 't>, Failure> {
    let globals = context.globals;
    OperationArgs::read(
        parameters,
        command,
        operation,
        tokens,
        !globals.has("--no-paginate"),
        globals.has(bulk::OPTION),
        Source::of(commands.service, command, operation),
    )
}

/// Prints the page of an operation and returns true, if the tokens after its word ask for it.
fn print_help(
    context: &Context<'_>,
    service: &str,
    word: &str,
    tokens: &[Token<'_>],
) -> Result<bool, Failure> {
    if !args::may_ask_help(tokens) {
        return Ok(false);
    }
    let commands = context.program.part(service, Part::Page(word))?;
    let Some((command, operation)) = commands.find(word) else {
        return Ok(false);
    };
    let parameters = parameter::all(commands.service, command, operation);
    let args = read_args(context, commands, command, operation, &parameters, tokens)?;
    if args.help {
        help::print(&help::operation_page(commands, command, operation))?;
    }
    Ok(args.help)
}

/// Rejects a word that is neither an operation of the service, which was not found, nor `wait`.
fn check_operation(context: &Context<'_>, words: &Words<'_>, word: &str) -> Result<(), Failure> {
    let mut missing = words.missing.iter();
    if let Some((_, nearest)) = missing.find(|(missing, _)| *missing == word) {
        return Err(Failure::only_of_the_aws_cli(
            &format!("{} {word}", words.service),
            nearest,
        ));
    }
    let mut omitted = words.omitted.iter();
    if let Some((_, why)) = omitted.find(|(omitted, _)| *omitted == word) {
        return Err(Failure::parameter(format_args!(
            "{} {word} can't be called: {why}",
            words.service
        )));
    }
    let checked = choice::check("operation", word, words.all(), context.settings.env());
    checked.map_err(|failure| match failure.similar.is_empty() {
        true => failure.noting(context.program.newer(words.source)),
        false => failure,
    })
}

/// Rejects a call without a URL where the service has no endpoint that all callers share.
fn check_url(
    context: &Context<'_>,
    commands: &Commands<'_>,
    operation: &Operation<'_>,
) -> Result<(), Failure> {
    let needs = commands.changes(operation.name).contains(&Change::NeedsUrl);
    if !needs || context.has_url() {
        return Ok(());
    }
    let command = commands.service.command;
    Err(Failure::parameter(format_args!(
        "--endpoint-url is required for {command} commands"
    )))
}

/// Rejects options that can't be combined with a stream of documents.
fn refuse_with_lines(context: &Context<'_>, args: &OperationArgs<'_, '_>) -> Result<(), Failure> {
    let is_alone =
        args.skeleton.is_none() && !args.has_document() && !context.globals.has("--cli-dry-run");
    if is_alone {
        return Ok(());
    }
    Err(Failure::parameter(format_args!(
        "{} can't be given with another document, --generate-cli-skeleton or --cli-dry-run",
        bulk::OPTION
    )))
}

/// Rejects a stream of documents for an operation that has another stream.
fn refuse_streams_with_lines(
    service: &Service<'_>,
    operation: &Operation<'_>,
    to_file: bool,
) -> Result<(), Failure> {
    let does = if to_file || service.stream(operation.input).is_some() {
        "sends or writes a file"
    } else if service.events(operation.output).is_some() {
        "answers with a stream of events"
    } else {
        return Ok(());
    };
    Err(Failure::parameter(format_args!(
        "{} can't be given to an operation that {does}",
        bulk::OPTION
    )))
}

/// Calls the operation and prints its result.
fn call(
    context: &Context<'_>,
    commands: &'static Commands<'static>,
    command: &Command<'static>,
    operation: &'static Operation<'static>,
    args: &OperationArgs<'_, '_>,
    parameters: Map,
    outfile: Option<Outfile<'_>>,
) -> Result<(), Failure> {
    let changes = commands.changes(operation.name);
    let mut runner = OperationRunner::new(context, commands, operation)?;
    runner.set_body(args.body(operation)?);
    let options = args.pages(&parameters)?;
    let options = options.map(|options| options.sized(changes, &parameters));
    let warning = options.as_ref().and_then(PageOptions::warning);
    let unpaged = operation
        .unpaged()
        .map(|reason| format!("this is one page, since {reason} in the model"));
    warning
        .into_iter()
        .chain(unpaged)
        .for_each(|text| context.warn(text));
    let pages = options
        .and_then(|options| Pages::new(commands.service, operation, parameters.clone(), options));
    if let Some(form) = context.globals.values("--cli-dry-run") {
        let parameters = pages.as_ref().map_or(&parameters, Pages::parameters);
        return runner.dry_run(form.first().copied(), parameters);
    }
    if commands.service.events(operation.output).is_some() {
        #[cfg(feature = "event-stream")]
        return events::call(
            context,
            commands.service,
            operation,
            &mut runner,
            &parameters,
            outfile,
        );
        #[cfg(not(feature = "event-stream"))]
        return Err(Failure::general(format_args!(
            "{} answers with a stream of events, which this program can't read: build it with the feature `event-stream` of \
             opsmith-command",
            operation.name
        )));
    }
    // Before the call, which may change something.
    let printer = Printer::new(context, commands.service, operation)?;
    if let Some(pages) = pages {
        return printer.pages(pages, |parameters| runner.call(parameters));
    }
    let saved = args.saved(command)?;
    let mut result = match outfile {
        Some(outfile) => runner.call_to_file(&parameters, &outfile)?,
        None => runner.call(&parameters)?,
    };
    let saved = saved.write(&mut result, commands.service, operation.output);
    // What can't be written is not lost: the result still has it.
    printer.result(result)?;
    saved
}
