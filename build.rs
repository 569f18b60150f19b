//! Generates the services of the command into OUT_DIR: the same files as in `generated/`. The command
//! is compiled from their schema, which `services.rs`, also written here, lists.

use opsmith_codegen::Generator;
#[cfg(feature = "services")]
use opsmith_schema::{Arena, catalog::CatalogFile};
#[cfg(feature = "services")]
use std::fmt::Display;
use std::path::PathBuf;
use std::process::Command;
use std::{env, fs, io};

/// Each has a model, documentation and exceptions in `model/`, and a crate in `generated/`.
const SERVICES: &[&str] = &["codepipeline"];

/// The variable that names a catalogue, which becomes a part of the program.
const CATALOG: &str = "OPSMITH_CATALOG";

fn main() -> io::Result<()> {
    // The schema has 12,000 pointers. Without fixed addresses they are relocated at each start, which
    // takes 0.5 ms of 1.8.
    let target = |part: &str| env::var(format!("CARGO_CFG_TARGET_{part}")).unwrap_or_default();
    if target("OS") == "linux" && target("ENV") == "gnu" {
        println!("cargo::rustc-link-arg-bins=-no-pie");
        // With the unwinder in the program there is one library less to load and to bind at each start,
        // which takes 0.3 ms.
        if linker_has("libgcc_eh.a") {
            println!("cargo::rustc-link-lib=gcc_eh");
        }
    }
    let mut modules = String::new();
    let mut commands = String::new();
    for service in SERVICES {
        let file = |extension: &str| format!("model/{service}{extension}");
        Generator::new(file(".json"))
            .overlay(file(".docs.json"))
            .exceptions(file(".toml"))
            .build_script();
        let module = service.replace('-', "_");
        let include = |file: &str| {
            format!(
                "pub(crate) mod {file} {{ include!(concat!(env!(\"OUT_DIR\"), \"/{service}/{file}.rs\")); }} "
            )
        };
        // Only the files that the command needs: no types and no client.
        let includes: String = ["endpoints", "schema", "docs", "commands"]
            .into_iter()
            .map(include)
            .collect();
        modules += &format!("mod {module} {{ {includes}}}\n");
        commands += &format!("&{module}::commands::COMMANDS, ");
    }
    println!("cargo::rerun-if-env-changed={CATALOG}");
    let catalog = match catalog() {
        Ok(catalog) => catalog,
        Err(problem) => {
            println!("cargo::error={problem}");
            return Ok(());
        }
    };
    let list =
        "pub(crate) static SERVICES: &[&opsmith_runtime::schema::commands::Commands<'static>]";
    let out = PathBuf::from(env::var_os("OUT_DIR").unwrap_or_default()).join("services.rs");
    fs::write(
        out,
        format!("{modules}\n{list} = &[{commands}];\n{catalog}\n"),
    )
}

/// The catalogue that becomes a part of the program, as code: a constant with its bytes. All of it is
/// read, so that a program does not find out later that it is damaged.
///
/// # Errors
///
/// It can't be read.
#[cfg(feature = "services")]
fn catalog() -> Result<String, String> {
    let mut value = "None".to_owned();
    if let Some(path) = env::var_os(CATALOG).filter(|path| !path.is_empty()) {
        let named = |problem: &dyn Display| {
            let path = path.display();
            format!("{CATALOG}={path} can't become a part of the program: {problem}")
        };
        let path = fs::canonicalize(&path).map_err(|error| named(&error))?;
        println!("cargo::rerun-if-changed={}", path.display());
        let opened = CatalogFile::open(&path).and_then(|file| file.sections());
        let sections = opened.map_err(|error| named(&error))?;
        for section in sections {
            let arena = Arena::new();
            let loaded = section.load(&arena);
            loaded
                .map_err(|damage| named(&format_args!("{}: {damage}", section.summary().word)))?;
        }
        value = format!("Some(include_bytes!({path:?}))");
    }
    Ok(format!(
        "pub(crate) const CATALOG: Option<&[u8]> = {value};"
    ))
}

#[cfg(not(feature = "services"))]
fn catalog() -> Result<String, String> {
    match env::var_os(CATALOG).filter(|path| !path.is_empty()) {
        Some(_) => Err(format!("{CATALOG} needs the feature `services`")),
        None => Ok(String::new()),
    }
}

/// Whether the linker finds a file among its libraries.
fn linker_has(file: &str) -> bool {
    let linker = env::var_os("RUSTC_LINKER").unwrap_or_else(|| "cc".into());
    let asked = Command::new(linker)
        .arg(format!("-print-file-name={file}"))
        .output();
    // If it doesn't find the file, it prints the name unchanged.
    asked.is_ok_and(|answer| answer.status.success() && answer.stdout.contains(&b'/'))
}
