//! The target of a request: its path and query string, by the template of the model.

use crate::http::RESERVED;
use crate::schema::Shape;
use percent_encoding::{AsciiSet, utf8_percent_encode};

/// A greedy label is several segments of the path.
const SEGMENTS: &AsciiSet = &RESERVED.remove(b'/');

/// A parameter that Amazon's own clients send to tell operations apart in their logs. Only its
/// Smithy models have it, and services need it not.
const CLIENT_ID: &str = "x-id=";

/// The values that go into a target, as the input has them.
#[derive(Debug, Default)]
pub(super) struct Target {
    labels: Vec<(String, String)>,
    parameters: Vec<Parameter>,
}

/// A parameter of the query string.
#[derive(Debug)]
struct Parameter {
    name: String,
    value: String,
    /// It is an entry of a map, and not a member.
    is_entry: bool,
}

impl Target {
    /// Sets the part of the path that has this member's name.
    pub(super) fn label(&mut self, member: &str, value: &str) {
        self.labels.push((member.to_owned(), value.to_owned()));
    }

    /// Adds a parameter that is a member.
    pub(super) fn parameter(&mut self, name: &str, value: &str) {
        self.push(name, value, false);
    }

    /// Adds a parameter that is an entry of a map. A member of the same name replaces it.
    pub(super) fn entry(&mut self, name: &str, value: &str) {
        self.push(name, value, true);
    }

    fn push(&mut self, name: &str, value: &str, is_entry: bool) {
        self.parameters.push(Parameter {
            name: name.to_owned(),
            value: value.to_owned(),
            is_entry,
        });
    }

    /// The target for a template of the model: `/functions/{Name}?list-type=2`.
    ///
    /// # Errors
    ///
    /// The name of a part of the path that has no value.
    pub(super) fn filled<'t>(&self, template: &'t str) -> Result<String, &'t str> {
        let (path, literal) = template.split_once('?').unwrap_or((template, ""));
        let mut target = self.path(path)?;
        let literal = literal
            .split('&')
            .filter(|pair| !pair.is_empty() && !pair.starts_with(CLIENT_ID));
        let mut separator = '?';
        for pair in literal.map(str::to_owned).chain(self.pairs()) {
            target.push(separator);
            target.push_str(&pair);
            separator = '&';
        }
        Ok(target)
    }

    /// The path, which is `/` for an empty template.
    fn path<'t>(&self, template: &'t str) -> Result<String, &'t str> {
        let mut path = String::with_capacity(template.len() + 32);
        let mut rest = template;
        while let Some((before, after)) = rest.split_once('{') {
            let (label, after) = after.split_once('}').unwrap_or((after, ""));
            let (name, kept) = match label.strip_suffix('+') {
                Some(name) => (name, SEGMENTS),
                None => (label, RESERVED),
            };
            let mut labels = self.labels.iter();
            let (_, value) = labels.find(|(found, _)| found == name).ok_or(name)?;
            path.push_str(before);
            path.extend(utf8_percent_encode(value, kept));
            rest = after;
        }
        path.push_str(rest);
        if path.is_empty() {
            path.push('/');
        }
        Ok(path)
    }

    fn pairs(&self) -> impl Iterator<Item = String> {
        let is_member = |name: &str| {
            let mut members = self.parameters.iter().filter(|found| !found.is_entry);
            members.any(|found| found.name == name)
        };
        let sent = move |found: &&Parameter| !found.is_entry || !is_member(&found.name);
        self.parameters.iter().filter(sent).map(|found| {
            let encoded = |text| utf8_percent_encode(text, RESERVED);
            format!("{}={}", encoded(&found.name), encoded(&found.value))
        })
    }
}

/// The template without a label at its start that is a parameter of the endpoint: the endpoint rules
/// put its value into the host name or the path.
pub(super) fn without_endpoint<'t>(template: &'t str, input: &Shape<'_>) -> &'t str {
    let label = template
        .strip_prefix("/{")
        .and_then(|rest| rest.split_once('}'));
    let is_parameter = |name: &str| {
        let member = input.member(name);
        member.is_some_and(|(_, member)| member.context_param().is_some())
    };
    match label {
        Some((name, rest)) if is_parameter(name) => rest,
        _ => template,
    }
}

#[cfg(test)]
mod tests {
    use super::{Target, without_endpoint};
    use crate::schema::{Trait, member, structure};

    fn filled<'t>(template: &'t str, label: &str) -> Result<String, &'t str> {
        let mut target = Target::default();
        target.label("X", label);
        target.filled(template)
    }

    #[test]
    fn labels_are_encoded_and_paths_survive() {
        for (template, label, expected) in [
            ("/", "unused", "/"),
            ("/a/{X}/b", "a/b c+d*é~", "/a/a%2Fb%20c%2Bd%2A%C3%A9~/b"),
            ("/{X}", "..", "/.."),
            ("/{X+}", "a//b/../c?#%2e", "/a//b/../c%3F%23%252e"),
            ("/{X+}", "/a/", "//a/"),
            ("/{X+}/tail", "\u{10000}", "/%F0%90%80%80/tail"),
            ("/b?location", "", "/b?location"),
            ("/b?list-type=2&x-id=List", "", "/b?list-type=2"),
            ("/b?x-id=List", "", "/b"),
        ] {
            assert_eq!(filled(template, label).as_deref(), Ok(expected));
        }
        assert_eq!(filled("/{Y}", ""), Err("Y"));
        assert_eq!(filled("/{X", "a").as_deref(), Ok("/a"));
    }

    #[test]
    fn a_label_that_the_endpoint_has_is_not_repeated() {
        let members = [
            member("X", 0).with(&[Trait::ContextParam("X")]),
            member("Y", 0),
        ];
        let input = structure("Input", &members);
        for (template, expected) in [
            ("/{X}", "/"),
            ("/{X}?a", "/?a"),
            ("/{X}/{Y+}", "/v"),
            ("/{Y}/{X}", "/v/v"),
            ("/a/{X}", "/a/v"),
        ] {
            let mut target = Target::default();
            target.label("X", "v");
            target.label("Y", "v");
            let filled = target.filled(without_endpoint(template, &input));
            assert_eq!(filled.as_deref(), Ok(expected), "{template}");
        }
    }

    #[test]
    fn a_member_goes_before_an_entry_of_the_same_name() {
        let mut target = Target::default();
        target.entry("a", "entry");
        target.entry("b c", "");
        target.parameter("a", "1");
        target.parameter("a", "+ &");
        assert_eq!(
            target.filled("/?q").as_deref(),
            Ok("/?q&b%20c=&a=1&a=%2B%20%26")
        );
    }
}
