//! Cases: a folder each, with `model.json` and what goes with it.
#![allow(dead_code, reason = "each test uses a part of it")]

use opsmith_codegen::Generator;
use std::fs;
use std::path::{Path, PathBuf};

#[path = "../../../tests/support/skipped.rs"]
mod skipped;

pub(crate) use skipped::skipped;

/// A file or folder of the project.
pub(crate) fn root(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(path)
}

/// The folders of cases below `codegen/tests/<kind>`, sorted.
pub(crate) fn cases(kind: &str) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests")
        .join(kind);
    let mut cases: Vec<_> = fs::read_dir(folder)
        .expect("the cases")
        .map(|entry| entry.expect("a case").path())
        .collect();
    cases.sort();
    cases
}

/// The generator of a case: its model, and an overlay, exceptions and operations if there are any.
pub(crate) fn generator(case: &Path) -> Generator {
    let file = |name: &str| Some(case.join(name)).filter(|path| path.exists());
    let mut generator = Generator::new(case.join("model.json"));
    if let Some(overlay) = file("overlay.json") {
        generator = generator.overlay(overlay);
    }
    if let Some(exceptions) = file("exceptions.toml") {
        generator = generator.exceptions(exceptions);
    }
    match file("operations") {
        Some(operations) => generator.operations(
            fs::read_to_string(operations)
                .expect("the operations")
                .lines(),
        ),
        None => generator,
    }
}

/// The generator of the project's own service.
pub(crate) fn own() -> Generator {
    Generator::new(root("model/codepipeline.json"))
        .overlay(root("model/codepipeline.docs.json"))
        .exceptions(root("model/codepipeline.toml"))
}

/// Whether what tests expect is to be written anew.
pub(crate) fn bless() -> bool {
    std::env::var_os("BLESS").is_some()
}

/// Numbers that look random and are the same in each run.
pub(crate) struct Random(pub(crate) u64);

impl Random {
    pub(crate) fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % bound.max(1) as u64) as usize
    }
}

/// botocore's data folder, when the environment names it.
pub(crate) fn botocore() -> Option<PathBuf> {
    let folder = std::env::var_os("OPSMITH_BOTOCORE").map(PathBuf::from);
    if folder.is_none() {
        skipped("OPSMITH_BOTOCORE names no data folder of botocore");
    }
    folder
}

/// The folders in a folder, sorted.
pub(crate) fn subfolders(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder)
        .expect("a folder")
        .map(|entry| entry.expect("an entry").path());
    let mut folders: Vec<_> = entries.filter(|path| path.is_dir()).collect();
    folders.sort();
    folders
}

/// Amazon's own models, unpacked, where they are.
pub(crate) fn amazons_models() -> Option<tempfile::TempDir> {
    let archive = root("../shared/models/aws-smithy-2025-04.tar.zst");
    if !archive.exists() {
        skipped("../shared/models does not exist");
        return None;
    }
    let folder = tempfile::tempdir().expect("a folder");
    let mut tar = std::process::Command::new("tar");
    assert!(
        tar.arg("--zstd")
            .arg("-xf")
            .arg(&archive)
            .arg("-C")
            .arg(folder.path())
            .status()
            .expect("tar")
            .success()
    );
    Some(folder)
}

/// The JSON files below a folder, sorted.
pub(crate) fn models(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).expect("a folder").flatten() {
        match entry.path() {
            path if path
                .file_name()
                .is_some_and(|name| name.to_string_lossy().starts_with('.')) => {}
            path if path.is_dir() => found.extend(models(&path)),
            path if path
                .extension()
                .is_some_and(|extension| extension == "json") =>
            {
                found.push(path)
            }
            _ => {}
        }
    }
    found.sort();
    found
}

/// Checks crates in a separate folder, with warnings denied, all against this runtime. Returns
/// cargo's errors. A name may end in an edition; the default is 2024.
pub(crate) fn check_crates(name: &str, crates: &[(String, Generator)]) -> Result<(), String> {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let runtime = root("runtime").canonicalize().expect("the runtime");
    let members: Vec<&str> = crates.iter().map(|(name, _)| name.as_str()).collect();
    let keep = |path: PathBuf, text: String| {
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        // What is the same stays as it is, so that cargo does not check it again.
        if fs::read_to_string(&path).ok().as_ref() != Some(&text) {
            fs::write(path, text).expect("a file");
        }
    };
    let lints = "[workspace.lints.rust]\nwarnings = \"deny\"\nmissing_docs = \"deny\"\nunsafe_code = \"forbid\"\n";
    keep(
        folder.join("Cargo.toml"),
        format!("[workspace]\nmembers = {members:?}\nresolver = \"3\"\n\n{lints}"),
    );
    for (name, generator) in crates {
        generator
            .write(folder.join(name).join("src"))
            .unwrap_or_else(|error| panic!("{name}: {error}"));
        let edition = ["2018", "2021"]
            .into_iter()
            .find(|edition| name.ends_with(edition))
            .unwrap_or("2024");
        let manifest = format!(
            "[package]\nname = {name:?}\nversion = \"0.0.0\"\nedition = \"{edition}\"\n\n[dependencies]\n\
             opsmith-runtime = {{ path = {runtime:?}, features = [\"cbor\", \"checksums\", \"commands\", \"compression\", \"event-stream\", \"serde\", \"waiters\", \"xml\"] }}\n\n[lints]\nworkspace = true\n"
        );
        keep(folder.join(name).join("Cargo.toml"), manifest);
    }
    fs::copy(root("Cargo.lock"), folder.join("Cargo.lock")).expect("a copy");
    let mut cargo = std::process::Command::new(env!("CARGO"));
    cargo
        .args(["check", "--workspace", "--offline", "-q"])
        .current_dir(&folder)
        .env("CARGO_TARGET_DIR", folder.with_file_name("crates"))
        .envs([("CARGO_INCREMENTAL", "0"), ("CARGO_PROFILE_DEV_DEBUG", "0")]);
    let output = cargo.output().expect("cargo");
    output
        .status
        .success()
        .then_some(())
        .ok_or_else(|| String::from_utf8_lossy(&output.stderr).into_owned())
}
