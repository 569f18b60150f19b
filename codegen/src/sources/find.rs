//! From a path to the services that it has, by what is there.

use super::archive::{self, Archive, Form, Inside};
use super::peek::{Peek, Until, peek, peek_text};
use super::{Entry, Found, Model, problem, smithy};
use crate::diagnostics::Diagnostic;
use crate::import::folder::{Folder, bounded};
use flate2::read::GzDecoder;
use std::collections::BTreeMap;
use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// What a source may be.
pub(super) const TAKEN: &str = "give a wheel or an sdist of botocore, its installed folder, a service's folder of its data, a Smithy JSON AST or a folder of them";

/// Where the data of botocore is in a folder that has it: the data itself, the package, the folder
/// that the package is in.
const DATA: [&str; 3] = ["", "data", "botocore/data"];

/// The services of a source; an error when it is none, or can't be read.
pub(super) fn entries(source: &Path) -> Result<Vec<Entry>, Diagnostic> {
    let unreadable =
        |error: std::io::Error| problem(source, format!("cannot be read: {error}"), "");
    let about = fs::metadata(source).map_err(unreadable)?;
    if about.is_dir() {
        return in_folder(source);
    }
    if !about.is_file() {
        return Err(problem(source, "it is neither a file nor a folder", TAKEN));
    }
    let mut start = Vec::new();
    let file = fs::File::open(source).map_err(unreadable)?;
    file.take(4096)
        .read_to_end(&mut start)
        .map_err(unreadable)?;
    match archive::form(&start) {
        form @ (Form::Zip | Form::Tar(_)) => {
            let archive = Archive::open(source, form);
            let broken = |error| {
                problem(
                    source,
                    format!("the archive cannot be read: {error}"),
                    "get it again",
                )
            };
            in_archive(archive.map_err(broken)?)
        }
        Form::Gzip => Err(problem(
            source,
            "it is a compressed file, and no archive",
            TAKEN,
        )),
        Form::Other => in_file(source),
    }
}

/// The services of an archive: in the folder of it that has most of them, since sdists have tests.
pub(super) fn in_archive(archive: Archive) -> Result<Vec<Entry>, Diagnostic> {
    let archive = Arc::new(archive);
    // By data folder and service: the newest version, and the size of its model.
    let mut folders: BTreeMap<&str, BTreeMap<&str, (&str, u64)>> = BTreeMap::new();
    let files = archive.files();
    for (path, size) in &files {
        let mut parts = path.rsplitn(4, '/');
        let file = parts.next().unwrap_or_default();
        if let (true, Some(version), Some(service)) = (is_service(file), parts.next(), parts.next())
        {
            let services = folders.entry(parts.next().unwrap_or_default()).or_default();
            let newest = services.entry(service).or_default();
            *newest = (*newest).max((version, *size));
        }
    }
    let Some((data, services)) = folders.iter().max_by_key(|(_, services)| services.len()) else {
        let found = match files.as_slice() {
            [] => "nothing of botocore".to_owned(),
            [(first, _), ..] => format!("{first}, but no service of botocore"),
        };
        return Err(problem(
            &archive.path,
            format!("it is an archive with {found}"),
            TAKEN,
        ));
    };
    let package = data.rsplit_once('/').map_or("", |(package, _)| package);
    let release = archive
        .read(&format!("{package}/__init__.py"))
        .ok()
        .flatten();
    let release = release_of(package.rsplit('/').next(), release);
    let entries = services.iter().map(|(service, (version, size))| {
        let folder = [*data, service, version];
        let folder: Vec<&str> = folder.into_iter().filter(|part| !part.is_empty()).collect();
        let folder = Inside {
            archive: archive.clone(),
            folder: folder.join("/"),
        };
        botocore(Box::new(folder), service, version, &release, *size)
    });
    Ok(entries.collect())
}

/// The release of a package, which its `__init__.py` states.
fn release_of(package: Option<&str>, text: Option<Vec<u8>>) -> String {
    let text = String::from_utf8_lossy(text.as_deref().unwrap_or_default()).into_owned();
    let version = text.lines().find_map(|line| {
        let version = line
            .strip_prefix("__version__")?
            .trim_start()
            .strip_prefix('=')?;
        Some(version.trim().trim_matches(['\'', '"']))
    });
    let is_version =
        |version: &&str| !version.is_empty() && version.bytes().all(|byte| byte.is_ascii_graphic());
    match (package, version.filter(is_version)) {
        (Some(package), Some(version)) if !package.is_empty() => format!("{package} {version}"),
        _ => "botocore".to_owned(),
    }
}

fn is_service(file: &str) -> bool {
    matches!(file, "service-2.json" | "service-2.json.gz")
}

/// A folder of a version of a service on disk.
struct OnDisk(PathBuf);

impl Folder for OnDisk {
    fn path(&self) -> PathBuf {
        self.0.clone()
    }

    fn read(&self, name: &str) -> std::io::Result<Option<Vec<u8>>> {
        self.0.as_path().read(name)
    }
}

