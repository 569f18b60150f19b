//! Shapes and their members.

use std::collections::HashSet;

use indexmap::IndexMap;
use serde_json::{Value, json};

use super::convert::{Converter, UNIT, xml_namespace};
use super::smithy;
use super::source::{Element, Member, Shape};

impl Converter<'_> {
    pub(super) fn shapes(&mut self) {
        for (name, source) in &self.source.shapes {
            let place = format!("shapes.{name}");
            let shape = self.shape(name, source, &place);
            self.written.insert(self.shape_id(name), shape);
        }
    }

    fn shape(&mut self, name: &str, source: &Shape, place: &str) -> smithy::Shape {
        let mut shape = smithy::Shape {
            traits: self.shape_traits(source, place),
            ..smithy::Shape::default()
        };
        if !source.values.is_empty() && source.kind != "string" {
            self.warning(
                &format!("{place}.enum"),
                "only strings have listed values; left out",
            );
        }
        match source.kind.as_str() {
            "structure" if source.document => shape.kind = "document",
            "structure" => self.structure(name, source, place, &mut shape),
            "list" => {
                shape.kind = "list";
                shape.member = self.element(&source.member, &format!("{place}.member"));
            }
            "map" => {
                shape.kind = "map";
                shape.key = self.element(&source.key, &format!("{place}.key"));
                shape.value = self.element(&source.value, &format!("{place}.value"));
            }
            "string" if !source.values.is_empty() => {
                shape.kind = "enum";
                shape.members = Some(enum_members(&source.values));
            }
            "string" => shape.kind = "string",
            "boolean" => shape.kind = "boolean",
            "integer" => shape.kind = "integer",
            "long" => shape.kind = "long",
            "float" => shape.kind = "float",
            "double" => shape.kind = "double",
            "timestamp" => shape.kind = "timestamp",
            "blob" => shape.kind = "blob",
            other => self.problem(
                &format!("{place}.type"),
                &format!("the type `{other}` is not supported"),
            ),
        }
        shape
    }

    fn shape_traits(&mut self, source: &Shape, place: &str) -> smithy::Traits {
        let mut traits = smithy::Traits::default();
        let is_number = matches!(
            source.kind.as_str(),
            "integer" | "long" | "float" | "double"
        );
        let bounds = [("min", &source.min), ("max", &source.max)];
        let bounds: IndexMap<_, _> = bounds
            .into_iter()
            .filter_map(|(key, bound)| Some((key, bound.as_ref()?)))
            .collect();
        let constraint = if is_number {
            "smithy.api#range"
        } else {
            "smithy.api#length"
        };
        traits.set(constraint, (!bounds.is_empty()).then(|| json!(bounds)));
        traits.set(
            "smithy.api#pattern",
            source.pattern.as_deref().map(anchored),
        );
        traits.mark("smithy.api#sensitive", source.sensitive);
        traits.mark("smithy.api#sparse", source.sparse);
        traits.mark(
            "smithy.api#streaming",
            source.streaming || source.event_stream,
        );
        traits.mark("smithy.api#requiresLength", source.requires_length);
        traits.set(
            "smithy.api#timestampFormat",
            self.timestamp_format(&source.timestamp_format, place),
        );
        traits.set(
            "smithy.api#xmlNamespace",
            xml_namespace(&source.xml_namespace),
        );
        traits.set(
            "smithy.api#documentation",
            self.prose(&source.documentation),
        );
        traits.set(
            "smithy.api#deprecated",
            self.deprecated(
                source.deprecated,
                &source.deprecated_message,
                &source.deprecated_since,
            ),
        );
        traits
    }

    fn timestamp_format(&mut self, format: &Option<String>, place: &str) -> Option<&'static str> {
        match format.as_deref()? {
            "iso8601" => Some("date-time"),
            "rfc822" => Some("http-date"),
            "unixTimestamp" => Some("epoch-seconds"),
            other => {
                let text =
                    format!("`{other}` is not supported; iso8601, rfc822 and unixTimestamp are");
                self.problem(&format!("{place}.timestampFormat"), &text);
                None
            }
        }
    }

    /// The member of a list, or the key or value of a map.
    fn element(&mut self, source: &Option<Element>, place: &str) -> Option<smithy::Member> {
        let Some(source) = source else {
            self.problem(place, "is missing");
            return None;
        };
        let mut traits = smithy::Traits::default();
        traits.set(
            "smithy.api#xmlName",
            source
                .location_name
                .as_deref()
                .filter(|_| self.protocols.xml),
        );
        traits.mark("opsmith.botocore#jsonValue", source.json_value);
        traits.set(
            "smithy.api#documentation",
            self.prose(&source.documentation),
        );
        Some(smithy::Member {
            target: self.target(&source.shape, place),
            traits,
        })
    }

    fn structure(&mut self, name: &str, source: &Shape, place: &str, shape: &mut smithy::Shape) {
        shape.kind = if source.union || source.event_stream {
            "union"
        } else {
            "structure"
        };
        self.error_traits(name, source, place, &mut shape.traits);
        self.root_element(name, source, &mut shape.traits);
        shape
            .traits
            .set("opsmith.botocore#requiredOrder", required_order(source));

        let required: HashSet<&str> = source.required.iter().map(String::as_str).collect();
        let mut members = IndexMap::new();
        for (member_name, member) in &source.members {
            let place = format!("{place}.members.{member_name}");
            self.check_identifier(member_name, &place);
            let mut member = self.member(member_name, member, &place);
            member.traits.mark(
                "smithy.api#required",
                required.contains(member_name.as_str()),
            );
            member.traits.mark(
                "smithy.api#httpPayload",
                source.payload.as_ref() == Some(member_name),
            );
            members.insert(member_name.clone(), member);
        }
        for absent in source
            .required
            .iter()
            .filter(|name| !source.members.contains_key(*name))
        {
            self.warning(
                &format!("{place}.required"),
                &format!("there is no member `{absent}`; left out"),
            );
        }
        if let Some(absent) = source
            .payload
            .as_ref()
            .filter(|name| !source.members.contains_key(*name))
        {
            self.problem(
                &format!("{place}.payload"),
                &format!("there is no member `{absent}`"),
            );
        }
        shape.members = Some(members);
    }

    fn error_traits(
        &mut self,
        name: &str,
        source: &Shape,
        place: &str,
        traits: &mut smithy::Traits,
    ) {
        let error = source.error.as_ref();
        if !source.exception && error.is_none() {
            return;
        }
        let status = error.and_then(|error| error.http_status_code);
        let is_server_fault = source.fault || error.is_some_and(|error| error.fault);
        let is_client_fault = error.is_some_and(|error| error.sender_fault)
            || status.is_none_or(|status| status < 500);
        let is_server = is_server_fault || !is_client_fault;
        traits.set(
            "smithy.api#error",
            Some(if is_server { "server" } else { "client" }),
        );
        traits.set("smithy.api#httpError", status);
        let retryable = source.retryable.as_ref();
        let value = |throttling| {
            if throttling {
                json!({ "throttling": true })
            } else {
                json!({})
            }
        };
        traits.set(
            "smithy.api#retryable",
            retryable.map(|retryable| value(retryable.throttling)),
        );
        match error.and_then(|error| error.code.as_deref()) {
            Some(code) if self.protocols.query => {
                let value = json!({ "code": code, "httpResponseCode": status.unwrap_or(400) });
                traits.set("aws.protocols#awsQueryError", Some(value));
            }
            Some(code) if code != name => {
                self.warning(
                    &format!("{place}.error.code"),
                    &format!("`{code}` is not the shape's name; left out"),
                );
            }
            _ => {}
        }
    }

    /// The name and namespace of the XML element that holds the structure when it is a whole body.
    fn root_element(&mut self, name: &str, source: &Shape, traits: &mut smithy::Traits) {
        let input = self.inputs.get(name).copied();
        let root = input
            .and_then(|input| input.location_name.as_deref())
            .or(source.location_name.as_deref());
        traits.set(
            "smithy.api#xmlName",
            root.filter(|root| self.protocols.xml && *root != name),
        );
        traits.set(
            "smithy.api#xmlNamespace",
            input.and_then(|input| xml_namespace(&input.xml_namespace)),
        );
    }

    fn member(&mut self, name: &str, source: &Member, place: &str) -> smithy::Member {
        let mut target = self.target(&source.shape, place);
        let mut traits = smithy::Traits::default();
        if let Some(shape) = self.source.shapes.get(&source.shape) {
            if source.streaming && !shape.streaming {
                target = self.streaming_shape(&source.shape, shape, place);
            }
            self.bind(name, source, shape, place, &mut traits);
        }
        traits.mark("smithy.api#xmlAttribute", source.xml_attribute);
        traits.set(
            "smithy.api#xmlNamespace",
            xml_namespace(&source.xml_namespace),
        );
        traits.set("aws.protocols#ec2QueryName", source.query_name.as_deref());
        traits.set(
            "smithy.api#timestampFormat",
            self.timestamp_format(&source.timestamp_format, place),
        );
        traits.mark("smithy.api#hostLabel", source.host_label);
        traits.mark("smithy.api#idempotencyToken", source.idempotency_token);
        traits.mark("smithy.api#eventPayload", source.event_payload);
        traits.mark("smithy.api#eventHeader", source.event_header);
        traits.mark("opsmith.botocore#jsonValue", source.json_value);
        traits.set("smithy.rules#contextParam", source.context_param.clone());
        traits.set(
            "smithy.api#documentation",
            self.prose(&source.documentation),
        );
        traits.set(
            "smithy.api#deprecated",
            self.deprecated(
                source.deprecated,
                &source.deprecated_message,
                &source.deprecated_since,
            ),
        );
        smithy::Member { target, traits }
    }

    /// Where in the message the member is, and under which name.
    fn bind(
        &mut self,
        name: &str,
        source: &Member,
        target: &Shape,
        place: &str,
        traits: &mut smithy::Traits,
    ) {
        let wire_name = source
            .location_name
            .as_deref()
            .or(target.location_name.as_deref());
        let bound_name = source.location_name.as_deref().unwrap_or(name);
        match source.location.as_deref() {
            None => {
                let flattened = source.flattened || target.flattened;
                // In flattened lists the source names the repeated element where the list names its member.
                let repeated = target.member.as_ref().filter(|_| flattened);
                let xml_name = repeated
                    .and_then(|element| element.location_name.as_deref())
                    .or(wire_name);
                traits.set(
                    "smithy.api#jsonName",
                    wire_name.filter(|wire| self.protocols.json && *wire != name),
                );
                traits.set(
                    "smithy.api#xmlName",
                    xml_name.filter(|wire| self.protocols.xml && *wire != name),
                );
                traits.mark("smithy.api#xmlFlattened", flattened);
            }
            Some("header") => traits.set("smithy.api#httpHeader", Some(bound_name)),
            Some("headers") => {
                traits.set(
                    "smithy.api#httpPrefixHeaders",
                    Some(source.location_name.as_deref().unwrap_or_default()),
                );
            }
            Some("querystring") if target.kind == "map" => {
                traits.mark("smithy.api#httpQueryParams", true)
            }
            Some("querystring") => traits.set("smithy.api#httpQuery", Some(bound_name)),
            Some("uri") => traits.mark("smithy.api#httpLabel", true),
            Some("statusCode") => traits.mark("smithy.api#httpResponseCode", true),
            Some(other) => {
                self.problem(
                    &format!("{place}.location"),
                    &format!("the location `{other}` is not supported"),
                );
            }
        }
    }

    /// A twin of a shape that streams: the source marks the member, Smithy the shape, which others may target too.
    fn streaming_shape(&mut self, name: &str, source: &Shape, place: &str) -> String {
        if let Some(id) = self.streaming_twins.get(name) {
            return id.clone();
        }
        let twin_name = self.free_name(format!("Streaming{name}"));
        let id = self.id(&twin_name);
        let mut twin = self.shape(name, source, place);
        twin.traits.mark("smithy.api#streaming", true);
        self.written.insert(id.clone(), twin);
        self.streaming_twins.insert(name.to_owned(), id.clone());
        id
    }
}

