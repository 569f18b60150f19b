//! Endpoint rules: from the trait's JSON to the schema's tree.

use crate::read::record;
use opsmith_schema::Arena;
use opsmith_schema::rules::{BUILT_INS, Condition, Expression, Function, Parameter, Rule, RuleSet};
use serde_core::Deserialize as _;
use serde_json::{Map, Value};
use std::collections::{BTreeMap, BTreeSet};

/// The functions of the rules language: what models call them, how many arguments they take, and
/// the function.
const FUNCTIONS: &[(&str, usize, Function)] = &[
    ("isSet", 1, Function::IsSet),
    ("not", 1, Function::Not),
    ("getAttr", 2, Function::GetAttr),
    ("stringEquals", 2, Function::StringEquals),
    ("booleanEquals", 2, Function::BooleanEquals),
    ("isValidHostLabel", 2, Function::IsValidHostLabel),
    ("parseURL", 1, Function::ParseUrl),
    ("substring", 4, Function::Substring),
    ("uriEncode", 1, Function::UriEncode),
    ("split", 3, Function::Split),
    ("ite", 3, Function::Ite),
    ("aws.partition", 1, Function::Partition),
    ("aws.parseArn", 1, Function::ParseArn),
    (
        "aws.isVirtualHostableS3Bucket",
        2,
        Function::IsVirtualHostableS3Bucket,
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

/// No rules: the model has none, or they are wrong.
const NONE: RuleSet<'static> = RuleSet {
    parameters: &[],
    rules: &[],
};

/// Lowers the rules; `problem` receives each problem, with what to do about it.
pub(crate) fn lower<'a>(
    rules: Option<&Value>,
    arena: &'a Arena,
    problem: &mut impl FnMut(String, String),
) -> RuleSet<'a> {
    let Some(rules) = rules else {
        return NONE;
    };
    let source = match Source::deserialize(rules) {
        Ok(source) => source,
        Err(error) => {
            problem(
                format!("the rules are not what the rules language has: {error}"),
                String::new(),
            );
            return NONE;
        }
    };
    let names = source.parameters.keys().cloned().collect();
    let mut lowering = Lowering {
        arena,
        names,
        depth: 0,
        problem,
    };
    let parameters = source.parameters.iter().map(|(name, parameter)| {
        lowering.built_in(&parameter.built_in);
        let default = parameter.default.as_ref();
        let default = default.and_then(|default| lowering.expression(default));
        Parameter(arena.text(name), arena.text(&parameter.built_in), default)
    });
    let parameters = arena.list(parameters);
    RuleSet {
        parameters,
        rules: lowering.rules(&source.rules),
    }
}

struct Lowering<'a, 'p> {
    arena: &'a Arena,
    /// Names that have a value at the current rule.
    names: BTreeSet<String>,
    depth: usize,
    problem: &'p mut dyn FnMut(String, String),
}

