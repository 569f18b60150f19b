//! From files to [`source`](super::source) types: uncompressed, extras merged, every unknown key
//! reported.

use std::path::Path;

use indexmap::IndexMap;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::folder::{self, Folder};
use super::{Error, Remark};

/// The text of one file, and the name it has in messages.
#[derive(Clone, Debug, Default)]
pub struct File {
    /// What messages call the file.
    pub name: String,
    /// Its content, uncompressed JSON.
    pub text: String,
}

/// The files that describe one version of one service.
#[derive(Clone, Debug, Default)]
pub struct Sources {
    /// The service and its version as botocore's data folder names them: `codepipeline/2015-07-09`.
    pub name: String,
    /// `service-2.json`: shapes and operations.
    pub service: File,
    /// `paginators-1.json`: which members hold page tokens.
    pub paginators: Option<File>,
    /// `waiters-2.json`: what to poll for, and how often.
    pub waiters: Option<File>,
    /// `endpoint-rule-set-1.json`: from parameters to an address.
    pub endpoint_rules: Option<File>,
}

/// The names of the files that are read, without extension. Each may have additions in a file of
/// its name and `.sdk-extras`.
#[cfg(feature = "catalog")]
pub(crate) const STEMS: [&str; 4] = [SERVICE, PAGINATORS, WAITERS, ENDPOINT_RULES];

const SERVICE: &str = "service-2";
const PAGINATORS: &str = "paginators-1";
const WAITERS: &str = "waiters-2";
const ENDPOINT_RULES: &str = "endpoint-rule-set-1";

impl Sources {
    /// Reads the files of a botocore folder such as `botocore/data/codepipeline/2015-07-09`.
    ///
    /// Each file may be compressed (`.json.gz`). The additions that botocore keeps in a separate
    /// file (`service-2.sdk-extras.json`) are merged into it, as botocore does.
    ///
    /// # Errors
    ///
    /// When a file cannot be read, or there is no `service-2.json`.
    pub fn read(folder: &Path) -> Result<Self, Error> {
        Self::of(folder)
    }

    /// As [`read`](Sources::read), wherever the folder is.
    pub(crate) fn of(folder: &(impl Folder + ?Sized)) -> Result<Self, Error> {
        let Some(service) = read_with_extras(folder, SERVICE)? else {
            return Err(Error::at(
                &folder.path().display().to_string(),
                "",
                "no service-2.json or service-2.json.gz here; name a folder such as botocore/data/<service>/<version>",
            ));
        };
        Ok(Self {
            name: name_of(&folder.path()),
            service,
            paginators: read_with_extras(folder, PAGINATORS)?,
            waiters: read_with_extras(folder, WAITERS)?,
            endpoint_rules: read_with_extras(folder, ENDPOINT_RULES)?,
        })
    }
}

/// The last two components of the path: service and version.
fn name_of(folder: &Path) -> String {
    let names: Vec<_> = folder
        .iter()
        .rev()
        .take(2)
        .map(|part| part.to_string_lossy())
        .collect();
    names.into_iter().rev().collect::<Vec<_>>().join("/")
}

fn read_with_extras(folder: &(impl Folder + ?Sized), stem: &str) -> Result<Option<File>, Error> {
    let Some(file) = read_either(folder, stem)? else {
        return Ok(None);
    };
    let Some(extras) = read_either(folder, &format!("{stem}.sdk-extras"))? else {
        return Ok(Some(file));
    };
    // Unknown keys are found when the merged file is read.
    let mut merged: Tree = parse_plain(&file)?;
    if let Some(additions) = parse_plain::<Extras>(&extras)?.merge {
        merged.merge(additions);
    }
    let text = serde_json::to_string(&merged)
        .map_err(|error| Error::at(&file.name, "", &error.to_string()))?;
    Ok(Some(File { text, ..file }))
}

