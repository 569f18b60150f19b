//! The embedded local endpoint: `--local` calls it within the process, `opsmith local serve` keeps it running.

use crate::args::{self, Known, Takes};
use crate::exit::Failure;
use opsmith_local::{Endpoint, Options, REGION};
use opsmith_runtime::Config;
use opsmith_runtime::credentials::Credentials;
use std::fmt::Display;
use std::io::Write as _;

fn usage_line() -> String {
    format!("usage: {} local serve [--port N]", crate::program::name())
}

const OPTIONS: &[Known<'static>] = &[Known { name: "--port", takes: Takes::One, own: true, choices: &[] }];

/// Starts the endpoint that `--local` calls. Steps of jobs are told on standard error.
///
/// # Errors
///
/// The system lacks the means for it.
pub(crate) fn start() -> Result<Endpoint, Failure> {
    let options = Options { on_event: Box::new(|event| tell(event)), ..Options::default() };
    Endpoint::start_with(options).map_err(|error| failed(&error))
}

/// The configuration that calls the endpoint.
pub(crate) fn configured(config: Config, endpoint: &Endpoint) -> Config {
    let credentials = endpoint.credentials();
    let secret = credentials.secret_access_key.expose();
    config.endpoint_url(endpoint.url()).region(REGION).credentials(Credentials::new(
        credentials.access_key_id.clone(),
        secret,
        "local",
    ))
}

/// Runs `opsmith local …`.
///
/// # Errors
///
/// The words are no command of it, or the port can't be had.
pub(crate) fn command(words: &[String]) -> Result<(), Failure> {
    let level = args::read::<Failure>(words, OPTIONS, |_| Ok(()), |_| Ok(()))?;
    match (level.word.as_deref(), level.rest.as_slice()) {
        (Some("serve"), []) => serve(port(level.value("--port"))?),
        (Some("help"), []) => crate::run::print(&format!("{}\n\n{HELP}", usage_line())),
        (Some("serve" | "help"), [unknown, ..]) => Err(usage(format_args!("Unknown options: {unknown}"))),
        (Some(word), _) => Err(Failure::choice("operation", word, ["serve", "help"])),
        (None, _) => Err(usage("the following arguments are required: operation")),
    }
}

const HELP: &str = "\
Keeps a local endpoint running that verifies signatures and runs the life cycle of third-party jobs, until it is
interrupted. It prints the lines that point a shell's clients of AWS to it, and each step of a job as it happens. There
is one job to begin with: demo-job, with the client token demo-token.

--port N  The port on the loopback interface; without it, one that is free.
";

fn usage(text: impl Display) -> Failure {
    Failure::parameter(format_args!("{text}\n\n{}", usage_line()))
}

fn port(text: Option<&str>) -> Result<u16, Failure> {
    let Some(text) = text else { return Ok(0) };
    text.parse().map_err(|_| usage(format_args!("argument --port: '{text}' is no port: give a number up to 65535")))
}

fn serve(port: u16) -> Result<(), Failure> {
    let options = Options { port, on_event: Box::new(|event| tell(event)), ..Options::default() };
    let endpoint = Endpoint::start_with(options).map_err(|error| failed(&error))?;
    crate::run::print(&endpoint.export_lines())?;
    endpoint.wait();
    Ok(())
}

fn failed(error: &std::io::Error) -> Failure {
    Failure::general(format_args!("The local endpoint can't start: {error}"))
}

fn tell(event: impl Display) {
    // When nobody reads standard error there is nobody to tell.
    let _ = writeln!(std::io::stderr(), "local endpoint: {event}");
}
