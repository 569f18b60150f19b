//! `commands.rs`: the command word of each operation and the option of each member of its input.

use crate::ir::{Operation, Service};
use proc_macro2::TokenStream;
use quote::quote;

pub(crate) fn items(service: &Service) -> TokenStream {
    let rows = service.operations.iter().map(|Operation { command, options, .. }| {
        quote! { command(#command, &[#(#options),*]) }
    });
    quote! {
        use super::docs::DOCS;
        use super::rows::SERVICE;
        use opsmith_runtime::commands::{Command, Commands, command};

        #[doc = " The commands of the service."]
        pub static COMMANDS: Commands<'static> = Commands { service: &SERVICE, commands: ROWS, docs: DOCS };

        static ROWS: &[Command<'static>] = &[#(#rows),*];
    }
}
