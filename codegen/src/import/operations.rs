//! Operations, their paginators and their waiters.

use std::collections::HashMap;

use serde_json::{Value, json};

use super::convert::{Converter, UNIT, object};
use super::read::File;
use super::smithy::SetTraits as _;
use super::source::{Acceptor, OneOrMany, Operation, Paginator, Paginators, Waiter, Waiters};
use crate::ast::{Reference, Shape, Traits};

impl Converter<'_> {
    pub(super) fn operations(&mut self) {
        for (name, operation) in &self.source.operations {
            self.check_identifier(name, &format!("operations.{name}"));
            let shape = self.operation(name, operation);
            self.written.insert(self.id(name), shape);
        }
    }

    fn operation(&mut self, name: &str, source: &Operation) -> Shape {
        let place = format!("operations.{name}");
        let mut target = |shape: &String| Reference {
            target: self.target(shape, &place),
        };
        let unit = || Reference {
            target: UNIT.to_owned(),
        };
        let input = source.input.as_ref().map(|input| target(&input.shape));
        let output = source.output.as_ref().map(|output| target(&output.shape));
        let errors = source
            .errors
            .iter()
            .map(|error| target(&error.shape))
            .collect();
        self.check_wire_names(name, source, &place);
        Shape {
            kind: "operation".to_owned(),
            input: Some(input.unwrap_or_else(unit)),
            output: Some(output.unwrap_or_else(unit)),
            errors,
            traits: self.operation_traits(source, &place),
            ..Shape::default()
        }
    }

    /// Warns of names on the wire that differ from those that Smithy derives from the operation's
    /// name.
    fn check_wire_names(&mut self, name: &str, source: &Operation, place: &str) {
        let differs = source
            .name
            .as_ref()
            .is_some_and(|wire_name| wire_name != name);
        if differs && !self.protocols.rest {
            self.warning(place, "`name` is not the operation's key, which is taken");
        }
        let wrapper = source
            .output
            .as_ref()
            .and_then(|output| output.result_wrapper.as_ref());
        if wrapper.is_some_and(|wrapper| wrapper.strip_suffix("Result") != Some(name)) {
            self.warning(
                place,
                &format!("`resultWrapper` is not `{name}Result`, which is taken"),
            );
        }
    }

    fn operation_traits(&mut self, source: &Operation, place: &str) -> Traits {
        let mut traits = Traits::default();
        self.http(source, place, &mut traits);
        self.auth(source, place, &mut traits);
        let endpoint = source.endpoint.as_ref();
        let endpoint = endpoint.map(|endpoint| json!({ "hostPrefix": endpoint.host_prefix }));
        traits.set("smithy.api#endpoint", endpoint);
        let discovery = source.endpoint_discovery.as_ref();
        let discovery = discovery.map(|discovery| json!({ "required": discovery.required }));
        traits.set("aws.api#clientDiscoveredEndpoint", discovery);
        traits.mark("smithy.api#idempotent", source.idempotent);
        traits.mark("smithy.api#readonly", source.readonly);
        traits.set("aws.protocols#httpChecksum", source.http_checksum.clone());
        traits.mark(
            "smithy.api#httpChecksumRequired",
            source.http_checksum_required,
        );
        traits.set(
            "smithy.api#requestCompression",
            source.request_compression.clone(),
        );
        traits.set(
            "smithy.rules#staticContextParams",
            source.static_context_params.clone(),
        );
        traits.set(
            "smithy.rules#operationContextParams",
            source.operation_context_params.clone(),
        );
        self.describe(source.notice(), &mut traits);
        traits
    }

    /// The HTTP binding, unless it is the one that protocols without REST have anyway.
    fn http(&mut self, source: &Operation, place: &str, traits: &mut Traits) {
        let http = &source.http;
        if self.protocols.rest || http.method != "POST" || http.request_uri != "/" {
            let uri = self.uri(source, place);
            let code = http.response_code.unwrap_or(200);
            let binding = json!({ "method": http.method, "uri": uri, "code": code });
            traits.set("smithy.api#http", Some(binding));
        }
    }

    /// The request path with labels named after members; the source names them as it names the
    /// members on the wire.
    fn uri(&mut self, source: &Operation, place: &str) -> String {
        let input = source
            .input
            .as_ref()
            .and_then(|input| self.source.shapes.get(&input.shape));
        let members = input.into_iter().flat_map(|shape| &shape.members);
        let labels = members.filter(|(_, member)| member.location.as_deref() == Some("uri"));
        let labels: HashMap<&str, &str> = labels
            .map(|(name, member)| {
                (
                    member.location_name.as_deref().unwrap_or(name),
                    name.as_str(),
                )
            })
            .collect();

        let mut uri = String::new();
        let mut rest = source.http.request_uri.as_str();
        while let Some((literal, label, tail)) = next_label(rest) {
            let (label, greedy) = label
                .strip_suffix('+')
                .map_or((label, ""), |label| (label, "+"));
            let member = labels.get(label).copied().unwrap_or_else(|| {
                let text = format!(
                    "no member of the input is in the path as `{label}`, which requestUri names"
                );
                self.problem(place, &text);
                label
            });
            uri += &format!("{literal}{{{member}{greedy}}}");
            rest = tail;
        }
        uri + rest
    }

    fn auth(&mut self, source: &Operation, place: &str, traits: &mut Traits) {
        let mut schemes = source.auth.clone();
        let mut anonymous = false;
        let mut unsigned_payload = source.unsigned_payload;
        match source.authtype.as_deref() {
            None | Some("v4") => {}
            Some("none") => anonymous = true,
            Some("v4-unsigned-body") => unsigned_payload = true,
            Some("bearer") if schemes.is_none() => {
                schemes = Some(vec!["smithy.api#httpBearerAuth".to_owned()])
            }
            Some("bearer") => {}
            Some(other) => self.warning(
                place,
                &format!("`authtype` has the unknown value `{other}`, left out"),
            ),
        }
        if anonymous {
            schemes.get_or_insert_default();
        }
        if let Some(schemes) = &mut schemes {
            anonymous |= schemes.iter().any(|scheme| scheme == "smithy.api#noAuth");
            schemes.retain(|scheme| scheme != "smithy.api#noAuth");
        }
        traits.set("smithy.api#auth", schemes);
        traits.mark("smithy.api#optionalAuth", anonymous);
        traits.mark("aws.auth#unsignedPayload", unsigned_payload);
    }

    pub(super) fn paginators(&mut self, source: Option<Paginators>) {
        for (name, paginator) in source.map(|source| source.pagination).unwrap_or_default() {
            let place = format!("pagination.{name}");
            if let Some(traits) = self.traits_of(&name, &self.sources.paginators, &place) {
                traits.set("smithy.api#paginated", paginated(&paginator));
                traits.set("opsmith.botocore#paginator", Some(json!(paginator)));
            }
        }
    }

    pub(super) fn waiters(&mut self, source: Option<Waiters>) {
        for (name, waiter) in source.map(|source| source.waiters).unwrap_or_default() {
            let place = format!("waiters.{name}");
            self.check_identifier(&name, &place);
            let waitable = waitable(&waiter, self.prose(&waiter.documentation));
            let whole = json!({
                "delay": waiter.delay,
                "maxAttempts": waiter.max_attempts,
                "acceptors": waiter.acceptors,
            });
            if let Some(traits) = self.traits_of(&waiter.operation, &self.sources.waiters, &place) {
                traits.add_entry("smithy.waiters#waitable", &name, waitable);
                traits.add_entry("opsmith.botocore#waiters", &name, Some(whole));
            }
        }
    }

    /// The operation's traits from another file, which has them at `place`.
    fn traits_of(
        &mut self,
        operation: &str,
        file: &Option<File>,
        place: &str,
    ) -> Option<&mut Traits> {
        if !self.source.operations.contains_key(operation) {
            self.problem_in(
                file,
                place,
                &format!("the operation `{operation}` does not exist"),
            );
        }
        let id = self.id(operation);
        self.written.get_mut(&id).map(|shape| &mut shape.traits)
    }
}

