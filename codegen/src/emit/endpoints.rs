//! `endpoints.rs`: the rules that lead to an endpoint.

use super::values;
use crate::rust::Service;
use opsmith_schema::rules::{Condition, Expression, Parameter, Rule, RuleSet};
use proc_macro2::{Literal, TokenStream};
use quote::quote;

pub(crate) fn items(service: &Service<'_>) -> TokenStream {
    let names = names(service);
    let definition = definition(service);
    quote! {
        use opsmith_runtime::schema::rules::{#(#names),*};

        #definition
    }
}

pub(super) fn definition(service: &Service<'_>) -> TokenStream {
    let RuleSet { parameters, rules } = service.endpoint;
    let parameters = parameters.iter().map(parameter);
    let rules = rules.iter().map(rule);
    quote! {
        #[doc = " From region and settings to an endpoint."]
        pub(crate) const RULES: RuleSet<'static> = RuleSet { parameters: &[#(#parameters),*], rules: &[#(#rules),*] };
    }
}

fn parameter(Parameter(name, built_in, default): &Parameter<'_>) -> TokenStream {
    let default = match default {
        Some(default) => {
            let default = expression(default);
            quote! { Some(#default) }
        }
        None => quote! { None },
    };
    quote! { Parameter(#name, #built_in, #default) }
}

/// What the rules use of the runtime.
pub(super) fn names(service: &Service<'_>) -> Vec<TokenStream> {
    let RuleSet { parameters, rules } = service.endpoint;
    let mut names = Vec::new();
    if rules.iter().any(has_conditions) {
        names.push(quote! { Condition });
    }
    let has_default = |Parameter(.., default): &Parameter<'_>| default.is_some();
    if !rules.is_empty() || parameters.iter().any(has_default) {
        names.push(quote! { Expression::* });
    }
    if rules.iter().any(has_calls) {
        names.push(quote! { Function });
    }
    if !parameters.is_empty() {
        names.push(quote! { Parameter });
    }
    if !rules.is_empty() {
        names.push(quote! { Rule });
    }
    names.push(quote! { RuleSet });
    names
}

fn has_conditions(rule: &Rule<'_>) -> bool {
    match rule {
        Rule::Tree(conditions, rules) => !conditions.is_empty() || rules.iter().any(has_conditions),
        Rule::Endpoint(conditions, ..) | Rule::Error(conditions, _) => !conditions.is_empty(),
    }
}

fn has_calls(rule: &Rule<'_>) -> bool {
    fn call(value: &Expression<'_>) -> bool {
        match value {
            Expression::Call(..) => true,
            Expression::List(items) => items.iter().any(call),
            Expression::Map(entries) => entries.iter().any(|(_, value)| call(value)),
            Expression::Boolean(_)
            | Expression::Integer(_)
            | Expression::Text(_)
            | Expression::Ref(_) => false,
        }
    }
    let condition = |Condition(value, _): &Condition<'_>| call(value);
    match rule {
        Rule::Tree(conditions, rules) => {
            conditions.iter().any(condition) || rules.iter().any(has_calls)
        }
        Rule::Error(conditions, message) => conditions.iter().any(condition) || call(message),
        Rule::Endpoint(conditions, url, properties, headers) => {
            let mut values = properties
                .iter()
                .map(|(_, value)| value)
                .chain(headers.iter().flat_map(|(_, values)| *values));
            conditions.iter().any(condition) || call(url) || values.any(call)
        }
    }
}

fn rule(rule: &Rule<'_>) -> TokenStream {
    match rule {
        Rule::Tree(conditions, rules) => {
            let conditions = conditions.iter().map(condition);
            let rules = rules.iter().map(self::rule);
            quote! { Rule::Tree(&[#(#conditions),*], &[#(#rules),*]) }
        }
        Rule::Error(conditions, message) => {
            let conditions = conditions.iter().map(condition);
            let message = expression(message);
            quote! { Rule::Error(&[#(#conditions),*], #message) }
        }
        Rule::Endpoint(conditions, url, properties, headers) => {
            let conditions = conditions.iter().map(condition);
            let url = expression(url);
            let properties = properties.iter().map(entry);
            let headers = headers.iter().map(|(name, values)| {
                let values = values.iter().map(expression);
                quote! { (#name, &[#(#values),*]) }
            });
            quote! { Rule::Endpoint(&[#(#conditions),*], #url, &[#(#properties),*], &[#(#headers),*]) }
        }
    }
}

fn condition(Condition(value, assign): &Condition<'_>) -> TokenStream {
    let value = expression(value);
    quote! { Condition(#value, #assign) }
}

fn entry((name, value): &(&str, Expression<'_>)) -> TokenStream {
    let value = expression(value);
    quote! { (#name, #value) }
}

fn expression(value: &Expression<'_>) -> TokenStream {
    match value {
        Expression::Boolean(value) => quote! { Boolean(#value) },
        Expression::Integer(value) => {
            let value = Literal::i64_unsuffixed(*value);
            quote! { Integer(#value) }
        }
        Expression::Text(text) => quote! { Text(#text) },
        Expression::Ref(name) => quote! { Ref(#name) },
        Expression::Call(function, arguments) => {
            let function = values::variant(function);
            let arguments = arguments.iter().map(expression);
            quote! { Call(Function::#function, &[#(#arguments),*]) }
        }
        Expression::List(items) => {
            let items = items.iter().map(expression);
            quote! { List(&[#(#items),*]) }
        }
        Expression::Map(entries) => {
            let entries = entries.iter().map(entry);
            quote! { Map(&[#(#entries),*]) }
        }
    }
}