/// Reads `stem.json` or `stem.json.gz`; `None` when there is neither.
fn read_either(folder: &(impl Folder + ?Sized), stem: &str) -> Result<Option<File>, Error> {
    for extension in ["json", "json.gz"] {
        if let Some(file) = read_in(folder, &format!("{stem}.{extension}"))? {
            return Ok(Some(file));
        }
    }
    Ok(None)
}

/// Reads a file of a folder, compressed when its name ends in `.gz`; `None` when there is none.
fn read_in(folder: &(impl Folder + ?Sized), file: &str) -> Result<Option<File>, Error> {
    let name = folder.path().join(file).display().to_string();
    let read = || {
        let stored = folder.read(file)?;
        stored.map(|stored| folder::text(file, stored)).transpose()
    };
    match read() {
        Ok(text) => Ok(text.map(|text| File { name, text })),
        Err(error) => Err(Error::at(&name, "", &format!("cannot be read: {error}"))),
    }
}

/// Reads a JSON file, compressed when its name ends in `.gz`.
pub(super) fn read_file(path: &Path) -> Result<File, Error> {
    let name = path.display().to_string();
    let read = || folder::text(&name, folder::bounded(std::fs::File::open(path)?)?);
    match read() {
        Ok(text) => Ok(File { name, text }),
        Err(error) => Err(Error::at(&name, "", &format!("cannot be read: {error}"))),
    }
}

/// The value of a JSON file.
fn parse_plain<T: DeserializeOwned>(file: &File) -> Result<T, Error> {
    serde_json::from_str(&file.text).map_err(|error| Error::at(&file.name, "", &error.to_string()))
}

/// The value of a JSON file, and a warning for each key that nothing reads.
pub(super) fn parse<T: DeserializeOwned>(file: &File) -> Result<(T, Vec<Remark>), Error> {
    let mut warnings = Vec::new();
    let mut on_unknown_key = |path: serde_ignored::Path<'_>| {
        // An optional value adds a segment `?`, which is not a key of the file.
        let place = path.to_string().replace(".?", "");
        if !LEFT_OUT.iter().any(|pattern| matches(pattern, &place)) {
            warnings.push(Remark::new(
                &file.name,
                &place,
                "this key is unknown and left out",
            ));
        }
    };
    let mut json = serde_json::Deserializer::from_str(&file.text);
    let value = serde_path_to_error::deserialize(serde_ignored::Deserializer::new(
        &mut json,
        &mut on_unknown_key,
    ))
    .map_err(|error| {
        Error::at(
            &file.name,
            &error.path().to_string(),
            &error.inner().to_string(),
        )
    })?;
    json.end()
        .map_err(|error| Error::at(&file.name, "", &error.to_string()))?;
    Ok((value, warnings))
}

/// The keys that are left out on purpose, each with the reason. `*` matches any one key.
const LEFT_OUT: &[&str] = &[
    // Version of the file format.
    "version",
    // Documentation.
    "examples",
    // Which checksum the client computed before httpChecksum said it.
    "metadata.checksumFormat",
    // The endpoint rules say it.
    "metadata.globalEndpoint",
    // A name in Amazon's region build system.
    "metadata.ripServiceName",
    // A second display name.
    "metadata.serviceAbbreviation",
    // Documentation of a reference.
    "operations.*.input.documentation",
    "operations.*.output.documentation",
    // No reader looks at the name of an answer's root element.
    "operations.*.output.locationName",
    // `resultWrapper` says it.
    "operations.*.output.wrapper",
    // Documentation of a reference.
    "operations.*.errors.*.documentation",
    // The error's shape says it.
    "operations.*.errors.*.error",
    "operations.*.errors.*.exception",
    "operations.*.errors.*.fault",
    // A member without a default is optional.
    "shapes.*.box",
    "shapes.*.members.*.box",
    // A member of an event stream targets it.
    "shapes.*.event",
    // How Amazon's export made the shape.
    "shapes.*.synthetic",
    // `resultWrapper` says it.
    "shapes.*.wrapper",
    // Readers of XML take members in any order.
    "shapes.*.xmlOrder",
];

