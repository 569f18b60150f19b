//! Invalid models and the diagnostics for them: a folder per case. `BLESS=1` writes the current
//! diagnostics.

mod support;

use opsmith_codegen::{Arena, Error, Generator};
use std::fs;

#[test]
fn what_is_wrong_is_told() {
    let mut wrong = Vec::new();
    for case in support::cases("diagnostics") {
        let error = match support::generator(&case).render() {
            Ok(_) => panic!("{}: nothing is wrong", case.display()),
            Err(error) => error,
        };
        let told = error
            .to_string()
            .replace(&format!("{}/", case.display()), "")
            + "\n";
        let path = case.join("expected.txt");
        if support::bless() {
            fs::write(&path, &told).expect("a file");
        }
        if fs::read_to_string(&path).unwrap_or_default() != told {
            wrong.push(format!("{}: {told}", case.display()));
        }
    }
    assert!(wrong.is_empty(), "{}\nBLESS=1 writes it", wrong.join("\n"));
}

#[test]
fn a_file_that_is_not_there_is_told() {
    let error = Generator::new("nowhere/model.json")
        .render()
        .expect_err("no file");
    assert!(matches!(error, Error::File("read", ..)), "{error:?}");
    assert!(
        error
            .to_string()
            .starts_with("cannot read nowhere/model.json: "),
        "{error}"
    );
}

#[test]
fn nothing_is_written_of_a_model_that_is_wrong() {
    let folder = tempfile::tempdir().expect("a folder");
    let case = support::cases("diagnostics")
        .into_iter()
        .next()
        .expect("a case");
    support::generator(&case)
        .write(folder.path())
        .expect_err("a wrong model");
    assert_eq!(fs::read_dir(folder.path()).expect("the folder").count(), 0);
}

#[test]
fn an_empty_list_of_operations_is_told() {
    let none = support::own().operations(Vec::<String>::new());
    for error in [none.render().err(), none.lower(&Arena::new()).err()] {
        let text = error.expect("an error").to_string();
        assert!(text.contains("the list of operations is empty"), "{text}");
    }
    assert!(none.operations(["GetPipeline"]).render().is_ok());
}
