//! `services …`: adding services of models, and calling them.

mod support;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use support::{Server, configured, opsmith, run, stderr, stdout};

/// The model of a service with two operations, in Smithy's JSON.
fn model(version: &str, second: &str) -> String {
    let shape = |name: &str| {
        format!(
            r##""test#{name}Request": {{"type": "structure", "members": {{"Name": {{"target": "smithy.api#String", "traits": {{"smithy.api#required": {{}}, "smithy.api#documentation": "<p>The name of it.</p>"}}}}}}}},
            "test#{name}Response": {{"type": "structure", "members": {{"Value": {{"target": "smithy.api#String"}}}}}},
            "test#{name}": {{"type": "operation", "input": {{"target": "test#{name}Request"}}, "output": {{"target": "test#{name}Response"}},
                "traits": {{"smithy.api#documentation": "<p>Does {name}.</p>"}}}}"##
        )
    };
    let (one, two) = (shape("GetThing"), shape(second));
    format!(
        r##"{{"smithy": "2.0", "shapes": {{
        "test#Things_{version}": {{"type": "service", "version": "{version}", "operations": [{{"target": "test#GetThing"}}, {{"target": "test#{second}"}}],
            "traits": {{"aws.api#service": {{"sdkId": "Things"}}, "aws.auth#sigv4": {{"name": "things"}}, "aws.protocols#awsQuery": {{}},
                "smithy.api#title": "Things", "smithy.api#xmlNamespace": {{"uri": "https://things.test/"}}}}}},
        {one},
        {two}
    }}}}"##
    )
}

/// A folder with a model, as home and as the source.
fn home_with(model: &str) -> (tempfile::TempDir, PathBuf) {
    let home = tempfile::tempdir().expect("a folder");
    let path = home.path().join("things.json");
    fs::write(&path, model).expect("a model");
    (home, path)
}

fn services(home: &Path, words: &[&str]) -> (i32, String, String) {
    let output = run(opsmith(home).arg("services").args(words), "");
    (
        output.status.code().unwrap_or(-1),
        stdout(&output),
        stderr(&output),
    )
}

fn add(home: &Path, source: &Path) -> String {
    let (code, out, err) = services(home, &["add", &source.display().to_string()]);
    assert_eq!((code, err.as_str()), (0, ""), "{out}");
    out
}

#[test]
fn a_service_is_added_called_and_removed() {
    let (home, path) = home_with(&model("2020-01-01", "PutThing"));
    let home = home.path();
    let out = add(home, &path);
    let catalog = home.join(".local/share/opsmith/services.catalog");
    assert_eq!(
        out,
        format!(
            "services: 1 (1 new, 0 replaced), operations: 2\ncatalogue: {}\n",
            catalog.display()
        )
    );
    let (_, list, _) = services(home, &["list"]);
    assert!(
        list.contains("codepipeline") && list.contains("things           2  2020-01-01"),
        "{list}"
    );
    let (_, info, _) = services(home, &["info", "things"]);
    assert!(info.contains("SDK id:     Things\n"), "{info}");
    let answer = "<GetThingResponse><GetThingResult><Value>found</Value></GetThingResult></GetThingResponse>";
    let server = Server::answering(200, "content-type: text/xml\r\n", answer);
    let words = [
        "things",
        "get-thing",
        "--name",
        "one",
        "--output",
        "text",
        "--endpoint-url",
    ];
    let output = run(configured(home).args(words).arg(&server.url), "");
    assert_eq!(stdout(&output), "found\n", "{}", stderr(&output));
    let requests = server.requests();
    assert_eq!(
        requests[0].body,
        "Action=GetThing&Version=2020-01-01&Name=one"
    );
    let help = run(opsmith(home).args(["things", "put-thing", "help"]), "");
    assert!(
        stdout(&help).contains("Does PutThing."),
        "{}",
        stdout(&help)
    );
    let sample = [
        "things",
        "put-thing",
        "--generate-cli-skeleton",
        "yaml-input",
    ];
    let sample = run(opsmith(home).args(sample), "");
    assert!(
        stdout(&sample).starts_with("Name: ''  # [REQUIRED] The name of it."),
        "{}",
        stdout(&sample)
    );
    let answers = run(
        opsmith(home).args(["completions", "answer", "opsmith things get-thing --n"]),
        "",
    );
    assert!(
        stdout(&answers).starts_with("--name\n"),
        "{}",
        stdout(&answers)
    );
    assert_eq!(services(home, &["remove", "things"]).0, 0);
    let output = run(opsmith(home).args(["things", "get-thing"]), "");
    assert_eq!(output.status.code(), Some(252));
    assert!(
        stderr(&output)
            .contains("pip download --no-deps botocore; opsmith services add botocore-*.whl"),
        "{}",
        stderr(&output)
    );
}

