//! `commands.rs`: the command word of each operation, the option of each member of its input, and
//! what the AWS CLI changes.

use crate::ir::{Change, Hoist, Operation, Service};
use proc_macro2::TokenStream;
use quote::{format_ident, quote};

pub(crate) fn items(service: &Service) -> TokenStream {
    let rows = service.operations.iter().map(|operation| {
        let Operation {
            command,
            options,
            changes,
            ..
        } = operation;
        let changes = changes.iter().map(change);
        let changed = (changes.len() > 0).then(|| quote! { .changed(&[#(#changes),*]) });
        let waiters: Vec<_> = operation.waiters().map(|waiter| &waiter.command).collect();
        let waiters = (!waiters.is_empty()).then(|| quote! { .waiters(&[#(#waiters),*]) });
        quote! { command(#command, &[#(#options),*]) #changed #waiters }
    });
    let missing = (!service.missing.is_empty())
        .then(|| pairs(&service.missing))
        .map(|missing| quote! { .missing(#missing) });
    quote! {
        use super::docs::DOCS;
        use super::schema::SERVICE;
        use opsmith_runtime::schema::commands::*;

        #[doc = " The commands of the service."]
        pub static COMMANDS: Commands<'static> = Commands::new(&SERVICE, ROWS, DOCS) #missing;

        static ROWS: &[Command<'static>] = &[#(#rows),*];
    }
}

fn change(change: &Change) -> TokenStream {
    match change {
        Change::Mark(kind) => {
            let kind = format_ident!("{kind}");
            quote! { Change::#kind }
        }
        Change::One(kind, text) => {
            let kind = format_ident!("{kind}");
            quote! { Change::#kind(#text) }
        }
        Change::Two(kind, option, text) => {
            let kind = format_ident!("{kind}");
            quote! { Change::#kind(#option, #text) }
        }
        Change::Hoist(found) => {
            let hoist = hoist(found);
            quote! { Change::Hoist(#hoist) }
        }
    }
}

/// The row of a hoisted option: only what differs from most.
fn hoist(
    Hoist {
        option,
        path,
        flag,
        pairs: between,
        required,
        alone,
        beside,
        needs,
        excludes,
    }: &Hoist,
) -> TokenStream {
    let form = match between {
        _ if !flag.is_empty() => quote! { form: Form::Flag(&[#(#flag),*]), },
        Some(between) => quote! { form: Form::Pairs(#between), },
        None => quote! {},
    };
    let beside = (!beside.is_empty())
        .then(|| pairs(beside))
        .map(|pairs| quote! { beside: #pairs, });
    let mark = |name: &str, set: bool| {
        let name = format_ident!("{name}");
        set.then(|| quote! { #name: true, })
    };
    let required = mark("required", *required);
    let alone = mark("alone", *alone);
    let list = |name: &str, texts: &[String]| {
        let name = format_ident!("{name}");
        (!texts.is_empty()).then(|| quote! { #name: &[#(#texts),*], })
    };
    let needs = list("needs", needs);
    let excludes = list("excludes", excludes);
    let parts = quote! { #form #required #alone #beside #needs #excludes };
    if parts.is_empty() {
        quote! { hoist(#option, &[#(#path),*]) }
    } else {
        quote! { Hoist { #parts ..hoist(#option, &[#(#path),*]) } }
    }
}

fn pairs(pairs: &[(String, String)]) -> TokenStream {
    let pairs = pairs.iter().map(|(name, value)| quote! { (#name, #value) });
    quote! { &[#(#pairs),*] }
}
