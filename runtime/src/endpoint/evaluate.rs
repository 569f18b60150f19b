//! Walking the rules.

use super::{EndpointError, Value, functions};
use crate::schema::rules::{Condition, Expression, Function, Parameter, Rule, RuleSet};

/// Where to send requests, and what for.
#[derive(Debug, Clone, PartialEq)]
pub struct Endpoint {
    /// The URL.
    pub url: String,
    /// Properties such as `authSchemes`.
    pub properties: Vec<(String, Value)>,
    /// Headers to send, with their values.
    pub headers: Vec<(String, Vec<String>)>,
}

impl Endpoint {
    /// The authentication schemes among the properties, in the order of preference; empty when the
    /// model's are taken.
    pub fn auth_schemes(&self) -> &[Value] {
        match self
            .properties
            .iter()
            .find(|(name, _)| name == "authSchemes")
        {
            Some((_, Value::List(schemes))) => schemes,
            _ => &[],
        }
    }
}

/// How deep rules and expressions may nest. No model comes near it, and no stack overflows at it.
const DEEPEST: usize = 200;

/// Evaluates the rules for the given values of parameters; the others have their defaults.
///
/// # Errors
///
/// The error of the rules, or that no rule applies.
pub fn evaluate<'v>(
    rules: &RuleSet<'_>,
    given: impl IntoIterator<Item = (&'v str, Value)>,
) -> Result<Endpoint, EndpointError> {
    let mut scope = Scope {
        values: Vec::new(),
        depth: 0,
    };
    for (name, value) in given {
        scope.values.push((name.to_owned(), value));
    }
    for Parameter(name, _, default) in rules.parameters {
        let default = default.filter(|_| scope.find(name).is_none());
        if let Some(value) = default.and_then(|default| scope.value(&default)) {
            scope.values.push(((*name).to_owned(), value));
        }
    }
    scope
        .first(rules.rules)
        .unwrap_or_else(|| Err(EndpointError::new("No endpoint rule applies.")))
}

/// Named values, the latest last.
struct Scope {
    values: Vec<(String, Value)>,
    depth: usize,
}

impl Scope {
    fn find(&self, name: &str) -> Option<&Value> {
        self.values
            .iter()
            .rev()
            .find(|(known, _)| known == name)
            .map(|(_, value)| value)
    }

