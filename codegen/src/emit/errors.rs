//! `errors.rs`: the codes of the service's errors, as one enum.

use super::Item;
use crate::rust::{Service, Shape};

pub(crate) fn text(service: &Service<'_>) -> String {
    let is_error = |shape: &&Shape<'_>| shape.error().is_some();
    let errors: Vec<_> = service.shapes.iter().filter(is_error).collect();
    let types: Vec<String> = errors.iter().map(|shape| shape.rust.to_string()).collect();
    let names = crate::lower::variants(types.iter().map(String::as_str));
    let mut item = Item::open("enumeration");
    item.line("/// The codes of the errors that the model lists.");
    item.block("pub enum ErrorCode", |item| {
        for (shape, name) in errors.iter().zip(names) {
            item.docs(shape.docs, Vec::new());
            item.variant(&name, shape.name);
        }
    });
    item.finish() + "opsmith_runtime::error_code!(ErrorCode);\n"
}
