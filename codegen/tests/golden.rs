//! Small models, and what is generated from them: a folder per case. `BLESS=1` writes what is generated today. All of it
//! compiles with warnings denied.

mod support;

use std::fs;
use std::path::Path;
use std::process::Command;

#[test]
fn generated_code_is_what_it_was() {
    let mut wrong = Vec::new();
    for case in support::cases("golden") {
        let (generator, folder) = (support::generator(&case), case.join("expected"));
        if support::bless() {
            generator.write(&folder).unwrap_or_else(|error| panic!("{}: {error}", case.display()));
        }
        wrong.extend(generator.check(&folder).err().map(|error| format!("{}: {error}", case.display())));
    }
    assert!(wrong.is_empty(), "{}\nBLESS=1 writes it", wrong.join("\n"));
}

/// One crate with a module per case: one compilation for all.
#[test]
fn generated_code_compiles_without_a_warning() {
    let folder = tempfile::tempdir().expect("a folder");
    let source = folder.path().join("src");
    fs::create_dir(&source).expect("a folder");
    let mut modules = "//! Generated code.\n#![deny(warnings, missing_docs)]\n".to_owned();
    for case in support::cases("golden") {
        let name = case.file_name().expect("a name").to_string_lossy().replace('-', "_");
        let made = support::generator(&case).write(source.join(&name));
        made.unwrap_or_else(|error| panic!("{}: {error}", case.display()));
        modules += &format!("/// A case.\npub mod {name} {{ include!(\"{name}/service.rs\"); }}\n");
    }
    fs::write(source.join("lib.rs"), modules).expect("a file");
    let runtime = support::root("runtime").canonicalize().expect("the runtime");
    let manifest = format!(
        "[package]\nname = \"golden\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n[dependencies]\n\
         opsmith-runtime = {{ path = {runtime:?} }}\n\n[workspace]\n"
    );
    fs::write(folder.path().join("Cargo.toml"), manifest).expect("a file");
    fs::copy(support::root("Cargo.lock"), folder.path().join("Cargo.lock")).expect("a copy");
    let mut cargo = Command::new(env!("CARGO"));
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).join("golden");
    let output =
        cargo.args(["check", "--offline", "-q"]).current_dir(folder.path()).env("CARGO_TARGET_DIR", target).output();
    let output = output.expect("cargo");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}