impl<'a> Lowering<'a, '_> {
    fn report(&mut self, problem: impl Into<String>, help: impl Into<String>) {
        (self.problem)(problem.into(), help.into());
    }

    /// Checks that clients can fill a parameter.
    fn built_in(&mut self, name: &str) {
        if !name.is_empty() && !BUILT_INS.contains(&name) {
            let help = crate::diagnostics::nearest(name, BUILT_INS.iter().copied());
            self.report(format!("no client fills parameters with {name}"), help);
        }
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

    fn rules(&mut self, rules: &[RuleSource]) -> &'a [Rule<'a>] {
        let lower = |lowering: &mut Self| {
            let arena = lowering.arena;
            arena.list(rules.iter().filter_map(|rule| lowering.rule(rule)))
        };
        self.deeper(lower).unwrap_or_default()
    }

    fn rule(&mut self, rule: &RuleSource) -> Option<Rule<'a>> {
        let outer = self.names.clone();
        let conditions = rule.conditions.iter();
        let conditions = self
            .arena
            .list(conditions.filter_map(|condition| self.condition(condition)));
        let rule = match (&rule.rules, &rule.endpoint, &rule.error) {
            (Some(rules), None, None) => Some(Rule::Tree(conditions, self.rules(rules))),
            (None, Some(endpoint), None) => self.endpoint(conditions, endpoint),
            (None, None, Some(message)) => self
                .expression(message)
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

    fn condition(&mut self, condition: &Value) -> Option<Condition<'a>> {
        let value = self.expression(condition)?;
        let assign = condition.get("assign").and_then(Value::as_str);
        let assign = assign.unwrap_or_default();
        if !assign.is_empty() {
            self.names.insert(assign.to_owned());
        }
        Some(Condition(value, self.arena.text(assign)))
    }

    fn endpoint(
        &mut self,
        conditions: &'a [Condition<'a>],
        endpoint: &EndpointSource,
    ) -> Option<Rule<'a>> {
        let url = self.expression(&endpoint.url)?;
        let properties = self.entries(&endpoint.properties)?;
        let mut headers = Vec::new();
        for (name, values) in &endpoint.headers {
            headers.push((self.arena.text(name), self.expressions(values)?));
        }
        let headers = self.arena.list(headers);
        Some(Rule::Endpoint(conditions, url, properties, headers))
    }

    fn expressions(&mut self, values: &[Value]) -> Option<&'a [Expression<'a>]> {
        let values: Option<Vec<_>> = values.iter().map(|value| self.expression(value)).collect();
        Some(self.arena.list(values?))
    }

    fn entries(&mut self, map: &Map<String, Value>) -> Option<&'a [(&'a str, Expression<'a>)]> {
        let mut entries = Vec::new();
        for (name, value) in map {
            entries.push((self.arena.text(name), self.expression(value)?));
        }
        Some(self.arena.list(entries))
    }

    fn expression(&mut self, value: &Value) -> Option<Expression<'a>> {
        self.deeper(|lowering| lowering.shallow(value)).flatten()
    }

    fn shallow(&mut self, value: &Value) -> Option<Expression<'a>> {
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
                Some(Expression::Text(self.arena.text(text)))
            }
            Value::Array(items) => self.expressions(items).map(Expression::List),
            Value::Object(map) => self.object(map),
            Value::Null => {
                self.report("null stands for a value", "leave it out, or give a value");
                None
            }
        }
    }

    fn object(&mut self, map: &Map<String, Value>) -> Option<Expression<'a>> {
        if let Some(name) = map.get("ref").and_then(Value::as_str) {
            self.known(name);
            return Some(Expression::Ref(self.arena.text(name)));
        }
        if let Some(name) = map.get("fn").and_then(Value::as_str) {
            return self.call(
                name,
                map.get("argv")
                    .and_then(Value::as_array)
                    .map_or(&[], Vec::as_slice),
            );
        }
        self.entries(map).map(Expression::Map)
    }

    fn call(&mut self, name: &str, arguments: &[Value]) -> Option<Expression<'a>> {
        let (takes, function) = match (name, FUNCTIONS.iter().find(|(known, ..)| *known == name)) {
            ("coalesce", _) => (arguments.len(), Function::Coalesce),
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
        Some(Expression::Call(function, self.expressions(arguments)?))
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

/// The name that requests are signed with in SigV4, by the first endpoint that states one.
pub(crate) fn signing_name<'a>(rules: &[Rule<'a>]) -> Option<&'a str> {
    rules.iter().find_map(|rule| match rule {
        Rule::Tree(_, rules) => signing_name(rules),
        Rule::Endpoint(_, _, properties, _) => {
            let (_, schemes) = properties.iter().find(|(name, _)| *name == "authSchemes")?;
            let Expression::List(schemes) = schemes else {
                return None;
            };
            schemes.iter().find_map(|scheme| {
                let Expression::Map(entries) = scheme else {
                    return None;
                };
                let text = |key: &str| match entries.iter().find(|(name, _)| *name == key)? {
                    (_, Expression::Text(text)) => Some(*text),
                    _ => None,
                };
                text("signingName").filter(|_| text("name") == Some("sigv4"))
            })
        }
        Rule::Error(..) => None,
    })
}

// The runtime evaluates the rules there.
#[cfg(all(test, feature = "tool"))]
mod tests;
