//! Rules that the project checks for itself.

use opsmith_runtime::schema::TraitKind;
use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

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
            ("opsmith-command", "opsmith-worker", true),
            ("opsmith-local", "opsmith-codepipeline", true),
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
        "command/src/worker",
        "local/src/codepipeline",
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

/// What must be done in one place only: a part of the code that does it, and the files that may.
const ONCE: &[(&str, &str, &[&str])] = &[
    (
        "a file is replaced",
        "fs::rename(",
        &["runtime/src/files.rs"],
    ),
    ("a secret is replaced", "redacted>", &[]),
    ("a secret is replaced", "\"***", &["runtime/src/redact.rs"]),
    (
        "a URL is taken apart",
        "find(\"://\")",
        &["runtime/src/http.rs"],
    ),
    ("a URL is taken apart", "split_once(\"://\")", &[]),
    ("a URL is taken apart", "strip_prefix(\"http", &[]),
    (
        "a URL is parsed for the transport",
        "reqwest::Url",
        &["runtime/src/http/reqwest.rs"],
    ),
    (
        "JMESPath is evaluated",
        "jmespath::",
        &["runtime/src/query.rs", "runtime/src/query/functions.rs"],
    ),
    (
        "pages are followed",
        ".output_tokens",
        &[
            "codegen/src/emit/schema.rs",
            "codegen/src/explain.rs",
            "codegen/src/lower/pages.rs",
            "local/src/stub.rs",
            "runtime/src/pages.rs",
            "tool/src/load.rs",
        ],
    ),
];

