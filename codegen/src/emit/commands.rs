//! `commands.rs`: the command word of each operation, the option of each input member, and how the
//! AWS CLI differs.

use super::values;
use crate::rust::Service;
use opsmith_schema::commands::{Change, Command, Form, Gather, Hoist, Save, Sent};
use proc_macro2::{Literal, TokenStream};
use quote::{format_ident, quote};

pub(crate) fn items(service: &Service<'_>) -> TokenStream {
    let commands = service.commands.commands.iter().map(command);
    let missing = service.commands.missing;
    let missing = (!missing.is_empty())
        .then(|| pairs(missing))
        .map(|missing| quote! { .missing(#missing) });
    let shapes = service.commands.shapes;
    let shapes = (!shapes.is_empty()).then(|| {
        let shapes = shapes.iter().map(|(name, shown)| {
            let shown = values::variant(shown);
            quote! { (#name, Shown::#shown) }
        });
        quote! { .shapes(&[#(#shapes),*]) }
    });
    quote! {
        use super::docs::DOCS;
        use super::schema::SERVICE;
        use opsmith_runtime::schema::commands::*;

        #[doc = " The commands of the service."]
        pub static COMMANDS: Commands<'static> = Commands::new(&SERVICE, OPERATION_COMMANDS, DOCS) #missing #shapes;

        #[doc = " The command of each operation, in the order of the schema."]
        static OPERATION_COMMANDS: &[Command<'static>] = &[#(#commands),*];
    }
}

fn command(command: &Command<'_>) -> TokenStream {
    let Command {
        name,
        options,
        changes,
        waiters,
    } = command;
    let changed = changes.iter().map(change);
    let changed = (!changes.is_empty()).then(|| quote! { .changed(&[#(#changed),*]) });
    let waiters = (!waiters.is_empty()).then(|| quote! { .waiters(&[#(#waiters),*]) });
    quote! { command(#name, &[#(#options),*]) #changed #waiters }
}

fn change(change: &Change<'_>) -> TokenStream {
    match change {
        Change::Removed => quote! { Change::Removed },
        Change::Hidden => quote! { Change::Hidden },
        Change::Word(word) => quote! { Change::Word(#word) },
        Change::Alias(option, other) => quote! { Change::Alias(#option, #other) },
        Change::Negative(option, name) => quote! { Change::Negative(#option, #name) },
        Change::Unlisted(option) => quote! { Change::Unlisted(#option) },
        Change::Optional(option) => quote! { Change::Optional(#option) },
        Change::SinglePage(option) => quote! { Change::SinglePage(#option) },
        Change::Bare(option) => quote! { Change::Bare(#option) },
        Change::Zip(option) => quote! { Change::Zip(#option) },
        Change::Switch(option) => quote! { Change::Switch(#option) },
        Change::Missing(option, nearest) => quote! { Change::Missing(#option, #nearest) },
        Change::Outfile(event, member) => quote! { Change::Outfile(#event, #member) },
        Change::Save(Save {
            option,
            path,
            by,
            of,
        }) => quote! {
            Change::Save(Save { option: #option, path: &[#(#path),*], by: #by, of: &[#(#of),*] })
        },
        Change::Hoist(found) => {
            let hoist = hoist(found);
            quote! { Change::Hoist(#hoist) }
        }
        Change::Split(parts) => {
            let parts = parts.iter().map(self::command);
            quote! { Change::Split(&[#(#parts),*]) }
        }
        Change::NeedsUrl => quote! { Change::NeedsUrl },
        Change::PageSize(size, with) => {
            let size = Literal::u32_unsuffixed(*size);
            quote! { Change::PageSize(#size, &[#(#with),*]) }
        }
        Change::Send(member, form) => {
            let sent = sent(form);
            quote! { Change::Send(#member, Sent::#sent) }
        }
        Change::Gather(found) => {
            let gather = gather(found);
            quote! { Change::Gather(#gather) }
        }
        Change::Show(path, form) => {
            let shown = values::variant(form);
            quote! { Change::Show(&[#(#path),*], Shown::#shown) }
        }
    }
}

fn sent(sent: &Sent<'_>) -> TokenStream {
    match sent {
        Sent::Default(text) => quote! { Default(#text) },
        Sent::Account(members) => quote! { Account(&[#(#members),*]) },
        Sent::Words(words) => {
            let words = pairs(words);
            quote! { Words(#words) }
        }
        Sent::Base64 => quote! { Base64 },
        Sent::Percent(up_to) => quote! { Percent(#up_to) },
        Sent::Md5(member) => quote! { Md5(#member) },
        Sent::Ascii => quote! { Ascii },
    }
}

fn gather(
    Gather {
        list,
        when,
        members,
        beside,
    }: &Gather<'_>,
) -> TokenStream {
    let members = members
        .iter()
        .map(|(member, place)| quote! { (#member, &[#(#place),*]) });
    let beside = pairs(beside);
    quote! {
        Gather { list: #list, when: &[#(#when),*], members: &[#(#members),*], beside: #beside }
    }
}

/// A hoisted option; only values other than the default are written.
fn hoist(
    Hoist {
        option,
        path,
        form,
        required,
        exclusive,
        siblings,
        alone,
        unique,
        needs,
        excludes,
        words,
        starts,
    }: &Hoist<'_>,
) -> TokenStream {
    let form = match form {
        Form::Value => quote! {},
        Form::Flag(texts) => quote! { form: Form::Flag(&[#(#texts),*]), },
        Form::Pairs(between) => quote! { form: Form::Pairs(#between), },
        Form::Range(other, between) => quote! { form: Form::Range(#other, #between), },
        Form::Each(member, beside) => {
            let beside = pairs(beside);
            quote! { form: Form::Each(#member, #beside), }
        }
        Form::Counted(list, count) => quote! { form: Form::Counted(#list, #count), },
    };
    let table = |name: &str, table: &[(&str, &str)]| {
        let name = format_ident!("{name}");
        let pairs = (!table.is_empty()).then(|| pairs(table))?;
        Some(quote! { #name: #pairs, })
    };
    let siblings = table("siblings", siblings);
    let alone = table("alone", alone);
    let unique = table("unique", unique);
    let words = table("words", words);
    let starts = table("starts", starts);
    let mark = |name: &str, set: bool| {
        let name = format_ident!("{name}");
        set.then(|| quote! { #name: true, })
    };
    let required = mark("required", *required);
    let exclusive = mark("exclusive", *exclusive);
    let list = |name: &str, texts: &[&str]| {
        let name = format_ident!("{name}");
        (!texts.is_empty()).then(|| quote! { #name: &[#(#texts),*], })
    };
    let needs = list("needs", needs);
    let excludes = list("excludes", excludes);
    let parts = quote! { #form #required #exclusive #siblings #alone #unique #needs #excludes #words #starts };
    if parts.is_empty() {
        quote! { hoist(#option, &[#(#path),*]) }
    } else {
        quote! { Hoist { #parts ..hoist(#option, &[#(#path),*]) } }
    }
}

fn pairs(pairs: &[(&str, &str)]) -> TokenStream {
    let pairs = pairs.iter().map(|(name, value)| quote! { (#name, #value) });
    quote! { &[#(#pairs),*] }
}
