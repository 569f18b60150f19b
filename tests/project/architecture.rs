//! Which part of the project may know what.

use super::{code, files, product, root};
use serde_json::Value;
use std::path::Path;
use std::process::Command;

/// Services are data. A crate that is made for one service says so in its dependencies, and no
/// other crate depends on it but by a feature.
#[test]
fn only_these_crates_depend_on_a_service() {
    let output = Command::new(env!("CARGO"))
        .args([
            "metadata",
            "--format-version",
            "1",
            "--no-deps",
            "--offline",
        ])
        .current_dir(root())
        .output()
        .expect("cargo");
    let metadata: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let packages = metadata["packages"].as_array().expect("packages");
    let mut of_a_service: Vec<&str> = packages
        .iter()
        .filter(|package| {
            let path = package["manifest_path"].as_str().unwrap_or_default();
            Path::new(path).starts_with(root().join("generated"))
        })
        .filter_map(|package| package["name"].as_str())
        .collect();
    assert!(!of_a_service.is_empty());
    let mut edges = Vec::new();
    let mut done = 0;
    while let Some(&service) = of_a_service.get(done) {
        done += 1;
        for package in packages {
            let name = package["name"].as_str().expect("a name");
            let dependencies = package["dependencies"].as_array().into_iter().flatten();
            for dependency in dependencies.filter(|found| found["name"] == service) {
                // Of the other kinds, "dev" is for tests; a service is of no use in a build script.
                if dependency["kind"] == "dev" {
                    continue;
                }
                let optional = dependency["optional"] == true;
                edges.push((name, service, optional));
                if !optional && !of_a_service.contains(&name) {
                    of_a_service.push(name);
                }
            }
        }
    }
    edges.sort_unstable();
    assert_eq!(
        edges,
        [
            ("opsmith-command", "opsmith-s3", true),
            ("opsmith-command", "opsmith-worker", true),
            ("opsmith-local", "opsmith-codepipeline", true),
            ("opsmith-s3", "opsmith-s3api", false),
            ("opsmith-worker", "opsmith-codepipeline", false),
        ]
    );
}

/// In crates for all services, only these modules are about one.
#[test]
fn no_service_is_named_in_code_for_all_services() {
    let of_a_service = [
        "command/src/embedded.rs",
        "command/src/local",
        "command/src/s3",
        "command/src/worker",
        "local/src/codepipeline",
        "s3/src",
        "worker/src",
    ];
    for (path, text) in product() {
        let path_text = path.to_string_lossy();
        if of_a_service
            .iter()
            .any(|start| path_text.starts_with(start))
        {
            continue;
        }
        let named: Vec<_> = code(&path, &text)
            .filter(|line| line.to_lowercase().contains("codepipeline"))
            // The module for the service, where it is declared.
            .filter(|line| {
                !matches!(
                    line.trim(),
                    "pub mod codepipeline;" | "#[cfg(feature = \"codepipeline\")]"
                )
            })
            .collect();
        assert!(named.is_empty(), "{}: {named:?}", path.display());
    }
}

/// The runtime's core doesn't read the environment, files or settings: only `config` does, and only
/// the crate's root names it.
#[test]
fn the_core_of_the_runtime_does_not_import_configuration() {
    let mut core = 0;
    for (path, text) in files("runtime/src") {
        let name = path.strip_prefix(root().join("runtime/src"));
        let name = name.expect("below").to_string_lossy();
        if ["lib.rs", "config.rs"].contains(&&*name) || name.starts_with("config/") {
            continue;
        }
        let outside = |line: &&str| line.contains("crate::config") || line.contains("std::env");
        let found: Vec<_> = code(&path, &text).filter(outside).collect();
        assert!(found.is_empty(), "{name}: {found:?}");
        core += 1;
    }
    assert!(core > 50, "{core} files");
}

/// Files outside of codecs and protocols that name JSON, each with what is JSON there under any
/// protocol.
const JSON: &[(&str, &str)] = &[
    (
        "command/src/input/json.rs",
        "parameters of the command line",
    ),
    (
        "command/src/pages/token.rs",
        "the token of --starting-token",
    ),
    ("local/src/wire.rs", "the server's side of AWS JSON"),
    (
        "runtime/src/config/credentials/temporary/sso.rs",
        "the AWS CLI's cache",
    ),
    (
        "runtime/src/config/credentials/temporary/sts.rs",
        "the AWS CLI's cache",
    ),
    ("runtime/src/query/functions.rs", "to_string() of JMESPath"),
    ("runtime/src/serde.rs", "values for serde"),
];

/// A second protocol touches nothing else: only codecs and protocols know the format of the wire.
#[test]
fn nothing_else_names_the_format_of_the_wire() {
    let own = ["runtime/src/codec", "runtime/src/protocol"];
    let mut named = Vec::new();
    for (path, text) in [
        "runtime/src",
        "command/src",
        "local/src",
        "worker/src",
        "src",
    ]
    .into_iter()
    .flat_map(files)
    {
        let path = path.strip_prefix(root()).expect("a file of the project");
        let path = path.to_str().expect("text").to_owned();
        let code = text.split("#[cfg(test)]").next().unwrap_or_default();
        let is_named = code
            .lines()
            .any(|line| line.contains("codec::") && line.contains("json"));
        if is_named && !own.iter().any(|own| path.starts_with(own)) {
            named.push(path);
        }
    }
    named.sort();
    let expected: Vec<_> = JSON.iter().map(|(path, _)| *path).collect();
    assert_eq!(named, expected);
}

/// Without the client, generated types need nothing that sends requests.
#[test]
fn types_alone_need_no_http() {
    let mut cargo = std::process::Command::new(env!("CARGO"));
    cargo.current_dir(root()).args([
        "tree",
        "--offline",
        "--locked",
        "--package=opsmith-codepipeline",
        "--no-default-features",
        "--edges=normal",
        "--prefix=none",
    ]);
    let output = cargo.output().expect("cargo");
    let tree = String::from_utf8_lossy(&output.stdout);
    assert!(tree.contains("opsmith-runtime"), "{output:?}");
    for name in ["aws-sigv4", "http", "hyper", "ring", "rustls", "tokio"] {
        let found = tree
            .lines()
            .find(|line| line.split(' ').next() == Some(name));
        assert_eq!(found, None, "{tree}");
    }
}
