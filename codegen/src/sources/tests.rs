//! Sources of each kind, and what is wrong with them.

mod hostile;
mod smithy;

use super::{Lowered, Services};
use std::fs;
use std::io::{Cursor, Write as _};
use std::path::{Path, PathBuf};
use tempfile::TempDir;
use zip::write::SimpleFileOptions;

/// The model of a service with two operations, as botocore has it.
fn service(id: &str) -> String {
    let operation = |name: &str| {
        format!(
            r#""{name}":{{"name":"{name}","http":{{"method":"POST","requestUri":"/"}},"input":{{"shape":"In"}},"documentation":"<p>Does it.</p>"}}"#
        )
    };
    format!(
        r#"{{"version":"2.0","metadata":{{"apiVersion":"2020-02-02","endpointPrefix":"toy","serviceId":"{id}","signatureVersion":"v4",
        "protocol":"json","jsonVersion":"1.1","targetPrefix":"Toy"}},"operations":{{{},{}}},
        "shapes":{{"In":{{"type":"structure","members":{{"name":{{"shape":"Text"}}}}}},"Text":{{"type":"string"}}}},"documentation":"<p>Toys.</p>"}}"#,
        operation("GetToy"),
        operation("ListToys")
    )
}

fn gzip(text: &str) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(text.as_bytes()).expect("memory");
    encoder.finish().expect("memory")
}

/// The files of a release with two services, one of which is broken, and an older version.
fn release() -> Vec<(&'static str, Vec<u8>)> {
    vec![
        (
            "botocore/__init__.py",
            b"import os\n__version__ = '1.44.5'\n".to_vec(),
        ),
        ("botocore/data/partitions.json", b"{}".to_vec()),
        (
            "botocore/data/toy-box/2019-01-01/service-2.json",
            b"old".to_vec(),
        ),
        (
            "botocore/data/toy-box/2020-02-02/service-2.json.gz",
            gzip(&service("Toy Box")),
        ),
        (
            "botocore/data/toy-box/2020-02-02/examples-1.json",
            b"{}".to_vec(),
        ),
        (
            "botocore/data/zoo/2021-03-03/service-2.json",
            service("Zoo")
                .replace(r#""shape":"Text""#, r#""shape":"Txt""#)
                .into_bytes(),
        ),
        (
            "tests/unit/data/zoo/2014-01-01/service-2.json",
            b"{}".to_vec(),
        ),
        ("LICENSE.txt", b"Apache".to_vec()),
    ]
}

fn zipped(files: &[(&str, Vec<u8>)]) -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in files {
        writer
            .start_file(*name, SimpleFileOptions::default())
            .expect("a member");
        writer.write_all(content).expect("memory");
    }
    writer.finish().expect("an archive").into_inner()
}

fn tarred(files: &[(&str, Vec<u8>)]) -> Vec<u8> {
    let mut builder = tar::Builder::new(Vec::new());
    for (name, content) in files {
        let mut header = tar::Header::new_gnu();
        header.set_size(content.len() as u64);
        header.set_mode(0o644);
        let name = format!("botocore-1.44.5/{name}");
        builder
            .append_data(&mut header, name, content.as_slice())
            .expect("memory");
    }
    builder.into_inner().expect("an archive")
}

/// A temporary folder with these files.
fn folder(files: &[(&str, Vec<u8>)]) -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    for (name, content) in files {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        fs::write(path, content).expect("a file");
    }
    folder
}

/// A file in a temporary folder.
fn file(name: &str, content: impl AsRef<[u8]>) -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join(name);
    fs::write(&path, content).expect("a file");
    (folder, path)
}

/// Words, SDK ids, versions and releases.
fn facts(services: &Services) -> Vec<String> {
    let fact = |found: &super::Found| {
        format!(
            "{} {:?} {} {:?}",
            found.word, found.sdk_id, found.version, found.release
        )
    };
    services.iter().map(fact).collect()
}

/// The names of operations of each service, or what is wrong with it.
fn lowered(services: &Services) -> Vec<Lowered<Vec<String>>> {
    let names = |_: &super::Found, service: &crate::rust::Service<'_>| {
        let names = service
            .operations
            .iter()
            .map(|operation| operation.name.to_owned());
        names.collect()
    };
    services.lower_all(names, |_| {})
}

fn refused(source: impl AsRef<Path>) -> String {
    Services::find([source])
        .expect_err("it is no source")
        .to_string()
}

const FOUND: [&str; 2] = [
    r#"toy-box "Toy Box" 2020-02-02 "botocore 1.44.5""#,
    r#"zoo "Zoo" 2021-03-03 "botocore 1.44.5""#,
];

