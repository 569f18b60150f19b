//! Samples of inputs and outputs (`--generate-cli-skeleton`), from the schema.

use crate::call::OperationRunner;
use crate::context::Context;
use crate::failure::Failure;
use crate::output::json;
use crate::printer::Printer;
use crate::stdout;
use opsmith_runtime::document::{Document, Map};
use opsmith_runtime::sample;
use opsmith_runtime::schema::commands::Commands;
use opsmith_runtime::schema::{Flags, Kind, Member, Operation, Shape, ShapeIndex};
use std::fmt::Write as _;

/// The kind of sample that shows documentation, as comments.
pub(crate) const DOCUMENTED: &str = "yaml-input";

/// Prints a sample of this kind.
///
/// # Errors
///
/// Of an output, whatever keeps the parameters from being sent.
pub(crate) fn print(
    context: &Context<'_>,
    commands: &'static Commands<'static>,
    operation: &'static Operation<'static>,
    kind: &str,
    parameters: &Map,
) -> Result<(), Failure> {
    match kind {
        "input" => {
            let sample = sample::input(commands.service, operation.input);
            stdout::print(&(json::pretty(&sample) + "\n"))
        }
        DOCUMENTED => stdout::print(&yaml_input(commands, operation.input)),
        _ => {
            OperationRunner::new(context, commands, operation)?.prepare(parameters)?;
            let sample = sample::output(commands.service, operation.output);
            Printer::new(context, commands.service, operation)?.result(sample)
        }
    }
}

/// A sample of the input as YAML, with a comment after each member.
fn yaml_input(commands: &Commands<'_>, shape: Option<ShapeIndex>) -> String {
    let Some(shape) = shape else {
        return "{}\n".to_owned();
    };
    let sample = sample::input(commands.service, Some(shape));
    let mut text = String::new();
    match sample.as_map() {
        Some(map) if !map.is_empty() => Yaml {
            commands,
            text: &mut text,
        }
        .members(shape, map, 0, ""),
        _ => text.push_str("{}\n"),
    }
    text
}

struct Yaml<'a> {
    commands: &'a Commands<'a>,
    text: &'a mut String,
}

impl Yaml<'_> {
    /// The members of a structure, one per line; `first` replaces the indentation of the
    /// first one.
    fn members(&mut self, ix: ShapeIndex, map: &Map, indent: usize, first: &str) {
        let shape = self.commands.service.shape(ix);
        for (index, (name, value)) in map.iter().enumerate() {
            let found = shape.member(name);
            let lead = if index == 0 && !first.is_empty() {
                first.to_owned()
            } else {
                " ".repeat(indent)
            };
            let comment = found.map_or_else(String::new, |(_, member)| self.comment(shape, member));
            let gap = if index == 0 { "  " } else { " " };
            let target = found.map_or(ShapeIndex::MAX, |(_, member)| member.target);
            let _ = write!(
                self.text,
                "{lead}{}:",
                scalar(&Document::String(name.clone()))
            );
            self.value(
                target,
                value,
                indent,
                &if comment.is_empty() {
                    comment
                } else {
                    gap.to_owned() + &comment
                },
            );
        }
    }

    /// The value of a key, with the comment on the key's line.
    fn value(&mut self, ix: ShapeIndex, value: &Document, indent: usize, comment: &str) {
        let element = self
            .commands
            .service
            .shape(ix)
            .element()
            .map_or(ShapeIndex::MAX, |element| element.target);
        match value {
            Document::Map(map) if !map.is_empty() => {
                let _ = writeln!(self.text, "{comment}");
                match self.commands.service.shape(ix).kind {
                    Kind::Map => self.entries(element, map, indent + 2),
                    _ => self.members(ix, map, indent + 2, ""),
                }
            }
            Document::List(list) if !list.is_empty() => {
                let _ = writeln!(self.text, "{comment}");
                self.elements(element, list, indent, "");
            }
            value => {
                let _ = writeln!(self.text, " {}{comment}", scalar(value));
            }
        }
    }

    fn entries(&mut self, element: ShapeIndex, map: &Map, indent: usize) {
        for (key, value) in map {
            let _ = write!(self.text, "{}{key}:", " ".repeat(indent));
            self.value(element, value, indent, "");
        }
    }

    fn elements(&mut self, element: ShapeIndex, list: &[Document], indent: usize, first: &str) {
        for (index, value) in list.iter().enumerate() {
            let lead = if index == 0 && !first.is_empty() {
                first.to_owned()
            } else {
                " ".repeat(indent)
            };
            let lead = format!("{lead}- ");
            match value {
                Document::Map(map) if !map.is_empty() => {
                    match self.commands.service.shape(element).kind {
                        Kind::Map => {
                            self.text.push_str(&lead);
                            let inner = self
                                .commands
                                .service
                                .shape(element)
                                .element()
                                .map_or(ShapeIndex::MAX, |inner| inner.target);
                            let mut entries = String::new();
                            Yaml {
                                commands: self.commands,
                                text: &mut entries,
                            }
                            .entries(inner, map, indent + 2);
                            self.text.push_str(entries.trim_start());
                        }
                        _ => self.members(element, map, indent + 2, &lead),
                    }
                }
                Document::List(inner) if !inner.is_empty() => {
                    let target = self
                        .commands
                        .service
                        .shape(element)
                        .element()
                        .map_or(ShapeIndex::MAX, |inner| inner.target);
                    self.elements(target, inner, indent + 2, &lead);
                }
                value => {
                    let _ = writeln!(self.text, "{lead}{}", scalar(value));
                }
            }
        }
    }

    /// A comment: whether the member is required, the first sentence about it, and the values of an
    /// enum. Empty when there is nothing to say.
    fn comment(&self, shape: &Shape<'_>, member: &Member<'_>) -> String {
        let required = member.is(Flags::REQUIRED).then(|| "[REQUIRED]".to_owned());
        let target = self.commands.service.shape(member.target);
        let own = self
            .commands
            .doc_as_written(&format!("{}${}", shape.name, member.name));
        let doc = words(if own.is_empty() {
            self.commands.doc_as_written(target.name)
        } else {
            own
        });
        let sentence = match doc.split(['.', ':']).next() {
            Some("") | None => String::new(),
            Some(sentence) => format!("{sentence}."),
        };
        let values = (!target.values.is_empty())
            .then(|| format!("Valid values are: {}.", target.values.join(", ")));
        let comment = [required, Some(sentence), values]
            .into_iter()
            .flatten()
            .collect::<Vec<_>>()
            .join(" ");
        if comment.trim().is_empty() {
            String::new()
        } else {
            format!("# {comment}")
        }
    }
}

/// The words of a documentation, without its marks.
fn words(doc: &str) -> String {
    let mut words = String::new();
    let mut code = false;
    let mut chars = doc.chars();
    while let Some(c) = chars.next() {
        match c {
            '`' => code = !code,
            '*' if !code => {}
            '\\' if !code => words.extend(chars.next()),
            '\n' => words.push(' '),
            c => words.push(c),
        }
    }
    words
}

/// A scalar of a sample in YAML, quoted where it would be read as something else.
fn scalar(value: &Document) -> String {
    match value {
        Document::Null => "!!binary ''".to_owned(),
        Document::Boolean(value) => value.to_string(),
        Document::Integer(value) => value.to_string(),
        Document::Float(value) => format!("{value:?}"),
        Document::String(text) if text == "1970-01-01T00:00:00" => "1970-01-01 00:00:00".to_owned(),
        Document::String(text) => crate::output::yaml_scalar(text),
        _ => "{}".to_owned(),
    }
}
