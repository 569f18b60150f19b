//! The page of an operation.

use super::page::{Page, Style, Text, plain, styled};
use super::{markdown, samples};
use crate::outfile::{self, Source};
use crate::pages;
use crate::parameter::{self, Parameter};
use crate::saved;
use crate::waiter::{self, FoundWaiter};
use opsmith_runtime::schema::commands::{Command, Commands, Words};
use opsmith_runtime::schema::{
    Acceptor, Comparator, Delay, Expected, Kind, Matcher, Operation, Outcome, Shape, ShapeIndex,
};

const GLOBALS: &str = "See 'aws help' for descriptions of global parameters.";

const PAGED: &str = "The result comes in pages, and each takes a call. All of them are fetched, unless --no-paginate asks \
                     for one call only. In the format text, --query is applied to each page.";

/// What the word after an operation with bytes in its result is.
const OUTFILE: &str = "The file that the content is written to; - is standard output.";

/// What becomes of a stream of events.
const EVENTS: &str = "The result is a stream of events. Each is printed when it comes, in the format json as one line. Other parts of the \
                      result come first. --query is applied to each line, and one in which it finds nothing is not printed.";

/// Options that every operation has, with what the synopsis shows of them and what they do.
const COMMON: [(&[&str], &str, &str); 2] = [
    (
        &["--cli-input-json", "--cli-input-yaml"],
        "[--cli-input-json | --cli-input-yaml]",
        "Reads arguments from the JSON string provided. The JSON string follows the format provided by \
         --generate-cli-skeleton. If other arguments are provided on the command line, those values will override the \
         JSON-provided values. It is not possible to pass arbitrary binary values using a JSON-provided value as the \
         string will be taken literally. This may not be specified along with --cli-input-yaml.",
    ),
    (
        &["--generate-cli-skeleton"],
        "[--generate-cli-skeleton <value>]",
        "Prints a JSON skeleton to standard output without sending an API request. If provided with no value or the \
         value input, prints a sample input JSON that can be used as an argument for --cli-input-json. Similarly, if \
         provided yaml-input it will print a sample input YAML that can be used with --cli-input-yaml. If provided \
         with the value output, it validates the command inputs and returns a sample output JSON for that command.",
    ),
];

/// The page of an operation.
pub(crate) fn operation_page(
    commands: &Commands<'_>,
    command: &Command<'_>,
    operation: &Operation<'_>,
) -> Page {
    let mut writer = Writer {
        commands,
        page: Page::new(command.name),
        within: Vec::new(),
    };
    writer.page.section("NAME");
    writer.page.paragraph(0, &format!("{} -", command.name));
    writer.description(operation);
    writer.synopsis(command, operation);
    writer.options(command, operation);
    writer.output(command, operation);
    writer.page
}

/// The page of all waiters of a service.
pub(crate) fn wait_page(words: &Words<'_>) -> Page {
    let mut page = Page::new(waiter::WORD);
    page.section("NAME");
    page.paragraph(0, &format!("{} -", waiter::WORD));
    page.section("DESCRIPTION");
    page.paragraph(
        0,
        "Calls an operation until a resource is in a certain state. Prints nothing.",
    );
    page.section("AVAILABLE COMMANDS");
    let mut names = words.waiters.clone();
    names.sort_unstable();
    names.iter().for_each(|name| page.bullet(0, plain(name)));
    page
}

/// The page of a waiter: that of its operation, with the state that it waits for.
pub(crate) fn waiter_page(commands: &Commands<'_>, word: &str, found: &FoundWaiter<'_>) -> Page {
    let mut writer = Writer {
        commands,
        page: Page::new(word),
        within: Vec::new(),
    };
    let command = Command {
        name: word,
        ..*found.command
    };
    let operation = waiter::unpaged(found.operation);
    writer.page.section("NAME");
    writer.page.paragraph(0, &format!("{word} -"));
    writer.page.section("DESCRIPTION");
    writer.page.paragraph(0, &waits_for(found));
    writer.page.paragraph(0, GLOBALS);
    writer.synopsis(&command, &operation);
    writer.options(&command, &operation);
    for (option, text) in waiter::OPTIONS {
        writer.page.text(0, label([option].into_iter(), "number"));
        writer.page.tightly(|page| page.paragraph(1, text));
    }
    writer.page.section("OUTPUT");
    writer.page.paragraph(0, "None");
    writer.page
}