#[test]
fn a_wheel_an_sdist_and_a_folder_have_the_same_services() {
    let (_wheel, wheel) = file("no-name", zipped(&release()));
    let (_sdist, sdist) = file("x.zip", gzip_bytes(&tarred(&release())));
    let (_tar, tar) = file("y", tarred(&release()));
    let installed = folder(&release());
    let package = installed.path().join("botocore");
    let data = package.join("data");
    for source in [&wheel, &sdist, &tar, installed.path(), &package, &data] {
        let services = Services::find([source]).expect("a source");
        assert_eq!(facts(&services), FOUND, "{}", source.display());
        let results = lowered(&services);
        assert_eq!(
            results[0].result.as_ref().expect("a service"),
            &["GetToy", "ListToys"]
        );
        let error = results[1]
            .result
            .as_ref()
            .expect_err("the shape is not there")
            .to_string();
        assert!(
            error.contains("botocore/data/zoo/2021-03-03/service-2.json: ")
                && error.contains("the shape `Txt` does not exist"),
            "{error}"
        );
    }
}

fn gzip_bytes(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).expect("memory");
    encoder.finish().expect("memory")
}

#[test]
fn one_service_is_a_source_too() {
    let installed = folder(&release());
    let toys = installed.path().join("botocore/data/toy-box");
    for source in [toys.clone(), toys.join("2020-02-02")] {
        let services = Services::find([source]).expect("a source");
        assert_eq!(
            facts(&services),
            [r#"toy-box "Toy Box" 2020-02-02 "botocore""#]
        );
    }
}

#[test]
fn models_of_this_project_bring_what_is_next_to_them() {
    let model = Path::new(env!("CARGO_MANIFEST_DIR")).join("../model");
    let services = Services::find([model.join("codepipeline.json")]).expect("a source");
    let docs = services.lower_all(|_, service| service.docs.len(), |_| {});
    assert!(matches!(docs[0].result, Ok(length) if length > 100));
    let services = services.without_documentation();
    let docs = services.lower_all(|_, service| service.commands.docs.len(), |_| {});
    assert!(matches!(docs[0].result, Ok(0)));
}

#[test]
fn documentation_can_be_left_out() {
    let (_folder, wheel) = file("x.whl", zipped(&release()));
    let documented = |services: &Services| {
        let docs = services.lower_all(|_, service| service.commands.docs.len(), |_| {});
        docs.into_iter().next().and_then(|toys| toys.result.ok())
    };
    let services = Services::find([&wheel]).expect("a source");
    assert_eq!(documented(&services), Some(3));
    assert_eq!(documented(&services.without_documentation()), Some(0));
}

#[test]
fn several_sources_are_one_list() {
    let (_folder, wheel) = file("x.whl", zipped(&release()));
    let (_own, own) = file("own.json", smithy::model("Own Thing", "1"));
    let services = Services::find([&wheel, &own]).expect("sources");
    let words: Vec<&str> = services.iter().map(|found| found.word.as_str()).collect();
    assert_eq!(words, ["own-thing", "toy-box", "zoo"]);
    let problems = Services::find([&wheel, &wheel]).expect_err("twice").0;
    assert_eq!(problems.len(), 2);
    let problems = Services::find([&own, &own.with_extension("x")])
        .expect_err("one is not there")
        .0;
    assert!(
        problems.len() == 1 && problems[0].problem.contains("cannot be read"),
        "{problems:?}"
    );
}

#[test]
fn services_and_operations_are_chosen() {
    let (_folder, wheel) = file("x.whl", zipped(&release()));
    let only = |items: &[&str]| Services::find([&wheel]).expect("a source").only(items);
    let chosen = |items: &[&str]| {
        let results = lowered(&only(items).expect("there are such"));
        let names = results
            .into_iter()
            .map(|lowered| (lowered.word, lowered.result.ok()));
        names.collect::<Vec<_>>()
    };
    let one = vec!["ListToys".to_owned()];
    let both = vec!["GetToy".to_owned(), "ListToys".to_owned()];
    for (items, expected) in [
        (vec!["toy-box:ListToys"], &one),
        (vec!["toy-box:list-toys"], &one),
        (vec!["toy-box:list-toys", "toy-box:GetToy"], &both),
        (vec!["toy-box:list-toys", "toy-box"], &both),
        (vec!["toy-box", "toy-box:list-toys"], &both),
    ] {
        assert_eq!(
            chosen(&items),
            [("toy-box".to_owned(), Some(expected.clone()))],
            "{items:?}"
        );
    }
    let problems =
        only(&["toybox", "toy-box:list-toy", "zoo:GetToys"]).expect_err("there are none");
    assert_eq!(
        problems.to_string(),
        "toybox: there is no service \"toybox\" in the sources\n    help: did you mean toy-box?\n\
         toy-box:list-toy: the service has no operation \"list-toy\"\n    help: did you mean list-toys?\n\
         zoo:GetToys: the service has no operation \"GetToys\"\n    help: did you mean GetToy?"
    );
}

#[test]
fn progress_counts_all_services() {
    let (_folder, wheel) = file("x.whl", zipped(&release()));
    let services = Services::find([&wheel]).expect("a source");
    for threads in [0, 1, 2, 9] {
        let mut seen = Vec::new();
        let results = services.lower_on(
            threads,
            |_, _| (),
            |progress| {
                seen.push(format!(
                    "{}/{} {}",
                    progress.done, progress.total, progress.word
                ));
            },
        );
        assert_eq!(results.len(), 2);
        assert!(
            seen[0].starts_with("1/2 ") && seen[1].starts_with("2/2 "),
            "{seen:?}"
        );
    }
}

#[test]
fn what_is_no_source_is_named() {
    let empty = tempfile::tempdir().expect("a folder");
    for (content, said) in [
        (b"hello".to_vec(), "it is neither an archive nor JSON"),
        (b"{\"a\": 1}".to_vec(), "it is JSON, but no Smithy model"),
        (vec![0xff, 0xfe, 0], "it is neither an archive nor text"),
        (gzip("{}"), "it is a compressed file, and no archive"),
        (
            service("Toy Box").into_bytes(),
            "it is one file of a service of botocore, Toy Box",
        ),
        (
            zipped(&[("botocore/__init__.py", Vec::new())]),
            "an archive with botocore/__init__.py, but no service",
        ),
        (
            zipped(&[("x/y.py", Vec::new())]),
            "it is an archive with nothing of botocore",
        ),
        (zipped(&[]), "it is an archive with nothing of botocore"),
    ] {
        let (_folder, path) = file("x", content);
        let message = refused(path);
        assert!(
            message.contains(said) && message.contains("\n    help: give "),
            "{message}"
        );
    }
    assert!(
        refused(empty.path())
            .contains("it is a folder without JSON and without a service of botocore")
    );
    let json = folder(&[("a.json", b"{}".to_vec())]);
    assert!(
        refused(json.path())
            .contains("a folder with 1 JSON files, none of which is a Smithy model")
    );
    assert!(refused(empty.path().join("x")).contains("cannot be read"));
}

/// A wheel made of the installed package has the services of the package, and the words that
/// lowering gives them.
#[test]
fn a_wheel_has_the_services_of_the_folder() {
    let Some(data) = std::env::var_os("OPSMITH_BOTOCORE").map(PathBuf::from) else {
        return crate::skipped::skipped("OPSMITH_BOTOCORE names no data folder of botocore");
    };
    let installed = Services::find([&data]).expect("a source");
    let mut files: Vec<(String, Vec<u8>)> = Vec::new();
    let package = data.parent().expect("a package");
    files.push((
        "botocore/__init__.py".to_owned(),
        fs::read(package.join("__init__.py")).expect("a file"),
    ));
    for found in installed.iter() {
        let inside = found.place.strip_prefix(package).expect("a place in it");
        for entry in fs::read_dir(&found.place).expect("a folder").flatten() {
            let name = format!(
                "botocore/{}/{}",
                inside.display(),
                entry.file_name().to_string_lossy()
            );
            files.push((name, fs::read(entry.path()).expect("a file")));
        }
    }
    let files: Vec<(&str, Vec<u8>)> = files
        .iter()
        .map(|(name, bytes)| (name.as_str(), bytes.clone()))
        .collect();
    let (_folder, wheel) = file("x.whl", zipped(&files));
    let archived = Services::find([&wheel]).expect("a source");
    assert_eq!(facts(&archived), facts(&installed));
    assert!(archived.len() > 400 && !archived.is_empty());
    // The smallest of them, in full.
    let mut small: Vec<&super::Entry> = archived.entries.iter().collect();
    small.sort_by_key(|entry| entry.size);
    let small: Vec<String> = small
        .iter()
        .take(80)
        .map(|entry| entry.found.word.clone())
        .collect();
    let both = [archived, installed].map(|services| {
        let services = services.only(&small).expect("services");
        let debug = |found: &super::Found, service: &crate::rust::Service<'_>| {
            assert_eq!(service.command, found.word);
            format!("{service:?}")
        };
        services
            .lower_all(debug, |_| {})
            .into_iter()
            .map(|lowered| lowered.result.ok())
            .collect::<Vec<_>>()
    });
    assert!(both[0] == both[1] && both[0].iter().all(Option::is_some));
}