    /// The result of the first rule that applies, or `None` if no rule does.
    fn first(&mut self, rules: &[Rule<'_>]) -> Option<Result<Endpoint, EndpointError>> {
        self.depth += 1;
        let found = if self.depth > DEEPEST {
            Some(Err(EndpointError::new("The endpoint rules nest too deep.")))
        } else {
            rules.iter().find_map(|rule| {
                let before = self.values.len();
                let found = self.rule(rule);
                self.values.truncate(before);
                found
            })
        };
        self.depth -= 1;
        found
    }

    fn rule(&mut self, rule: &Rule<'_>) -> Option<Result<Endpoint, EndpointError>> {
        let (Rule::Tree(conditions, _)
        | Rule::Endpoint(conditions, ..)
        | Rule::Error(conditions, _)) = rule;
        if !conditions.iter().all(|condition| self.holds(condition)) {
            return None;
        }
        match rule {
            // Once a tree is entered, no rule after it is tried.
            Rule::Tree(_, rules) => Some(
                self.first(rules)
                    .unwrap_or_else(|| Err(EndpointError::new("No endpoint rule applies."))),
            ),
            Rule::Endpoint(_, url, properties, headers) => {
                Some(self.endpoint(url, properties, headers))
            }
            Rule::Error(_, message) => {
                let message = self
                    .value(message)
                    .and_then(|message| message.as_text().map(str::to_owned));
                let message =
                    message.unwrap_or_else(|| "The endpoint rules give no endpoint.".to_owned());
                Some(Err(EndpointError::new(message)))
            }
        }
    }

    /// Whether the condition has a value that is not false. Names the value.
    fn holds(&mut self, Condition(expression, name): &Condition<'_>) -> bool {
        match self.value(expression) {
            None | Some(Value::Boolean(false)) => false,
            Some(value) => {
                if !name.is_empty() {
                    self.values.push(((*name).to_owned(), value));
                }
                true
            }
        }
    }

    fn endpoint(
        &self,
        url: &Expression<'_>,
        properties: &[(&str, Expression<'_>)],
        headers: &[(&str, &[Expression<'_>])],
    ) -> Result<Endpoint, EndpointError> {
        let text = |expression: &Expression<'_>| {
            self.value(expression)
                .and_then(|value| value.as_text().map(str::to_owned))
        };
        let url = text(url).ok_or_else(|| {
            EndpointError::new("The endpoint rules give a URL that has no value.")
        })?;
        let properties = properties
            .iter()
            .filter_map(|(name, value)| Some(((*name).to_owned(), self.value(value)?)));
        let headers = headers
            .iter()
            .map(|(name, values)| ((*name).to_owned(), values.iter().filter_map(text).collect()));
        Ok(Endpoint {
            url,
            properties: properties.collect(),
            headers: headers.collect(),
        })
    }

    pub(super) fn value(&self, expression: &Expression<'_>) -> Option<Value> {
        match expression {
            Expression::Boolean(value) => Some(Value::Boolean(*value)),
            Expression::Integer(value) => Some(Value::Integer(*value)),
            Expression::Text(template) => self.template(template).map(Value::Text),
            Expression::Ref(name) => self.find(name).cloned(),
            Expression::Call(function, arguments) => self.call(*function, arguments),
            Expression::List(items) => items
                .iter()
                .map(|item| self.value(item))
                .collect::<Option<_>>()
                .map(Value::List),
            Expression::Map(entries) => {
                let entry = |(name, value): &(&str, Expression<'_>)| {
                    Some(((*name).to_owned(), self.value(value)?))
                };
                entries
                    .iter()
                    .map(entry)
                    .collect::<Option<_>>()
                    .map(Value::Map)
            }
        }
    }

    fn call(&self, function: Function, arguments: &[Expression<'_>]) -> Option<Value> {
        let value = |at: usize| arguments.get(at).and_then(|argument| self.value(argument));
        match function {
            // The functions that take what may have no value.
            Function::IsSet => Some(Value::Boolean(value(0).is_some())),
            Function::Coalesce => arguments.iter().find_map(|argument| self.value(argument)),
            Function::Ite => value(if value(0)? == Value::Boolean(true) {
                1
            } else {
                2
            }),
            _ => functions::call(
                function,
                &arguments
                    .iter()
                    .map(|argument| self.value(argument))
                    .collect::<Option<Vec<_>>>()?,
            ),
        }
    }

    /// The text with values in place of `{Name}` and `{Name#path}`; `{{` and `}}` are braces.
    fn template(&self, template: &str) -> Option<String> {
        let mut text = String::with_capacity(template.len() + 16);
        let mut rest = template;
        while let Some(at) = rest.find(['{', '}']) {
            let (before, from) = rest.split_at(at);
            text.push_str(before);
            rest = match from
                .strip_prefix("{{")
                .map(|after| ('{', after))
                .or(from.strip_prefix("}}").map(|after| ('}', after)))
            {
                Some((brace, after)) => {
                    text.push(brace);
                    after
                }
                None => {
                    let (name, after) = from.strip_prefix('{')?.split_once('}')?;
                    let value = match name.split_once('#') {
                        Some((name, path)) => self.find(name)?.at(path)?,
                        None => self.find(name)?,
                    };
                    match value {
                        Value::Boolean(value) => {
                            text.push_str(if *value { "true" } else { "false" })
                        }
                        value => text.push_str(value.as_text()?),
                    }
                    after
                }
            };
        }
        text.push_str(rest);
        Some(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_are_tried_in_order_and_trees_are_final() {
        let rules = RuleSet {
            parameters: &[
                Parameter("On", "", Some(Expression::Boolean(true))),
                Parameter("Name", "", None),
            ],
            rules: &[
                Rule::Tree(
                    &[Condition(
                        Expression::Call(Function::IsSet, &[Expression::Ref("Name")]),
                        "",
                    )],
                    &[Rule::Endpoint(
                        &[Condition(
                            Expression::Call(
                                Function::StringEquals,
                                &[Expression::Ref("Name"), Expression::Text("a")],
                            ),
                            "",
                        )],
                        Expression::Text("https://{Name}.{{x}}"),
                        &[],
                        &[],
                    )],
                ),
                Rule::Error(
                    &[Condition(Expression::Ref("On"), "Kept")],
                    Expression::Text("Kept: {Kept}"),
                ),
            ],
        };
        let resolved =
            |name: Option<&str>| evaluate(&rules, name.map(|name| ("Name", Value::from(name))));
        assert_eq!(
            resolved(Some("a")).map(|endpoint| endpoint.url),
            Ok("https://a.{x}".to_owned())
        );
        assert_eq!(
            resolved(Some("b")),
            Err(EndpointError::new("No endpoint rule applies."))
        );
        assert_eq!(resolved(None), Err(EndpointError::new("Kept: true")));
    }
}
