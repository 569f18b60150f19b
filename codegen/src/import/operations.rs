//! Operations, their paginators and their waiters.

use std::collections::HashMap;

use indexmap::IndexMap;
use serde_json::{Value, json};

use super::convert::{Converter, UNIT};
use super::smithy::{Shape, Target, Traits};
use super::source::{Acceptor, OneOrMany, Operation, Paginator, Paginators, Waiter, Waiters};

impl Converter<'_> {
    pub(super) fn operations(&mut self) {
        for (name, operation) in &self.source.operations {
            self.check_identifier(name, "operations");
            let shape = self.operation(name, operation);
            self.written.insert(self.id(name), shape);
        }
    }

    fn operation(&mut self, name: &str, source: &Operation) -> Shape {
        let place = format!("operations.{name}");
        let input = source
            .input
            .as_ref()
            .map(|input| self.target(&input.shape, &format!("{place}.input")));
        let output = source
            .output
            .as_ref()
            .map(|output| self.target(&output.shape, &format!("{place}.output")));
        let errors = source.errors.iter().map(|error| &error.shape);
        let errors = errors
            .map(|shape| Target {
                target: self.target(shape, &format!("{place}.errors")),
            })
            .collect();
        self.check_wire_names(name, source, &place);
        Shape {
            kind: "operation",
            input: Some(Target {
                target: input.unwrap_or_else(|| UNIT.to_owned()),
            }),
            output: Some(Target {
                target: output.unwrap_or_else(|| UNIT.to_owned()),
            }),
            errors,
            traits: self.operation_traits(source, &place),
            ..Shape::default()
        }
    }

    /// Smithy derives the names that a request and an answer carry from the operation's name.
    fn check_wire_names(&mut self, name: &str, source: &Operation, place: &str) {
        if !self.protocols.rest
            && source
                .name
                .as_ref()
                .is_some_and(|wire_name| wire_name != name)
        {
            self.warning(
                &format!("{place}.name"),
                "differs from the key; the key is taken",
            );
        }
        let wrapper = source
            .output
            .as_ref()
            .and_then(|output| output.result_wrapper.as_ref());
        if wrapper.is_some_and(|wrapper| wrapper.strip_suffix("Result") != Some(name)) {
            self.warning(
                &format!("{place}.output.resultWrapper"),
                &format!("is not `{name}Result`; left out"),
            );
        }
    }

    fn operation_traits(&mut self, source: &Operation, place: &str) -> Traits {
        let mut traits = Traits::default();
        self.http(source, place, &mut traits);
        self.auth(source, place, &mut traits);
        let endpoint = source
            .endpoint
            .as_ref()
            .map(|endpoint| json!({ "hostPrefix": endpoint.host_prefix }));
        traits.set("smithy.api#endpoint", endpoint);
        let discovery = source
            .endpoint_discovery
            .as_ref()
            .map(|found| json!({ "required": found.required }));
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

    /// The HTTP binding, unless it is the one that protocols without REST have anyway.
    fn http(&mut self, source: &Operation, place: &str, traits: &mut Traits) {
        let http = &source.http;
        if self.protocols.rest || http.method != "POST" || http.request_uri != "/" {
            let uri = self.uri(source, place);
            let code = http.response_code.unwrap_or(200);
            traits.set(
                "smithy.api#http",
                Some(json!({ "method": http.method, "uri": uri, "code": code })),
            );
        }
    }

    /// The request path with labels named after members; the source names them as it names the members on the wire.
    fn uri(&mut self, source: &Operation, place: &str) -> String {
        let input = source
            .input
            .as_ref()
            .and_then(|input| self.source.shapes.get(&input.shape));
        let members = input.into_iter().flat_map(|shape| &shape.members);
        let labels: HashMap<&str, &str> = members
            .filter(|(_, member)| member.location.as_deref() == Some("uri"))
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
                let text =
                    format!("the label `{label}` is no member of the input with location `uri`");
                self.problem(&format!("{place}.http.requestUri"), &text);
                label
            });
            uri += &format!("{literal}{{{member}{greedy}}}");
            rest = tail;
        }
        uri + rest
    }

    fn auth(&mut self, source: &Operation, place: &str, traits: &mut Traits) {
        let mut unsigned_payload = source.unsigned_payload;
        let mut anonymous = false;
        let mut schemes = source.auth.clone();
        match source.authtype.as_deref() {
            None | Some("v4") => {}
            Some("none") => anonymous = true,
            Some("v4-unsigned-body") => unsigned_payload = true,
            Some("bearer") => {
                schemes = schemes.or_else(|| Some(vec!["smithy.api#httpBearerAuth".to_owned()]))
            }
            Some(other) => {
                self.warning(
                    &format!("{place}.authtype"),
                    &format!("`{other}` is unknown and left out"),
                );
            }
        }
        if let Some(schemes) = &mut schemes {
            anonymous |= schemes.iter().any(|scheme| scheme == "smithy.api#noAuth");
            schemes.retain(|scheme| scheme != "smithy.api#noAuth");
        } else if anonymous {
            schemes = Some(Vec::new());
        }
        traits.set("smithy.api#auth", schemes);
        traits.mark("smithy.api#optionalAuth", anonymous);
        traits.mark("aws.auth#unsignedPayload", unsigned_payload);
    }

    pub(super) fn paginators(&mut self, source: Option<Paginators>) {
        let file = &self.sources.paginators;
        for (name, paginator) in source.map(|source| source.pagination).unwrap_or_default() {
            match self
                .written
                .get_mut(&self.id(&name))
                .filter(|shape| shape.kind == "operation")
            {
                Some(operation) => {
                    operation
                        .traits
                        .set("smithy.api#paginated", paginated(&paginator));
                    let whole = (!is_all_said(&paginator)).then(|| json!(paginator));
                    operation.traits.set("opsmith.botocore#paginator", whole);
                }
                None => self.problem_in(
                    file,
                    &format!("pagination.{name}"),
                    "the operation does not exist",
                ),
            }
        }
    }

    pub(super) fn waiters(&mut self, source: Option<Waiters>) {
        let file = &self.sources.waiters;
        for (name, waiter) in source.map(|source| source.waiters).unwrap_or_default() {
            let place = format!("waiters.{name}");
            self.check_identifier(&name, &place);
            let documentation = self.prose(&waiter.documentation);
            let waitable = waitable(&waiter, documentation);
            match self
                .written
                .get_mut(&self.id(&waiter.operation))
                .filter(|shape| shape.kind == "operation")
            {
                Some(operation) => {
                    if let Some(waitable) = waitable {
                        operation
                            .traits
                            .add_entry("smithy.waiters#waitable", &name, waitable);
                    }
                    let whole = json!({
                        "delay": waiter.delay,
                        "maxAttempts": waiter.max_attempts,
                        "acceptors": waiter.acceptors,
                    });
                    operation
                        .traits
                        .add_entry("opsmith.botocore#waiters", &name, whole);
                }
                None => {
                    let text = format!("the operation `{}` does not exist", waiter.operation);
                    self.problem_in(file, &place, &text);
                }
            }
        }
    }
}

