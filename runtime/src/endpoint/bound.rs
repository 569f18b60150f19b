//! The parts of an operation's input that become part of its address: labels of the host name
//! (`smithy.api#endpoint` with `hostLabel`), and parameters of the endpoint rules
//! (`smithy.rules#contextParam`, `#operationContextParams` and `#staticContextParams`).

use super::functions::{is_address, is_host_label};
use super::{EndpointError, Value};
use crate::document::{Document, Map};
use crate::schema::{Fixed, Flags, Member, Operation, Service, Step};
use crate::visit::{DocumentBuilder, Visit};
use ::http::Uri;
use ::http::uri::{Authority, PathAndQuery};
use std::fmt;

/// What an operation and its input add to an address. `Debug` shows nothing of the input.
#[derive(Clone, Default)]
pub(crate) struct EndpointBindings<'a> {
    /// Parameters of the endpoint rules.
    pub(crate) parameters: Vec<(&'a str, Value)>,
    /// What goes before the host name, or why no host name can have it.
    pub(crate) prefix: Option<Result<String, EndpointError>>,
}

impl fmt::Debug for EndpointBindings<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EndpointBindings").finish_non_exhaustive()
    }
}

impl<'a> EndpointBindings<'a> {
    /// Reads the input only of operations whose address depends on it.
    pub(crate) fn new(
        service: &'a Service<'a>,
        operation: &Operation<'a>,
        input: &dyn Visit,
    ) -> Self {
        let members = operation
            .input
            .map_or(&[][..], |shape| service.shape(shape).members);
        let named =
            |member: &Member<'_>| member.is(Flags::HOST_LABEL) || member.context_param().is_some();
        let paths = operation.operation_context_params();
        let input = match operation.input {
            Some(shape) if !paths.is_empty() || members.iter().any(named) => {
                document(service, shape, input)
            }
            _ => Document::Null,
        };
        let of_members = members
            .iter()
            .filter_map(|member| Some((member.context_param()?, value(input.get(member.name)?)?)));
        let at_paths = paths
            .iter()
            .filter_map(|(name, path)| Some((*name, value(&at(path, &input)?)?)));
        let always = operation.static_context_params().iter();
        let always = always.map(|(name, value)| (*name, fixed(value)));
        // The last of one name counts.
        let mut parameters: Vec<_> = at_paths.chain(of_members).collect();
        #[cfg(feature = "xml")]
        parameters.extend(super::bucket::not_in_path(service, &parameters));
        parameters.extend(always);
        let prefix = operation.host_prefix();
        EndpointBindings {
            parameters,
            prefix: prefix.map(|prefix| filled(prefix, members, &input)),
        }
    }

    /// The parameter of this name alone.
    #[cfg(feature = "xml")]
    pub(crate) fn alone(&self, name: &str) -> Self {
        let parameters = self.parameters.iter();
        let parameters = parameters.filter(|(found, _)| *found == name);
        EndpointBindings {
            parameters: parameters.cloned().collect(),
            ..EndpointBindings::default()
        }
    }

    /// The URL with the operation's prefix before its host name; no prefix goes before an IP
    /// address.
    ///
    /// # Errors
    ///
    /// A label that no host name can have.
    pub(crate) fn prefixed(&self, url: &str) -> Result<String, EndpointError> {
        let Some(prefix) = &self.prefix else {
            return Ok(url.to_owned());
        };
        let parsed = url.parse().ok();
        let Some(parsed) = parsed.filter(|parsed: &Uri| !is_address(parsed)) else {
            return Ok(url.to_owned());
        };
        let prefix = prefix.as_ref().map_err(EndpointError::clone)?;
        let scheme = parsed.scheme_str().unwrap_or_default();
        let authority = parsed.authority().map_or("", Authority::as_str);
        let user_length = authority.rfind('@').map_or(0, |at| at + 1);
        let (user, host) = authority.split_at(user_length);
        let path = parsed.path_and_query().map_or("/", PathAndQuery::as_str);
        Ok(format!("{scheme}://{user}{prefix}{host}{path}"))
    }
}

/// The input as a document.
fn document(service: &Service<'_>, shape: u32, input: &dyn Visit) -> Document {
    let mut visitor = DocumentBuilder::new(service, shape);
    match input.visit(&mut visitor) {
        Ok(()) => visitor.finish(),
        Err(_) => Document::Map(Map::new()),
    }
}

