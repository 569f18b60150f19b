//! The story of a command, in the order in which the AWS CLI finds problems: the shared files, the
//! global options and the service, the operation, its options, their values; then the call, the
//! query, the output.

use crate::args::{self, Given, Known, Level};
use crate::call::OperationRunner;
use crate::exit::{Failure, Manner};
use crate::input::{self, BinaryFormat};
use crate::operation::Line;
use crate::output::Timestamps;
use crate::pages::{Pages, Wanted};
use crate::printer::Printer;
use crate::{bulk, dry_run, globals, help, program, skeleton, suggest, trace, wait};
use opsmith_runtime::config::Env;
use opsmith_runtime::config::Settings;
use opsmith_runtime::document::Map;
use opsmith_runtime::query::Query;
use opsmith_runtime::sample;
use opsmith_runtime::schema::Operation;
use opsmith_runtime::schema::commands::Commands;
use std::ffi::OsString;
use std::io::{IsTerminal as _, Write as _};
use std::sync::Arc;

/// What every operation needs to know beside its parameters.
pub(crate) struct Context<'a> {
    /// The global options.
    pub(crate) globals: &'a Level<'static>,
    /// What environment and shared files say; with `--local`, nothing.
    pub(crate) settings: Arc<Settings>,
    pub(crate) query: Option<Query>,
    pub(crate) timestamps: Timestamps,
    pub(crate) binary_format: BinaryFormat,
    /// Whether warnings are printed: not where a program reads the errors.
    pub(crate) warns: bool,
    /// The endpoint of `--local`.
    #[cfg(feature = "local")]
    pub(crate) local: Option<opsmith_local::Endpoint>,
}

/// Why reading the line ended early: a failure, or all is done.
enum Stop {
    Failed(Failure),
    Done,
}

impl From<Failure> for Stop {
    fn from(failure: Failure) -> Self {
        Stop::Failed(failure)
    }
}

/// Runs the command line.
///
/// # Errors
///
/// Whatever ends the command with another code than 0, and how that is to be told.
pub(crate) fn run(words: impl Iterator<Item = OsString>) -> Result<(), (Failure, Manner)> {
    let words = words.map(|word| {
        word.into_string()
            .map_err(|word| Failure::usage(format_args!("argument {word:?} is not Unicode text")))
    });
    let mut manner = Manner::default();
    let told = words
        .collect::<Result<Vec<_>, _>>()
        .map_err(Stop::Failed)
        .and_then(|words| told(&words, &mut manner));
    match told {
        Ok(()) | Err(Stop::Done) => Ok(()),
        Err(Stop::Failed(failure)) => Err((failure, manner)),
    }
}

fn told(words: &[String], manner: &mut Manner) -> Result<(), Stop> {
    let known = globals::known();
    // Seen before the line is read, as an error in it must not read the files that --local leaves
    // alone either.
    let local = words
        .iter()
        .take_while(|word| program::find(word).is_none())
        .any(|word| word == "--local");
    let settings = settings(words, &known, local)?;
    *manner = manner_of(words, &known, &settings);
    let globals = args::read(words, &known, global, |word| service(word, &settings))?;
    prompts(&globals, &settings)?;
    if globals.has("--debug") {
        trace::start();
    }
    let context = context(&globals, settings, *manner, local)?;
    let word = match globals.word.as_deref() {
        Some(word) => word,
        None if args::asks_help(&globals.rest) => "help",
        None => return Err(required(&["command".to_owned()]).into()),
    };
    match (word, program::find(word)) {
        ("help", _) => Ok(print_page(&help::top_page(&globals::help()))?),
        (_, Some(commands)) => Ok(operation(&context, commands)?),
        ("completions", None) => Ok(crate::completions::command(&globals.rest)?),
        ("man", None) => Ok(crate::man::command(&globals.rest)?),
        #[cfg(feature = "local")]
        ("local", None) => Ok(crate::local::command(&globals.rest)?),
        #[cfg(feature = "worker")]
        ("worker", None) => Ok(crate::worker::command(&context, &globals.rest)?),
        _ => Err(Stop::Done),
    }
}

