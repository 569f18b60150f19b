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

/// In the AWS CLI's order, then our own.
const GLOBALS: &[Global] = &[
    flag("--debug", "Prints on standard error what is done; secrets are left out."),
    value("--endpoint-url", "The URL to call in place of the service's own.").or("endpoint_url"),
    flag("--no-verify-ssl", "Accepts any certificate of the server. What is sent can then be read by anyone in between."),
    flag("--no-paginate", "Makes one call only, for the first page of a paged result."),
    value("--output", "How the result is printed.").choices(OUTPUTS).or("output"),
    value("--query", "A JMESPath expression: what of the result is printed."),
    value("--profile", "The profile of the shared files to use.").or("profile"),
    value("--region", "The region to call, in place of the configured one.").or("region"),
    flag("--version", "Prints the version of this program."),
    value("--color", "When to print a table in colour.").choices(&["on", "off", "auto"]),
    flag("--no-sign-request", "Sends the request unsigned; no credentials are looked for."),
    value("--ca-bundle", "A file of certificates to trust in place of the usual ones.").or("ca_bundle"),
    value("--cli-read-timeout", "Seconds that the server may be silent; 0 is for ever. The default is 60."),
    value("--cli-connect-timeout", "Seconds that connecting may take; 0 is for ever. The default is 60."),
    value("--cli-binary-format", "How bytes are written in parameters.")
        .choices(&["base64", "raw-in-base64-out"])
        .or("cli_binary_format"),
    flag("--no-cli-pager", "Prints the result without the pager that AWS_PAGER, cli_pager or PAGER names."),
    flag("--cli-auto-prompt", "Not built: prompting for parameters."),
    flag("--no-cli-auto-prompt", "Does not prompt for parameters, which is the case anyway."),
    value("--cli-error-format", "How an error is printed.").choices(ERROR_FORMATS).or("cli_error_format"),
    flag("--local", "Calls a local endpoint that runs within the command, in place of an account. Only before the service.").extension().leading(),
    value(
        "--cli-validation",
        "How strictly parameters are checked against the model: standard refuses what is sure to fail and warns of what \
         may, strict refuses both, compat checks what the AWS CLI checks, off checks nothing.",
    )
    .or("cli_validation")
    .choices(&["standard", "strict", "compat", "off"])
    .extension(),
    value(
        "--cli-input-jsonl",
        "A file of JSON documents, one on each line, or - for standard input: the operation is called for each, and the \
         results are lines of JSON in the same order. Options win over the documents; of paged results it is the page \
         that the document asks for.",
    )
    .extension(),
    value("--cli-concurrency", "With --cli-input-jsonl: calls at a time; 16 without it.").extension(),
    value("--cli-resume", "With --cli-input-jsonl: a file that notes which lines are done; they are passed over.").extension(),
    value(
        "--cli-dry-run",
        "Prints the signed request and sends nothing: as HTTP has it, or with =curl as a command line of curl. What is \
         secret is left out; =http-secrets and =curl-secrets show it.",
    )
    .choices(crate::dry_run::FORMS)
    .extension()
    .inline(),
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
            (_, "--cli-read-timeout" | "--cli-connect-timeout") => "int",
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
        "Prints the lines by which bash, zsh or fish completes the words of this command.",
    ),
    ("help", "This page."),
    #[cfg(feature = "local")]
    (
        "local serve",
        "Keeps a local endpoint running, for any client of AWS. Its own help: local help.",
    ),
    (
        "man DIR",
        "Writes the manual pages of this command and of all services and operations into a folder.",
    ),
    #[cfg(feature = "worker")]
    (
        "worker run",
        "Takes third-party jobs and runs a command for each. Its own help: worker help.",
    ),
];
