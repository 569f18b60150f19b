//! `s3 …`: files and objects, as the AWS CLI's commands of this name have them. The transfers
//! themselves are those of the crate `opsmith-s3`.

mod arguments;
mod buckets;
mod help;
mod ls;
mod options;
mod paths;
mod results;
mod transfer;

pub(crate) use help::{command as page, overview};
pub(crate) use options::{VERBS, Verb};

use crate::args::{ParsedArgs, Token};
use crate::call::config_with;
use crate::context::Context;
use crate::failure::Failure;
use crate::help::print;
use crate::prompt::Terminal;
use crate::signals::unless_interrupted;
use opsmith_runtime::Config;
use opsmith_runtime::config::Settings;
use opsmith_s3::api::Client;
use std::sync::Arc;
use tokio::runtime::Runtime;

/// What all commands need: a client, and a runtime for its calls.
struct Session<'a> {
    context: &'a Context<'a>,
    client: Client,
    /// The region, if one is known.
    region: Option<String>,
    /// Taken on drop.
    runtime: Option<Runtime>,
    prompt: Arc<Terminal>,
}

impl Drop for Session<'_> {
    fn drop(&mut self) {
        self.prompt.restore();
        // Does not wait for threads that wait for a process, a person or a pipe.
        self.runtime
            .take()
            .into_iter()
            .for_each(Runtime::shutdown_background);
    }
}

impl<'a> Session<'a> {
    fn new(context: &'a Context<'a>) -> Result<Self, Failure> {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(Failure::general)?;
        let prompt = Arc::new(Terminal::default());
        let config = config_with(context, context.settings.clone(), &runtime, prompt.clone())?;
        let config = acknowledging(config);
        Ok(Session {
            context,
            region: config.region_name().map(str::to_owned),
            client: Client::new(config),
            runtime: Some(runtime),
            prompt,
        })
    }

    /// A client for another region, whose URL is not that of an option.
    fn client_for(&self, region: &str) -> Result<Client, Failure> {
        let mut settings = Settings::clone(&self.context.settings);
        settings.unset("endpoint_url");
        settings.set("region", region, "--source-region");
        let settings = Arc::new(settings);
        let config = config_with(self.context, settings, self.runtime(), self.prompt.clone())?;
        Ok(Client::new(acknowledging(config)))
    }

    fn runtime(&self) -> &Runtime {
        self.runtime.as_ref().expect("it is taken on drop alone")
    }

    /// Waits for a future, unless the user interrupts.
    fn wait<T>(&self, future: impl Future<Output = T>) -> Result<T, Failure> {
        self.runtime().block_on(unless_interrupted(future))
    }
}

/// Some servers of S3 send the head of an answer first, and the content when the head is acknowledged.
fn acknowledging(config: Config) -> Config {
    config.connection(|connection| connection.acknowledges_at_once = true)
}

/// Runs `s3 …`.
///
/// # Errors
///
/// Words or options that are wrong, or what of a transfer failed, which is printed before.
pub(crate) fn command(context: &Context<'_>, tokens: &[Token<'_>]) -> Result<(), Failure> {
    let args = ParsedArgs::read(tokens, &[])?;
    let name = context.program.name;
    let Some(word) = crate::args::word_or_help(&args) else {
        return Err(Failure::parameter(format_args!(
            "usage: {name} [options] s3 <subcommand> [parameters]\n{name}: [ERROR]: too few arguments"
        )));
    };
    let Some(verb) = Verb::of(word) else {
        return match word {
            "help" => print(&help::overview(name)),
            _ => {
                let words = VERBS.iter().map(|verb| verb.word());
                crate::choice::check("subcommand", word, words, context.settings.env())
            }
        };
    };
    run(context, verb, &args.rest)
}

/// Runs a command.
fn run(context: &Context<'_>, verb: Verb, tokens: &[Token<'_>]) -> Result<(), Failure> {
    let specs = verb.specs();
    let args = ParsedArgs::read(tokens, &specs)?;
    // A file can have this name too.
    let is_help = matches!(tokens, [only] if only.text == "help");
    if is_help || crate::args::asks_help(tokens) {
        return print(&help::command(context.program.name, verb));
    }
    let words = words(verb, &args)?;
    refuse(context, verb, &args)?;
    let session = || Session::new(context);
    match verb {
        Verb::Ls => ls::list(&session()?, words.first().unwrap_or(&"s3://"), &args),
        Verb::Mb => buckets::make(&session()?, words[0], &args),
        Verb::Rb => {
            buckets::only_bucket(words[0])?;
            let session = session()?;
            if args.has("--force") {
                transfer::empty(&session, words[0])?;
            }
            buckets::remove(&session, words[0])
        }
        Verb::Presign => buckets::presign(&session()?, words[0], &args),
        Verb::Website => buckets::website(&session()?, words[0], &args),
        Verb::Cp | Verb::Mv | Verb::Rm | Verb::Sync => {
            transfer::run(context, session, verb, &words, &args)
        }
    }
}

/// The words beside the options: as many as the command takes.
fn words<'t>(verb: Verb, args: &ParsedArgs<'_, 't>) -> Result<Vec<&'t str>, Failure> {
    let (least, most) = verb.words();
    let mut words: Vec<&str> = args.word.into_iter().collect();
    let mut unknown = Vec::new();
    for token in &args.rest {
        if token.is_dashed() || words.len() == most {
            unknown.push(token.text);
        } else {
            words.push(token.text);
        }
    }
    if words.len() < least {
        return Err(Failure::required(verb.argument()));
    }
    if unknown.is_empty() {
        Ok(words)
    } else {
        Err(Failure::parameter(format_args!(
            "Unknown options: {}",
            unknown.join(",")
        )))
    }
}

/// Refuses options that these commands don't obey.
fn refuse(context: &Context<'_>, verb: Verb, args: &ParsedArgs<'_, '_>) -> Result<(), Failure> {
    let of_operations = [
        "--cli-input-jsonl",
        "--cli-dry-run",
        "--cli-concurrency",
        "--cli-expires-in",
    ];
    let given = of_operations.iter().find(|name| context.globals.has(name));
    if let Some(name) = given {
        return Err(Failure::parameter(format_args!(
            "{name} is for operations: s3 commands have --dryrun, and max_concurrent_requests in the s3 section of the profile"
        )));
    }
    let copies = matches!(verb, Verb::Cp | Verb::Mv | Verb::Sync);
    if context.globals.has("--cli-resume") && !copies {
        let word = verb.word();
        return Err(Failure::parameter(format_args!(
            "--cli-resume is for s3 cp, mv and sync: run s3 {word} again"
        )));
    }
    if args.has("--validate-same-s3-paths") {
        return Err(Failure::parameter(
            "--validate-same-s3-paths is not built: name the buckets in place of access points, and mv finds a source that is its own target",
        ));
    }
    #[cfg(feature = "local")]
    if context.local.is_some() {
        return Err(Failure::parameter("--local has no S3"));
    }
    Ok(())
}
