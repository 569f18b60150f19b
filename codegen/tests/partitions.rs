//! The runtime's partitions are what the generator makes of `model/partitions.json`. `BLESS=1`
//! writes them.

use std::fs;
use std::path::Path;

#[test]
fn the_runtime_holds_the_partitions_of_the_model() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let json = fs::read_to_string(root.join("model/partitions.json")).expect("the model");
    let rust = opsmith_codegen::partitions("model/partitions.json", &json)
        .unwrap_or_else(|error| panic!("{error}"));
    let path = root.join("runtime/src/endpoint/partitions.rs");
    if std::env::var_os("BLESS").is_some() {
        fs::write(&path, &rust).expect("the file");
    }
    let kept = fs::read_to_string(&path).expect("the file");
    assert!(
        kept == rust,
        "{} is not current: run this test with BLESS=1",
        path.display()
    );
}