/// The text before the next label, the label, and what follows it.
fn next_label(uri: &str) -> Option<(&str, &str, &str)> {
    let (literal, rest) = uri.split_once('{')?;
    let (label, tail) = rest.split_once('}')?;
    Some((literal, label, tail))
}

/// The value of `smithy.api#paginated`; `None` when the tokens are not each one member.
fn paginated(source: &Paginator) -> Option<Value> {
    let (OneOrMany::One(input), OneOrMany::One(output)) =
        (&source.input_token, &source.output_token)
    else {
        return None;
    };
    let items = match &source.result_key {
        Some(OneOrMany::One(key)) => Some(key),
        Some(OneOrMany::Many(keys)) => keys.first(),
        None => None,
    };
    let items = items.filter(|items| is_member_path(items));
    if !is_member_path(input) || !is_member_path(output) {
        return None;
    }
    let entries = [
        ("inputToken", Some(input)),
        ("outputToken", Some(output)),
        ("items", items),
        ("pageSize", source.limit_key.as_ref()),
    ];
    Some(
        entries
            .into_iter()
            .filter_map(|(key, path)| Some((key, path?.as_str())))
            .collect::<IndexMap<_, _>>(),
    )
    .map(|entries| json!(entries))
}

/// Whether `smithy.api#paginated` says all that the source does.
fn is_all_said(source: &Paginator) -> bool {
    let results_are_one_path = match &source.result_key {
        None => true,
        Some(OneOrMany::One(key)) => is_member_path(key),
        Some(OneOrMany::Many(_)) => false,
    };
    paginated(source).is_some()
        && results_are_one_path
        && source.more_results.is_none()
        && source.non_aggregate_keys.is_empty()
}

/// Whether a JMESPath expression is nothing but names of members joined by dots.
fn is_member_path(expression: &str) -> bool {
    expression.split('.').all(|name| {
        !name.is_empty()
            && name
                .chars()
                .all(|letter| letter.is_ascii_alphanumeric() || letter == '_')
    })
}

/// A waiter of `smithy.waiters#waitable`; `None` when Smithy has no word for one of its matchers.
fn waitable(source: &Waiter, documentation: Option<&str>) -> Option<Value> {
    let acceptors: Option<Vec<Value>> = source.acceptors.iter().map(acceptor).collect();
    let mut waiter =
        json!({ "acceptors": acceptors?, "minDelay": source.delay, "maxDelay": source.delay });
    if let Some(text) = documentation {
        waiter["documentation"] = json!(text);
    }
    Some(waiter)
}

fn acceptor(source: &Acceptor) -> Option<Value> {
    let argument = source.argument.as_deref();
    let output = |expected: &str, comparator: &str| {
        Some(
            json!({ "output": { "path": argument?, "expected": expected, "comparator": comparator } }),
        )
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
