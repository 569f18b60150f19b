//! Shapes and their members.

use std::collections::HashSet;

use indexmap::IndexMap;
use serde_json::{Number, Value, json};

use super::convert::{Converter, UNIT, object, xml_namespace};
use super::smithy::SetTraits as _;
use super::source::{Element, Member, Shape};
use crate::ast::{self, Traits};

impl Converter<'_> {
    pub(super) fn shapes(&mut self) {
        for (name, source) in &self.source.shapes {
            let place = format!("shapes.{name}");
            self.check_identifier(name, &place);
            let shape = self.shape(name, source, &place);
            self.written.insert(self.shape_id(name), shape);
        }
    }

    fn shape(&mut self, name: &str, source: &Shape, place: &str) -> ast::Shape {
        let mut shape = ast::Shape::default();
        self.shape_traits(source, place, &mut shape.traits);
        let kind = match source.kind.as_str() {
            "structure" if source.document => "document",
            "structure" => {
                self.structure(name, source, place, &mut shape);
                let is_union = source.union || source.event_stream;
                if is_union { "union" } else { "structure" }
            }
            "list" => {
                shape.member = self.element(&source.member, &format!("{place}.member"));
                "list"
            }
            "map" => {
                shape.key = self.element(&source.key, &format!("{place}.key"));
                shape.value = self.element(&source.value, &format!("{place}.value"));
                "map"
            }
            "string" if !source.values.is_empty() => {
                shape.members = enum_members(&source.values);
                "enum"
            }
            "string" => "string",
            "boolean" => "boolean",
            "integer" => "integer",
            "long" => "long",
            "float" => "float",
            "double" => "double",
            "timestamp" => "timestamp",
            "blob" => "blob",
            other => {
                self.problem(place, &format!("the type `{other}` is not supported"));
                ""
            }
        };
        shape.kind = kind.to_owned();
        if !source.values.is_empty() && shape.kind != "enum" {
            self.warning(place, "`enum` on a shape that is no string is left out");
        }
        shape
    }

    fn shape_traits(&mut self, source: &Shape, place: &str, traits: &mut Traits) {
        let constraint = match source.kind.as_str() {
            "integer" | "long" | "float" | "double" => "smithy.api#range",
            _ => "smithy.api#length",
        };
        traits.set(constraint, bounds(&source.min, &source.max));
        let pattern = source.pattern.as_deref().map(anchored);
        traits.set("smithy.api#pattern", pattern);
        traits.mark("smithy.api#sensitive", source.sensitive);
        traits.mark("smithy.api#sparse", source.sparse);
        let streams = source.streaming || source.event_stream;
        traits.mark("smithy.api#streaming", streams);
        traits.mark("smithy.api#requiresLength", source.requires_length);
        let format = self.timestamp_format(&source.timestamp_format, place);
        traits.set("smithy.api#timestampFormat", format);
        let namespace = source.xml_namespace.as_ref().map(xml_namespace);
        traits.set("smithy.api#xmlNamespace", namespace);
        self.describe(source.notice(), traits);
    }

    fn timestamp_format(&mut self, format: &Option<String>, place: &str) -> Option<&'static str> {
        match format.as_deref()? {
            "iso8601" => Some("date-time"),
            "rfc822" => Some("http-date"),
            "unixTimestamp" => Some("epoch-seconds"),
            other => {
                let known = "iso8601, rfc822 and unixTimestamp are";
                let text = format!("the timestamp format `{other}` is not supported; {known}");
                self.problem(place, &text);
                None
            }
        }
    }

    /// The member of a list, or the key or value of a map.
    fn element(&mut self, source: &Option<Element>, place: &str) -> Option<ast::Member> {
        let Some(source) = source else {
            self.problem(place, "is missing");
            return None;
        };
        let mut traits = Traits::default();
        let xml_name = source.location_name.as_deref();
        let xml_name = xml_name.filter(|_| self.protocols.xml);
        traits.set("smithy.api#xmlName", xml_name);
        traits.mark("opsmith.botocore#jsonValue", source.json_value);
        let documentation = self.prose(&source.documentation);
        traits.set("smithy.api#documentation", documentation);
        let target = self.target(&source.shape, place);
        Some(ast::Member { target, traits })
    }

    fn structure(&mut self, name: &str, source: &Shape, place: &str, shape: &mut ast::Shape) {
        self.error_traits(name, source, place, &mut shape.traits);
        self.root_element(name, source, &mut shape.traits);
        let order = required_order(source);
        shape.traits.set("opsmith.botocore#requiredOrder", order);

        let required: HashSet<&String> = source.required.iter().collect();
        let mut members = IndexMap::new();
        for (name, member) in &source.members {
            let place = format!("{place}.members.{name}");
            self.check_identifier(name, &place);
            let stated_name = member.location_name.as_deref();
            let mut member = self.member(name, member, &place);
            let traits = &mut member.traits;
            traits.mark("smithy.api#required", required.contains(name));
            let is_payload = source.payload.as_ref() == Some(name);
            traits.mark("smithy.api#httpPayload", is_payload);
            // A payload's element has the name of its shape, unless the member states one.
            let stated_name = stated_name.filter(|_| is_payload && self.protocols.xml);
            traits.set("smithy.api#xmlName", stated_name);
            members.insert(name.clone(), member);
        }
        for name in source.required.iter().chain(&source.payload) {
            if !members.contains_key(name) {
                self.problem(place, &format!("the member `{name}` does not exist"));
            }
        }
        shape.members = members;
    }

    fn error_traits(&mut self, name: &str, source: &Shape, place: &str, traits: &mut Traits) {
        let error = source.error.as_ref();
        if !source.exception && error.is_none() {
            return;
        }
        let status = error.and_then(|error| error.http_status_code);
        let is_server_fault = source.fault
            || status.is_some_and(|status| status >= 500)
            || error.is_some_and(|error| error.fault || error.sender_fault == Some(false));
        let fault = if is_server_fault { "server" } else { "client" };
        traits.set("smithy.api#error", Some(fault));
        traits.set("smithy.api#httpError", status);
        let retryable = source.retryable.as_ref().map(|retryable| {
            let throttling = retryable.throttling.then_some(true);
            object([("throttling", throttling)])
        });
        traits.set("smithy.api#retryable", retryable);
        match error.and_then(|error| error.code.as_deref()) {
            Some(code) if self.protocols.query => {
                let value = json!({ "code": code, "httpResponseCode": status.unwrap_or(400) });
                traits.set("aws.protocols#awsQueryError", Some(value));
            }
            Some(code) if code != name => {
                let text = format!("the error code `{code}`, not the shape's name, is left out");
                self.warning(place, &text);
            }
            _ => {}
        }
    }

    /// The name and namespace of the XML element that holds the structure when it is a whole body.
    fn root_element(&mut self, name: &str, source: &Shape, traits: &mut Traits) {
        let input = self.inputs.get(name).copied();
        let root = input.and_then(|input| input.location_name.as_deref());
        let root = root.or(source.location_name.as_deref());
        let root = root.filter(|root| self.protocols.xml && *root != name);
        traits.set("smithy.api#xmlName", root);
        let namespace = input.and_then(|input| input.xml_namespace.as_ref());
        traits.set("smithy.api#xmlNamespace", namespace.map(xml_namespace));
    }

    fn member(&mut self, name: &str, source: &Member, place: &str) -> ast::Member {
        let mut target = self.target(&source.shape, place);
        let mut traits = Traits::default();
        if let Some(shape) = self.source.shapes.get(&source.shape) {
            if source.streaming && shape.kind == "blob" && !shape.streaming {
                let twin = |this: &mut Self| {
                    let mut twin = this.shape(&source.shape, shape, place);
                    twin.traits.mark("smithy.api#streaming", true);
                    twin
                };
                target = self.twin("Streaming", &source.shape, twin);
            }
            // In a body it is text.
            if source.json_value && source.location.is_some() {
                target = self.twin("Json", &source.shape, |_| json_document(shape));
            }
            self.bind(name, source, shape, place, &mut traits);
        }
        traits.mark("smithy.api#xmlAttribute", source.xml_attribute);
        let query_name = source.query_name.as_deref();
        traits.set("aws.protocols#ec2QueryName", query_name);
        let format = self.timestamp_format(&source.timestamp_format, place);
        traits.set("smithy.api#timestampFormat", format);
        traits.mark("smithy.api#hostLabel", source.host_label);
        traits.mark("smithy.api#idempotencyToken", source.idempotency_token);
        traits.mark("smithy.api#eventPayload", source.event_payload);
        traits.mark("smithy.api#eventHeader", source.event_header);
        traits.mark("opsmith.botocore#jsonValue", source.json_value);
        let context = source.context_param.clone();
        traits.set("smithy.rules#contextParam", context);
        self.describe(source.notice(), &mut traits);
        ast::Member { target, traits }
    }

    /// Where in the message the member is, and under which name.
    fn bind(&mut self, name: &str, source: &Member, target: &Shape, place: &str, to: &mut Traits) {
        let namespace = source.xml_namespace.as_ref();
        let namespace = namespace.or(target.xml_namespace.as_ref());
        to.set("smithy.api#xmlNamespace", namespace.map(xml_namespace));
        let stated_name = source.location_name.as_deref();
        let wire_name = stated_name.unwrap_or(name);
        match source.location.as_deref() {
            None => self.bind_to_body(name, source, target, to),
            Some("header") => to.set("smithy.api#httpHeader", Some(wire_name)),
            Some("headers") => {
                let prefix = stated_name.unwrap_or_default();
                to.set("smithy.api#httpPrefixHeaders", Some(prefix));
            }
            Some("querystring") if target.kind == "map" => {
                to.mark("smithy.api#httpQueryParams", true);
            }
            Some("querystring") => to.set("smithy.api#httpQuery", Some(wire_name)),
            Some("uri") => to.mark("smithy.api#httpLabel", true),
            Some("statusCode") => to.mark("smithy.api#httpResponseCode", true),
            Some(other) => {
                self.problem(place, &format!("the location `{other}` is not supported"));
            }
        }
    }

    fn bind_to_body(&self, name: &str, source: &Member, target: &Shape, traits: &mut Traits) {
        let flattened = source.flattened || target.flattened;
        traits.mark("smithy.api#xmlFlattened", flattened);
        let wire_name = source.location_name.as_deref();
        let wire_name = wire_name.or(target.location_name.as_deref());
        // A list that is flat by itself names what is repeated; elsewhere the member does.
        let repeated = target.member.as_ref().filter(|_| target.flattened);
        let repeated = repeated.and_then(|element| element.location_name.as_deref());
        let json_name = wire_name.filter(|wire| self.protocols.json && *wire != name);
        traits.set("smithy.api#jsonName", json_name);
        let xml_name = repeated.or(wire_name);
        let xml_name = xml_name.filter(|wire| self.protocols.xml && *wire != name);
        traits.set("smithy.api#xmlName", xml_name);
    }

    /// A twin of a shape: that a blob streams, or that text is JSON, the source says at a member, and
    /// Smithy at the shape, which other members may target too.
    fn twin(
        &mut self,
        prefix: &str,
        name: &str,
        make: impl FnOnce(&mut Self) -> ast::Shape,
    ) -> String {
        let twin_name = format!("{prefix}{name}");
        if let Some(id) = self.twins.get(&twin_name) {
            return id.clone();
        }
        let free_name = self.free_name(twin_name.clone());
        let id = self.id(&free_name);
        let twin = make(self);
        self.written.insert(id.clone(), twin);
        self.twins.insert(twin_name, id.clone());
        id
    }
}

