//! A whole crate around the generated files: a manifest, which is its owner's from then on, and a
//! README, which is written anew each time.

use crate::diagnostics::Error;
use crate::emit::{example, prose};
use crate::rust::{Operation, Service};
use crate::write::Files;
use crate::{Generator, write};
use opsmith_schema::Arena;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

/// The features of a generated crate, which are those of the runtime, with what they bring.
const FEATURES: &[(&str, &str)] = &[
    (
        "client",
        "The client, on by default. Without it, the crate is types only and needs no crate for HTTP.",
    ),
    (
        "temporary-credentials",
        "Credentials that someone else gives for a time, on by default: of roles, single sign-on, logins, processes, containers and instances. Without it, a client has those of the environment and of profiles, and others are an error.",
    ),
    (
        "blocking",
        "`Call::blocking` and `Pages::blocking`: calls that are waited for, without async code around them.",
    ),
    (
        "commands",
        "The commands of the service, with all documentation, for `opsmith-command`, which turns it on.",
    ),
    (
        "patterns",
        "Checks texts against the patterns of the model too.",
    ),
    (
        "serde",
        "serde for all types, in the form that they have on the wire of AWS JSON.",
    ),
    (
        "waiters",
        "Waiters: calls that are made again and again until something is as wanted.",
    ),
];

impl Generator {
    /// Writes a whole crate: the files as [`write`](Generator::write) does, into `src`;
    /// `README.md`; and `Cargo.toml` unless there is one, with the runtime from the folder, or else
    /// of this version from the registry. Returns the names of the files that changed.
    ///
    /// # Errors
    ///
    /// As [`write`](Generator::write).
    pub fn write_crate(
        &self,
        folder: impl AsRef<Path>,
        runtime: Option<&Path>,
    ) -> Result<Vec<String>, Error> {
        let folder = folder.as_ref();
        let arena = Arena::new();
        let service = self.lower(&arena)?;
        let files = self.emit(&service)?;
        let mut beside = Files::from([("README.md".to_owned(), readme(&service))]);
        if !folder.join("Cargo.toml").exists() {
            beside.insert("Cargo.toml".to_owned(), manifest(&service, runtime));
        }
        let in_src = write::write(&folder.join("src"), &files)?
            .into_iter()
            .map(|name| format!("src/{name}"));
        let changed = in_src.chain(write::write(folder, &beside)?);
        Ok(changed.collect())
    }

    /// Compares a folder with what [`write_crate`](Generator::write_crate) would write; the
    /// manifest only has to be there.
    ///
    /// # Errors
    ///
    /// As [`render`](Generator::render).
    pub fn compare_crate(&self, folder: impl AsRef<Path>) -> Result<Vec<Stale>, Error> {
        let folder = folder.as_ref();
        let arena = Arena::new();
        let service = self.lower(&arena)?;
        let mut stale = self.compare(folder.join("src"))?;
        for file in &mut stale {
            file.name.insert_str(0, "src/");
        }
        stale.extend(compare(
            folder,
            &Files::from([("README.md".to_owned(), readme(&service))]),
        ));
        if !folder.join("Cargo.toml").exists() {
            stale.push(Stale {
                name: "Cargo.toml".to_owned(),
                is: None,
                would_be: Some(manifest(&service, None)),
            });
        }
        Ok(stale)
    }

    /// Compares a folder with what [`write`](Generator::write) would write.
    ///
    /// # Errors
    ///
    /// As [`render`](Generator::render).
    pub fn compare(&self, folder: impl AsRef<Path>) -> Result<Vec<Stale>, Error> {
        Ok(compare(folder.as_ref(), &self.render()?))
    }
}

/// A file that is not what the generator makes today.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Stale {
    /// Its name, from the folder.
    pub name: String,
    /// Its text; `None` when the file is missing.
    pub is: Option<String>,
    /// The expected text; `None` when the file would be removed.
    pub would_be: Option<String>,
}