/// A prefix with labels of the host name in place of `{member}`.
fn filled(prefix: &str, members: &[Member<'_>], input: &Document) -> Result<String, EndpointError> {
    let mut host = prefix.to_owned();
    for member in members.iter().filter(|member| member.is(Flags::HOST_LABEL)) {
        let label = input
            .get(member.name)
            .and_then(Document::as_str)
            .unwrap_or_default();
        if !is_host_label(label, false) {
            let name = member.name;
            return Err(EndpointError::new(format!(
                "The parameter {name} becomes a part of the host name, which can't have {label:?} in it."
            )));
        }
        host = host.replace(&format!("{{{}}}", member.name), label);
    }
    Ok(host)
}

/// A value of the input as rules have it: text, a boolean, or a list of texts.
fn value(document: &Document) -> Option<Value> {
    match document {
        Document::String(text) => Some(Value::Text(text.clone())),
        Document::Boolean(value) => Some(Value::Boolean(*value)),
        Document::List(items) => {
            let texts = items.iter().map(|item| item.as_str().map(Value::from));
            texts.collect::<Option<_>>().map(Value::List)
        }
        _ => None,
    }
}

fn fixed(value: &Fixed<'_>) -> Value {
    match value {
        Fixed::Text(text) => Value::from(*text),
        Fixed::Boolean(value) => Value::Boolean(*value),
        Fixed::List(texts) => Value::List(texts.iter().map(|text| Value::from(*text)).collect()),
    }
}

/// The value at a path. `None` if there is no value, which is `null` in JMESPath.
fn at(path: &[Step<'_>], document: &Document) -> Option<Document> {
    let Some((step, rest)) = path.split_first() else {
        return Some(document.clone());
    };
    match (step, document) {
        (Step::Member(name), _) => at(rest, document.get(name)?),
        (Step::Keys, Document::Map(map)) => at(
            rest,
            &Document::List(
                map.keys()
                    .map(|name| Document::String(name.clone()))
                    .collect(),
            ),
        ),
        (Step::Several(paths), Document::Map(_)) => at(
            rest,
            &Document::List(
                paths
                    .iter()
                    .map(|path| at(path, document).unwrap_or(Document::Null))
                    .collect(),
            ),
        ),
        (Step::Each, Document::List(items)) => each(rest, items.iter()),
        (Step::Flatten, Document::List(items)) => each(
            rest,
            items.iter().flat_map(|item| match item {
                Document::List(inner) => inner.as_slice(),
                other => std::slice::from_ref(other),
            }),
        ),
        _ => None,
    }
}

/// The values at a path in each of the items, up to where the path joins lists. Items without a
/// value are left out.
fn each<'d>(path: &[Step<'_>], items: impl Iterator<Item = &'d Document>) -> Option<Document> {
    let end = path
        .iter()
        .position(|step| *step == Step::Flatten)
        .unwrap_or(path.len());
    let (inner, rest) = path.split_at_checked(end)?;
    let found = items
        .filter_map(|item| at(inner, item))
        .filter(|found| *found != Document::Null);
    at(rest, &Document::List(found.collect()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codec::json;

    fn found(path: &[Step<'_>], input: &str) -> Option<Value> {
        let mut visitor = DocumentBuilder::new(&Service::NONE, 0);
        json::read(input.as_bytes(), &Service::NONE, 0, &mut visitor).expect("JSON");
        at(path, &visitor.finish()).as_ref().and_then(value)
    }

    fn list(texts: &[&str]) -> Option<Value> {
        Some(Value::List(
            texts.iter().map(|text| Value::from(*text)).collect(),
        ))
    }

    #[test]
    fn paths_lead_to_values() {
        use Step::{Each, Flatten, Keys, Member, Several};
        let items = r#"{"Items":[{"Get":{"Name":"a"}},{"Put":{"Name":"b"}},{"Get":{"Name":"c"},"Put":{"Name":"d"}}]}"#;
        let gets = [Member("Items"), Each, Member("Get"), Member("Name")];
        assert_eq!(found(&gets, items), list(&["a", "c"]));
        let get = [Member("Get"), Member("Name")];
        let put = [Member("Put"), Member("Name")];
        let all: [&[Step<'_>]; 2] = [&get, &put];
        assert_eq!(
            found(&[Member("Items"), Each, Several(&all), Flatten], items),
            list(&["a", "b", "c", "d"])
        );
        assert_eq!(
            found(&[Member("Items"), Keys], r#"{"Items":{"x":1,"y":2}}"#),
            list(&["x", "y"])
        );
        assert_eq!(
            found(&[Member("A"), Member("B")], r#"{"A":{"B":"t"}}"#),
            Some("t".into())
        );
        for (path, input) in [
            (&gets[..], "{}"),
            (&[Member("A"), Keys], r#"{"A":[]}"#),
            (&gets, r#"{"Items":"x"}"#),
        ] {
            assert_eq!(found(path, input), None, "{input}");
        }
    }

    #[test]
    fn no_prefix_goes_before_an_address() {
        let bound = EndpointBindings {
            parameters: Vec::new(),
            prefix: Some(Ok("sync-".to_owned())),
        };
        for (url, expected) in [
            ("https://states.test/", "https://sync-states.test/"),
            ("http://localhost:9/base", "http://sync-localhost:9/base"),
            ("http://u:p@a.test/?x", "http://u:p@sync-a.test/?x"),
            ("http://127.0.0.1:9/", "http://127.0.0.1:9/"),
            ("http://u:p@127.0.0.1/", "http://u:p@127.0.0.1/"),
            ("http://[::1]:9/", "http://[::1]:9/"),
        ] {
            assert_eq!(bound.prefixed(url).as_deref(), Ok(expected));
        }
        let wrong = EndpointBindings {
            parameters: Vec::new(),
            prefix: Some(Err(EndpointError::new("no"))),
        };
        assert_eq!(
            wrong.prefixed("https://a.test/"),
            Err(EndpointError::new("no"))
        );
        assert_eq!(
            wrong.prefixed("http://10.0.0.1/").as_deref(),
            Ok("http://10.0.0.1/")
        );
    }
}