#[test]
fn a_newer_model_says_what_it_breaks() {
    let (home, path) = home_with(&model("2020-01-01", "PutThing"));
    add(home.path(), &path);
    fs::write(&path, model("2020-01-01", "DropThing")).expect("a model");
    let out = add(home.path(), &path);
    assert!(
        out.starts_with("services: 1 (0 new, 1 replaced), operations: 2\n"),
        "{out}"
    );
    assert!(
        out.contains("things: 2 operations before, 2 now; "),
        "{out}"
    );
    assert!(out.contains("  breaking: PutThing: removed\n"), "{out}");
    let again = add(home.path(), &path);
    assert!(!again.contains("breaking"), "{again}");
}

#[test]
fn a_broken_model_does_not_keep_the_others_out() {
    let (home, path) = home_with(&model("2020-01-01", "PutThing"));
    let broken = model("2020-01-01", "PutThing")
        .replace("Things", "Broken")
        .replace("aws.protocols#awsQuery", "test#unknown");
    fs::write(home.path().join("broken.json"), broken).expect("a model");
    let folder = path.parent().expect("a folder").display().to_string();
    let (code, out, err) = services(home.path(), &["add", &folder]);
    assert_eq!(code, 1, "{out}{err}");
    assert!(
        err.contains("1 of 2 services could not be added:\nbroken: "),
        "{err}"
    );
    assert!(services(home.path(), &["list"]).1.contains("things"));
}

#[test]
fn a_part_of_a_service_has_only_that() {
    let (home, path) = home_with(&model("2020-01-01", "PutThing"));
    let source = path.display().to_string();
    let (code, out, err) = services(
        home.path(),
        &[
            "add",
            &source,
            "--only",
            "things:put-thing",
            "--without-docs",
        ],
    );
    assert_eq!((code, err.as_str()), (0, ""), "{out}");
    assert!(
        out.starts_with("services: 1 (1 new, 0 replaced), operations: 1\n"),
        "{out}"
    );
    let output = run(
        configured(home.path()).args(["things", "get-thing", "--name", "x"]),
        "",
    );
    assert!(
        stderr(&output).contains("Found invalid choice 'get-thing'"),
        "{}",
        stderr(&output)
    );
    let (code, _, err) = services(home.path(), &["add", &source, "--only", "thinks"]);
    assert_eq!(code, 252);
    assert!(err.contains("thinks") && err.contains("things"), "{err}");
}

#[test]
fn what_is_wrong_is_said() {
    let (home, path) = home_with(&model("2020-01-01", "PutThing"));
    let home = home.path();
    let fails = |words: &[&str]| {
        let (code, out, err) = services(home, words);
        assert_ne!(code, 0, "{words:?}: {out}");
        err
    };
    assert!(fails(&["add", "nothing-here"]).contains("nothing-here"));
    // What a shell leaves where no file matches.
    assert!(fails(&["add", "botocore-*.whl"]).contains("pip download --no-deps botocore"));
    let text = home.join("text.whl");
    fs::write(&text, "no wheel").expect("a file");
    assert!(fails(&["add", "text.whl"]).contains("text.whl"));
    assert!(fails(&["add"]).contains("usage: opsmith services add SOURCE..."));
    assert!(fails(&["remove"]).contains("--all"));
    assert!(fails(&["info", "codepipelin"]).contains("codepipeline"));
    assert!(fails(&["ad"]).contains("Found invalid choice 'ad'"));
    let catalog = home.join(".local/share/opsmith/services.catalog");
    add(home, &path);
    let whole = fs::read(&catalog).expect("a catalogue");
    for (bytes, problem) in [
        (whole[..whole.len() / 2].to_vec(), "is damaged"),
        (b"something else".to_vec(), "is not a catalogue"),
        (
            [&whole[..8], &[9, 0, 0, 0], &whole[12..]].concat(),
            "has version 9 of the format",
        ),
    ] {
        fs::write(&catalog, bytes).expect("a file");
        let output = run(
            configured(home).args(["things", "get-thing", "--name", "x"]),
            "",
        );
        let err = stderr(&output);
        assert_eq!(output.status.code(), Some(255), "{err}");
        assert!(
            err.contains(problem) && err.contains("opsmith services remove --all"),
            "{err}"
        );
        let err = fails(&["add", &path.display().to_string()]);
        assert!(
            err.contains(problem) && err.contains("opsmith services remove --all"),
            "{err}"
        );
        assert_eq!(services(home, &["remove", "--all"]).0, 0);
        add(home, &path);
    }
}