/// Settings for the profile that the line names, wherever on the line that is.
fn settings(words: &[String], known: &[Known<'static>], local: bool) -> Result<Settings, Failure> {
    if local {
        return Ok(Settings::load(isolated(), None)?);
    }
    let profile = known
        .iter()
        .copied()
        .filter(|option| matches!(option.name, "--profile" | "--debug"));
    let level = args::read::<Failure>(words, &profile.collect::<Vec<_>>(), |_| Ok(()), |_| Ok(()))?;
    Ok(Settings::load(Env::real(), level.value("--profile"))?)
}

/// How errors are to be told, as the line says, wherever on it, or a setting.
fn manner_of(words: &[String], known: &[Known<'static>], settings: &Settings) -> Manner {
    let options = known
        .iter()
        .filter(|option| matches!(option.name, "--cli-error-format" | "--color"));
    let options: Vec<_> = options
        .map(|option| Known {
            choices: &[],
            ..*option
        })
        .collect();
    let level = args::read::<Failure>(words, &options, |_| Ok(()), |_| Ok(())).unwrap_or_default();
    let setting = || {
        settings
            .get("cli_error_format")
            .ok()
            .flatten()
            .map(|value| value.text)
    };
    let name = level
        .value("--cli-error-format")
        .map(str::to_owned)
        .or_else(setting)
        .unwrap_or_default();
    let color = match level.value("--color") {
        Some(choice) => choice == "on",
        None => std::io::stderr().is_terminal(),
    };
    Manner::named(&name, color)
}

/// The world of `--local`: no variable of AWS, of proxies or of the home folder, so that no file is
/// found there either.
fn isolated() -> Env {
    let hidden = |name: &str| {
        let name = name.to_ascii_uppercase();
        name.starts_with("AWS_") || name.ends_with("_PROXY") || name == "HOME"
    };
    let variables = std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)));
    Env::with_variables(variables.filter(|(name, _)| !hidden(name)))
}

/// What is done with a global option as soon as it is reached.
fn global(given: &Given<'static>) -> Result<(), Stop> {
    if given.name == "--version" {
        print(&format!("{}/{}\n", program::name(), program::version()))?;
        return Err(Stop::Done);
    }
    Ok(())
}

/// Whether the word is a service's.
fn service(word: &str, settings: &Settings) -> Result<(), Stop> {
    let own = help::OWN
        .iter()
        .filter_map(|(words, _)| words.split(' ').next());
    known_word(
        "command",
        word,
        program::words().chain(own).collect(),
        settings,
    )
    .map_err(Stop::Failed)
}

/// Refuses a word that is none of those that may stand there.
fn known_word(
    argument: &str,
    word: &str,
    words: Vec<&str>,
    settings: &Settings,
) -> Result<(), Failure> {
    if words.contains(&word) {
        Ok(())
    } else {
        let note = suggest::alias(settings.env(), word);
        Err(Failure::choice(argument, word, words).noting(note))
    }
}

/// Refuses a word that is not a command of the service.
fn known_operation(
    commands: &Commands<'_>,
    word: &str,
    settings: &Settings,
) -> Result<(), Failure> {
    if commands.find(word).is_some() {
        return Ok(());
    }
    if let Some((_, nearest)) = commands
        .missing
        .iter()
        .find(|(missing, _)| *missing == word)
    {
        return Err(Failure::only_of_the_aws_cli(
            &format!("{} {word}", commands.service.command),
            nearest,
        ));
    }
    known_word("operation", word, commands.words().collect(), settings)
}

/// Refuses to prompt for parameters, by an option or a setting.
fn prompts(globals: &Level<'_>, settings: &Settings) -> Result<(), Failure> {
    let refused = globals.has("--no-cli-auto-prompt");
    if globals.has("--cli-auto-prompt") {
        let both =
            "Both --cli-auto-prompt and --no-cli-auto-prompt cannot be specified at the same time.";
        return Err(Failure::parameter(if refused {
            both.to_owned()
        } else {
            not_built("--cli-auto-prompt")
        }));
    }
    // Whether there is the profile at all is told later.
    match settings.get("cli_auto_prompt").ok().flatten() {
        Some(value) if value.text.eq_ignore_ascii_case("on") && !refused => Err(
            Failure::parameter(not_built(&format!("cli_auto_prompt ({})", value.origin))),
        ),
        _ => Ok(()),
    }
}

