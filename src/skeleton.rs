//! Samples of inputs and outputs.

use opsmith_runtime::commands::Commands;
use opsmith_runtime::document::{Document, Map};
use opsmith_runtime::rows::{Ix, Service};

pub(crate) fn input(_: &Service<'_>, _: Option<Ix>) -> Document {
    Document::Map(Map::new())
}
pub(crate) fn output(_: &Service<'_>, _: Option<Ix>) -> Document {
    Document::Map(Map::new())
}
pub(crate) fn yaml_input(_: &Commands<'_>, _: Option<Ix>) -> String {
    String::new()
}