/// The names in the order they are checked in, when the members' order does not tell.
fn required_order(source: &Shape) -> Option<Value> {
    let required: HashSet<&String> = source.required.iter().collect();
    let by_member: Vec<_> = source
        .members
        .keys()
        .filter(|name| required.contains(name))
        .collect();
    let stated: Vec<_> = source
        .required
        .iter()
        .filter(|name| source.members.contains_key(*name))
        .collect();
    (by_member != stated).then(|| json!(stated))
}

/// The pattern, made to match nothing but the whole value, as the source means it.
fn anchored(pattern: &str) -> String {
    if has_alternatives(pattern) {
        return format!("^(?:{pattern})$");
    }
    let start = if pattern.starts_with('^') || pattern.starts_with(".*") {
        ""
    } else {
        "^"
    };
    let ends_open = pattern.ends_with(".*") && !pattern.ends_with("\\.*");
    let ends_anchored = pattern.ends_with('$') && !pattern.ends_with("\\$");
    let end = if ends_open || ends_anchored { "" } else { "$" };
    format!("{start}{pattern}{end}")
}

/// Whether the pattern is a choice outside all groups, where an anchor would bind to one branch only.
fn has_alternatives(pattern: &str) -> bool {
    let (mut depth, mut in_class, mut escaped) = (0_i32, false, false);
    for letter in pattern.chars() {
        match letter {
            _ if escaped => {}
            '[' => in_class = true,
            ']' => in_class = false,
            _ if in_class => {}
            '(' => depth += 1,
            ')' => depth -= 1,
            '|' if depth == 0 => return true,
            _ => {}
        }
        escaped = letter == '\\' && !escaped;
    }
    false
}

