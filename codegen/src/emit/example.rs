//! The example in each operation's documentation: a call with all required members.

use crate::rust::{Member, Operation, Service, Shape};
use opsmith_schema::{Flags, Kind, Width};
use proc_macro2::TokenStream;
use quote::quote;

/// How deep an example spells out nested structures.
const DEEPEST: usize = 4;

/// The lines of documentation. `example!` opens and closes the code block: it is compiled in a
/// crate, and only shown elsewhere, where the path to the service is unknown.
pub(crate) fn docs(service: &Service<'_>, operation: &Operation<'_>) -> TokenStream {
    let code = call(service, operation)
        .into_iter()
        .map(|line| format!(" {line}"));
    quote! {
        #[doc = ""]
        #[doc = " # Example"]
        #[doc = ""]
        #[doc = example!(begin)]
        #(#[doc = #code])*
        #[doc = example!(end)]
    }
}

/// The lines of a call with all required members, and a loop over its events.
pub(crate) fn call(service: &Service<'_>, operation: &Operation<'_>) -> Vec<String> {
    let method = &operation.method;
    let input = operation
        .input
        .and_then(|index| service.at(index))
        .map(|shape| structure(service, shape, 0));
    let body = service.stream(operation.input);
    let body = body.map(|(_, member)| member.name.to_owned() + " as bytes, or a file");
    let body = body.map(|content| quote! { , #content });
    let call = quote! { client.#method(#input #body).await?; };
    lines(&if service.events(operation.output).is_some() {
        quote! {
            let mut output = #call
            while let Some(event) = output.events.next().await {
                let event = event?;
                println!("{event:?}");
            }
        }
    } else if operation.output.is_some() {
        quote! { let output = #call }
    } else {
        call
    })
}

/// The statements as prettyplease prints them. Empty if they don't parse, which would be a bug in
/// this module.
fn lines(statements: &TokenStream) -> Vec<String> {
    let Ok(item) = syn::parse2(quote! { fn example() { #statements } }) else {
        return Vec::new();
    };
    let file = syn::File {
        shebang: None,
        attrs: Vec::new(),
        items: vec![item],
    };
    let text = prettyplease::unparse(&file);
    let lines = text.lines().filter_map(|line| line.strip_prefix("    "));
    lines.map(str::to_owned).collect()
}

fn structure(service: &Service<'_>, shape: &Shape<'_>, depth: usize) -> TokenStream {
    let name = &shape.rust;
    let required: Vec<&Member<'_>> = shape.members.iter().filter(|member| member.plain).collect();
    if required.is_empty() || depth == DEEPEST {
        return quote! { #name::default() };
    }
    let arguments = required
        .into_iter()
        .map(|member| argument(service, member, depth));
    quote! { #name::new(#(#arguments),*) }
}

/// An argument, which is converted: text needs no more than quotes.
fn argument(service: &Service<'_>, member: &Member<'_>, depth: usize) -> TokenStream {
    let name = &member.name;
    match service.at(member.target).map(|shape| shape.kind) {
        Some(Kind::String) => quote! { #name },
        _ => value(service, member, depth),
    }
}

/// The value of a member, with its box where it needs one.
fn value(service: &Service<'_>, member: &Member<'_>, depth: usize) -> TokenStream {
    let Some(shape) = service.at(member.target) else {
        return quote! { () };
    };
    let value = of_shape(service, shape, member.name, depth + 1);
    if member.boxed {
        quote! { Box::new(#value) }
    } else {
        value
    }
}

/// A value of a shape; nested lists, maps and unions are empty where it gets too deep.
fn of_shape(service: &Service<'_>, shape: &Shape<'_>, name: &str, depth: usize) -> TokenStream {
    match shape.kind {
        Kind::Blob => quote! { opsmith_runtime::Blob::from(#name) },
        Kind::Boolean => quote! { true },
        Kind::String => quote! { #name.to_owned() },
        Kind::Integer(Width::Byte) => quote! { 1_i8 },
        Kind::Integer(Width::Short) => quote! { 1_i16 },
        Kind::Integer(Width::Integer) => quote! { 1 },
        Kind::Integer(Width::Long) => quote! { 1_i64 },
        Kind::Integer(Width::Big) => quote! { 1_i128 },
        Kind::Float => quote! { 1.0_f32 },
        Kind::Double => quote! { 1.0 },
        Kind::Timestamp => {
            quote! { opsmith_runtime::Timestamp::from(std::time::SystemTime::now()) }
        }
        Kind::Document => quote! { opsmith_runtime::Document::from(#name) },
        Kind::List | Kind::Map => collection(service, shape, depth),
        Kind::Enum => {
            let rust = &shape.rust;
            let first = shape.values.first().map(|first| &first.rust);
            first.map_or_else(
                || quote! { #rust::from_wire(#name) },
                |variant| quote! { #rust::#variant },
            )
        }
        Kind::Structure => structure(service, shape, depth),
        Kind::Union => union(service, shape, depth),
    }
}

/// A list or map with one entry.
fn collection(service: &Service<'_>, shape: &Shape<'_>, depth: usize) -> TokenStream {
    let is_list = shape.kind == Kind::List;
    // The last member is the element, or the value of a map.
    let entry = shape.members.last().filter(|_| depth < DEEPEST);
    let entry = entry.map(|member| value(service, member, depth));
    let entry = entry.map(|entry| {
        if shape.is(Flags::SPARSE) {
            quote! { Some(#entry) }
        } else {
            entry
        }
    });
    match (is_list, entry) {
        (true, None) => quote! { Vec::new() },
        (true, Some(entry)) => quote! { vec![#entry] },
        (false, None) => quote! { std::collections::BTreeMap::new() },
        (false, Some(entry)) => {
            quote! { std::collections::BTreeMap::from([("key".to_owned(), #entry)]) }
        }
    }
}

/// A union with its first variant.
fn union(service: &Service<'_>, shape: &Shape<'_>, depth: usize) -> TokenStream {
    let rust = &shape.rust;
    match shape.members.first() {
        Some(first) if depth < DEEPEST => {
            let variant = &first.rust;
            let value = value(service, first, depth);
            quote! { #rust::#variant(#value) }
        }
        _ => quote! { #rust::Unknown },
    }
}
