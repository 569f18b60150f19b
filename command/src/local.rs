//! The embedded local endpoint: `--local` calls it within the process, `opsmith local serve` keeps
//! it running, and `opsmith local job` asks one that runs elsewhere.

mod job;

use crate::args::{Arity, OptionSpec, ParsedArgs, Token};
use crate::failure::Failure;
use crate::program::Program;
use crate::stdout::print;
use crate::{embedded, input, output};
use opsmith_local::Ids;
use opsmith_local::codepipeline::jobs::Jobs;
use opsmith_local::codepipeline::{Definitions, Options};
use opsmith_local::store::Store;
use std::fmt::Display;
use std::io::Read as _;
use std::path::Path;
use std::time::SystemTime;

fn usage_line(name: &str) -> String {
    format!(
        "usage: {name} local serve [--port N] [--jobs FILE] [--state FILE] [--seed N] [--stub]\n       \
         {name} local job add FILE|- | list | show ID | watch [ID]  [--port N]"
    )
}

const OPTIONS: &[OptionSpec<'static>] = &[
    OptionSpec::extension("--port", Arity::One),
    OptionSpec::extension("--jobs", Arity::One),
    OptionSpec::extension("--state", Arity::One),
    OptionSpec::extension("--seed", Arity::One),
    OptionSpec::extension("--stub", Arity::Flag),
];

/// Runs `opsmith local …`.
///
/// # Errors
///
/// The words are no command of it, or what they ask for can't be had.
pub(crate) fn command(program: &Program, tokens: &[Token<'_>]) -> Result<(), Failure> {
    run(program, tokens).map_err(|failure| failure.with_usage(|| usage_line(program.name)))
}

fn run(program: &Program, tokens: &[Token<'_>]) -> Result<(), Failure> {
    let args = ParsedArgs::read(tokens, OPTIONS)?;
    let rest = args.rest_words();
    match (args.word, rest.as_slice()) {
        (Some("serve"), []) => serve(&args),
        (Some("help"), []) => print(&format!("{}\n\n{HELP}", usage_line(program.name))),
        (Some("job"), words) => job::command(words, port(args.value("--port"))?),
        (Some("serve" | "help"), [unknown, ..]) => {
            Err(usage(format_args!("Unknown options: {unknown}")))
        }
        (Some(word), _) => Err(Failure::choice("operation", word, ["serve", "job", "help"])),
        (None, _) => Err(usage("the following arguments are required: operation")),
    }
}

const HELP: &str = "\
serve runs a local endpoint for CodePipeline until it is interrupted. The endpoint verifies signatures and runs the life
cycle of third-party and custom jobs. It prints the lines that point a shell's AWS clients to it, and each step of a job
as it happens. Without --jobs and --state there is one job: demo-job, with the client token demo-token.

--port N      Port on the loopback interface (default: a free one).
--jobs FILE   Jobs to start with, in JSON or YAML: {\"jobs\": [...]}, as described in docs/jobs.schema.json. A worker must be able
              to poll for each of them and to acknowledge it.
--state FILE  Saves jobs in the file, each change before its request is answered. Jobs that are in the file already stay as
              they are; --jobs adds those with new ids.
--seed N      Makes nonces and ids the same in each run.
--stub        Answers all other operations of CodePipeline with a sample of their output. Signature and input are checked;
              nothing is saved.

job asks a running endpoint: the one on --port (default: the one that AWS_ENDPOINT_URL names).

add FILE|-    Queues the jobs of a file, or of standard input, and prints their ids.
list          Lists all jobs: id, state and action type.
show ID       Prints a job, without its secrets.
watch [ID]    Prints each step of all jobs as it happens; or those of one job, until it has ended.
";

fn usage(text: impl Display) -> Failure {
    Failure::command_usage(text)
}

fn port(text: Option<&str>) -> Result<Option<u16>, Failure> {
    let parsed = text.map(|text| {
        let wrong = |_| {
            usage(format_args!(
                "argument --port: '{text}' is not a port: give a number up to 65535"
            ))
        };
        text.parse().map_err(wrong)
    });
    parsed.transpose()
}

fn serve(args: &ParsedArgs<'_, '_>) -> Result<(), Failure> {
    let seed = args.value("--seed").map(|text| {
        text.parse().map_err(|_| {
            usage(format_args!(
                "argument --seed: '{text}' is not a whole number from 0 up"
            ))
        })
    });
    let mut ids = seed.transpose()?.map_or_else(Ids::default, Ids::seeded);
    let opened = args
        .value("--state")
        .map(|path| Store::open(Path::new(path)));
    let (store, saved) = opened.transpose().map_err(Failure::general)?.unzip();
    let defined = args.value("--jobs").map(definitions).transpose()?;
    let mut jobs = match saved {
        Some(saved) if !saved.is_empty() => Jobs::restore(saved),
        _ if defined.is_some() => Jobs::default(),
        _ => Jobs::demo(SystemTime::now()),
    };
    for job in defined.into_iter().flat_map(|defined| defined.jobs) {
        if job.id.is_empty() || jobs.status(&job.id, SystemTime::now()).is_none() {
            let nonce = ids.fresh();
            jobs.add(job, nonce);
        }
    }
    let mut options = Options::new()
        .port(port(args.value("--port"))?.unwrap_or(0))
        .jobs(jobs)
        .ids(ids)
        .samples(args.has("--stub"))
        .on_event(|event| embedded::report(event));
    if let Some(store) = store {
        options = options.store(store);
    }
    let endpoint = embedded::start_with(options)?;
    print(&endpoint.export_lines())?;
    endpoint.wait();
    Ok(())
}

/// The jobs that a file defines; `-` is standard input.
fn definitions(path: &str) -> Result<Definitions, Failure> {
    let wrong = |problem: &dyn Display| {
        Failure::parameter(format_args!("The jobs in {path} can't be read: {problem}"))
    };
    let mut text = String::new();
    match path {
        "-" => std::io::stdin().read_to_string(&mut text).map(drop),
        path => std::fs::read_to_string(path).map(|read| text = read),
    }
    .map_err(|error| wrong(&error))?;
    // JSON is YAML too, but errors of the JSON reader are clearer.
    let is_json = path.ends_with(".json") || text.trim_start().starts_with('{');
    let read = if is_json {
        input::json::parse(&text)
    } else {
        input::yaml::parse(&text)
    };
    let document = read.map_err(|error| wrong(&error))?;
    Definitions::from_json(&output::json::compact(&document)).map_err(|error| wrong(&error))
}