#[test]
fn manual_pages_are_those_of_the_services_that_are_named() {
    let (home, path) = home_with(&model("2020-01-01", "PutThing"));
    add(home.path(), &path);
    let man = |words: &[&str]| {
        let output = run(opsmith(home.path()).args(["man", "pages"]).args(words), "");
        let code = output.status.code();
        (code, stdout(&output), stderr(&output))
    };
    let pages = || {
        let entries = fs::read_dir(home.path().join("pages")).expect("a folder");
        let names = entries.map(|entry| entry.expect("an entry").file_name());
        let mut names: Vec<_> = names
            .map(|name| name.into_string().expect("text"))
            .collect();
        names.sort();
        names
    };
    let (code, out, err) = man(&["thing", "things"]);
    assert_eq!((code, out.as_str()), (Some(252), ""), "{err}");
    assert!(
        err.contains("invalid choice 'thing'")
            && err.contains("  * things\n")
            && err.contains("opsmith services add"),
        "{err}"
    );
    assert!(!home.path().join("pages").exists());
    assert_eq!(man(&["things", "things"]).1, "3 manual pages in pages\n");
    let things = [
        "opsmith-things-get-thing.1",
        "opsmith-things-put-thing.1",
        "opsmith-things.1",
    ];
    assert_eq!(pages(), things);
    // All of them: those of the other service and of the program too.
    assert_eq!(man(&[]).0, Some(0));
    assert!(pages().len() > 40 && pages().contains(&"opsmith.1".to_owned()));
}

#[test]
fn the_version_with_debug_says_where_models_come_from() {
    let home = tempfile::tempdir().expect("a folder");
    let version = |words: &[&str]| {
        let output = run(opsmith(home.path()).args(words), "");
        let first = format!("opsmith/{}\n", env!("CARGO_PKG_VERSION"));
        assert_eq!((output.status.code(), stdout(&output)), (Some(0), first));
        stderr(&output)
    };
    let catalog = home.path().join(".local/share/opsmith/services.catalog");
    let installed = format!("installed catalogue: {}: ", catalog.display());
    assert_eq!(version(&["--version"]), "");
    let err = version(&["--version", "--debug"]);
    assert!(
        err.starts_with("compiled in: codepipeline, botocore ")
            && err.ends_with(&format!("\n{installed}none\n")),
        "{err}"
    );
    // The same service, of a release that is to come.
    let data = home.path().join("botocore/data/codepipeline/2015-07-09");
    fs::create_dir_all(&data).expect("a folder");
    let text = r#"{"version": "2.0", "metadata": {"apiVersion": "2015-07-09", "endpointPrefix": "codepipeline", "jsonVersion": "1.1",
        "protocol": "json", "serviceId": "CodePipeline", "serviceFullName": "AWS CodePipeline", "signatureVersion": "v4",
        "targetPrefix": "CodePipeline_20150709", "uid": "codepipeline-2015-07-09"},
        "operations": {"ListNews": {"name": "ListNews", "http": {"method": "POST", "requestUri": "/"}}}, "shapes": {}}"#;
    fs::write(data.join("service-2.json"), text).expect("a model");
    let python = "__version__ = '99.1.0'\n";
    fs::write(home.path().join("botocore/__init__.py"), python).expect("a file");
    add(home.path(), &home.path().join("botocore/data"));
    let err = version(&["--debug", "--version"]);
    assert!(
        err.contains("; not used, as a catalogue has botocore 99.1.0")
            && err.ends_with(&format!("\n{installed}services: 1 (botocore 99.1.0: 1)\n")),
        "{err}"
    );
    let words = [
        "codepipeline",
        "list-news",
        "--generate-cli-skeleton",
        "input",
    ];
    let output = run(opsmith(home.path()).args(words), "");
    assert_eq!(stdout(&output), "{}\n", "{}", stderr(&output));
    fs::write(&catalog, "no catalogue").expect("a file");
    let err = version(&["--version", "--debug"]);
    assert!(
        err.contains("services.catalog is not a catalogue\n"),
        "{err}"
    );
}

