//! Endpoint rules: from the trait's JSON to the tree that rows are made of.

use crate::ir::{Condition, EndpointRules as RuleSet, Expression, Parameter, Rule};
use crate::read::record;
use serde_core::Deserialize as _;
use serde_json::{Map, Value};
use std::collections::{BTreeMap, BTreeSet};

/// The functions of the rules language: what models call them, how many arguments they take, and
/// the row's variant.
const FUNCTIONS: &[(&str, usize, &str)] = &[
    ("isSet", 1, "IsSet"),
    ("not", 1, "Not"),
    ("getAttr", 2, "GetAttr"),
    ("stringEquals", 2, "StringEquals"),
    ("booleanEquals", 2, "BooleanEquals"),
    ("isValidHostLabel", 2, "IsValidHostLabel"),
    ("parseURL", 1, "ParseUrl"),
    ("substring", 4, "Substring"),
    ("uriEncode", 1, "UriEncode"),
    ("split", 3, "Split"),
    ("ite", 3, "Ite"),
    ("aws.partition", 1, "Partition"),
    ("aws.parseArn", 1, "ParseArn"),
    (
        "aws.isVirtualHostableS3Bucket",
        2,
        "IsVirtualHostableS3Bucket",
    ),
];

/// How deep rules and expressions may nest.
const DEEPEST: usize = 100;

record! {
    /// The trait as models write it.
    struct Source {
        parameters: BTreeMap<String, ParameterSource> = "parameters",
        rules: Vec<RuleSource> = "rules",
    }
}

record! {
    struct ParameterSource {
        built_in: String = "builtIn",
        default: Option<Value> = "default",
    }
}

record! {
    struct RuleSource {
        conditions: Vec<Value> = "conditions",
        rules: Option<Vec<RuleSource>> = "rules",
        endpoint: Option<EndpointSource> = "endpoint",
        error: Option<Value> = "error",
    }
}

record! {
    struct EndpointSource {
        url: Value = "url",
        properties: Map<String, Value> = "properties",
        headers: BTreeMap<String, Vec<Value>> = "headers",
    }
    needs "url"
}

/// Lowers the rules; what is wrong with them goes to `problem`, with what to do about it.
pub(crate) fn lower(rules: Option<&Value>, problem: &mut impl FnMut(String, String)) -> RuleSet {
    let Some(rules) = rules else {
        return RuleSet::default();
    };
    let source = match Source::deserialize(rules) {
        Ok(source) => source,
        Err(error) => {
            problem(
                format!("the rules are not what the rules language has: {error}"),
                String::new(),
            );
            return RuleSet::default();
        }
    };
    let names = source.parameters.keys().cloned().collect();
    let mut lowering = Lowering {
        names,
        depth: 0,
        problem,
    };
    let parameters = source
        .parameters
        .into_iter()
        .map(|(name, parameter)| Parameter {
            default: parameter
                .default
                .and_then(|default| lowering.expression(&default)),
            name,
            built_in: parameter.built_in,
        });
    let parameters = parameters.collect();
    RuleSet {
        parameters,
        rules: lowering.rules(source.rules),
    }
}

struct Lowering<'a> {
    /// Names that have a value where the rule stands.
    names: BTreeSet<String>,
    depth: usize,
    problem: &'a mut dyn FnMut(String, String),
}

