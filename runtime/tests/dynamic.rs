//! Clients of a catalogue's services, which are called with documents.

use opsmith_codepipeline::COMMANDS;
use opsmith_runtime::document::{Document, Map};
use opsmith_runtime::fake::{Answer, Fake};
use opsmith_runtime::schema::Arena;
use opsmith_runtime::schema::catalog::{CatalogFile, Section, write};
use opsmith_runtime::{Client, Error};

fn catalog() -> CatalogFile {
    let section = Section::of(&COMMANDS).expect("a section");
    let mut bytes = Vec::new();
    write(&[section], &mut bytes).expect("the bytes");
    CatalogFile::from_bytes("test", bytes).expect("a catalogue")
}

fn named(name: &str) -> Document {
    Document::Map(Map::from([("name".to_owned(), name.into())]))
}

#[test]
fn an_operation_is_called_with_a_document() {
    let fake = Fake::playing([Answer::new(200, r#"{"pipeline": {"name": "found"}}"#)]);
    let (catalog, arena) = (catalog(), Arena::new());
    let client = Client::dynamic(&catalog, "codepipeline", &arena, fake.config())
        .expect("the catalogue")
        .expect("the service");
    let input = named("wanted");
    let call = |operation: &str, input: &Document| {
        let runtime = tokio::runtime::Builder::new_current_thread().build();
        let runtime = runtime.expect("a runtime");
        runtime.block_on(client.call_document(operation, input))
    };
    let output = call("GetPipeline", &input);
    let output = output.expect("an output");
    let found = output.get("pipeline").and_then(|found| found.get("name"));
    assert_eq!(found.and_then(Document::as_str), Some("found"));
    assert_eq!(fake.requests().len(), 1);
    // The input is checked as any other is.
    let refused = call("GetPipeline", &Document::Map(Map::default()));
    assert!(matches!(refused, Err(Error::Invalid(_))), "{refused:?}");
    let unknown = call("GetPipelin", &input);
    let unknown = unknown.expect_err("no such operation").to_string();
    assert!(unknown.contains("no operation GetPipelin"), "{unknown}");
    assert_eq!(fake.requests().len(), 1);
    let missing = Client::dynamic(&catalog, "ec2", &arena, fake.config());
    assert!(missing.expect("the catalogue").is_none());
}
