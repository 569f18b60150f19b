//! Generates the services of the command into OUT_DIR: the same files as in `generated/`. The command
//! is compiled from their schema, which `services.rs`, also written here, lists.

use opsmith_codegen::Generator;
use std::path::PathBuf;
use std::process::Command;
use std::{env, fs, io};

/// Each has a model, documentation and exceptions in `model/`, and a crate in `generated/`.
const SERVICES: &[&str] = &["codepipeline"];

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
    // A catalogue that becomes a part of the program.
    println!("cargo::rerun-if-env-changed=OPSMITH_CATALOG");
    let catalog = match env::var_os("OPSMITH_CATALOG").filter(|path| !path.is_empty()) {
        Some(path) => {
            let path = fs::canonicalize(&path).map_err(|error| {
                let path = PathBuf::from(path);
                io::Error::other(format!("OPSMITH_CATALOG={}: {error}", path.display()))
            })?;
            println!("cargo::rerun-if-changed={}", path.display());
            format!("Some(include_bytes!({path:?}))")
        }
        None => "None".to_owned(),
    };
    let list =
        "pub(crate) static SERVICES: &[&opsmith_runtime::schema::commands::Commands<'static>]";
    let out = PathBuf::from(env::var_os("OUT_DIR").unwrap_or_default()).join("services.rs");
    let catalog = match env::var_os("CARGO_FEATURE_SERVICES") {
        Some(_) => format!("pub(crate) const CATALOG: Option<&[u8]> = {catalog};"),
        None if catalog == "None" => String::new(),
        None => {
            let problem = "OPSMITH_CATALOG needs the feature `services`";
            return Err(io::Error::other(problem));
        }
    };
    fs::write(
        out,
        format!("{modules}\n{list} = &[{commands}];\n{catalog}\n"),
    )
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
