//! Generates the services of the command into OUT_DIR: the very files that `generated/` holds. The command is compiled
//! from their rows, which `services.rs`, written here too, lists.

use opsmith_codegen::Generator;
use std::path::PathBuf;
use std::{env, fs, io};

/// Each has a model, documentation and exceptions in `model/`, and a crate in `generated/`.
const SERVICES: &[&str] = &["codepipeline"];

fn main() -> io::Result<()> {
    // Rows are full of pointers: without fixed addresses 12,000 of them are relocated at each start, for 0.5 ms of 1.8.
    let target = |part: &str| env::var(format!("CARGO_CFG_TARGET_{part}")).unwrap_or_default();
    if target("OS") == "linux" && target("ENV") == "gnu" {
        println!("cargo::rustc-link-arg-bins=-no-pie");
    }
    let mut modules = String::new();
    let mut commands = String::new();
    for service in SERVICES {
        let file = |extension: &str| format!("model/{service}{extension}");
        Generator::new(file(".json")).overlay(file(".docs.json")).exceptions(file(".toml")).build_script();
        let module = service.replace('-', "_");
        let include = |file: &str| {
            format!("pub(crate) mod {file} {{ include!(concat!(env!(\"OUT_DIR\"), \"/{service}/{file}.rs\")); }} ")
        };
        // Of the files, those that the command needs: no types and no client.
        let includes: String = ["endpoints", "rows", "docs", "commands"].into_iter().map(include).collect();
        modules += &format!("mod {module} {{ {includes}}}\n");
        commands += &format!("&{module}::commands::COMMANDS, ");
    }
    let list = "pub(crate) static SERVICES: &[&opsmith_runtime::commands::Commands<'static>]";
    let out = PathBuf::from(env::var_os("OUT_DIR").unwrap_or_default()).join("services.rs");
    fs::write(out, format!("{modules}\n{list} = &[{commands}];\n"))
}
