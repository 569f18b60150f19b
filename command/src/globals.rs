//! The global options, as one table: what they are called, take and mean.

use crate::args::{Known, Takes};

/// A global option.
pub(crate) struct Global {
    name: &'static str,
    takes: Takes,
    own: bool,
    choices: &'static [&'static str],
    /// For people.
    text: &'static str,
    /// The setting that states the same.
    setting: Option<&'static str>,
}

const fn flag(name: &'static str, text: &'static str) -> Global {
    Global {
        name,
        takes: Takes::Nothing,
        own: false,
        choices: &[],
        text,
        setting: None,
    }
}

const fn value(name: &'static str, text: &'static str) -> Global {
    Global {
        name,
        takes: Takes::One,
        own: false,
        choices: &[],
        text,
        setting: None,
    }
}

impl Global {
    const fn choices(mut self, choices: &'static [&'static str]) -> Self {
        self.choices = choices;
        self
    }

    /// The setting of this name states the same.
    const fn or(mut self, setting: &'static str) -> Self {
        self.setting = Some(setting);
        self
    }

    const fn own(mut self) -> Self {
        self.own = true;
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
    flag("--local", "Calls a local endpoint that runs within the command, in place of an account. Only before the service.").own(),
    value(
        "--cli-validation",
        "How strictly parameters are checked against the model: standard refuses what is sure to fail and warns of what \
         may, strict refuses both, compat checks what the AWS CLI checks, off checks nothing.",
    )
    .or("cli_validation")
    .choices(&["standard", "strict", "compat", "off"])
    .own(),
    value(
        "--cli-input-jsonl",
        "A file of JSON documents, one on each line, or - for standard input: the operation is called for each, and the \
         results are lines of JSON in the same order. Options win over the documents; of paged results it is the page \
         that the document asks for.",
    )
    .own(),
    value("--cli-concurrency", "With --cli-input-jsonl: calls at a time; 16 without it.").own(),
    value("--cli-resume", "With --cli-input-jsonl: a file that notes which lines are done; they are passed over.").own(),
    Global {
        takes: Takes::Inline,
        ..value(
            "--cli-dry-run",
            "Prints the signed request and sends nothing: as HTTP has it, or with =curl as a command line of curl. What is \
             secret is left out; =http-secrets and =curl-secrets show it.",
        )
        .choices(crate::dry_run::FORMS)
        .own()
    },
];

/// The options as the first level of a command line knows them.
pub(crate) fn known() -> Vec<Known<'static>> {
    let known = |global: &Global| {
        let Global {
            name,
            takes,
            own,
            choices,
            ..
        } = *global;
        Known {
            name,
            takes,
            own,
            choices,
        }
    };
    GLOBALS.iter().map(known).collect()
}

/// The options as the help page shows them.
pub(crate) fn help() -> Vec<GlobalHelp<'static>> {
    let help = |global: &Global| {
        let value = match (global.takes, global.name) {
            (Takes::Nothing, _) => "boolean",
            (_, "--cli-read-timeout" | "--cli-connect-timeout") => "int",
            _ => "string",
        };
        GlobalHelp {
            name: global.name,
            value,
            text: global.text,
            choices: global.choices,
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
    /// The setting that states the same, if there is one.
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