fn not_built(asked: &str) -> String {
    format!("{asked}: prompting is not built; give the parameters as options")
}

fn required(names: &[String]) -> Failure {
    Failure::usage(format_args!(
        "the following arguments are required: {}",
        names.join(", ")
    ))
}

/// Checks the global options and settings that every operation heeds, in the AWS CLI's order.
fn context<'a>(
    globals: &'a Level<'static>,
    mut settings: Settings,
    manner: Manner,
    local: bool,
) -> Result<Context<'a>, Failure> {
    let query = globals.value("--query").map(|query| {
        Query::parse(query).map_err(|problem| {
            Failure::parameter(format_args!("Bad value for --query {query}: {problem}"))
        })
    });
    let query = query.transpose()?;
    if let Some(url) = globals.value("--endpoint-url") {
        // As Python finds a scheme: `localhost:8080` has one.
        if !url.split_once(':').is_some_and(|(scheme, _)| {
            scheme.starts_with(|first: char| first.is_ascii_alphabetic())
        }) {
            return Err(Failure::parameter(format_args!(
                "Bad value for --endpoint-url \"{url}\": scheme is missing.  Must be of the form http://<hostname>/ or \
                 https://<hostname>/"
            )));
        }
        settings.set("endpoint_url", url, "--endpoint-url");
    }
    for (setting, option) in [("region", "--region"), ("ca_bundle", "--ca-bundle")] {
        if let Some(value) = globals.value(option) {
            settings.set(setting, value, option);
        }
    }
    let setting = |name: &str, otherwise: &str| -> Result<String, Failure> {
        Ok(settings
            .get(name)?
            .map_or_else(|| otherwise.to_owned(), |value| value.text))
    };
    let encoding = setting("cli_output_encoding", "utf-8")?;
    if !matches!(
        encoding
            .to_ascii_lowercase()
            .replace(['-', '_'], "")
            .as_str(),
        "" | "utf8"
    ) {
        let text = format_args!(
            "AWS_CLI_OUTPUT_ENCODING={encoding}: output is UTF-8, no other encoding is built"
        );
        return Err(Failure::general(text));
    }
    let zone = std::env::var("TZ").ok().filter(|_| !local);
    let timestamps = Timestamps::from_setting(
        &setting("cli_timestamp_format", "iso8601")?,
        zone.as_deref(),
    );
    let timestamps = timestamps.map_err(Failure::configuration)?;
    let format = globals.value("--cli-binary-format").map(str::to_owned);
    let binary_format = match format
        .map_or_else(|| setting("cli_binary_format", "base64"), Ok)?
        .as_str()
    {
        "base64" => BinaryFormat::Base64,
        "raw-in-base64-out" => BinaryFormat::Raw,
        other => return Err(Failure::general(format_args!("'{other}'"))),
    };
    if local && (globals.has("--endpoint-url") || globals.has("--profile")) {
        let text = "--local brings its own endpoint and credentials: leave out --endpoint-url and --profile";
        return Err(Failure::parameter(text));
    }
    let settings = Arc::new(settings);
    Ok(Context {
        globals,
        settings,
        query,
        timestamps,
        binary_format,
        warns: !matches!(manner, Manner::Structured(..)),
        #[cfg(feature = "local")]
        local: local.then(crate::local::start).transpose()?,
    })
}

