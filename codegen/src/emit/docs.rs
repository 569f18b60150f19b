//! `docs.rs`: all documentation by shape id, for help pages.

use crate::ir::Service;
use proc_macro2::TokenStream;
use quote::quote;

pub(crate) fn items(service: &Service) -> TokenStream {
    let rows = service
        .docs_by_id()
        .into_iter()
        .map(|(id, text)| quote! { (#id, #text) });
    quote! {
        #[doc = " Documentation in a small subset of Markdown, sorted by shape id."]
        pub static DOCS: &[(&str, &str)] = &[#(#rows),*];
    }
}