impl Lowering<'_> {
    fn report(&mut self, problem: impl Into<String>, help: impl Into<String>) {
        (self.problem)(problem.into(), help.into());
    }

    /// Goes one level deeper, unless that is too deep.
    fn deeper<T>(&mut self, lower: impl FnOnce(&mut Self) -> T) -> Option<T> {
        if self.depth == DEEPEST {
            self.report(
                format!("the rules nest deeper than {DEEPEST} levels"),
                "write them flatter",
            );
            return None;
        }
        self.depth += 1;
        let lowered = lower(self);
        self.depth -= 1;
        Some(lowered)
    }

    fn rules(&mut self, rules: Vec<RuleSource>) -> Vec<Rule> {
        let lower = |lowering: &mut Self| {
            rules
                .into_iter()
                .filter_map(|rule| lowering.rule(rule))
                .collect()
        };
        self.deeper(lower).unwrap_or_default()
    }

    fn rule(&mut self, rule: RuleSource) -> Option<Rule> {
        let outer = self.names.clone();
        let conditions = rule
            .conditions
            .iter()
            .filter_map(|condition| self.condition(condition))
            .collect();
        let rule = match (rule.rules, rule.endpoint, rule.error) {
            (Some(rules), None, None) => Some(Rule::Tree(conditions, self.rules(rules))),
            (None, Some(endpoint), None) => self.endpoint(conditions, endpoint),
            (None, None, Some(message)) => self
                .expression(&message)
                .map(|message| Rule::Error(conditions, message)),
            _ => {
                self.report(
                    "a rule has not exactly one of rules, endpoint, error",
                    "split it into several rules",
                );
                None
            }
        };
        self.names = outer;
        rule
    }

    fn condition(&mut self, condition: &Value) -> Option<Condition> {
        let value = self.expression(condition)?;
        let assign = condition
            .get("assign")
            .and_then(Value::as_str)
            .unwrap_or_default()
            .to_owned();
        if !assign.is_empty() {
            self.names.insert(assign.clone());
        }
        Some(Condition { value, assign })
    }

    fn endpoint(&mut self, conditions: Vec<Condition>, endpoint: EndpointSource) -> Option<Rule> {
        let url = self.expression(&endpoint.url)?;
        let mut properties = Vec::new();
        for (name, value) in endpoint.properties {
            properties.push((name, self.expression(&value)?));
        }
        let mut headers = Vec::new();
        for (name, values) in endpoint.headers {
            headers.push((
                name,
                values
                    .iter()
                    .map(|value| self.expression(value))
                    .collect::<Option<_>>()?,
            ));
        }
        Some(Rule::Endpoint {
            conditions,
            url,
            properties,
            headers,
        })
    }

    fn expression(&mut self, value: &Value) -> Option<Expression> {
        self.deeper(|lowering| lowering.shallow(value)).flatten()
    }

    fn shallow(&mut self, value: &Value) -> Option<Expression> {
        match value {
            Value::Bool(value) => Some(Expression::Boolean(*value)),
            Value::Number(number) => match number.as_i64() {
                Some(number) => Some(Expression::Integer(number)),
                None => {
                    self.report(
                        format!("{number} is no integer"),
                        "the rules language has integers only",
                    );
                    None
                }
            },
            Value::String(text) => {
                self.template(text);
                Some(Expression::Text(text.clone()))
            }
            Value::Array(items) => items
                .iter()
                .map(|item| self.expression(item))
                .collect::<Option<_>>()
                .map(Expression::List),
            Value::Object(map) => self.object(map),
            Value::Null => {
                self.report("null stands for a value", "leave it out, or give a value");
                None
            }
        }
    }

    fn object(&mut self, map: &Map<String, Value>) -> Option<Expression> {
        if let Some(name) = map.get("ref").and_then(Value::as_str) {
            self.known(name);
            return Some(Expression::Ref(name.to_owned()));
        }
        if let Some(name) = map.get("fn").and_then(Value::as_str) {
            return self.call(
                name,
                map.get("argv")
                    .and_then(Value::as_array)
                    .map_or(&[], Vec::as_slice),
            );
        }
        let mut entries = Vec::new();
        for (name, value) in map {
            entries.push((name.clone(), self.expression(value)?));
        }
        Some(Expression::Map(entries))
    }

    fn call(&mut self, name: &str, arguments: &[Value]) -> Option<Expression> {
        let (takes, function) = match (name, FUNCTIONS.iter().find(|(known, ..)| *known == name)) {
            ("coalesce", _) => (arguments.len(), "Coalesce"),
            (_, Some((_, takes, function))) => (*takes, *function),
            (_, None) => {
                let names = FUNCTIONS.iter().map(|(known, ..)| *known);
                self.report(
                    format!("there is no function {name}"),
                    crate::diagnostics::nearest(name, names),
                );
                return None;
            }
        };
        if arguments.len() != takes {
            let given = arguments.len();
            self.report(
                format!("{name} takes {takes} arguments and is given {given}"),
                "see the rules language",
            );
            return None;
        }
        let arguments = arguments
            .iter()
            .map(|argument| self.expression(argument))
            .collect::<Option<_>>()?;
        Some(Expression::Call(function, arguments))
    }

    fn known(&mut self, name: &str) {
        if !self.names.contains(name) {
            let help = crate::diagnostics::nearest(name, self.names.iter().map(String::as_str));
            self.report(format!("nothing here is named {name}"), help);
        }
    }

    /// Checks that braces are paired, and that what they name is known.
    fn template(&mut self, text: &str) {
        let plain = text.replace("{{", "").replace("}}", "");
        let mut rest = plain.as_str();
        while let Some(at) = rest.find(['{', '}']) {
            let inner = rest
                .get(at..)
                .and_then(|from| from.strip_prefix('{'))
                .and_then(|inner| inner.split_once('}'));
            let Some((name, after)) = inner else {
                self.report(
                    format!("a brace in {text:?} has no partner"),
                    "write {{ or }} for a brace that stands for itself",
                );
                return;
            };
            self.known(name.split_once('#').map_or(name, |(name, _)| name));
            rest = after;
        }
    }
}

#[cfg(test)]
mod tests;