fn compare(folder: &Path, files: &Files) -> Vec<Stale> {
    let text = |name: &str| {
        fs::read(folder.join(name))
            .ok()
            .map(|text| String::from_utf8_lossy(&text).into_owned())
    };
    let stale = write::stale(folder, files).into_iter();
    stale
        .map(|name| Stale {
            is: text(&name),
            would_be: files.get(&name).cloned(),
            name,
        })
        .collect()
}

fn manifest(service: &Service<'_>, runtime: Option<&Path>) -> String {
    let version = env!("CARGO_PKG_VERSION");
    let runtime = match runtime {
        Some(path) => format!("path = {}, ", quoted(&path.display().to_string())),
        None => String::new(),
    };
    let mut text = format!(
        "[package]\nname = {}\ndescription = {}\nversion = \"0.1.0\"\nedition = \"2024\"\nrust-version = {}\nkeywords = [\"aws\", \"client\"]\ncategories = [\"api-bindings\"]\n\n[features]\ndefault = [\"client\", \"temporary-credentials\"]\n",
        quoted(&format!("opsmith-{}", service.command)),
        quoted(&about(service.title)),
        quoted(env!("CARGO_PKG_RUST_VERSION")),
    );
    for (feature, brings) in FEATURES {
        let also = needed(service).filter(|_| *feature == "client");
        let also: String = also
            .map(|also| format!(", \"opsmith-runtime/{also}\""))
            .collect();
        let _ = writeln!(
            text,
            "## {brings}\n{feature} = [\"opsmith-runtime/{feature}\"{also}]"
        );
    }
    let _ = write!(
        text,
        "\n[dependencies]\nopsmith-runtime = {{ version = {version:?}, {runtime}default-features = false }}\n\n[package.metadata.docs.rs]\nall-features = true\n"
    );
    text
}

/// The features of the runtime that the client needs: for its protocol, for traits of its operations,
/// and for streams of events.
fn needed(service: &Service<'_>) -> impl Iterator<Item = &'static str> {
    let events = service.has_events().then_some("event-stream");
    service.features().into_iter().chain(events)
}

/// The description.
fn about(title: &str) -> String {
    format!("A small typed client for {title}, generated by Opsmith")
}

fn readme(service: &Service<'_>) -> String {
    let name = format!("opsmith-{}", service.command);
    let mut text = format!(
        "<!-- @generated by Opsmith; `cargo opsmith generate` writes it anew. -->\n\n# {name}\n\n"
    );
    let _ = writeln!(text, "{}.\n", about(&prose::plain(service.title).join(" ")));
    let _ = writeln!(
        text,
        "Version {} of its interface{}.\n",
        prose::plain(service.version).join(" "),
        from(service)
    );
    if let Some(first) = service
        .operations
        .iter()
        .find(|operation| operation.input.is_some())
    {
        let krate = name.replace('-', "_");
        let call = example::call(service, first).join("\n    ");
        let _ = writeln!(
            text,
            "```rust,no_run\nuse {krate}::*;\n\nasync fn example() -> Result<(), Error> {{\n    \
             let client = Client::from_env()?;\n    {call}\n    Ok(())\n}}\n```\n"
        );
    }
    text.push_str("## Operations\n\n");
    for operation in &service.operations {
        let method = &operation.method;
        let name = prose::code(operation.name);
        let _ = writeln!(text, "- `{method}`: {name}{}", first_sentence(operation));
    }
    text.push_str("\n## Features\n\n");
    for (feature, brings) in FEATURES {
        let _ = writeln!(text, "- `{feature}`: {brings}");
    }
    text
}

fn from(service: &Service<'_>) -> String {
    if service.source.is_empty() {
        String::new()
    } else {
        format!(", from {}", prose::plain(service.source).join(" "))
    }
}

fn first_sentence(operation: &Operation<'_>) -> String {
    match prose::first_sentence(operation.docs) {
        none if none.is_empty() => String::new(),
        sentence => format!(". {sentence}."),
    }
}

/// Text as TOML has it.
fn quoted(text: &str) -> String {
    let text: String = text
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect();
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}
