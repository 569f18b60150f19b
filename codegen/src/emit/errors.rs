//! `errors.rs`: the codes of the service's errors, as one enum.

use super::{prose, rustdoc};
use crate::ir::{Service, Shape, Trait};
use proc_macro2::TokenStream;
use quote::quote;

pub(crate) fn items(service: &Service) -> TokenStream {
    let is_error = |shape: &&Shape| {
        shape
            .traits
            .iter()
            .any(|found| matches!(found, Trait::Error { .. }))
    };
    let errors: Vec<_> = service.shapes.iter().filter(is_error).collect();
    let types: Vec<String> = errors.iter().map(|shape| shape.rust.to_string()).collect();
    let names = crate::lower::variants(types.iter().map(String::as_str));
    let variants = errors.iter().zip(&names).map(|(shape, name)| {
        let docs = rustdoc(&shape.docs, &prose::code(&shape.name));
        quote! { #docs #name }
    });
    let values = errors.iter().map(|shape| &shape.name);
    quote! {
        #[doc = " The codes of the errors that the model lists."]
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum ErrorCode {
            #(#variants,)*
            #[doc = " A code that the model does not list."]
            Unknown(String),
        }
        opsmith_runtime::enumeration!(ErrorCode { #(#names = #values),* });
        opsmith_runtime::error_code!(ErrorCode);
    }
}