fn matches(pattern: &str, place: &str) -> bool {
    let mut expected = pattern.split('.');
    let mut found = place.split('.');
    loop {
        match (expected.next(), found.next()) {
            (None, None) => return true,
            (Some("*"), Some(_)) => {}
            (Some(key), Some(other)) if key == other => {}
            _ => return false,
        }
    }
}

/// A file of additions to another file.
#[derive(Deserialize)]
struct Extras {
    merge: Option<Tree>,
}

/// JSON that keeps the order of keys.
#[derive(Deserialize, Serialize)]
#[serde(untagged)]
enum Tree {
    Object(IndexMap<String, Tree>),
    Array(Vec<Tree>),
    Scalar(serde_json::Value),
}

impl Tree {
    /// Adds the keys of `other` at every level; where both have a value that is not an object,
    /// `other` wins.
    fn merge(&mut self, other: Self) {
        match (self, other) {
            (Self::Object(ours), Self::Object(theirs)) => {
                for (key, value) in theirs {
                    match ours.entry(key) {
                        indexmap::map::Entry::Occupied(mut entry) => entry.get_mut().merge(value),
                        indexmap::map::Entry::Vacant(entry) => {
                            entry.insert(value);
                        }
                    }
                }
            }
            (ours, theirs) => *ours = theirs,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Read as _;

    fn tree(text: &str) -> Tree {
        serde_json::from_str(text).unwrap()
    }

    #[test]
    fn merging_keeps_the_order_and_adds_at_every_level() {
        let mut ours = tree(r#"{"z":{"b":1,"a":[1]},"y":2}"#);
        ours.merge(tree(r#"{"z":{"c":3,"a":[2,3]},"x":null}"#));
        assert_eq!(
            serde_json::to_string(&ours).unwrap(),
            r#"{"z":{"b":1,"a":[2,3],"c":3},"y":2,"x":null}"#
        );
    }

    #[test]
    fn a_pattern_matches_whole_places_only() {
        assert!(matches("shapes.*.box", "shapes.Foo.box"));
        assert!(!matches("shapes.*.box", "shapes.Foo.members.bar.box"));
        assert!(!matches("version", "metadata.version"));
        assert!(!matches("shapes.*.box", "shapes.Foo"));
    }

    #[test]
    fn compressed_files_and_extras_are_read() {
        let folder = tempfile::tempdir().unwrap();
        let mut gzip = flate2::GzBuilder::new().read(
            br#"{"shapes":{"B":1,"A":2}}"#.as_slice(),
            flate2::Compression::fast(),
        );
        let mut bytes = Vec::new();
        gzip.read_to_end(&mut bytes).unwrap();
        std::fs::write(folder.path().join("service-2.json.gz"), bytes).unwrap();
        std::fs::write(
            folder.path().join("service-2.sdk-extras.json"),
            r#"{"version":1.0,"merge":{"shapes":{"C":3}}}"#,
        )
        .unwrap();
        let sources = Sources::read(folder.path()).unwrap();
        assert_eq!(sources.service.text, r#"{"shapes":{"B":1,"A":2,"C":3}}"#);
        assert!(sources.paginators.is_none());
    }

    #[test]
    fn a_folder_without_a_service_says_what_to_name() {
        let folder = tempfile::tempdir().unwrap();
        let message = Sources::read(folder.path()).unwrap_err().to_string();
        assert!(message.contains("no service-2.json"), "{message}");
        std::fs::write(folder.path().join("service-2.json.gz"), "not compressed").unwrap();
        let message = Sources::read(folder.path()).unwrap_err().to_string();
        assert!(
            message.contains("service-2.json.gz: cannot be read"),
            "{message}"
        );
    }
}
