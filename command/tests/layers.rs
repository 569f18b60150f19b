//! The modules of the command form layers, and each imports only from the layers below. So there
//! are no import cycles between modules.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// From the lowest layer to the highest. A module's name is the first part of its path in `src`.
const LAYERS: &[&[&str]] = &[
    &["catalog", "pager", "progress", "prompt", "suggest", "trace"],
    &["failure"],
    &[
        "args", "choice", "embedded", "input", "journal", "outfile", "program", "signals", "stdout",
    ],
    &["output", "saved"],
    &["around", "dry_run", "pages", "report"],
    &["globals", "parameter", "waiter"],
    &["context", "operation", "startup"],
    &["call", "help", "printer"],
    &["bulk", "events", "skeleton"],
    &["s3"],
    &["completions", "local", "man", "services", "wait", "worker"],
    &["service"],
    &["run"],
];

/// Roots and test code, which may import everything.
const ROOTS: &[&str] = &["fuzz", "lib", "readers"];

fn layer(module: &str) -> Option<usize> {
    LAYERS.iter().position(|layer| layer.contains(&module))
}

#[test]
fn modules_import_only_from_lower_layers() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut wrong = BTreeSet::new();
    let mut seen = BTreeSet::new();
    for path in files(&source) {
        let module = module_of(&source, &path);
        if ROOTS.contains(&module.as_str()) {
            continue;
        }
        let text = fs::read_to_string(&path).expect("a source file");
        for import in imports(&text).filter(|import| *import != module) {
            if layer(import) >= layer(&module) || layer(import).is_none() {
                wrong.insert(format!("{} imports {import}", path.display()));
            }
        }
        seen.insert(module);
    }
    let listed: BTreeSet<String> = LAYERS
        .iter()
        .copied()
        .flatten()
        .map(|m| (*m).to_owned())
        .collect();
    assert_eq!(seen, listed, "each module has one layer");
    assert!(wrong.is_empty(), "not from a lower layer:\n{wrong:#?}");
}

/// The fuzz targets have a root of their own, which no other test builds.
#[test]
fn the_root_of_the_fuzz_targets_has_all_that_the_crate_imports() {
    let modules = |file: &str| -> BTreeSet<String> {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("src").join(file);
        let text = fs::read_to_string(path).expect("a source file");
        let named = text.lines().filter_map(|line| {
            let name = line.trim_start_matches("pub ").strip_prefix("mod ")?;
            name.strip_suffix(';')
        });
        named.map(str::to_owned).collect()
    };
    // Commands of their own, which read nothing from outside but what the others read.
    const LEFT_OUT: &[&str] = &["embedded", "local", "s3", "services", "worker"];
    let mut expected = modules("lib.rs");
    expected.retain(|name| !LEFT_OUT.contains(&name.as_str()));
    assert_eq!(modules("fuzz.rs"), expected);
}

#[test]
fn imports_are_found() {
    let text = "use crate::a::B;\n// crate::x\nuse crate::{b, c::{self, D}, e::F};\ncrate::f::g();\n\n\
        #[cfg(test)]\nmod tests {\n    use crate::h::I;\n}";
    assert_eq!(imports(text).collect::<Vec<_>>(), ["a", "b", "c", "e", "f"]);
}

/// The source files below a folder.
fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).expect("a folder");
    let paths = entries.map(|entry| entry.expect("an entry").path());
    paths
        .flat_map(|path| {
            if path.is_dir() {
                files(&path)
            } else {
                vec![path]
            }
        })
        .collect()
}

fn module_of(source: &Path, path: &Path) -> String {
    let inner = path.strip_prefix(source).expect("a path in the folder");
    let first = inner.iter().next().map(Path::new).expect("a file");
    first.with_extension("").display().to_string()
}

/// The modules that a file names after `crate::`, in code above its unit tests.
fn imports(text: &str) -> impl Iterator<Item = &str> {
    let text = text.split("#[cfg(test)]\nmod ").next().unwrap_or_default();
    let is_code = |at: usize| {
        let line = text[..at].rfind('\n').map_or(0, |end| end + 1);
        !text[line..at].trim_start().starts_with("//")
    };
    text.match_indices("crate::")
        .filter(move |(at, _)| is_code(*at))
        .flat_map(|(at, found)| first_names(&text[at + found.len()..]))
}

/// The first names of a path or of a group of paths.
fn first_names(path: &str) -> Vec<&str> {
    fn name(path: &str) -> &str {
        let end = path.find(|c: char| !c.is_alphanumeric() && c != '_');
        &path[..end.unwrap_or(path.len())]
    }
    let Some(group) = path.strip_prefix('{') else {
        return vec![name(path)];
    };
    let mut depth = 0;
    let mut names = Vec::new();
    for part in group.split_inclusive([',', '{', '}']) {
        let start = part.trim_start();
        if depth == 0 && start.starts_with(|c: char| c.is_alphabetic()) {
            names.push(name(start));
        }
        match part.chars().next_back() {
            Some('{') => depth += 1,
            Some('}') if depth == 0 => break,
            Some('}') => depth -= 1,
            _ => {}
        }
    }
    names
}