#[test]
fn an_operation_of_a_newer_model_is_asked_for() {
    let home = tempfile::tempdir().expect("a folder");
    let unknown = |operation: &str| {
        let output = run(opsmith(home.path()).args(["codepipeline", operation]), "");
        assert_eq!(output.status.code(), Some(252));
        stderr(&output)
    };
    let newer = "opsmith services add botocore-*.whl";
    let err = unknown("invent-something");
    assert!(
        err.contains("The model of the service is botocore ") && err.contains(newer),
        "{err}"
    );
    // A typing error is none of the model's age.
    let err = unknown("list-pipeline");
    assert!(
        err.contains("* list-pipelines") && !err.contains(newer),
        "{err}"
    );
}

#[test]
fn a_folder_that_can_not_be_written_is_said() {
    let (home, path) = home_with(&model("2020-01-01", "PutThing"));
    let output = run(
        opsmith(home.path())
            .env("OPSMITH_HOME", "/proc/none")
            .args(["services", "add"])
            .arg(path),
        "",
    );
    assert_eq!(output.status.code(), Some(255));
    let err = stderr(&output);
    assert!(
        err.contains("/proc/none/services.catalog can't be changed: ")
            && err.contains("OPSMITH_HOME can name another folder"),
        "{err}"
    );
}

/// Both are there at the end, whichever came first.
#[test]
fn two_that_add_at_once_add_both() {
    let (home, path) = home_with(&model("2020-01-01", "PutThing"));
    let other = home.path().join("others");
    fs::create_dir(&other).expect("a folder");
    let other = other.join("others.json");
    fs::write(
        &other,
        model("2020-01-01", "PutThing").replace("Things", "Others"),
    )
    .expect("a model");
    let start = |source: &Path| -> std::process::Child {
        opsmith(home.path())
            .args(["services", "add"])
            .arg(source)
            .spawn()
            .expect("the command")
    };
    for mut child in [start(&path), start(&other)] {
        assert!(child.wait().expect("an end").success());
    }
    let (_, list, _) = services(home.path(), &["list"]);
    assert!(list.contains("things") && list.contains("others"), "{list}");
}

#[cfg(unix)]
#[test]
fn called_as_aws_it_calls_itself_aws() {
    let home = tempfile::tempdir().expect("a folder");
    let link = home.path().join("aws");
    std::os::unix::fs::symlink(env!("CARGO_BIN_EXE_opsmith"), &link).expect("a link");
    let output = Command::new(&link)
        .arg("nothing")
        .env_clear()
        .output()
        .expect("the command");
    let err = stderr(&output);
    assert!(
        err.contains("\naws: [ERROR]") && err.contains("usage: aws ") && !err.contains("opsmith"),
        "{err}"
    );
    let output = Command::new(&link)
        .args(["codepipeline", "help"])
        .env_clear()
        .output()
        .expect("the command");
    assert!(output.status.success());
}

/// A fuzz target that starts from examples of an older format is refused at their heads and finds nothing.
#[test]
fn the_fuzz_target_has_examples_of_the_present_format() {
    let examples = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus/catalog");
    let is_read = |example: &Path| {
        let home = tempfile::tempdir().expect("a folder");
        let folder = home.path().join(".local/share/opsmith");
        fs::create_dir_all(&folder).expect("a folder");
        fs::copy(example, folder.join("services.catalog")).expect("a catalogue");
        services(home.path(), &["list"]).0 == 0
    };
    let examples = fs::read_dir(examples).expect("a folder");
    let mut examples = examples.map(|entry| entry.expect("an entry").path());
    assert!(examples.any(|example| is_read(&example)));
}