/// The operation's word, its options, and what they ask for.
fn operation(context: &Context<'_>, commands: &'static Commands<'static>) -> Result<(), Failure> {
    let check = |word: &str| known_operation(commands, word, &context.settings);
    let level = args::read::<Failure>(&context.globals.rest, &[], |_| Ok(()), check)?;
    let word = match level.word {
        Some(word) => word,
        None if args::asks_help(&level.rest) => "help".to_owned(),
        None => return Err(required(&["operation".to_owned()])),
    };
    let Some((command, operation)) = commands.find(&word) else {
        return if word == wait::WORD {
            wait::command(context, commands, &level.rest)
        } else {
            print_page(&help::service_page(commands))
        };
    };
    let paginate = !context.globals.has("--no-paginate");
    let lines = context.globals.value(bulk::OPTION);
    let line = Line::read(
        commands.service,
        command,
        operation,
        &level.rest,
        paginate,
        lines.is_some(),
    )?;
    if line.help {
        return print_page(&help::operation_page(commands, command, operation));
    }
    let reader = reader(context, commands);
    let parameters = line.parameters(&reader)?;
    if let Some(source) = lines {
        let alone = line.skeleton.is_none()
            && !line.has_document()
            && !context.globals.has("--cli-dry-run");
        let other =
            "can't be given with another document, --generate-cli-skeleton or --cli-dry-run";
        return if alone {
            bulk::run(context, commands, operation, &reader, &parameters, source)
        } else {
            Err(Failure::parameter(format_args!("{} {other}", bulk::OPTION)))
        };
    }
    match line.skeleton.as_deref() {
        Some(kind) => sample(context, commands, operation, kind, &parameters),
        None => call(context, commands, operation, &line, parameters),
    }
}

/// What reads the values of parameters.
pub(crate) fn reader<'a>(context: &'a Context<'_>, commands: &Commands<'a>) -> input::Reader<'a> {
    let binary_format = context.binary_format;
    let env = context.settings.env();
    input::Reader {
        service: commands.service,
        binary_format,
        env,
    }
}

/// Prints a sample of this kind.
///
/// # Errors
///
/// Of an output, whatever keeps the parameters from being sent.
pub(crate) fn sample(
    context: &Context<'_>,
    commands: &'static Commands<'static>,
    operation: &'static Operation<'static>,
    kind: &str,
    parameters: &Map,
) -> Result<(), Failure> {
    match kind {
        "input" => {
            let sample = sample::input(commands.service, operation.input);
            print(&(crate::output::json::pretty(&sample) + "\n"))
        }
        "yaml-input" => print(&skeleton::yaml_input(commands, operation.input)),
        _ => {
            OperationRunner::new(context, commands.service, operation)?.prepare(parameters)?;
            let sample = sample::output(commands.service, operation.output);
            Printer::new(context, commands.service, operation)?.result(sample)
        }
    }
}

/// Calls the operation and prints its result.
fn call(
    context: &Context<'_>,
    commands: &'static Commands<'static>,
    operation: &'static Operation<'static>,
    line: &Line<'static>,
    parameters: Map,
) -> Result<(), Failure> {
    let mut caller = OperationRunner::new(context, commands.service, operation)?;
    let wanted = line.pages(&parameters)?;
    let warning = wanted.as_ref().and_then(Wanted::warning);
    let unpaged = operation
        .unpaged()
        .map(|reason| format!("this is one page, since {reason} in the model"));
    warning
        .into_iter()
        .chain(unpaged)
        .for_each(|text| caller.warn(text));
    let pages = wanted
        .and_then(|wanted| Pages::new(commands.service, operation, parameters.clone(), wanted));
    if let Some(form) = context.globals.values("--cli-dry-run") {
        let form = form.first().map(String::as_str);
        let request = caller.sign(pages.as_ref().map_or(&parameters, Pages::parameters))?;
        return print(&dry_run::shown(
            request,
            form,
            commands.service,
            operation.input,
        ));
    }
    // Before the call, which may change something.
    let printer = Printer::new(context, commands.service, operation)?;
    match pages {
        Some(pages) => printer.pages(pages, |parameters| caller.call(parameters)),
        None => printer.result(caller.call(&parameters)?),
    }
}

/// Prints text on standard output.
pub(crate) fn print(text: &str) -> Result<(), Failure> {
    let mut out = std::io::stdout().lock();
    out.write_all(text.as_bytes())
        .and_then(|()| out.flush())
        .map_err(|error| Failure::output(&error))
}

/// Prints a help page.
pub(crate) fn print_page(page: &help::Page) -> Result<(), Failure> {
    help::print(page).map_err(|error| Failure::output(&error))
}
