//! `enums.rs`: a Rust enum per enum, open for values that are newer than the model.

use super::{deprecated, deprecated_type, prose, rustdoc};
use crate::ir::{Kind, Service, Shape};
use proc_macro2::TokenStream;
use quote::quote;

pub(crate) fn items(service: &Service) -> TokenStream {
    let enums = || {
        service
            .shapes
            .iter()
            .filter(|shape| shape.typed && shape.kind == Kind::Enum)
    };
    let sensitive = enums().any(|shape| shape.sensitive);
    let rows = sensitive.then(|| quote! { use super::schema::{SERVICE, Shapes}; });
    let items = enums().map(item);
    quote! { #rows #(#items)* }
}

pub(crate) fn item(shape: &Shape) -> TokenStream {
    let docs = rustdoc(
        &shape.docs,
        &format!("{} of the model.", prose::code(&shape.name)),
    );
    let deprecated_type = deprecated_type(shape.deprecated.as_deref());
    let name = &shape.rust;
    let variants = shape.values.iter().map(|value| {
        let docs = rustdoc(&value.docs, &prose::code(&value.value));
        let deprecated = deprecated(value.deprecated.as_deref());
        let variant = &value.rust;
        quote! { #docs #deprecated #variant }
    });
    let names = shape.values.iter().map(|value| &value.rust);
    let values = shape.values.iter().map(|value| &value.value);
    let debug = (!shape.sensitive).then(|| quote! { Debug, });
    let redacted = shape
        .sensitive
        .then(|| quote! { opsmith_runtime::redacted!(#name); });
    quote! {
        #docs
        #deprecated_type
        #[derive(Clone, #debug PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum #name {
            #(#variants,)*
            #[doc = " A value that is newer than the model."]
            Unknown(String),
        }
        opsmith_runtime::enumeration!(#name { #(#names = #values),* });
        #redacted
    }
}
