//! The schemas by which the runtime gets credentials are what the generator makes of the models in
//! `model/credentials`. `BLESS=1` writes them.

mod support;

use opsmith_codegen::Generator;
use std::fs;
use support::{bless, root};

/// The command that writes the schemas anew.
const WRITER: &str = "BLESS=1 cargo test -p opsmith-codegen --test credentials";

#[test]
fn the_runtime_holds_the_schemas_of_the_models() {
    let models = fs::read_dir(root("model/credentials")).expect("the models");
    let mut names: Vec<String> = models
        .map(|entry| entry.expect("a model").file_name())
        .filter_map(|name| Some(name.to_str()?.strip_suffix(".json")?.to_owned()))
        .collect();
    names.sort();
    assert_eq!(names, ["signin", "sso", "sso_oidc", "sts"]);
    for name in names {
        let model = root(&format!("model/credentials/{name}.json"));
        let schema = Generator::new(model).schema(WRITER);
        let schema = schema.unwrap_or_else(|error| panic!("{error}"));
        let path = root(&format!(
            "runtime/src/config/credentials/temporary/services/{name}.rs"
        ));
        if bless() {
            fs::write(&path, &schema).expect("the file");
        }
        let kept = fs::read_to_string(&path).expect("the file");
        assert!(
            kept == schema,
            "{} is not current: {WRITER}",
            path.display()
        );
    }
}