/// The text before the next label, the label, and what follows it.
fn next_label(uri: &str) -> Option<(&str, &str, &str)> {
    let (literal, rest) = uri.split_once('{')?;
    let (label, tail) = rest.split_once('}')?;
    Some((literal, label, tail))
}

/// The value of `smithy.api#paginated`; `None` when a token is not one member.
fn paginated(source: &Paginator) -> Option<Value> {
    Some(object([
        ("inputToken", Some(member_path(&source.input_token)?)),
        ("outputToken", Some(member_path(&source.output_token)?)),
        ("items", source.result_key.as_ref().and_then(member_path)),
        ("pageSize", source.limit_key.as_deref()),
    ]))
}

/// The one JMESPath expression, when it is nothing but names of members joined by dots.
fn member_path(expressions: &OneOrMany) -> Option<&str> {
    let OneOrMany::One(expression) = expressions else {
        return None;
    };
    let is_name = |name: &str| {
        !name.is_empty()
            && name
                .chars()
                .all(|letter| letter.is_ascii_alphanumeric() || letter == '_')
    };
    expression.split('.').all(is_name).then_some(expression)
}

/// A waiter of `smithy.waiters#waitable`; `None` when Smithy has no word for one of its matchers.
fn waitable(source: &Waiter, documentation: Option<&str>) -> Option<Value> {
    let acceptors: Option<Vec<Value>> = source.acceptors.iter().map(acceptor).collect();
    let delay = Some(json!(source.delay));
    Some(object([
        ("documentation", documentation.map(Value::from)),
        ("acceptors", Some(json!(acceptors?))),
        ("minDelay", delay.clone()),
        ("maxDelay", delay),
    ]))
}

fn acceptor(source: &Acceptor) -> Option<Value> {
    let output = |expected: &str, comparator: &str| {
        let output = json!({ "path": source.argument.as_deref()?, "expected": expected, "comparator": comparator });
        Some(json!({ "output": output }))
    };
    let matcher = match (source.matcher.as_str(), &source.expected) {
        ("path", Value::String(expected)) => output(expected, "stringEquals")?,
        ("path", Value::Bool(expected)) => output(&expected.to_string(), "booleanEquals")?,
        ("pathAll", Value::String(expected)) => output(expected, "allStringEquals")?,
        ("pathAny", Value::String(expected)) => output(expected, "anyStringEquals")?,
        ("error", Value::String(code)) => json!({ "errorType": code }),
        ("error", Value::Bool(failed)) => json!({ "success": !failed }),
        _ => return None,
    };
    Some(json!({ "state": source.state, "matcher": matcher }))
}
