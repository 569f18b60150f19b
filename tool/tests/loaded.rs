//! A model that is loaded at run time gives the schema that generated code has.

use opsmith_codegen::{Arena, Generator};
use std::path::Path;

#[test]
fn a_loaded_schema_is_the_compiled_one() {
    let model = |extension: &str| {
        Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("../model/codepipeline{extension}"))
    };
    let generator = Generator::new(model(".json"))
        .overlay(model(".docs.json"))
        .exceptions(model(".toml"));
    let arena = Arena::default();
    let loaded = generator
        .lower(&arena)
        .unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(
        format!("{:#?}", loaded.commands),
        format!("{:#?}", opsmith_codepipeline::COMMANDS)
    );
}
