//! `docs.rs`: all documentation by shape id, for help pages.

use crate::rust::Service;
use proc_macro2::TokenStream;
use quote::quote;

pub(crate) fn items(service: &Service<'_>) -> TokenStream {
    let rows = service.commands.docs.iter();
    let rows = rows.map(|(id, text)| quote! { (#id, #text) });
    quote! {
        #[doc = " Documentation in a small subset of Markdown, sorted by shape id."]
        pub(crate) static DOCS: &[(&str, &str)] = &[#(#rows),*];
    }
}
