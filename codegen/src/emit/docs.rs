//! `docs.rs`: all documentation by shape id, for help pages.

use crate::ir::{Docs, Service};
use proc_macro2::TokenStream;
use quote::quote;
use std::collections::BTreeMap;

pub(crate) fn items(service: &Service) -> TokenStream {
    let mut docs: BTreeMap<String, &Docs> = BTreeMap::new();
    let name = service.id.split_once('#').map_or(service.id.as_str(), |(_, name)| name);
    docs.insert(name.to_owned(), &service.docs);
    docs.extend(service.operations.iter().map(|operation| (operation.name.clone(), &operation.docs)));
    for shape in &service.shapes {
        docs.insert(shape.name.clone(), &shape.docs);
        docs.extend(shape.members.iter().map(|member| (format!("{}${}", shape.name, member.name), &member.docs)));
    }
    let rows = docs.iter().filter(|(_, docs)| !docs.0.is_empty()).map(|(id, Docs(text))| quote! { (#id, #text) });
    quote! {
        #[doc = " Documentation in a small subset of Markdown, sorted by shape id."]
        pub static DOCS: &[(&str, &str)] = &[#(#rows),*];
    }
}