/// What a waiter does.
fn waits_for(
    FoundWaiter {
        waiter, command, ..
    }: &FoundWaiter<'_>,
) -> String {
    let wanted = waiter
        .acceptors
        .iter()
        .find(|Acceptor(outcome, _)| *outcome == Outcome::Success);
    let wanted = wanted.map_or_else(String::new, |Acceptor(_, matcher)| match matcher {
        Matcher::Success(true) => "succeeds".to_owned(),
        Matcher::Success(false) => "fails with any error of the service".to_owned(),
        Matcher::ErrorType(code) => format!("fails with {code}"),
        Matcher::Status(status) => format!("answers with the HTTP status {status}"),
        Matcher::Output(path, comparator, expected)
        | Matcher::InputOutput(path, comparator, expected) => {
            let which = match comparator {
                Comparator::Is => "",
                Comparator::All => "all of ",
                Comparator::Any => "one of ",
            };
            let expected = match expected {
                Expected::Boolean(value) => value.to_string(),
                Expected::Number(number) => number.to_string(),
                Expected::Text(text) => (*text).to_owned(),
            };
            format!("answers so that {which}{path} is {expected}")
        }
    });
    let delay = match waiter.delay {
        Delay::Fixed(delay) => delay.to_string(),
        Delay::Backoff(least, most) => format!("{least} to {most}"),
    };
    let attempts = match waiter.attempts {
        0 => "all calls".to_owned(),
        attempts => format!("{attempts} calls"),
    };
    format!(
        "Waits until {} {wanted}. Calls it every {delay} seconds. The exit code is 255 if that can no longer happen, or if it has not \
         happened after {attempts}.",
        command.name
    )
}

struct Writer<'a> {
    commands: &'a Commands<'a>,
    page: Page,
    /// The shapes around the current one.
    within: Vec<ShapeIndex>,
}

