//! What every operation needs besides its parameters: the program, the global options and the
//! settings.

use crate::args::ParsedArgs;
use crate::dry_run;
use crate::failure::Failure;
use crate::input::{BinaryFormat, Reader};
use crate::output::Timestamps;
use crate::program::Program;
use crate::report::ErrorFormat;
use opsmith_runtime::config::Settings;
use opsmith_runtime::query::Query;
use opsmith_runtime::schema::Service;
use std::fmt::Display;
use std::io::Write as _;
use std::sync::Arc;
use std::time::Duration;

/// What every operation needs besides its parameters.
pub(crate) struct Context<'a> {
    pub(crate) program: &'a Program,
    /// The global options.
    pub(crate) globals: &'a ParsedArgs<'static, 'a>,
    /// The environment and the shared files; empty with `--local`.
    pub(crate) settings: Arc<Settings>,
    pub(crate) query: Option<Query>,
    pub(crate) timestamps: Timestamps,
    pub(crate) binary_format: BinaryFormat,
    /// For how long a presigned URL is to be valid, if a dry run prints one.
    pub(crate) expires_in: Option<Duration>,
    /// Whether warnings are printed: not when a program reads the errors.
    pub(crate) warns: bool,
    /// The endpoint of `--local`.
    #[cfg(feature = "local")]
    pub(crate) local: Option<crate::embedded::Endpoint>,
}

impl<'a> Context<'a> {
    /// Checks the global options and settings of all operations, in the AWS CLI's order.
    ///
    /// # Errors
    ///
    /// A wrong option or setting; an endpoint of `--local` that can't start.
    pub(crate) fn new(
        program: &'a Program,
        globals: &'a ParsedArgs<'static, 'a>,
        mut settings: Settings,
        error_format: ErrorFormat,
        local: bool,
    ) -> Result<Self, Failure> {
        let query = query(globals)?;
        override_settings(globals, &mut settings)?;
        check_encoding(&settings)?;
        let timestamps = timestamps(&settings, local)?;
        let binary_format = binary_format(globals, &settings)?;
        let expires_in = dry_run::expires_in(globals)?;
        if local && (globals.has("--endpoint-url") || globals.has("--profile")) {
            let text = "--local brings its own endpoint and credentials: leave out --endpoint-url and --profile";
            return Err(Failure::parameter(text));
        }
        Ok(Context {
            program,
            globals,
            settings: Arc::new(settings),
            query,
            timestamps,
            binary_format,
            expires_in,
            warns: !matches!(error_format, ErrorFormat::Structured(..)),
            #[cfg(feature = "local")]
            local: local.then(crate::embedded::start).transpose()?,
        })
    }

    /// The reader of parameters of a service's operations.
    pub(crate) fn reader<'r>(&'r self, service: &'r Service<'r>) -> Reader<'r> {
        Reader {
            service,
            binary_format: self.binary_format,
            env: self.settings.env(),
        }
    }

    /// Whether the URL of the endpoint is an option.
    pub(crate) fn has_url(&self) -> bool {
        #[cfg(feature = "local")]
        if self.local.is_some() {
            return true;
        }
        self.globals.has("--endpoint-url")
    }

    /// Whether the progress of bytes is shown, if there is a terminal: not among other lines, or
    /// where a program reads the errors.
    pub(crate) fn shows_progress(&self) -> bool {
        self.warns && !self.globals.has("--debug")
    }

    /// Warns on standard error.
    pub(crate) fn warn(&self, text: impl Display) {
        if self.warns {
            // When standard error is closed, nobody can read the warning.
            let _ = writeln!(
                std::io::stderr(),
                "{}: [WARNING]: {text}",
                self.program.name
            );
        }
    }
}

/// The expression of `--query`.
fn query(globals: &ParsedArgs<'_, '_>) -> Result<Option<Query>, Failure> {
    let query = globals.value("--query").map(|query| {
        Query::parse(query).map_err(|problem| {
            Failure::parameter(format_args!("Bad value for --query {query}: {problem}"))
        })
    });
    query.transpose()
}

/// Puts the options that override settings into the settings.
fn override_settings(globals: &ParsedArgs<'_, '_>, settings: &mut Settings) -> Result<(), Failure> {
    if let Some(url) = globals.value("--endpoint-url") {
        // As Python finds a scheme: `localhost:8080` has one.
        let has_scheme = url.split_once(':').is_some_and(|(scheme, _)| {
            scheme.starts_with(|first: char| first.is_ascii_alphabetic())
        });
        if !has_scheme {
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
    Ok(())
}

/// Rejects an output encoding other than UTF-8.
fn check_encoding(settings: &Settings) -> Result<(), Failure> {
    let Some(encoding) = settings.get("cli_output_encoding")? else {
        return Ok(());
    };
    let encoding = encoding.text;
    let name = encoding.to_ascii_lowercase().replace(['-', '_'], "");
    if matches!(name.as_str(), "" | "utf8") {
        Ok(())
    } else {
        Err(Failure::general(format_args!(
            "AWS_CLI_OUTPUT_ENCODING={encoding}: output is UTF-8, no other encoding is built"
        )))
    }
}

/// How results show timestamps. `--local` ignores `TZ`.
fn timestamps(settings: &Settings, local: bool) -> Result<Timestamps, Failure> {
    let zone = std::env::var("TZ").ok().filter(|_| !local);
    let format = settings.get("cli_timestamp_format")?;
    let format = format.as_ref().map_or("iso8601", |value| &value.text);
    Timestamps::from_setting(format, zone.as_deref()).map_err(Failure::configuration)
}

/// How parameters write bytes.
fn binary_format(
    globals: &ParsedArgs<'_, '_>,
    settings: &Settings,
) -> Result<BinaryFormat, Failure> {
    let name = match globals.value("--cli-binary-format") {
        Some(name) => Some(name.to_owned()),
        None => settings.get("cli_binary_format")?.map(|value| value.text),
    };
    match name.as_deref().unwrap_or("base64") {
        "base64" => Ok(BinaryFormat::Base64),
        "raw-in-base64-out" => Ok(BinaryFormat::Raw),
        other => Err(Failure::general(format_args!("'{other}'"))),
    }
}
