//! The service as a whole: names, protocols, authentication, and the walk over operations and
//! shapes.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};

use super::protocols::Protocols;
use super::read::{self, File};
use super::smithy::SetTraits as _;
use super::source::{Input, Notice, Paginators, Service, Waiters, XmlNamespace};
use super::{Error, Options, Remark, Sources};
use crate::ast::{self, Metadata as Provenance, Reference, Shape, Traits};

/// The target of unresolved references, and of operations without input or output.
pub(super) const UNIT: &str = "smithy.api#Unit";

/// The model of the service that the files describe, and the warnings.
pub(super) fn convert(
    sources: &Sources,
    options: &Options,
) -> Result<(ast::File, Vec<Remark>), Error> {
    let (service, mut warnings): (Service, _) = read::parse(&sources.service)?;
    let paginators: Option<Paginators> = parse_optional(&sources.paginators, &mut warnings)?;
    let waiters: Option<Waiters> = parse_optional(&sources.waiters, &mut warnings)?;
    let endpoint_rules: Option<Value> = parse_optional(&sources.endpoint_rules, &mut warnings)?;

    let mut converter = Converter::new(sources, options, &service, warnings);
    converter.service(endpoint_rules);
    converter.operations();
    converter.paginators(paginators);
    converter.waiters(waiters);
    converter.shapes();
    if !converter.problems.is_empty() {
        return Err(Error {
            problems: converter.problems,
        });
    }
    let provenance = ast::Source {
        source: options.source.clone(),
        date: options.date.clone(),
        path: sources.name.clone(),
    };
    let file = ast::File {
        smithy: "2.0".to_owned(),
        metadata: Provenance {
            opsmith: Some(provenance),
        },
        shapes: converter.written,
    };
    Ok((file, converter.warnings))
}

fn parse_optional<T: DeserializeOwned>(
    file: &Option<File>,
    warnings: &mut Vec<Remark>,
) -> Result<Option<T>, Error> {
    let Some(file) = file else { return Ok(None) };
    let (value, unknown) = read::parse(file)?;
    warnings.extend(unknown);
    Ok(Some(value))
}

/// What the parts of the conversion share: the source, the names given, and what has been written.
pub(super) struct Converter<'a> {
    pub(super) sources: &'a Sources,
    pub(super) options: &'a Options,
    pub(super) source: &'a Service,
    pub(super) protocols: Protocols,
    /// The operation inputs by shape. The reference to an operation's input names the root element
    /// of an XML body.
    pub(super) inputs: HashMap<&'a str, &'a Input>,
    /// Ids of the twins of shapes, see `Converter::twin`.
    pub(super) twins: HashMap<String, String>,
    /// The shapes of the model by id.
    pub(super) written: BTreeMap<String, Shape>,
    namespace: String,
    service_name: String,
    /// Names of shapes that are an operation's name too, and the names they get.
    renamed: HashMap<&'a str, String>,
    taken: BTreeSet<String>,
    problems: Vec<Remark>,
    warnings: Vec<Remark>,
}

impl<'a> Converter<'a> {
    fn new(
        sources: &'a Sources,
        options: &'a Options,
        source: &'a Service,
        warnings: Vec<Remark>,
    ) -> Self {
        let words: String = source
            .metadata
            .service_id
            .chars()
            .filter(char::is_ascii_alphanumeric)
            .collect();
        let inputs = source
            .operations
            .values()
            .filter_map(|operation| operation.input.as_ref());
        let mut converter = Self {
            sources,
            options,
            source,
            protocols: Protocols::default(),
            inputs: inputs.map(|input| (input.shape.as_str(), input)).collect(),
            twins: HashMap::new(),
            written: BTreeMap::new(),
            namespace: format!("com.amazonaws.{}", words.to_ascii_lowercase()),
            service_name: String::new(),
            renamed: HashMap::new(),
            taken: source
                .shapes
                .keys()
                .chain(source.operations.keys())
                .cloned()
                .collect(),
            problems: Vec::new(),
            warnings,
        };
        converter.protocols = converter.read_protocols();
        converter.give_names(&words);
        converter
    }

    fn give_names(&mut self, words: &str) {
        if words.is_empty() {
            self.problem(
                "metadata.serviceId",
                "a letter or digit is needed to name the service",
            );
        }
        for name in self.source.shapes.keys() {
            if self.source.operations.contains_key(name) {
                let new_name = self.free_name(format!("{name}Shape"));
                self.renamed.insert(name, new_name);
            }
        }
        let prefix = self.source.metadata.target_prefix.as_deref();
        let name = prefix.and_then(|prefix| prefix.rsplit('.').next());
        let name = name.unwrap_or(words);
        self.check_identifier(name, "metadata.targetPrefix");
        let suffix = if self.taken.contains(name) {
            "Service"
        } else {
            ""
        };
        self.service_name = self.free_name(format!("{name}{suffix}"));
    }

