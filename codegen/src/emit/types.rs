//! `types.rs`: a Rust type per structure and union, and the macro line that ties it to its row.

use super::{deprecated, deprecated_type, prose, rustdoc};
use crate::ir::{Kind, Member, Service, Shape};
use proc_macro2::TokenStream;
use quote::quote;
use std::collections::BTreeSet;

pub(crate) fn items(service: &Service) -> TokenStream {
    let typed = || {
        service
            .shapes
            .iter()
            .filter(|shape| shape.typed && shape.has_members())
    };
    let types = typed().map(|shape| match shape.kind {
        Kind::Union => union(service, shape),
        _ => structure(service, shape),
    });
    let used: BTreeSet<&str> = typed()
        .flat_map(|shape| &shape.members)
        .flat_map(|member| imports(service, member.target))
        .collect();
    let import = |name: &'static str| {
        let ident = crate::lower::ident(name);
        used.contains(name).then_some(ident)
    };
    let runtime: Vec<_> = ["Blob", "Document", "Timestamp"]
        .into_iter()
        .filter_map(import)
        .collect();
    let runtime = (!runtime.is_empty()).then(|| quote! { use opsmith_runtime::{#(#runtime),*}; });
    let enums = used
        .contains("enum")
        .then(|| quote! { use super::enums::*; });
    let rows = typed()
        .next()
        .map(|_| quote! { use super::schema::{SERVICE, Shapes}; });
    let maps = used
        .contains("BTreeMap")
        .then(|| quote! { use std::collections::BTreeMap; });
    quote! { #enums #rows #runtime #maps #(#types)* }
}

/// The type of a structure, union or enum by itself; nothing for other shapes.
#[cfg(feature = "tool")]
pub(crate) fn alone(service: &Service, shape: &Shape) -> TokenStream {
    match shape.kind {
        _ if !shape.typed => TokenStream::new(),
        Kind::Structure => structure(service, shape),
        Kind::Union => union(service, shape),
        Kind::Enum => super::enums::item(shape),
        _ => TokenStream::new(),
    }
}

/// The Rust type of a shape's values, as text.
#[cfg(feature = "tool")]
pub(crate) fn text_of(service: &Service, shape: &Shape) -> String {
    let index = service
        .shapes
        .iter()
        .position(|other| std::ptr::eq(other, shape));
    index.map_or_else(String::new, |index| {
        type_of(service, index).to_string().replace(' ', "")
    })
}

/// What the type of a member needs to have imported.
fn imports(service: &Service, target: usize) -> Vec<&'static str> {
    let Some(shape) = service.shapes.get(target) else {
        return Vec::new();
    };
    let inner = || {
        shape
            .members
            .iter()
            .flat_map(|member| imports(service, member.target))
    };
    match shape.kind {
        Kind::Blob => vec!["Blob"],
        Kind::Document => vec!["Document"],
        Kind::Timestamp => vec!["Timestamp"],
        Kind::Enum => vec!["enum"],
        Kind::List => inner().collect(),
        // A map's key is text, whatever its shape.
        Kind::Map => inner()
            .filter(|name| *name != "enum" || map_value_is_enum(service, shape))
            .chain(["BTreeMap"])
            .collect(),
        _ => Vec::new(),
    }
}

fn map_value_is_enum(service: &Service, map: &Shape) -> bool {
    map.members
        .get(1)
        .is_some_and(|value| imports(service, value.target).contains(&"enum"))
}

fn structure(service: &Service, shape: &Shape) -> TokenStream {
    let docs = rustdoc(
        &shape.docs,
        &format!("{} of the model.", prose::code(&shape.name)),
    );
    let deprecated_type = deprecated_type(shape.deprecated.as_deref());
    let name = &shape.rust;
    let fields = shape.members.iter().map(|member| {
        let docs = rustdoc(
            &member.docs,
            &format!("{} of the model.", prose::code(&member.name)),
        );
        let deprecated = deprecated(member.deprecated.as_deref());
        let field = &member.rust;
        let inner = member_type(service, member);
        let field_type = if member.plain {
            inner
        } else {
            quote! { Option<#inner> }
        };
        quote! { #docs #deprecated pub #field: #field_type }
    });
    let names = shape.members.iter().map(|member| &member.rust);
    let required: Vec<_> = shape.members.iter().filter(|member| member.plain).collect();
    let arguments = required.iter().map(|member| {
        let field = &member.rust;
        let inner = member_type(service, member);
        quote! { #field: #inner }
    });
    let new = (!required.is_empty()).then(|| quote! { new(#(#arguments),*) });
    let optional: Vec<_> = shape
        .members
        .iter()
        .filter(|member| !member.plain)
        .collect();
    let setters = optional.iter().map(|member| {
        let field = &member.rust;
        let inner = member_type(service, member);
        let sentence =
            Some(prose::first_sentence(&member.docs.0)).filter(|sentence| !sentence.is_empty());
        let docs = sentence
            .map(|sentence| format!(" {sentence}."))
            .map(|docs| quote! { = #docs });
        let deprecated = deprecated(member.deprecated.as_deref());
        quote! { #deprecated #field: #inner #docs }
    });
    let set = (!optional.is_empty()).then(|| quote! { set(#(#setters),*) });
    quote! {
        #docs
        #deprecated_type
        #[derive(Clone, Default, PartialEq)]
        #[non_exhaustive]
        pub struct #name { #(#fields),* }
        opsmith_runtime::structure!(#name [#(#names),*] #new #set);
    }
}

fn union(service: &Service, shape: &Shape) -> TokenStream {
    let docs = rustdoc(
        &shape.docs,
        &format!(
            "{} of the model: one of its members.",
            prose::code(&shape.name)
        ),
    );
    let deprecated_type = deprecated_type(shape.deprecated.as_deref());
    let name = &shape.rust;
    let variants = shape.members.iter().map(|member| {
        let docs = rustdoc(
            &member.docs,
            &format!("{} of the model.", prose::code(&member.name)),
        );
        let deprecated = deprecated(member.deprecated.as_deref());
        let variant = &member.rust;
        let inner = member_type(service, member);
        quote! { #docs #deprecated #variant(#inner) }
    });
    let names = shape.members.iter().map(|member| &member.rust);
    let types = shape
        .members
        .iter()
        .map(|member| member_type(service, member));
    let inner = shape
        .members
        .iter()
        .map(|member| type_of(service, member.target));
    let accessors =
        crate::lower::accessors(shape.members.iter().map(|member| member.name.as_str()));
    quote! {
        #docs
        #deprecated_type
        #[derive(Clone, PartialEq)]
        #[non_exhaustive]
        pub enum #name {
            #(#variants,)*
            #[doc = " A member that is newer than the model; it can be received, not sent."]
            Unknown,
        }
        opsmith_runtime::union!(#name { #(#names(#types) #accessors: #inner),* });
    }
}

/// The type of a member's value, with its box where it needs one.
pub(crate) fn member_type(service: &Service, member: &Member) -> TokenStream {
    let inner = type_of(service, member.target);
    if member.boxed {
        quote! { Box<#inner> }
    } else {
        inner
    }
}

fn type_of(service: &Service, target: usize) -> TokenStream {
    let Some(shape) = service.shapes.get(target) else {
        return quote! { () };
    };
    let part = |at: usize| {
        let inner = shape
            .members
            .get(at)
            .map(|member| type_of(service, member.target));
        if shape.sparse {
            quote! { Option<#inner> }
        } else {
            quote! { #inner }
        }
    };
    match shape.kind {
        Kind::Blob => quote! { Blob },
        Kind::Boolean => quote! { bool },
        Kind::String => quote! { String },
        Kind::Byte => quote! { i8 },
        Kind::Short => quote! { i16 },
        Kind::Integer => quote! { i32 },
        Kind::Long => quote! { i64 },
        Kind::BigInteger => quote! { i128 },
        Kind::Float => quote! { f32 },
        Kind::Double => quote! { f64 },
        Kind::Timestamp => quote! { Timestamp },
        Kind::Document => quote! { Document },
        Kind::List => {
            let element = part(0);
            quote! { Vec<#element> }
        }
        Kind::Map => {
            let value = part(1);
            quote! { BTreeMap<String, #value> }
        }
        Kind::Enum | Kind::Structure | Kind::Union => {
            let name = &shape.rust;
            quote! { #name }
        }
    }
}