/// The members of an enum, in the order of its values.
fn enum_members(values: &[String]) -> IndexMap<String, smithy::Member> {
    let mut members = IndexMap::new();
    for (index, value) in values.iter().enumerate() {
        let name = enum_name(value, index + 1);
        let numbered = (2..).map(|number| format!("{name}_{number}"));
        let name = std::iter::once(name.clone())
            .chain(numbered)
            .find(|name| !members.contains_key(name));
        let mut traits = smithy::Traits::default();
        traits.set("smithy.api#enumValue", Some(value.as_str()));
        members.extend(name.map(|name| {
            (
                name,
                smithy::Member {
                    target: UNIT.to_owned(),
                    traits,
                },
            )
        }));
    }
    members
}

/// A name made from an enum value; `position` counts from 1.
fn enum_name(value: &str, position: usize) -> String {
    if !value.contains(|letter: char| letter.is_ascii_alphanumeric()) {
        return format!("Value{position}");
    }
    let mut name = String::new();
    for letter in value.chars() {
        match letter {
            _ if letter.is_ascii_alphanumeric() || letter == '_' => name.push(letter),
            _ if name.ends_with('_') => {}
            _ => name.push('_'),
        }
    }
    if name.starts_with(|first: char| first.is_ascii_digit()) {
        format!("_{name}")
    } else {
        name
    }
}