impl Writer<'_> {
    fn shape(&self, ix: ShapeIndex) -> Shape<'_> {
        *self.commands.service.shape(ix)
    }

    fn description(&mut self, operation: &Operation<'_>) {
        self.page.section("DESCRIPTION");
        markdown::add(&mut self.page, 0, self.commands.doc(operation.name));
        self.page.paragraph(0, "See also: AWS API Documentation");
        if operation.pagination().is_some() {
            self.page.paragraph(0, PAGED);
        }
        self.page.paragraph(0, GLOBALS);
    }

    fn synopsis(&mut self, command: &Command<'_>, operation: &Operation<'_>) {
        self.page.section("SYNOPSIS");
        let mut lines = format!("  {}\n", command.name);
        for parameter in shown_parameters(self.commands, operation, command) {
            let takes = if parameter.takes_value() {
                " <value>"
            } else {
                ""
            };
            let option = format!(
                "{}{takes}",
                parameter.names().collect::<Vec<_>>().join(" | ")
            );
            let required = parameter.is_required();
            lines += &if required {
                format!("{option}\n")
            } else {
                format!("[{option}]\n")
            };
        }
        for option in saved::specs(command) {
            let name = option.name;
            lines += &match saved::required(command).any(|required| required == name) {
                true => format!("{name} <value>\n"),
                false => format!("[{name} <value>]\n"),
            };
        }
        let file = Source::of(self.commands.service, command, operation);
        if file.is_some() {
            lines += &format!("<{}>\n", outfile::WORD);
        }
        if !file.is_none_or(Source::has_documents) {
            self.page.literal(1, &lines);
            return;
        }
        let [documents, skeleton] = COMMON;
        lines += &format!("{}\n", documents.1);
        pages::options(operation.pagination())
            .for_each(|option| lines += &format!("[{} <value>]\n", option.name));
        lines += &format!("{}\n", skeleton.1);
        self.page.literal(1, &lines);
    }

    fn options(&mut self, command: &Command<'_>, operation: &Operation<'_>) {
        self.page.section("OPTIONS");
        for parameter in shown_parameters(self.commands, operation, command) {
            let member = parameter.member;
            let within = self.commands.service.shape(parameter.within).name;
            let label = label(
                parameter.names(),
                samples::type_name(&self.shape(member.target)),
            );
            self.entry(
                0,
                label,
                &format!("{within}${}", member.name),
                member.target,
            );
            self.samples(member.target);
        }
        self.saved(command);
        let file = Source::of(self.commands.service, command, operation);
        if file.is_some() {
            self.common(&[outfile::WORD], OUTFILE);
        }
        if !file.is_none_or(Source::has_documents) {
            self.page.paragraph(0, GLOBALS);
            return;
        }
        let [documents, skeleton] = COMMON;
        self.common(documents.0, documents.2);
        for option in pages::options(operation.pagination()) {
            self.page
                .text(0, label([option.name].into_iter(), option.kind));
            self.page
                .tightly(|page| markdown::add(page, 1, option.text));
        }
        self.common(skeleton.0, skeleton.2);
        self.page.paragraph(0, GLOBALS);
    }

    /// The options that name files for parts of the result.
    fn saved(&mut self, command: &Command<'_>) {
        for save in saved::all(command) {
            let part = save.path.join(".");
            let which = if saved::is_required(save) {
                format!("a member of {part}")
            } else {
                part
            };
            let text = format!("A file for {which} of the output, which only its owner can read.");
            self.common(&[save.option], &text);
            if saved::is_required(save) {
                let members = save.of.join(" or ");
                let text = format!("The member: {members}. The output is shown without them.");
                self.common(&[save.by], &text);
            }
        }
    }

    /// An option of every operation: its text follows its name in one paragraph.
    fn common(&mut self, names: &[&str], text: &str) {
        let mut words = label(names.iter().copied(), "string");
        words.extend(plain(text));
        self.page.text(0, words);
    }

    /// A value: its name and type, its documentation, its parts.
    fn entry(&mut self, depth: usize, label: Text, doc: &str, ix: ShapeIndex) {
        self.page.text(depth, label);
        let shape = self.commands.service.shape(ix);
        let own = self.commands.doc(doc);
        let doc = if own.is_empty() {
            self.commands.doc(shape.name)
        } else {
            own
        };
        self.page
            .tightly(|page| markdown::add(page, depth + 1, doc));
        if !matches!(
            shape.kind,
            Kind::List | Kind::Map | Kind::Structure | Kind::Union
        ) {
            return;
        }
        if self.within.contains(&ix) {
            self.page.paragraph(depth + 1, "( ... recursive ... )");
            return;
        }
        self.within.push(ix);
        self.parts(depth + 1, ix);
        self.within.pop();
    }

    fn parts(&mut self, depth: usize, ix: ShapeIndex) {
        let service = self.commands.service;
        let shape = service.shape(ix);
        for (index, member) in shape.members.iter().enumerate() {
            let kind = samples::type_name(service.shape(member.target));
            let named = |name: &str| plain(&format!("{name} -> ({kind})"));
            let label = match (shape.kind, index) {
                (Kind::List, _) => plain(&format!("({kind})")),
                (Kind::Map, 0) => named("key"),
                (Kind::Map, _) => named("value"),
                _ => named(member.name),
            };
            self.entry(
                depth,
                label,
                &format!("{}${}", shape.name, member.name),
                member.target,
            );
        }
    }

    /// The syntax of an option's value.
    fn samples(&mut self, ix: ShapeIndex) {
        let service = self.commands.service;
        let shape = service.shape(ix);
        let mut sample = |title: &str, sample: &str| {
            self.page.paragraph(0, title);
            self.page.literal(1, sample);
        };
        match shape.element() {
            Some(element)
                if shape.kind == Kind::List
                    && samples::is_scalar(service.shape(element.target)) =>
            {
                sample("Syntax:", &samples::words(service.shape(element.target)));
            }
            _ if samples::is_scalar(shape) => {}
            _ => {
                if let Some(text) = samples::shorthand(service, ix) {
                    sample("Shorthand Syntax:", &text);
                }
                sample("JSON Syntax:", &samples::json(service, ix));
            }
        }
    }

    fn output(&mut self, command: &Command<'_>, operation: &Operation<'_>) {
        self.page.section("OUTPUT");
        let service = self.commands.service;
        let file = Source::of(service, command, operation);
        let events = service.events(operation.output).is_some();
        if events && file.is_none() {
            self.page.paragraph(0, EVENTS);
        }
        let all_in_file = matches!(file, Some(Source::Events(..)));
        match operation
            .output
            .filter(|ix| !self.shape(*ix).members.is_empty() && !all_in_file)
        {
            Some(ix) => self.parts(0, ix),
            None => self.page.paragraph(0, "None"),
        }
    }
}

/// The options of the input that the page shows.
fn shown_parameters<'a>(
    commands: &Commands<'a>,
    operation: &Operation<'a>,
    command: &Command<'a>,
) -> impl Iterator<Item = Parameter<'a>> {
    let pagination = operation.pagination();
    let parameters = parameter::all(commands.service, command, operation).into_iter();
    parameters.filter(move |parameter| parameter.is_shown(pagination.as_ref()))
}

/// `--name (type)`, where several names have a bar between them.
fn label<'n>(names: impl Iterator<Item = &'n str>, kind: &str) -> Text {
    let mut words = Text::new();
    for (index, name) in names.enumerate() {
        if index > 0 {
            words.extend(plain("|"));
        }
        words.extend(styled(Style::Bold, name));
    }
    words.extend(plain(&format!("({kind})")));
    words
}