    /// `name`, with underscores added until nothing else has it; from now on it is taken.
    pub(super) fn free_name(&mut self, mut name: String) -> String {
        while !self.taken.insert(name.clone()) {
            name.push('_');
        }
        name
    }

    /// Reports names that Smithy does not allow.
    pub(super) fn check_identifier(&mut self, name: &str, place: &str) {
        if !is_identifier(name) {
            let rule = "letters, digits and underscores, a digit not first";
            let text = format!("`{name}` is not a name that Smithy allows ({rule})");
            self.problem(place, &text);
        }
    }

    pub(super) fn problem(&mut self, place: &str, text: &str) {
        self.problems
            .push(Remark::new(&self.sources.service.name, place, text));
    }

    pub(super) fn warning(&mut self, place: &str, text: &str) {
        self.warnings
            .push(Remark::new(&self.sources.service.name, place, text));
    }

    /// A problem of another file than `service-2.json`.
    pub(super) fn problem_in(&mut self, file: &Option<File>, place: &str, text: &str) {
        let name = file.as_ref().map_or("", |file| file.name.as_str());
        self.problems.push(Remark::new(name, place, text));
    }

    /// The id of a name in the service's namespace.
    pub(super) fn id(&self, name: &str) -> String {
        format!("{}#{name}", self.namespace)
    }

    /// The id of a shape that the source defines under `name`.
    pub(super) fn shape_id(&self, name: &str) -> String {
        self.id(self.renamed.get(name).map_or(name, String::as_str))
    }

    /// The id of the shape that the reference at `place` targets.
    pub(super) fn target(&mut self, shape: &str, place: &str) -> String {
        if self.source.shapes.contains_key(shape) {
            return self.shape_id(shape);
        }
        self.problem(place, &format!("the shape `{shape}` does not exist"));
        UNIT.to_owned()
    }

