//! `errors.rs`: the service's errors, as one enum.

use super::Item;
use crate::rust::{Service, Shape};

pub(crate) fn text(service: &Service<'_>) -> String {
    let is_error = |shape: &&Shape<'_>| shape.error().is_some();
    let errors: Vec<_> = service.shapes.iter().filter(is_error).collect();
    let types: Vec<String> = errors.iter().map(|shape| shape.rust.to_string()).collect();
    let names = crate::lower::variants(types.iter().map(String::as_str));
    let mut item = Item::open("errors");
    item.line("/// An error that the model lists, with its members.");
    item.block("pub enum ErrorKind", |item| {
        for (shape, name) in errors.iter().zip(names) {
            item.docs(shape.docs, Vec::new());
            let details = shape.typed.then_some(&shape.rust);
            item.variant(&name, details, shape.name);
        }
    });
    if errors.iter().any(|shape| shape.typed) {
        "use super::schema::{SERVICE, Shapes};\nuse super::types::*;\n\n".to_owned()
            + &item.finish()
    } else {
        item.finish()
    }
}
