//! Rules that the project checks for itself.

mod architecture;
mod code;
mod pages;
mod traits;

use std::fs;
use std::path::{Path, PathBuf};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The Rust files below a folder.
fn rust(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a folder").flatten() {
        match entry.path() {
            path if path.is_dir() => rust(&path, found),
            path if path.extension().is_some_and(|extension| extension == "rs") => found.push(path),
            _ => {}
        }
    }
}

fn files(folder: &str) -> Vec<(PathBuf, String)> {
    let mut paths = Vec::new();
    rust(&root().join(folder), &mut paths);
    paths
        .into_iter()
        .map(|path| (path.clone(), fs::read_to_string(path).expect("text")))
        .collect()
}

/// The hand-written lines of product code in a file: no tests, no comments.
fn code<'a>(path: &Path, text: &'a str) -> impl Iterator<Item = &'a str> {
    let is_test = path
        .components()
        .any(|part| part.as_os_str().to_string_lossy().starts_with("tests"));
    let code = text
        .split("#[cfg(test)]")
        .next()
        .and_then(|text| text.split("#[cfg(any(test").next())
        .unwrap_or_default();
    code.lines()
        .filter(move |line| !is_test && !line.trim_start().starts_with("//"))
}

/// All files of product code that are written by hand, with their paths in the project.
fn product() -> Vec<(PathBuf, String)> {
    let folders = [
        "schema/src",
        "codegen/src",
        "runtime/src",
        "command/src",
        "local/src",
        "s3/src",
        "worker/src",
        "tool/src",
        "src",
    ];
    let relative = |(path, text): (PathBuf, String)| {
        let path = path.strip_prefix(root()).expect("below the root");
        (path.to_owned(), text)
    };
    folders.into_iter().flat_map(files).map(relative).collect()
}
