//! The global options, as one table: their names, values and help texts.

use crate::args::{Arity, OptionSpec};

/// A global option.
pub(crate) struct Global {
    spec: OptionSpec<'static>,
    /// For people.
    text: &'static str,
    /// The setting that has the same meaning.
    setting: Option<&'static str>,
}

const fn flag(name: &'static str, text: &'static str) -> Global {
    Global::new(OptionSpec::new(name, Arity::Flag), text)
}

const fn value(name: &'static str, text: &'static str) -> Global {
    Global::new(OptionSpec::new(name, Arity::One), text)
}

impl Global {
    const fn new(spec: OptionSpec<'static>, text: &'static str) -> Self {
        Global {
            spec,
            text,
            setting: None,
        }
    }

    const fn choices(mut self, choices: &'static [&'static str]) -> Self {
        self.spec.choices = choices;
        self
    }

    /// The setting of this name has the same meaning.
    const fn or(mut self, setting: &'static str) -> Self {
        self.setting = Some(setting);
        self
    }

    const fn extension(mut self) -> Self {
        self.spec.is_extension = true;
        self
    }

    const fn leading(mut self) -> Self {
        self.spec.is_leading = true;
        self
    }

    const fn inline(mut self) -> Self {
        self.spec.arity = Arity::Inline;
        self
    }
}

const OUTPUTS: &[&str] = &["json", "text", "table", "yaml", "yaml-stream", "off"];
const ERROR_FORMATS: &[&str] = &["legacy", "json", "yaml", "text", "table", "enhanced"];

/// Those of the AWS CLI in its order, then our own.
const GLOBALS: &[Global] = &[
    flag("--debug", "Prints debug messages on standard error, without secrets."),
    value("--endpoint-url", "The URL to call instead of the default URL of the service.").or("endpoint_url"),
    flag("--no-verify-ssl", "Accepts any certificate of the server. Anyone in between can then read what is sent."),
    flag("--no-paginate", "Makes a single call, for the first page of a paged result."),
    value("--output", "The format of the result.").choices(OUTPUTS).or("output"),
    value("--query", "A JMESPath expression that selects what is printed of the result."),
    value("--profile", "The profile of the shared files to use.").or("profile"),
    value("--region", "The region to call (default: the configured one).").or("region"),
    flag("--version", "Prints the version of this program; with --debug, where the models of its services come from too."),
    value("--color", "When to print tables in colour.").choices(&["on", "off", "auto"]),
    flag("--no-sign-request", "Sends the request unsigned, without looking for credentials."),
    value("--ca-bundle", "A file of certificates to trust instead of the default ones.").or("ca_bundle"),
    value("--cli-read-timeout", "Seconds to wait for data of the server; 0 waits for ever (default: 60)."),
    value("--cli-connect-timeout", "Seconds to wait for a connection; 0 waits for ever (default: 60)."),
    value("--cli-binary-format", "How parameters write bytes (default: base64).")
        .choices(&["base64", "raw-in-base64-out"])
        .or("cli_binary_format"),
    flag("--no-cli-pager", "Prints the result without a pager, even if AWS_PAGER, cli_pager or PAGER names one."),
    flag("--cli-auto-prompt", "Not built: prompts for parameters."),
    flag("--no-cli-auto-prompt", "Does not prompt for parameters (default)."),
    value("--cli-error-format", "The format of error messages.").choices(ERROR_FORMATS).or("cli_error_format"),
    flag("--local", "Calls a local endpoint within this process instead of an account. Must come before the service.").extension().leading(),
    value(
        "--cli-validation",
        "How strictly parameters are checked against the model: standard rejects what is certain to fail and warns about \
         what may fail, strict rejects both, compat checks what the AWS CLI checks, off checks nothing (default: standard).",
    )
    .or("cli_validation")
    .choices(&["standard", "strict", "compat", "off"])
    .extension(),
    value(
        "--cli-input-jsonl",
        "A file with a JSON document on each line, or - for standard input. Calls the operation for each document and \
         prints a line of JSON for each result, in the same order. Options override the documents. A call returns \
         one page of a paged result.",
    )
    .extension(),
    value("--cli-concurrency", "With --cli-input-jsonl: number of calls at a time (default: 16).").extension(),
    value("--cli-resume", "With --cli-input-jsonl, and with s3: a file that records which lines or transfers are done, so that the next run skips them.").extension(),
    value(
        "--cli-dry-run",
        "Prints the signed request instead of sending it: as HTTP, or with =curl as a curl command. Secrets are left out, \
         unless the form is =http-secrets or =curl-secrets. With =presigned, prints a URL with which anyone can make the \
         call for a time; with =presigned-curl, as a curl command.",
    )
    .choices(crate::dry_run::FORMS)
    .extension()
    .inline(),
    value("--cli-expires-in", "With --cli-dry-run=presigned: seconds until the URL expires, at most 604800 (default: 3600).").extension(),
];

/// The options as the first level of a command line knows them.
pub(crate) fn specs() -> Vec<OptionSpec<'static>> {
    GLOBALS.iter().map(|global| global.spec).collect()
}

/// Those of the options that have one of these names.
pub(crate) fn specs_of(names: &[&str]) -> Vec<OptionSpec<'static>> {
    let mut specs = specs();
    specs.retain(|spec| names.contains(&spec.name));
    specs
}

/// The options as the help page shows them.
pub(crate) fn help() -> Vec<GlobalHelp<'static>> {
    let help = |global: &Global| {
        let value = match (global.spec.arity, global.spec.name) {
            (Arity::Flag, _) => "boolean",
            (_, "--cli-read-timeout" | "--cli-connect-timeout" | "--cli-expires-in") => "int",
            _ => "string",
        };
        GlobalHelp {
            name: global.spec.name,
            value,
            text: global.text,
            choices: global.spec.choices,
            setting: global.setting,
        }
    };
    GLOBALS.iter().map(help).collect()
}

/// A global option as the help shows it.
pub(crate) struct GlobalHelp<'a> {
    pub(crate) name: &'a str,
    /// `string`, `int` or `boolean`.
    pub(crate) value: &'a str,
    pub(crate) text: &'a str,
    pub(crate) choices: &'a [&'a str],
    /// The setting that has the same meaning, if there is one.
    pub(crate) setting: Option<&'a str>,
}

/// Our own commands, with what they do.
pub(crate) const OWN_COMMANDS: &[(&str, &str)] = &[
    (
        "completions SHELL",
        "Prints the script with which bash, zsh or fish completes the words of this command.",
    ),
    ("help", "Prints this page."),
    #[cfg(feature = "local")]
    (
        "local serve",
        "Runs a local endpoint for any AWS client. See: local help.",
    ),
    (
        "man DIR [SERVICE]",
        "Writes the manual pages of the program, its services and their operations to a folder: all, or those of some services.",
    ),
    #[cfg(feature = "s3")]
    (
        "s3 COMMAND",
        "Lists, copies, moves, synchronizes and deletes files and objects of Amazon S3. See: s3 help.",
    ),
    #[cfg(feature = "services")]
    (
        "services add SOURCE",
        "Adds the services of a release of botocore, or of other models. See: services help.",
    ),
    #[cfg(feature = "worker")]
    (
        "worker run",
        "Takes third-party jobs and runs a command for each. See: worker help.",
    ),
];

/// The words of our own commands.
pub(crate) fn own_words<'a>() -> impl Iterator<Item = &'a str> {
    let own = OWN_COMMANDS.iter();
    own.filter_map(|(words, _)| words.split(' ').next())
}
