//! Small sources, one for each thing that the importer maps.

mod files;
mod operations;
mod problems;
mod service;
mod shapes;

use serde_json::{Value, json};

use super::*;

/// A source under construction: what a test does not set is the least that makes a service.
struct Source {
    metadata: Value,
    operations: String,
    shapes: String,
    rest: String,
}

impl Source {
    fn new(protocol: &str) -> Self {
        let metadata = json!({
            "apiVersion": "2020-02-02", "endpointPrefix": "toy", "serviceId": "Toy Box", "signatureVersion": "v4",
            "protocol": protocol, "jsonVersion": "1.1",
        });
        Self {
            metadata,
            operations: "{}".to_owned(),
            shapes: "{}".to_owned(),
            rest: String::new(),
        }
    }

    fn metadata(mut self, entry: &str, value: Value) -> Self {
        self.metadata[entry] = value;
        self
    }

    /// The operations as text, since their order matters.
    fn operations(mut self, operations: &str) -> Self {
        self.operations = operations.to_owned();
        self
    }

    /// The shapes as text, since the order of members matters.
    fn shapes(mut self, shapes: &str) -> Self {
        self.shapes = shapes.to_owned();
        self
    }

    fn sources(&self) -> Sources {
        let Self {
            metadata,
            operations,
            shapes,
            rest,
        } = self;
        let text = format!(
            r#"{{"metadata":{metadata},"operations":{operations},"shapes":{shapes}{rest}}}"#
        );
        Sources {
            name: "toy/2020-02-02".to_owned(),
            service: file("service-2.json", &text),
            ..Sources::default()
        }
    }

    fn import(&self) -> Imported {
        botocore(&self.sources(), &Options::default()).unwrap()
    }

    fn problems(&self) -> String {
        botocore(&self.sources(), &Options::default())
            .unwrap_err()
            .to_string()
    }
}

fn file(name: &str, text: &str) -> File {
    File {
        name: name.to_owned(),
        text: text.to_owned(),
    }
}

/// A shape of the model by its name in the namespace.
fn shape(imported: &Imported, name: &str) -> Value {
    let model: Value = serde_json::from_str(&imported.text).unwrap();
    model["shapes"][format!("com.amazonaws.toybox#{name}")].clone()
}

/// The traits of a shape, or of a member written `Shape$member`.
fn traits(imported: &Imported, name: &str) -> Value {
    match name.split_once('$') {
        Some((name, member)) => shape(imported, name)["members"][member]["traits"].clone(),
        None => shape(imported, name)["traits"].clone(),
    }
}

/// The traits of one shape, given as the source has it.
fn traits_of(source: Value) -> Value {
    traits(
        &Source::new("json")
            .shapes(&json!({ "It": source }).to_string())
            .import(),
        "It",
    )
}

const OPERATIONS: &str = r#"{"Op":{"name":"Op","http":{"method":"POST","requestUri":"/"}}}"#;