/// A service of botocore's data.
fn botocore(
    folder: Box<dyn Folder + Send + Sync>,
    service: &str,
    version: &str,
    release: &str,
    size: u64,
) -> Entry {
    let looked = look(folder.as_ref(), Until::Metadata);
    let sdk_id = looked.service_id.unwrap_or_default();
    let known = crate::aws_cli::facts().0.service(&sdk_id).command();
    Entry {
        found: Found {
            word: known.unwrap_or(service).to_owned(),
            sdk_id,
            version: version.to_owned(),
            release: release.to_owned(),
            place: folder.path(),
        },
        size,
        model: Model::Botocore(folder),
        operations: Vec::new(),
    }
}

/// A look at a service of botocore's data.
pub(super) fn look(folder: &(impl Folder + ?Sized), until: Until) -> Peek {
    if let Ok(Some(text)) = folder.read("service-2.json") {
        return peek(text.as_slice(), until);
    }
    match folder.read("service-2.json.gz") {
        Ok(Some(compressed)) => peek(GzDecoder::new(compressed.as_slice()), until),
        _ => Peek::default(),
    }
}

fn in_folder(source: &Path) -> Result<Vec<Entry>, Diagnostic> {
    let data = DATA.map(|data| source.join(data));
    let services = data
        .iter()
        .map(|data| services(data))
        .find(|found| !found.is_empty());
    if let Some(services) = services {
        return Ok(services);
    }
    // Names of a folder that is named by a link or as `.`.
    let path = fs::canonicalize(source).unwrap_or_else(|_| source.to_owned());
    if let Some(size) = size_of(&path) {
        let service = path.parent().map_or_else(String::new, name_of);
        return Ok(vec![on_disk(
            path.clone(),
            &service,
            &name_of(&path),
            "botocore",
            size,
        )]);
    }
    if let Some(entry) = newest(&path, &name_of(&path), "botocore") {
        return Ok(vec![entry]);
    }
    smithy::in_folder(source)
}

/// The services of a data folder, in their newest versions.
fn services(data: &Path) -> Vec<Entry> {
    let folders = folders(data);
    let package = data.parent().filter(|_| data.ends_with("data"));
    let text = package.and_then(|package| fs::File::open(package.join("__init__.py")).ok());
    let name = package.map(name_of);
    let release = release_of(name.as_deref(), text.and_then(|file| bounded(file).ok()));
    let services = folders.iter();
    services
        .filter_map(|service| newest(service, &name_of(service), &release))
        .collect()
}

/// The newest version of a service.
fn newest(service: &Path, name: &str, release: &str) -> Option<Entry> {
    let versions = folders(service).into_iter().rev();
    let mut versions = versions.filter_map(|version| Some((size_of(&version)?, version)));
    versions.next().map(|(size, version)| {
        let number = name_of(&version);
        on_disk(version, name, &number, release, size)
    })
}

fn on_disk(folder: PathBuf, service: &str, version: &str, release: &str, size: u64) -> Entry {
    botocore(Box::new(OnDisk(folder)), service, version, release, size)
}

/// The size of the model in a folder of a version of a service; `None` when it is no such folder.
fn size_of(version: &Path) -> Option<u64> {
    let files = ["service-2.json", "service-2.json.gz"].iter();
    let mut sizes = files.filter_map(|file| Some(fs::metadata(version.join(file)).ok()?.len()));
    sizes.next()
}

/// The folders in a folder, sorted.
fn folders(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let mut folders: Vec<PathBuf> = entries
        .map(|entry| entry.path())
        .filter(|path| path.is_dir())
        .collect();
    folders.sort_unstable();
    folders
}

pub(super) fn name_of(path: &Path) -> String {
    path.file_name()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned()
}

/// The service of a file that is no archive.
pub(super) fn in_file(source: &Path) -> Result<Vec<Entry>, Diagnostic> {
    let unreadable =
        |error: std::io::Error| problem(source, format!("cannot be read: {error}"), "");
    let bytes = fs::File::open(source)
        .and_then(bounded)
        .map_err(unreadable)?;
    let Ok(text) = String::from_utf8(bytes) else {
        return Err(problem(source, "it is neither an archive nor text", TAKEN));
    };
    let looked = peek_text(&text);
    if let (false, Some(id)) = (looked.is_smithy, &looked.service_id) {
        let found = format!("it is one file of a service of botocore, {id}");
        return Err(problem(source, found, "give the folder that it is in"));
    }
    let is_json = text
        .trim_start_matches('\u{feff}')
        .trim_start()
        .starts_with('{');
    match (looked.is_smithy, is_json) {
        (true, _) if looked.service.is_none() && !looked.is_cut => {
            let help = "give the file that has the service shape";
            Err(problem(
                source,
                "it is a Smithy model without a service",
                help,
            ))
        }
        (true, _) => Ok(vec![smithy::entry(source, looked, text.len() as u64)]),
        (false, true) => Err(problem(source, "it is JSON, but no Smithy model", TAKEN)),
        (false, false) => Err(problem(source, "it is neither an archive nor JSON", TAKEN)),
    }
}
