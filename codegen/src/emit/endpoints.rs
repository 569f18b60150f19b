//! `endpoints.rs`: the rules that lead to an endpoint.

use crate::ir::{Condition, EndpointRules, Expression, Parameter, Rule, Service};
use proc_macro2::{Literal, TokenStream};
use quote::quote;

pub(crate) fn items(service: &Service) -> TokenStream {
    let EndpointRules { parameters, rules } = &service.endpoint;
    let parameters = parameters.iter().map(
        |Parameter {
             name,
             built_in,
             default,
         }| {
            let default = match default {
                Some(default) => {
                    let default = expression(default);
                    quote! { Some(#default) }
                }
                None => quote! { None },
            };
            quote! { Parameter(#name, #built_in, #default) }
        },
    );
    let names = names(service);
    let rules = rules.iter().map(rule);
    quote! {
        use opsmith_runtime::schema::rules::{#(#names),*};

        #[doc = " From region and settings to an endpoint."]
        pub(crate) const RULES: RuleSet<'static> = RuleSet { parameters: &[#(#parameters),*], rules: &[#(#rules),*] };
    }
}

/// What the rules use of the runtime.
fn names(service: &Service) -> Vec<TokenStream> {
    let EndpointRules { parameters, rules } = &service.endpoint;
    let mut names = Vec::new();
    if rules.iter().any(has_conditions) {
        names.push(quote! { Condition });
    }
    if !rules.is_empty()
        || parameters
            .iter()
            .any(|parameter| parameter.default.is_some())
    {
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

fn has_conditions(rule: &Rule) -> bool {
    match rule {
        Rule::Tree(conditions, rules) => !conditions.is_empty() || rules.iter().any(has_conditions),
        Rule::Endpoint { conditions, .. } | Rule::Error(conditions, _) => !conditions.is_empty(),
    }
}

fn has_calls(rule: &Rule) -> bool {
    fn call(value: &Expression) -> bool {
        match value {
            Expression::Call(..) => true,
            Expression::List(items) => items.iter().any(call),
            Expression::Map(entries) => entries.iter().any(|(_, value)| call(value)),
            _ => false,
        }
    }
    let condition = |condition: &Condition| call(&condition.value);
    match rule {
        Rule::Tree(conditions, rules) => {
            conditions.iter().any(condition) || rules.iter().any(has_calls)
        }
        Rule::Error(conditions, message) => conditions.iter().any(condition) || call(message),
        Rule::Endpoint {
            conditions,
            url,
            properties,
            headers,
        } => {
            let mut values = properties
                .iter()
                .map(|(_, value)| value)
                .chain(headers.iter().flat_map(|(_, values)| values));
            conditions.iter().any(condition) || call(url) || values.any(call)
        }
    }
}

fn rule(rule: &Rule) -> TokenStream {
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
        Rule::Endpoint {
            conditions,
            url,
            properties,
            headers,
        } => {
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

fn condition(Condition { value, assign }: &Condition) -> TokenStream {
    let value = expression(value);
    quote! { Condition(#value, #assign) }
}

fn entry((name, value): &(String, Expression)) -> TokenStream {
    let value = expression(value);
    quote! { (#name, #value) }
}

fn expression(value: &Expression) -> TokenStream {
    match value {
        Expression::Boolean(value) => quote! { Boolean(#value) },
        Expression::Integer(value) => {
            let value = Literal::i64_unsuffixed(*value);
            quote! { Integer(#value) }
        }
        Expression::Text(text) => quote! { Text(#text) },
        Expression::Ref(name) => quote! { Ref(#name) },
        Expression::Call(function, arguments) => {
            let function = crate::lower::ident(function);
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