#[test]
fn there_is_one_of_each() {
    for (path, text) in product() {
        for (what, part, allowed) in ONCE {
            let found = code(&path, &text).find(|line| line.contains(part));
            assert!(
                found.is_none() || allowed.iter().any(|allowed| path == Path::new(allowed)),
                "{what} in {} too: {found:?}",
                path.display()
            );
        }
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

#[test]
fn generated_code_stays_small_and_allows_nothing() {
    let files = files("generated/codepipeline/src");
    let code = |text: &str| {
        text.lines()
            .filter(|line| !line.trim().is_empty() && !line.trim().starts_with("//"))
            .count()
    };
    let lines: usize = files.iter().map(|(_, text)| code(text)).sum();
    let operations = files
        .iter()
        .map(|(_, text)| text.matches(") -> Call<").count())
        .sum::<usize>();
    assert_eq!(operations, 44);
    assert!(
        lines <= 160 * operations,
        "{lines} lines for {operations} operations"
    );
    assert!(files.iter().all(|(_, text)| !text.contains("allow(")));
}

/// Every row of the list of differences names an existing test.
#[test]
fn every_difference_has_a_test() {
    let list = fs::read_to_string(root().join("docs/differences.md")).expect("the list");
    let rows: Vec<&str> = list
        .lines()
        .filter(|line| line.starts_with("| ") && !line.starts_with("| case"))
        .collect();
    assert!(rows.len() > 15);
    let mut tests = String::new();
    [
        "tests", "codegen", "command", "runtime", "schema", "local", "tool",
    ]
    .into_iter()
    .flat_map(files)
    .for_each(|(_, text)| tests.push_str(&text));
    for row in rows.iter().filter(|row| !row.starts_with("| ---")) {
        let last = row
            .trim_end_matches('|')
            .rsplit('|')
            .next()
            .unwrap_or_default();
        let names: Vec<&str> = last.split('`').skip(1).step_by(2).collect();
        assert!(!names.is_empty(), "no test is named: {row}");
        for name in names {
            let folder = |kind: &str| root().join(kind).join(name).join("case.toml").exists();
            let case = folder("tests/commands") || folder("tests/parity");
            assert!(
                case || tests.contains(&format!("fn {name}(")),
                "there is no test {name}: {row}"
            );
        }
    }
}

/// The Markdown pages of the project.
fn pages(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a folder").flatten() {
        match entry.path() {
            path if path.is_dir() && !path.ends_with("target") && !path.ends_with(".git") => {
                pages(&path, found);
            }
            path if path.extension().is_some_and(|extension| extension == "md") => found.push(path),
            _ => {}
        }
    }
}

/// Files and folders that a page names exist: what it links to, and what it names from the root.
#[test]
fn paths_in_pages_exist() {
    let mut found = Vec::new();
    pages(root(), &mut found);
    assert!(found.len() > 30);
    let mut checked = 0;
    let mut missing = Vec::new();
    for page in found {
        let text = fs::read_to_string(&page).expect("text");
        let links = text
            .split("](")
            .skip(1)
            .filter_map(|rest| rest.split(')').next());
        let links = links.filter(|link| !link.contains("://") && !link.starts_with('#'));
        let links = links.map(|link| page.parent().expect("a folder").join(link));
        let spans = text.split('`').skip(1).step_by(2).filter(|span| {
            let (top, rest) = span.split_once('/').unwrap_or_default();
            !["", ".", "..", "target"].contains(&top)
                && root().join(top).is_dir()
                && !rest
                    .contains(|letter: char| letter.is_whitespace() || "<>*:$…".contains(letter))
        });
        let spans = spans.map(|span| root().join(span));
        for path in links.chain(spans) {
            checked += 1;
            if !path.exists() {
                missing.push(format!("{} names {}", page.display(), path.display()));
            }
        }
    }
    assert!(missing.is_empty(), "{}", missing.join("\n"));
    assert!(checked > 50, "only {checked} paths");
}

/// A test that can't run says so through the helper, so that `.ci/run` can count it.
#[test]
fn skipped_tests_are_reported() {
    let folders = [
        "tests", "codegen", "command", "runtime", "schema", "local", "tool", "worker",
    ];
    for (path, text) in folders.into_iter().flat_map(files) {
        let is_helper = path.ends_with("support/skipped.rs");
        assert!(
            is_helper || !text.contains(concat!("println!(\"", "skipped")),
            "{}: call `skipped`",
            path.display()
        );
    }
}

/// What went wrong has a type, with its cause: no public function answers with text for an error.
#[test]
fn errors_of_public_functions_are_types() {
    let crates = [
        "codegen/src",
        "command/src",
        "local/src",
        "runtime/src",
        "schema/src",
        "worker/src",
    ];
    for (path, text) in crates.into_iter().flat_map(files) {
        let functions = text.split("\n").enumerate().filter(|(_, line)| {
            let line = line.trim_start();
            line.starts_with("pub fn ") || line.starts_with("pub async fn ")
        });
        for (at, _) in functions {
            let signature: String = text.lines().skip(at).map(str::trim).collect();
            let signature = signature.split('{').next().unwrap_or_default();
            let output = signature.split(" where ").next().unwrap_or_default();
            let is_text = output.contains("Result<") && output.trim().ends_with(", String>");
            assert!(!is_text, "{}: {signature}", path.display());
        }
    }
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
    for name in ["aws-sigv4", "http", "reqwest", "ring", "rustls", "tokio"] {
        let found = tree
            .lines()
            .find(|line| line.split(' ').next() == Some(name));
        assert_eq!(found, None, "{tree}");
    }
}

/// Each feature of a crate has a row in the crate's README, and the same row in the project's.
#[test]
fn features_are_documented() {
    let read = |path: &str| fs::read_to_string(root().join(path)).expect("text");
    let all = read("README.md");
    for folder in ["schema", "codegen", "runtime", "command", "local", "worker"] {
        let manifest: toml::Table = read(&format!("{folder}/Cargo.toml")).parse().expect("TOML");
        let features = manifest
            .get("features")
            .and_then(|features| features.as_table());
        let page = read(&format!("{folder}/README.md"));
        for feature in features.into_iter().flat_map(toml::Table::keys) {
            let start = format!("| `{feature}`");
            let row = page.lines().find(|line| line.starts_with(&start));
            assert!(
                feature == "default" || row.is_some_and(|row| all.contains(row)),
                "{folder}/README.md and README.md have no row alike for {feature}"
            );
        }
    }
}

/// What reads a trait.
enum Reader {
    /// This file at run time, with this text.
    RunTime(&'static str, &'static str),
    /// The generator, while it makes the schema.
    Generator,
    /// Nothing yet, and why.
    Nothing(&'static str),
}

/// What reads each trait of the table. The match leaves none out.
fn reader(kind: TraitKind) -> Reader {
    use Reader::{Generator, Nothing, RunTime};
    const BOUND: &str = "runtime/src/endpoint/bound.rs";
    const DESTINATION: &str = "runtime/src/pipeline/endpoint.rs";
    const REST: Reader = Nothing("no protocol that is spoken binds members to a request's head");
    const XML: Reader = Nothing("no protocol that is spoken has XML");
    match kind {
        TraitKind::Required => RunTime("runtime/src/validate/rules.rs", "Flags::REQUIRED"),
        TraitKind::Sensitive => RunTime("runtime/src/redact.rs", ".hides("),
        TraitKind::Sparse => RunTime("runtime/src/codec/json/read.rs", "Flags::SPARSE"),
        TraitKind::IdempotencyToken => {
            RunTime("runtime/src/idempotency.rs", "Flags::IDEMPOTENCY_TOKEN")
        }
        TraitKind::HostLabel => RunTime(BOUND, "Flags::HOST_LABEL"),
        TraitKind::AwsQueryCompatible => {
            RunTime("runtime/src/protocol/rpc.rs", ".is_query_compatible()")
        }
        TraitKind::Auth | TraitKind::OptionalAuth => {
            RunTime("runtime/src/pipeline/authenticate.rs", ".auth(")
        }
        TraitKind::Readonly => RunTime("runtime/src/retry.rs", "Trait::Readonly"),
        TraitKind::ClientDiscoveredEndpoint => RunTime(DESTINATION, ".discovers_endpoint()"),
        TraitKind::ClientEndpointDiscovery => RunTime(DESTINATION, ".endpoint_discovery()"),
        TraitKind::AwsQueryError => RunTime("runtime/src/protocol/error.rs", ".is_error("),
        TraitKind::Unpaged => RunTime("command/src/service.rs", ".unpaged()"),
        TraitKind::Deprecated => RunTime("schema/src/commands.rs", ".deprecated()"),
        TraitKind::HostPrefix => RunTime(BOUND, ".host_prefix()"),
        TraitKind::Error | TraitKind::HttpError | TraitKind::Retryable => {
            RunTime("runtime/src/retry.rs", ".error()")
        }
        TraitKind::JsonName => RunTime("runtime/src/codec/json/write.rs", ".json_name()"),
        TraitKind::Paginated => RunTime("runtime/src/pages.rs", ".pagination()"),
        TraitKind::Pattern => RunTime("runtime/src/validate/rules.rs", ".pattern()"),
        TraitKind::TimestampFormat => {
            RunTime("runtime/src/codec/json/write.rs", ".timestamp_format(")
        }
        TraitKind::ContextParam => RunTime(BOUND, ".context_param()"),
        TraitKind::OperationContextParams => RunTime(BOUND, ".operation_context_params()"),
        TraitKind::StaticContextParams => RunTime(BOUND, ".static_context_params()"),
        TraitKind::Waitable => RunTime("runtime/src/waiter.rs", ".waiters()"),
        TraitKind::Service
        | TraitKind::SigV4
        | TraitKind::SigV4A
        | TraitKind::AwsJson1_0
        | TraitKind::AwsJson1_1
        | TraitKind::AwsQuery
        | TraitKind::Ec2Query
        | TraitKind::RestJson1
        | TraitKind::RestXml
        | TraitKind::RpcV2Cbor
        | TraitKind::Command
        | TraitKind::Paginator
        | TraitKind::TargetPrefix
        | TraitKind::Waiters
        | TraitKind::ClientOptional
        | TraitKind::Documentation
        | TraitKind::Enum
        | TraitKind::EnumValue
        | TraitKind::HttpApiKeyAuth
        | TraitKind::HttpBasicAuth
        | TraitKind::HttpBearerAuth
        | TraitKind::HttpDigestAuth
        | TraitKind::Length
        | TraitKind::Range
        | TraitKind::Streaming
        | TraitKind::Title
        | TraitKind::EndpointRuleSet => Generator,
        TraitKind::ClientEndpointDiscoveryId => Nothing("it is refused by its form"),
        TraitKind::MediaType => Nothing("it says nothing that a request depends on"),
        TraitKind::Http
        | TraitKind::HttpHeader
        | TraitKind::HttpLabel
        | TraitKind::HttpPayload
        | TraitKind::HttpPrefixHeaders
        | TraitKind::HttpQuery
        | TraitKind::HttpQueryParams
        | TraitKind::HttpResponseCode => REST,
        TraitKind::Ec2QueryName
        | TraitKind::XmlAttribute
        | TraitKind::XmlFlattened
        | TraitKind::XmlName
        | TraitKind::XmlNamespace => XML,
    }
}

/// What the schema keeps is obeyed at run time. What it does not keep is read while it is made, or
/// there is a reason that it is not.
#[test]
fn every_trait_of_the_table_has_a_reader() {
    let read = |file: &str| {
        fs::read_to_string(root().join(file)).unwrap_or_else(|error| panic!("{file}: {error}"))
    };
    let generator: String = ["codegen/src/lower.rs", "schema/src/service.rs"]
        .into_iter()
        .map(read)
        .chain(files("codegen/src/lower").into_iter().map(|(_, text)| text))
        .collect();
    for kind in TraitKind::ALL {
        let is_kept = !kind.entry().sites.is_empty();
        match reader(*kind) {
            Reader::RunTime(file, text) => {
                assert!(is_kept, "{kind:?} is not kept");
                assert!(read(file).contains(text), "{kind:?}: {file} has no {text}");
            }
            Reader::Generator => {
                let name = format!("TraitKind::{kind:?}");
                let is_read = generator.match_indices(&name).any(|(at, _)| {
                    !generator[at + name.len()..].starts_with(char::is_alphanumeric)
                });
                assert!(!is_kept && is_read, "the generator does not read {kind:?}");
            }
            Reader::Nothing(reason) => assert!(!is_kept, "{kind:?} is kept: {reason}"),
        }
    }
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
        "runtime/src/config/credentials/sso.rs",
        "requests of single sign-on",
    ),
    (
        "runtime/src/config/credentials/sts.rs",
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
