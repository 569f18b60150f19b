//! `opsmith worker run`: a job worker whose action is a command of any language.

mod action;
mod log;

use crate::args::{Arity, OptionSpec, ParsedArgs, Token};
use crate::context::Context;
use crate::failure::Failure;
use crate::input;
use crate::prompt::Terminal;
use crate::stdout::print;
use action::Action;
use log::Log;
use opsmith_runtime::Config;
use opsmith_runtime::typed::UnknownVariantError;
use opsmith_worker::codepipeline::{
    ActionCategory, ActionOwner, ActionTypeId, Client, FailureType,
};
use opsmith_worker::{ClientTokens, TokenFuture, Worker};
use std::collections::HashMap;
use std::fmt::Display;
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;
use tokio::signal::unix::{SignalKind, signal};

fn usage_line(name: &str) -> String {
    format!(
        "usage: {name} worker run --action-type CATEGORY/OWNER/PROVIDER/VERSION --exec CMD --client-tokens FILE|--client-token TOKEN\n       \
         [--concurrency N] [--deadline SECONDS] [--interval SECONDS] [--failure-type CODE=TYPE] [--once] [--health FILE]"
    )
}

const OPTIONS: &[OptionSpec<'static>] = &[
    OptionSpec::extension("--action-type", Arity::One),
    OptionSpec::extension("--exec", Arity::One),
    OptionSpec::extension("--client-tokens", Arity::One),
    OptionSpec::extension("--client-token", Arity::One),
    OptionSpec::extension("--concurrency", Arity::One),
    OptionSpec::extension("--deadline", Arity::One),
    OptionSpec::extension("--interval", Arity::One),
    OptionSpec::extension("--failure-type", Arity::Many),
    OptionSpec::extension("--once", Arity::Flag),
    OptionSpec::extension("--health", Arity::One),
];

const HELP: &str = "\
Runs a command for each third-party job of CodePipeline, and reports its result. On SIGTERM or SIGINT, running jobs get a
failure result and the worker ends. It logs to standard error, one JSON object per line.

The command runs in a shell. It reads the job's data as JSON on standard input; the job's id (OPSMITH_JOB_ID) and the
credentials for its artifacts (AWS_ACCESS_KEY_ID and so on) are in its environment. If it exits with 0, the job succeeds. The
last line of its output is then the summary, or a JSON object with summary, externalExecutionId, percentComplete and
continuationToken, which continues the job. If it exits with any other code, the job fails with the last line as message.

--action-type TYPE        Action type, such as Test/ThirdParty/Acme/1.
--exec CMD                Command to run.
--client-tokens FILE      Client tokens by client id, in JSON or YAML.
--client-token TOKEN      One token for all clients; file://FILE keeps it out of the list of processes.
--concurrency N           Number of jobs to run at once (default: 1).
--deadline SECONDS        Maximum time for a job (default: 3600).
--interval SECONDS        Pause between polls when there are no jobs (default: 5).
--failure-type CODE=TYPE  Failure type for an exit code, such as 2=ConfigurationError (default: JobFailed). Takes several.
--once                    Ends when there are no jobs left.
--health FILE             Writes the time of the last successful poll to the file.
";

/// Runs `opsmith worker …`.
///
/// # Errors
///
/// Unknown words, or polling that fails permanently.
pub(crate) fn command(context: &Context<'_>, tokens: &[Token<'_>]) -> Result<(), Failure> {
    let name = context.program.name;
    run_tokens(context, tokens).map_err(|failure| failure.with_usage(|| usage_line(name)))
}

fn run_tokens(context: &Context<'_>, tokens: &[Token<'_>]) -> Result<(), Failure> {
    let args = ParsedArgs::read(tokens, OPTIONS)?;
    match (args.word, args.rest_words().as_slice()) {
        (Some("run"), []) => run(context, &args),
        (Some("help"), []) => print(&format!("{}\n\n{HELP}", usage_line(context.program.name))),
        (Some("run" | "help"), [unknown, ..]) => {
            Err(usage(format_args!("Unknown options: {unknown}")))
        }
        (Some(word), _) => Err(Failure::choice("operation", word, ["run", "help"])),
        (None, _) => Err(usage("the following arguments are required: operation")),
    }
}

fn usage(text: impl Display) -> Failure {
    Failure::command_usage(text)
}

