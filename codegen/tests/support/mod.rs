//! Cases: a folder each, with `model.json` and what goes with it.
#![allow(dead_code, reason = "each test uses a part of it")]

use opsmith_codegen::Generator;
use std::fs;
use std::path::{Path, PathBuf};

/// A file or folder of the project.
pub(crate) fn root(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(path)
}

/// The folders of cases below `codegen/tests/<kind>`, sorted.
pub(crate) fn cases(kind: &str) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests").join(kind);
    let mut cases: Vec<_> =
        fs::read_dir(folder).expect("the cases").map(|entry| entry.expect("a case").path()).collect();
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
        Some(operations) => generator.operations(fs::read_to_string(operations).expect("the operations").lines()),
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
