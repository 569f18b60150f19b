//! `opsmith services …`: the installed catalogue, whose services the program has beside its own.

mod add;
mod installed;

use crate::args::{Arity, OptionSpec, ParsedArgs, Token};
use crate::failure::Failure;
use crate::program::Program;
use crate::stdout::print;
use installed::Installed;

fn usage_line(name: &str) -> String {
    format!(
        "usage: {name} services add SOURCE... [--only SERVICE[:OPERATION],...] [--without-docs]\n       \
         {name} services list | info SERVICE | remove SERVICE...|--all | path"
    )
}

const OPTIONS: &[OptionSpec<'static>] = &[
    OptionSpec::extension("--only", Arity::One),
    OptionSpec::extension("--without-docs", Arity::Flag),
    OptionSpec::extension("--all", Arity::Flag),
];

const WORDS: &[&str] = &["add", "list", "info", "remove", "path", "help"];

const HELP: &str = "\
add SOURCE...       Adds the services of each source, in place of those that are there with the same word. A source is a
                    wheel or sdist of botocore (pip download --no-deps botocore), an installed botocore, a folder of its
                    data, a model in Smithy's JSON, or a folder of these.
--only LIST         Adds these services or operations only: s3api,ec2:DescribeInstances.
--without-docs      Leaves the documentation out, which help pages show.
list                Lists all services: word, number of operations, version, source.
info SERVICE        Says what is known of a service.
remove SERVICE...   Removes services; --all removes the whole catalogue.
path                Prints where the catalogue is: in the folder that OPSMITH_HOME names, else in opsmith in XDG_DATA_HOME or
                    ~/.local/share.
";

/// Runs `opsmith services …`.
///
/// # Errors
///
/// The words are no command of it; sources or the catalogue can't be read, or the catalogue can't be
/// written.
pub(crate) fn command(program: &Program, tokens: &[Token<'_>]) -> Result<(), Failure> {
    run(program, tokens).map_err(|failure| failure.with_usage(|| usage_line(program.name)))
}

fn run(program: &Program, tokens: &[Token<'_>]) -> Result<(), Failure> {
    let args = ParsedArgs::read(tokens, OPTIONS)?;
    let rest = args.rest_words();
    match (args.word, rest.as_slice()) {
        (_, [option, ..]) if option.starts_with('-') => Err(Failure::command_usage(format_args!(
            "Unknown options: {option}"
        ))),
        (Some("help"), _) => print(&format!("{}\n\n{HELP}", usage_line(program.name))),
        (Some("add"), [_, ..]) => add::add(program, &Installed::of_user()?, &args, &rest),
        (Some("list"), []) => list(program),
        (Some("info"), [word]) => info(program, word),
        (Some("remove"), words) => {
            remove(program, &Installed::of_user()?, words, args.has("--all"))
        }
        (Some("path"), []) => print(&format!("{}\n", Installed::of_user()?.path.display())),
        (Some(word), _) if !WORDS.contains(&word) => {
            Err(Failure::choice("operation", word, WORDS.iter().copied()))
        }
        (Some("add"), []) => Err(Failure::command_usage("add takes a source or several")),
        (Some("info"), _) => Err(Failure::command_usage("info takes the word of a service")),
        (Some(word), _) => Err(Failure::command_usage(format_args!(
            "{word} takes no words"
        ))),
        (None, _) => Err(Failure::command_usage(
            "the following arguments are required: operation",
        )),
    }
}

/// Lists the services of the program.
fn list(program: &Program) -> Result<(), Failure> {
    let services = program.summaries()?;
    let widest = services.iter().map(|service| service.word.len()).max();
    let width = widest.unwrap_or_default();
    let lines = services.iter().map(|service| {
        let (word, operations) = (service.word, service.operations);
        let (version, source) = (service.version, service.source);
        format!("{word:width$}  {operations:>4}  {version:10}  {source}\n")
    });
    print(&lines.collect::<String>())
}

/// Says what is known of a service.
fn info(program: &Program, word: &str) -> Result<(), Failure> {
    let services = program.summaries()?;
    let Some(service) = services.iter().find(|service| service.word == word) else {
        let words = services.iter().map(|service| service.word);
        return Err(Failure::choice("service", word, words));
    };
    print(&format!(
        "word:       {}\nname:       {}\nSDK id:     {}\nversion:    {}\noperations: {}\nmodel:      {}\n",
        service.word,
        service.title,
        service.sdk_id,
        service.version,
        service.operations,
        service.source,
    ))
}

/// Removes services from the catalogue.
fn remove(
    program: &Program,
    installed: &Installed,
    words: &[&str],
    all: bool,
) -> Result<(), Failure> {
    let lock = installed.lock()?;
    if all {
        return installed.delete(&lock);
    }
    if words.is_empty() {
        return Err(Failure::command_usage("remove takes services, or --all"));
    }
    let sections = installed.sections();
    let mut sections = sections.map_err(|error| program.unreadable(&error))?;
    for word in words {
        let known = sections.iter().map(|section| section.summary().word);
        if !known.clone().any(|known| known == *word) {
            return Err(Failure::choice("service", word, known));
        }
        sections.retain(|section| section.summary().word != *word);
    }
    installed.write(&lock, &sections)
}