fn run(context: &Context<'_>, args: &ParsedArgs<'_, '_>) -> Result<(), Failure> {
    let required = |name: &str| {
        args.value(name)
            .ok_or_else(|| usage(format_args!("the following arguments are required: {name}")))
    };
    let action_type = action_type(required("--action-type")?)?;
    let action = Action::new(required("--exec")?, failure_types(args)?);
    let tokens = Tokens::of(args)?;
    let log = Log::new(args.value("--health"));
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(Failure::general)?;
    let mut config: Config = crate::call::config(context, &runtime, Arc::new(Terminal::default()))?;
    if let Some(url) = context.globals.value("--endpoint-url") {
        config = config.endpoint_url(url);
    }
    if let Some(region) = context.globals.value("--region") {
        config = config.region(region);
    }
    let mut worker = Worker::new(Client::new(config), action_type, tokens)
        .on_event(move |event| log.write(event));
    if let Some(count) = number(args, "--concurrency")? {
        worker = worker.concurrency(count as usize);
    }
    if let Some(seconds) = number(args, "--deadline")? {
        worker = worker.deadline(Duration::from_secs_f64(seconds));
    }
    if let Some(seconds) = number(args, "--interval")? {
        worker = worker.interval(Duration::from_secs_f64(seconds));
    }
    if args.has("--once") {
        worker = worker.once();
    }
    let worked = runtime.block_on(async {
        let mut terminate = signal(SignalKind::terminate()).map_err(Failure::general)?;
        let mut interrupt = signal(SignalKind::interrupt()).map_err(Failure::general)?;
        let stop = async {
            tokio::select! {
                _ = terminate.recv() => {}
                _ = interrupt.recv() => {}
            }
        };
        Ok::<_, Failure>(worker.run(move |job| action.clone().run(job), stop).await)
    })?;
    Ok(worked?)
}

fn action_type(text: &str) -> Result<ActionTypeId, Failure> {
    let parts: Vec<&str> = text.split('/').collect();
    match parts.as_slice() {
        [category, owner, provider, version] => {
            let category: ActionCategory = known(category)?;
            let owner: ActionOwner = known(owner)?;
            Ok(ActionTypeId::new(category, owner, *provider, *version))
        }
        _ => Err(usage(format_args!(
            "'{text}' is not an action type: write CATEGORY/OWNER/PROVIDER/VERSION"
        ))),
    }
}

/// The enum value of a text.
fn known<T: FromStr<Err = UnknownVariantError>>(text: &str) -> Result<T, Failure> {
    text.parse()
        .map_err(|wrong| usage(format_args!("'{text}' is {wrong}")))
}

/// A number that is not negative, from an option.
fn number(args: &ParsedArgs<'_, '_>, name: &str) -> Result<Option<f64>, Failure> {
    let Some(text) = args.value(name) else {
        return Ok(None);
    };
    match text.parse::<f64>() {
        Ok(number) if (0.0..1e9).contains(&number) => Ok(Some(number)),
        _ => Err(usage(format_args!(
            "argument {name}: '{text}' is not a number from 0 up"
        ))),
    }
}

/// The types of failures by exit code.
fn failure_types(args: &ParsedArgs<'_, '_>) -> Result<HashMap<i32, FailureType>, Failure> {
    let given = args.values("--failure-type").unwrap_or_default().iter();
    given
        .map(|text| {
            let (code, kind) = text
                .split_once('=')
                .ok_or_else(|| usage(format_args!("'{text}' is not CODE=TYPE")))?;
            let code = code
                .parse()
                .map_err(|_| usage(format_args!("'{code}' is not an exit code")))?;
            Ok((code, known(kind)?))
        })
        .collect()
}

/// The client tokens that the line gives.
enum Tokens {
    One(String),
    ByClient(HashMap<String, String>),
}

impl Tokens {
    fn of(args: &ParsedArgs<'_, '_>) -> Result<Self, Failure> {
        let read = |path: &str| {
            let wrong = |error: std::io::Error| {
                Failure::parameter(format_args!("{path} can't be read: {error}"))
            };
            std::fs::read_to_string(path).map_err(wrong)
        };
        match (args.value("--client-tokens"), args.value("--client-token")) {
            (Some(path), None) => {
                let document = input::yaml::parse(&read(path)?).map_err(Failure::parameter)?;
                let map = document.as_map().ok_or_else(|| {
                    usage(format_args!("{path} is not a map of client ids to tokens"))
                })?;
                let tokens = map
                    .iter()
                    .map(|(id, token)| Some((id.clone(), token.as_str()?.to_owned())))
                    .collect::<Option<_>>();
                tokens
                    .map(Tokens::ByClient)
                    .ok_or_else(|| usage(format_args!("{path}: a token is text")))
            }
            (None, Some(token)) => match token.strip_prefix("file://") {
                Some(path) => Ok(Tokens::One(read(path)?.trim_end().to_owned())),
                None => Ok(Tokens::One(token.to_owned())),
            },
            _ => Err(usage(
                "one of the arguments --client-tokens and --client-token is required",
            )),
        }
    }
}

impl ClientTokens for Tokens {
    fn client_token<'a>(&'a self, client_id: &'a str) -> TokenFuture<'a> {
        match self {
            Tokens::One(token) => token.client_token(client_id),
            Tokens::ByClient(tokens) => tokens.client_token(client_id),
        }
    }
}
