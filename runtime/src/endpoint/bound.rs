//! What of an operation's input becomes a part of its address: labels of the host name (`smithy.api#endpoint` with
//! `hostLabel`), and parameters of the endpoint rules (`smithy.rules#contextParam`).

use super::Value;
use super::functions::is_host_label;
use crate::document::{Document, Map};
use crate::rows::{Member, Operation, OperationTrait, Service, Trait, flag};
use crate::sink::{DocumentSink, Write};

/// The input of an operation whose address hangs on it; of others nothing is read.
pub(crate) struct Bound<'a> {
    members: &'a [Member<'a>],
    prefix: Option<&'a str>,
    input: Map,
}

impl<'a> Bound<'a> {
    pub(crate) fn new(service: &'a Service<'a>, operation: &Operation<'a>, input: &dyn Write) -> Self {
        let prefix = operation.traits.iter().find_map(|found| match found {
            OperationTrait::HostPrefix(prefix) => Some(*prefix),
            _ => None,
        });
        let mut bound = Bound { members: &[], prefix, input: Map::new() };
        let Some(shape) = operation.input else { return bound };
        let members = service.shape(shape).members;
        if members.iter().any(|member| member.is(flag::HOST_LABEL) || parameter(member).is_some()) {
            bound.members = members;
            let mut sink = DocumentSink::new(service, shape);
            if let (Ok(()), Document::Map(map)) = (input.write(&mut sink), sink.finish()) {
                bound.input = map;
            }
        }
        bound
    }

    /// Whether the operation's requests may have an address of their own among those of the service.
    pub(crate) fn is_own(&self, operation: &Operation<'_>) -> bool {
        let fixed = |found: &_| matches!(found, OperationTrait::EndpointParameter(..));
        !self.members.is_empty() || operation.traits.iter().any(fixed)
    }

    /// The parameters of the endpoint rules that members of the input set.
    pub(super) fn parameters(&self) -> impl Iterator<Item = (&'a str, Value)> {
        self.members.iter().filter_map(|member| {
            let value = match self.input.get(member.name)? {
                Document::String(text) => Value::Text(text.clone()),
                Document::Boolean(value) => Value::Boolean(*value),
                _ => return None,
            };
            Some((parameter(member)?, value))
        })
    }

    /// The URL with the operation's prefix before its host name.
    ///
    /// # Errors
    ///
    /// A label that no host name can have.
    pub(crate) fn prefixed(&self, url: &str) -> Result<String, String> {
        let (Some(prefix), Some((scheme, rest))) = (self.prefix, url.split_once("://")) else {
            return Ok(url.to_owned());
        };
        let mut host = prefix.to_owned();
        for member in self.members.iter().filter(|member| member.is(flag::HOST_LABEL)) {
            let label = self.input.get(member.name).and_then(Document::as_str).unwrap_or_default();
            if !is_host_label(label, false) {
                let name = member.name;
                return Err(format!(
                    "The parameter {name} becomes a part of the host name, which can't have {label:?} in it."
                ));
            }
            host = host.replace(&format!("{{{}}}", member.name), label);
        }
        Ok(format!("{scheme}://{host}{rest}"))
    }
}

fn parameter<'a>(member: &Member<'a>) -> Option<&'a str> {
    member.traits.iter().find_map(|found| match found {
        Trait::EndpointParameter(name) => Some(*name),
        _ => None,
    })
}