    /// The documentation, when the caller wants it.
    pub(super) fn prose<'t>(&self, text: &'t Option<String>) -> Option<&'t str> {
        text.as_deref().filter(|_| self.options.documentation)
    }

    /// Adds documentation and deprecation, without sentences unless the caller wants them.
    pub(super) fn describe(&self, notice: Notice<'_>, traits: &mut Traits) {
        let documentation = self.prose(notice.documentation);
        traits.set("smithy.api#documentation", documentation);
        let deprecated = notice.deprecated.then(|| {
            let message = self.prose(notice.message);
            object([("message", message), ("since", notice.since.as_deref())])
        });
        traits.set("smithy.api#deprecated", deprecated);
    }

    fn service(&mut self, endpoint_rules: Option<Value>) {
        let source = self.source;
        let metadata = &self.source.metadata;
        let mut traits = Traits::default();
        let names = [
            ("sdkId", Some(&metadata.service_id)),
            ("endpointPrefix", Some(&metadata.endpoint_prefix)),
            ("docId", metadata.uid.as_ref()),
        ];
        let names = names.map(|(key, name)| (key, name.map(String::as_str)));
        traits.set("aws.api#service", Some(object(names)));
        traits.set("smithy.api#title", metadata.service_full_name.as_deref());
        let namespace = metadata.xml_namespace.as_ref();
        let namespace = namespace.map(|uri| json!({ "uri": uri }));
        traits.set("smithy.api#xmlNamespace", namespace);
        for (id, settings) in &self.protocols.traits {
            traits.set(id, Some(settings.clone()));
        }
        let compatible = metadata.aws_query_compatible.is_some();
        traits.mark("aws.protocols#awsQueryCompatible", compatible);
        let prefix = metadata.target_prefix.as_deref();
        let prefix = prefix.filter(|prefix| *prefix != self.service_name);
        traits.set("opsmith.botocore#targetPrefix", prefix);
        // The folder's name is what the AWS CLI calls the service.
        let command = self
            .sources
            .name
            .split('/')
            .next()
            .filter(|name| !name.is_empty());
        let command = command.filter(|name| *name != crate::lower::dashed(&metadata.service_id));
        traits.set("opsmith.botocore#command", command);
        self.service_auth(&mut traits);
        self.service_endpoints(endpoint_rules, &mut traits);
        self.describe(source.notice(), &mut traits);

        let operations = source.operations.keys().map(|name| self.id(name));
        let service = Shape {
            kind: "service".to_owned(),
            version: Some(metadata.api_version.clone()),
            operations: operations.map(|target| Reference { target }).collect(),
            traits,
            ..Shape::default()
        };
        self.written.insert(self.id(&self.service_name), service);
    }

    fn service_endpoints(&self, endpoint_rules: Option<Value>, traits: &mut Traits) {
        let context = self.without_prose(self.source.client_context_params.clone());
        traits.set("smithy.rules#clientContextParams", context);
        let endpoint_rules = self.without_prose(endpoint_rules);
        traits.set(
            "smithy.rules#endpointRuleSet",
            endpoint_rules.map(with_type_names),
        );
        let mut operations = self.source.operations.iter();
        let discovery = operations.find(|(_, operation)| operation.endpoint_operation);
        let discovery = discovery.map(|(name, _)| json!({ "operation": self.id(name) }));
        traits.set("aws.api#clientEndpointDiscovery", discovery);
    }

    fn service_auth(&mut self, traits: &mut Traits) {
        let metadata = &self.source.metadata;
        let by_signature = match metadata.signature_version.as_str() {
            "bearer" => vec!["smithy.api#httpBearerAuth"],
            "v4" | "s3" | "s3v4" => vec!["aws.auth#sigv4"],
            _ => Vec::new(),
        };
        let schemes: Vec<&str> = if metadata.auth.is_empty() {
            by_signature
        } else {
            metadata.auth.iter().map(String::as_str).collect()
        };
        let name =
            json!({ "name": metadata.signing_name.as_ref().unwrap_or(&metadata.endpoint_prefix) });
        for scheme in &schemes {
            match *scheme {
                "aws.auth#sigv4" => traits.set("aws.auth#sigv4", Some(name.clone())),
                "aws.auth#sigv4a" => traits.set("aws.auth#sigv4a", Some(name.clone())),
                "smithy.api#httpBearerAuth" => traits.mark("smithy.api#httpBearerAuth", true),
                other => self.warning(
                    "metadata.auth",
                    &format!("`{other}` is unknown and left out"),
                ),
            }
        }
        // Without the list, the schemes would be tried in the order of their names.
        traits.set(
            "smithy.api#auth",
            (schemes.len() > 1).then(|| json!(schemes)),
        );
        let version = metadata.signature_version.as_str();
        let unusual = !matches!(version, "v4" | "bearer");
        traits.set(
            "opsmith.botocore#signatureVersion",
            unusual.then_some(version),
        );
    }

    /// The value without sentences of documentation, unless the caller wants them.
    pub(super) fn without_prose(&self, value: Option<Value>) -> Option<Value> {
        fn strip(value: &mut Value) {
            match value {
                Value::Object(entries) => {
                    // A parameter may be called so too; its value is an object.
                    entries.retain(|key, value| !(key == "documentation" && value.is_string()));
                    entries.values_mut().for_each(strip);
                }
                Value::Array(items) => items.iter_mut().for_each(strip),
                _ => {}
            }
        }
        let mut value = value?;
        if !self.options.documentation {
            strip(&mut value);
        }
        Some(value)
    }
}

/// Endpoint rules with the parameter types that Smithy writes with a capital letter and the source
/// without.
fn with_type_names(mut rules: Value) -> Value {
    let parameters = rules.get_mut("parameters").and_then(Value::as_object_mut);
    for kind in parameters
        .into_iter()
        .flat_map(Map::values_mut)
        .filter_map(|parameter| parameter.get_mut("type"))
    {
        let name = match kind.as_str() {
            Some("string") => "String",
            Some("boolean") => "Boolean",
            Some("stringArray") => "StringArray",
            _ => continue,
        };
        *kind = name.into();
    }
    rules
}

/// The value of `smithy.api#xmlNamespace`.
pub(super) fn xml_namespace(namespace: &XmlNamespace) -> Value {
    match namespace {
        XmlNamespace::Uri(uri) => json!({ "uri": uri }),
        XmlNamespace::Full { uri, prefix } => {
            object([("uri", Some(uri.as_str())), ("prefix", prefix.as_deref())])
        }
    }
}

/// Whether Smithy allows the name: letters, digits and underscores, one of them no underscore, and
/// no digit first.
fn is_identifier(name: &str) -> bool {
    name.bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
        && !name.starts_with(|first: char| first.is_ascii_digit())
        && name.contains(|letter| letter != '_')
}

/// An object of the entries that have a value.
pub(super) fn object<V, const N: usize>(entries: [(&str, Option<V>); N]) -> Value
where
    V: Into<Value>,
{
    let entries = entries.into_iter();
    entries
        .filter_map(|(key, value)| Some((key, value?)))
        .collect()
}
