//! `client.rs`: the client with a method per operation.

use super::{deprecated, doc_lines, prose, rustdoc};
use crate::rust::{Operation, Service, Shape};
use opsmith_schema::ShapeIndex;
use proc_macro2::TokenStream;
use quote::{ToTokens as _, quote};

pub(crate) fn items(service: &Service<'_>) -> TokenStream {
    let methods = service
        .operations
        .iter()
        .map(|operation| method(service, operation));
    let has_types = service
        .operations
        .iter()
        .any(|operation| operation.input.is_some() || operation.output.is_some());
    let types = has_types.then(|| quote! { use super::types::*; });
    let about = format!(" A client for {}.", prose::plain(service.title).join(" "));
    let waiters = waiters(service);
    let events = service.has_events();
    let events = events.then(|| quote! { opsmith_runtime::event_streams!(); });
    quote! {
        use super::schema::SERVICE;
        #types
        use opsmith_runtime::call::Call;

        #[doc = #about]
        #[derive(Clone, Debug)]
        pub struct Client(opsmith_runtime::Client<'static>);
        opsmith_runtime::client!(Client, SERVICE);
        #events

        impl Client {
            #(#methods)*
        }
        #waiters
    }
}

/// A method per waiter, which a macro makes when the runtime has them.
fn waiters(service: &Service<'_>) -> Option<TokenStream> {
    let waiters = service.operations.iter().flat_map(|operation| {
        let waiters = operation.schema.waiters().iter().zip(&operation.waiters);
        waiters.map(|(waiter, method)| {
            let name = waiter.name;
            let rust = |index: Option<ShapeIndex>| Some(&service.at(index?)?.rust);
            let input = rust(operation.input).map(|input| quote! { input: #input });
            let call = &operation.method;
            let output =
                rust(operation.output).map_or_else(|| quote! { () }, |output| quote! { #output });
            let docs = format!(
                " Calls {} until {}.",
                prose::code(operation.name),
                prose::code(name)
            );
            quote! { #[doc = #docs] #method = #call(#input) -> #output, #name; }
        })
    });
    let waiters: Vec<_> = waiters.collect();
    (!waiters.is_empty()).then(|| quote! { opsmith_runtime::waiters!(Client { #(#waiters)* }); })
}

/// An operation's method by itself.
#[cfg(feature = "tool")]
pub(crate) fn alone(service: &Service<'_>, operation: &Operation<'_>) -> TokenStream {
    let method = method(service, operation);
    quote! { impl Client { #method } }
}

fn method(service: &Service<'_>, operation: &Operation<'_>) -> TokenStream {
    let name = &operation.name;
    let docs = rustdoc(operation.docs, &format!("Calls {}.", prose::code(name)));
    let errors = errors(service, operation);
    let example = super::example::docs(service, operation);
    let deprecated = deprecated(operation.deprecated());
    let method = &operation.method;
    let shape = |index: Option<ShapeIndex>| index.and_then(|index| service.at(index));
    let (input, output) = (shape(operation.input), shape(operation.output));
    let allow = allow_deprecated([input, output]);
    let output = output.map_or_else(|| quote! { () }, |shape| shape.rust.to_token_stream());
    let events = shape(service.events(operation.output)).map(|shape| &shape.rust);
    let output = match (events, service.stream(operation.output)) {
        (Some(events), _) => quote! { opsmith_runtime::events::WithEvents<#output, #events> },
        (None, Some(_)) => quote! { opsmith_runtime::call::Streamed<#output> },
        (None, None) => output,
    };
    let (parameter, argument) = match input.map(|shape| &shape.rust) {
        Some(input) => (Some(quote! { , input: #input }), quote! { input }),
        None => (None, quote! { () }),
    };
    let stream = service.stream(operation.input);
    let body = stream.map(|_| quote! { , body: impl Into<opsmith_runtime::http::Body> });
    let set_body = stream.map(|_| quote! { .body(body) });
    quote! {
        #docs
        #errors
        #example
        #deprecated
        #allow
        pub fn #method(&self #parameter #body) -> Call<#output> {
            self.0.call(#name, #argument) #set_body
        }
    }
}

/// The method of an operation compiles without a warning where its input or output is deprecated:
/// the warning is for callers, who get it when they build the input.
fn allow_deprecated(shapes: [Option<&Shape<'_>>; 2]) -> Option<TokenStream> {
    let mut shapes = shapes.into_iter().flatten();
    shapes
        .any(|shape| shape.deprecated.is_some())
        .then(|| quote! { #[allow(deprecated)] })
}

/// The section of the documentation that lists the operation's errors.
fn errors(service: &Service<'_>, operation: &Operation<'_>) -> TokenStream {
    let errors = service.errors(operation).into_iter();
    let names = errors.filter_map(|error| service.at(error));
    let names: Vec<String> = names.map(|shape| prose::code(shape.name)).collect();
    if names.is_empty() {
        return TokenStream::new();
    }
    let listed = format!("{}.", names.join(", "));
    let words = ["Codes", "of", "the", "service:"]
        .into_iter()
        .chain(listed.split_inclusive(", ").map(str::trim_end));
    let lines = ["", "# Errors", ""].into_iter().map(str::to_owned);
    doc_lines(
        lines
            .chain(prose::lines(words.map(str::to_owned)))
            .collect(),
    )
}
