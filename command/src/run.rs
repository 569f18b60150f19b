//! The story of a command, in the order in which the AWS CLI finds problems: the shared files, the
//! global options and the service, the operation, its options, their values; then the call, the
//! query, the output.

use crate::args::{self, Given, Known, Level};
use crate::call::OperationRunner;
use crate::context::Context;
use crate::failure::Failure;
use crate::operation::Line;
use crate::pages::{Pages, Wanted};
use crate::printer::Printer;
use crate::program::Program;
use crate::report::{self, ErrorFormat};
use crate::stdout::print;
use crate::{
    bulk, completions, dry_run, globals, help, man, skeleton, suggest, trace, wait, waiter,
};
use opsmith_runtime::config::Env;
use opsmith_runtime::config::Settings;
use opsmith_runtime::document::Map;
use opsmith_runtime::schema::Operation;
use opsmith_runtime::schema::commands::Commands;
use std::ffi::OsString;
use std::io::{IsTerminal as _, Write as _};
use std::process::ExitCode;

impl Program {
    /// Runs the arguments of the process. The exit code is the AWS CLI's: 0, 130, 252, 253, 254 or
    /// 255.
    pub fn run(self) -> ExitCode {
        self.run_words(std::env::args_os().skip(1))
    }

    /// Runs these arguments. The program's name is not one of them.
    pub fn run_words(self, words: impl IntoIterator<Item = OsString>) -> ExitCode {
        match run(&self, words.into_iter()) {
            Ok(()) => ExitCode::SUCCESS,
            Err((failure, format)) => {
                if failure.is_interruption() {
                    // As the AWS CLI does: ends the line in which the terminal shows `^C`.
                    let _ = std::io::stdout().write_all(b"\n");
                }
                let message = report::message(&failure, self.name, format);
                // When standard error is closed too, the exit code has to do.
                let _ = std::io::stderr().write_all(message.as_bytes());
                ExitCode::from(failure.code())
            }
        }
    }
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
fn run(
    program: &Program,
    words: impl Iterator<Item = OsString>,
) -> Result<(), (Failure, ErrorFormat)> {
    let words = words.map(|word| {
        word.into_string()
            .map_err(|word| Failure::usage(format_args!("argument {word:?} is not Unicode text")))
    });
    let mut format = ErrorFormat::default();
    let result = words
        .collect::<Result<Vec<_>, _>>()
        .map_err(Stop::Failed)
        .and_then(|words| run_words(program, &words, &mut format));
    match result {
        Ok(()) | Err(Stop::Done) => Ok(()),
        Err(Stop::Failed(failure)) => Err((failure, format)),
    }
}

fn run_words(program: &Program, words: &[String], format: &mut ErrorFormat) -> Result<(), Stop> {
    let known = globals::known();
    // Seen before the line is read, as an error in it must not read the files that --local leaves
    // alone either.
    let local = words
        .iter()
        .take_while(|word| program.find(word).is_none())
        .any(|word| word == "--local");
    let settings = settings(words, &known, local)?;
    *format = error_format(words, &known, &settings);
    let globals = args::read(
        words,
        &known,
        |given| global(program, given),
        |word| service(program, word, &settings),
    )?;
    prompts(&globals, &settings)?;
    if globals.has("--debug") {
        trace::start();
    }
    let context = Context::new(program, &globals, settings, *format, local)?;
    let word = match globals.word.as_deref() {
        Some(word) => word,
        None if args::asks_help(&globals.rest) => "help",
        None => return Err(required(&["command".to_owned()]).into()),
    };
    match (word, program.find(word)) {
        ("help", _) => Ok(help::print(&help::top_page(program, &globals::help()))?),
        (_, Some(commands)) => Ok(operation(&context, commands)?),
        ("completions", None) => Ok(completions::command(program, &globals.rest)?),
        ("man", None) => Ok(man::command(program, &globals.rest)?),
        #[cfg(feature = "local")]
        ("local", None) => Ok(crate::local::command(program, &globals.rest)?),
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
fn error_format(words: &[String], known: &[Known<'static>], settings: &Settings) -> ErrorFormat {
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
    ErrorFormat::named(&name, color)
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
fn global(program: &Program, given: &Given<'static>) -> Result<(), Stop> {
    if given.name == "--version" {
        print(&format!("{}/{}\n", program.name, program.version))?;
        return Err(Stop::Done);
    }
    Ok(())
}

/// Whether the word is a service's.
fn service(program: &Program, word: &str, settings: &Settings) -> Result<(), Stop> {
    let own = globals::OWN_COMMANDS
        .iter()
        .filter_map(|(words, _)| words.split(' ').next());
    known_word(
        "command",
        word,
        program.words().chain(own).collect(),
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
        return if word == waiter::WORD {
            wait::command(context, commands, &level.rest)
        } else {
            help::print(&help::service_page(commands))
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
        return help::print(&help::operation_page(commands, command, operation));
    }
    let reader = context.reader(commands.service);
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
        Some(kind) => skeleton::print(context, commands, operation, kind, &parameters),
        None => call(context, commands, operation, &line, parameters),
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
        .for_each(|text| context.warn(text));
    let pages = wanted
        .and_then(|wanted| Pages::new(commands.service, operation, parameters.clone(), wanted));
    if let Some(form) = context.globals.values("--cli-dry-run") {
        let form = form.first().map(String::as_str);
        let parameters = pages.as_ref().map_or(&parameters, Pages::parameters);
        let request = caller.sign(parameters, dry_run::shows_secrets(form))?;
        return print(&dry_run::shown(request, form));
    }
    // Before the call, which may change something.
    let printer = Printer::new(context, commands.service, operation)?;
    match pages {
        Some(pages) => printer.pages(pages, |parameters| caller.call(parameters)),
        None => printer.result(caller.call(&parameters)?),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::program::SAMPLE;

    #[test]
    fn two_programs_run_in_one_process() {
        let other = Program {
            name: "other",
            version: "2",
            services: &[],
        };
        let message = |program: &Program| {
            let words = ["--local", "codepipelines"].map(OsString::from);
            let (failure, format) = run(program, words.into_iter()).expect_err("an unknown word");
            assert_eq!(failure.code(), 252);
            report::message(&failure, program.name, format)
        };
        for _ in 0..2 {
            let first = message(&SAMPLE);
            assert!(
                first.starts_with("\nopsmith: [ERROR]")
                    && first.contains("usage: opsmith ")
                    && first.contains("* codepipeline\n"),
                "{first}"
            );
            let second = message(&other);
            assert!(
                second.starts_with("\nother: [ERROR]")
                    && second.contains("usage: other ")
                    && !second.contains("* codepipeline\n"),
                "{second}"
            );
        }
    }
}