/// A JSON value that is sent as text: any type, without the rules for text.
fn json_document(source: &Shape) -> ast::Shape {
    let mut document = ast::Shape {
        kind: "document".to_owned(),
        ..ast::Shape::default()
    };
    let traits = &mut document.traits;
    traits.mark("smithy.api#sensitive", source.sensitive);
    traits.set("smithy.api#mediaType", Some("application/json"));
    document
}

/// The value of `smithy.api#length` or `smithy.api#range`.
fn bounds(min: &Option<Number>, max: &Option<Number>) -> Option<Value> {
    let bounds = object([("min", min.clone()), ("max", max.clone())]);
    (min.is_some() || max.is_some()).then_some(bounds)
}

/// The order in which required members are checked, when it differs from the members' order.
fn required_order(source: &Shape) -> Option<Value> {
    let required: HashSet<&String> = source.required.iter().collect();
    let by_member = source.members.keys().filter(|name| required.contains(name));
    let differs = !by_member.eq(&source.required);
    differs.then(|| json!(source.required))
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

/// Whether the pattern is a choice outside all groups, where an anchor would bind to one branch
/// only.
fn has_alternatives(pattern: &str) -> bool {
    let mut depth = 0_i32;
    let mut in_class = false;
    let mut escaped = false;
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
fn enum_members(values: &[String]) -> IndexMap<String, ast::Member> {
    let mut members = IndexMap::new();
    for (index, value) in values.iter().enumerate() {
        let name = enum_name(value, index + 1);
        let numbered = (2..).map(|number| format!("{name}_{number}"));
        let name = std::iter::once(name.clone())
            .chain(numbered)
            .find(|name| !members.contains_key(name));
        let mut traits = Traits::default();
        traits.set("smithy.api#enumValue", Some(value.as_str()));
        members.extend(name.map(|name| {
            (
                name,
                ast::Member {
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
