//! `schema.rs`: the service as data.
//!
//! For calls with documents, which need no types, the schema is one file with the endpoint rules.

use super::values;
use crate::rust::{Operation, Service, Shape};
use opsmith_schema::{Flags, Kind, Member, ShapeIndex, Width};
use proc_macro2::TokenStream;
use quote::quote;

pub(crate) fn items(service: &Service<'_>) -> TokenStream {
    let definitions = definitions(service);
    quote! {
        use super::endpoints::RULES;
        use opsmith_runtime::schema::*;

        #definitions
    }
}

/// The schema with the endpoint rules.
pub(crate) fn whole(service: &Service<'_>) -> TokenStream {
    let names = super::endpoints::names(service);
    let rules = super::endpoints::definition(service);
    let definitions = definitions(service);
    quote! {
        use opsmith_runtime::schema::rules::{#(#names),*};
        use opsmith_runtime::schema::*;

        #rules

        #definitions
    }
}

fn definitions(service: &Service<'_>) -> TokenStream {
    let names = service.shapes.iter().map(|shape| &shape.rust);
    let operations = service.operations.iter();
    let operations = operations.map(|found| operation(service, found));
    let shapes = service.shapes.iter().map(|found| shape(service, found));
    let root = root(service);
    let indices = (!service.shapes.is_empty()).then(|| {
        quote! {
            #[doc = " The index of each shape in the schema."]
            #[derive(Debug, Clone, Copy, PartialEq, Eq)]
            #[repr(u32)]
            pub(crate) enum Shapes { #(#names),* }
        }
    });
    quote! {
        #root

        #indices

        static OPERATIONS: &[Operation<'static>] = &[#(#operations),*];

        static SHAPES: &[Shape<'static>] = &[#(#shapes),*];
    }
}

fn root(service: &Service<'_>) -> TokenStream {
    let opsmith_schema::Service {
        id,
        sdk_id,
        title,
        version,
        source,
        command,
        signing_name,
        target_prefix,
        protocols,
        protocol,
        operations: _,
        shapes: _,
        endpoint: _,
        traits,
    } = **service;
    let protocols = protocols.iter().map(values::variant);
    let protocol = values::variant(&protocol);
    let traits = traits.iter().map(values::of_trait);
    quote! {
        #[doc = " The service as data: operations, shapes, endpoint rules."]
        pub static SERVICE: Service<'static> = Service {
            id: #id,
            sdk_id: #sdk_id,
            title: #title,
            version: #version,
            source: #source,
            command: #command,
            signing_name: #signing_name,
            target_prefix: #target_prefix,
            protocols: &[#(Protocol::#protocols),*],
            protocol: Protocol::#protocol,
            operations: OPERATIONS,
            shapes: SHAPES,
            endpoint: RULES,
            traits: &[#(#traits),*],
        };
    }
}

fn operation(service: &Service<'_>, operation: &Operation<'_>) -> TokenStream {
    let opsmith_schema::Operation {
        name,
        input,
        output,
        errors,
        traits,
    } = operation.schema;
    let optional = |index: Option<ShapeIndex>| match index.and_then(|at| index_of(service, at)) {
        Some(index) => quote! { Some(#index) },
        None => quote! { None },
    };
    let input = optional(input);
    let output = optional(output);
    let errors = errors.iter();
    let errors: Vec<_> = errors
        .filter_map(|error| index_of(service, *error))
        .collect();
    let errors = (!errors.is_empty()).then(|| quote! { .errors(&[#(#errors),*]) });
    let traits = values::of_traits(traits);
    quote! { operation(#name, #input, #output) #errors #traits }
}

fn shape(service: &Service<'_>, shape: &Shape<'_>) -> TokenStream {
    let opsmith_schema::Shape {
        name,
        kind,
        flags: set,
        min,
        max,
        members,
        values,
        traits,
    } = shape.schema;
    let members = members.iter().map(|found| member(service, found));
    let constructor = crate::rust::Ident::new(constructor(kind));
    let parts = match kind {
        Kind::Enum => quote! { , &[#(#values),*] },
        Kind::List | Kind::Map | Kind::Structure | Kind::Union => quote! { , &[#(#members),*] },
        _ => TokenStream::new(),
    };
    let min = bound("min", min);
    let max = bound("max", max);
    // The constructor of a structure sees for itself which members are required.
    let flags = flags(set.difference(Flags::HAS_REQUIRED));
    let traits = values::of_traits(traits);
    quote! { #constructor(#name #parts) #min #max #flags #traits }
}

fn bound(word: &str, bound: Option<f64>) -> Option<TokenStream> {
    let word = crate::rust::Ident::new(word);
    let bound = values::number(bound?);
    Some(quote! { .#word(#bound) })
}

fn constructor(kind: Kind) -> &'static str {
    match kind {
        Kind::Blob => "blob",
        Kind::Boolean => "boolean",
        Kind::String => "string",
        Kind::Enum => "enumeration",
        Kind::Integer(Width::Byte) => "byte",
        Kind::Integer(Width::Short) => "short",
        Kind::Integer(Width::Integer) => "integer",
        Kind::Integer(Width::Long) => "long",
        Kind::Integer(Width::Big) => "big_integer",
        Kind::Float => "float",
        Kind::Double => "double",
        Kind::Timestamp => "timestamp",
        Kind::Document => "document",
        Kind::List => "list",
        Kind::Map => "map",
        Kind::Structure => "structure",
        Kind::Union => "union",
    }
}

fn member(service: &Service<'_>, member: &Member<'_>) -> TokenStream {
    let name = member.name;
    let target = index_of(service, member.target);
    // The constructor sees for itself which members are bound.
    let flags = flags(member.flags.difference(Flags::BOUND));
    let traits = values::of_traits(member.traits);
    quote! { member(#name, #target) #flags #traits }
}

/// The calls that set flags; the commonest have methods.
fn flags(flags: Flags) -> TokenStream {
    let calls = flags.iter_names().map(|(name, flag)| match flag {
        Flags::REQUIRED => quote! { .required() },
        Flags::SENSITIVE => quote! { .sensitive() },
        _ => {
            let name = crate::rust::Ident::new(name);
            quote! { .flags(Flags::#name) }
        }
    });
    quote! { #(#calls)* }
}

/// The expression for a shape's index.
fn index_of(service: &Service<'_>, index: ShapeIndex) -> Option<TokenStream> {
    let name = &service.at(index)?.rust;
    Some(quote! { Shapes::#name as _ })
}
