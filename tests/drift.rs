//! The build script generates the same files as `generated/` holds, and cargo watches the files
//! that it reads.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Typed code from OUT_DIR, included as a user's program does.
mod codepipeline {
    opsmith_runtime::include_service!("codepipeline");
}

fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let entries =
        fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let entry = |entry: std::io::Result<fs::DirEntry>| {
        let path = entry.expect("an entry").path();
        (
            path.file_name()
                .expect("a name")
                .to_string_lossy()
                .into_owned(),
            fs::read(&path).expect("a file"),
        )
    };
    entries.map(entry).collect()
}

#[test]
fn the_build_script_makes_the_bytes_that_are_checked_in() {
    let made = files(&Path::new(env!("OUT_DIR")).join("codepipeline"));
    let kept = files(&Path::new(env!("CARGO_MANIFEST_DIR")).join("generated/codepipeline/src"));
    assert_eq!(
        made.keys().collect::<Vec<_>>(),
        kept.keys().collect::<Vec<_>>()
    );
    for (name, bytes) in &made {
        assert!(
            kept.get(name) == Some(bytes),
            "{name} differs: run `cargo opsmith generate`"
        );
    }
}

#[test]
fn typed_code_from_the_build_calls_the_endpoint() {
    use codepipeline::{
        Client, Config, FailureDetails, FailureType, PutThirdPartyJobFailureResultInput,
    };
    use opsmith_local::codepipeline::Endpoint;
    use opsmith_local::{ACCESS_KEY_ID, REGION};
    use opsmith_runtime::identity::Credentials;
    let endpoint = Endpoint::start().expect("an endpoint");
    let secret = endpoint.credentials().secret_access_key.expose();
    let config = Config::new().region(REGION).endpoint_url(endpoint.url());
    let client = Client::new(config.credentials(Credentials::new(ACCESS_KEY_ID, secret, "test")));
    let failure = FailureDetails::new(
        "JobFailed".parse::<FailureType>().expect("a type"),
        "tests failed",
    );
    let input = PutThirdPartyJobFailureResultInput::new("demo-job", "demo-token", failure);
    client
        .put_third_party_job_failure_result(input)
        .blocking()
        .expect("the call");
}

/// A package with a build script in a separate folder, over a model of one operation.
fn package(folder: &Path) {
    let root = env!("CARGO_MANIFEST_DIR");
    fs::create_dir_all(folder.join("src")).expect("a folder");
    let codegen = Path::new(root).join("codegen");
    let manifest = format!(
        "[package]\nname = \"user\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n[build-dependencies]\n\
         opsmith-codegen = {{ path = {codegen:?}, default-features = false, features = [\"emit\"] }}\n\n[workspace]\n"
    );
    fs::write(folder.join("Cargo.toml"), manifest).expect("a file");
    fs::copy(
        Path::new(root).join("Cargo.lock"),
        folder.join("Cargo.lock"),
    )
    .expect("a file");
    fs::copy(
        Path::new(root).join("model/codepipeline.json"),
        folder.join("model.json"),
    )
    .expect("a file");
    fs::write(folder.join("src/main.rs"), "fn main() {}\n").expect("a file");
    let build = "fn main() {\n    opsmith_codegen::Generator::new(\"model.json\").operations([\"ListPipelines\"]).build_script();\n}\n";
    fs::write(folder.join("build.rs"), build).expect("a file");
}

fn build(folder: &Path, target: &Path) -> String {
    let mut cargo = Command::new(env!("CARGO"));
    cargo
        .args(["build", "--offline", "-v"])
        .current_dir(folder)
        .env("CARGO_TARGET_DIR", target)
        .env("CARGO_PROFILE_DEV_DEBUG", "0");
    let output = cargo.output().expect("cargo");
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{text}");
    text
}

/// All files below a folder, with the time of their last change.
fn files_below(folder: &Path) -> Vec<(PathBuf, std::time::SystemTime)> {
    let entries = fs::read_dir(folder)
        .expect("a folder")
        .map(|entry| entry.expect("an entry").path());
    let found = entries.map(|path| {
        if path.is_dir() {
            files_below(&path)
        } else {
            vec![(
                path.clone(),
                fs::metadata(&path)
                    .and_then(|file| file.modified())
                    .expect("a file"),
            )]
        }
    });
    found.flatten().collect()
}

/// Makes the folder and its subfolders writable, or read-only.
fn permit(folder: &Path, mode: u32) {
    use std::os::unix::fs::PermissionsExt as _;
    for path in [folder.join("src"), folder.to_owned()] {
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).expect("permissions");
    }
}

/// The lines that a build script printed for cargo.
fn printed(target: &Path) -> Vec<String> {
    let runs = fs::read_dir(target.join("debug/build"))
        .expect("builds")
        .map(|entry| entry.expect("an entry").path());
    let user = |path: &PathBuf| {
        path.file_name()
            .is_some_and(|name| name.to_string_lossy().starts_with("user-"))
    };
    let output = runs
        .filter(user)
        .find_map(|path| fs::read_to_string(path.join("output")).ok());
    output
        .expect("the build script's output")
        .lines()
        .map(str::to_owned)
        .collect()
}

#[test]
fn a_second_build_reruns_nothing_and_a_changed_model_does() {
    let folder = tempfile::tempdir().expect("a folder");
    // Shared with other builds of this workspace, so that the script's dependencies are built once.
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).join("build-script");
    let _ = fs::remove_dir_all(target.join("debug/build"));
    package(folder.path());
    let first = build(folder.path(), &target);
    assert!(first.contains("build-script-build`"), "{first}");
    assert_eq!(printed(&target), ["cargo::rerun-if-changed=model.json"]);
    let second = build(folder.path(), &target);
    assert!(!second.contains("Running"), "{second}");
    let model = folder.path().join("model.json");
    let text = fs::read_to_string(&model).expect("the model");
    fs::write(&model, text + "\n").expect("the model");
    // A build writes to OUT_DIR only: the sources may not even be writable.
    let sources = || {
        let mut files = files_below(folder.path());
        files.sort();
        files
    };
    let before = sources();
    permit(folder.path(), 0o555);
    let third = build(folder.path(), &target);
    permit(folder.path(), 0o755);
    assert_eq!(sources(), before);
    assert!(third.contains("build-script-build`"), "{third}");
}
