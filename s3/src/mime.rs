//! The content type of a file by its name, as the AWS CLI guesses it.

use std::collections::HashMap;
use std::fs;
use std::path::Path;
use std::sync::OnceLock;

/// Files of the system with types, in the order in which Python's module `mimetypes` reads them.
const FILES: [&str; 8] = [
    "/etc/mime.types",
    "/etc/httpd/mime.types",
    "/etc/httpd/conf/mime.types",
    "/etc/apache/mime.types",
    "/etc/apache2/mime.types",
    "/usr/local/etc/httpd/conf/mime.types",
    "/usr/local/lib/netscape/mime.types",
    "/usr/local/etc/mime.types",
];

/// Endings that stand for two.
const SHORT: [(&str, &str); 6] = [
    (".svgz", ".svg.gz"),
    (".tgz", ".tar.gz"),
    (".taz", ".tar.gz"),
    (".tz", ".tar.gz"),
    (".tbz2", ".tar.bz2"),
    (".txz", ".tar.xz"),
];

/// Endings of content codings, which say nothing of the type.
const CODINGS: [&str; 5] = [".gz", ".Z", ".bz2", ".xz", ".br"];

/// The content type of a file, by its name and what the system knows.
pub(crate) fn guess(path: &Path) -> Option<String> {
    static TYPES: OnceLock<Types> = OnceLock::new();
    let types = TYPES.get_or_init(|| {
        let mut types = Types::known();
        for file in FILES {
            if let Ok(text) = fs::read_to_string(file) {
                types.add(&text);
            }
        }
        types
    });
    types.of(&path.to_string_lossy()).map(str::to_owned)
}

/// Types by the ending of names.
struct Types(HashMap<String, String>);

impl Types {
    /// What is known without files of the system.
    fn known() -> Self {
        let mut types = Types(HashMap::new());
        types.add(include_str!("mime.types"));
        types
    }

    /// Adds the types of a file, which go before earlier ones.
    fn add(&mut self, text: &str) {
        for line in text.lines() {
            let mut words = line.split_whitespace();
            let mut words = words.by_ref().take_while(|word| !word.starts_with('#'));
            if let Some(kind) = words.next() {
                self.0
                    .extend(words.map(|ending| (format!(".{ending}"), kind.to_owned())));
            }
        }
    }

    fn of(&self, name: &str) -> Option<&str> {
        let mut name = name.to_owned();
        loop {
            let ending = split(&name).1.to_lowercase();
            let Some((_, long)) = SHORT.iter().find(|(short, _)| *short == ending) else {
                break;
            };
            name = format!("{}{long}", split(&name).0);
        }
        let (base, mut ending) = split(&name);
        if CODINGS.contains(&ending) {
            ending = split(base).1;
        }
        self.0.get(&ending.to_lowercase()).map(String::as_str)
    }
}

/// A path and the ending of its last name, with the dot. Dots at the start of the name begin none.
fn split(path: &str) -> (&str, &str) {
    let start = path.rfind('/').map_or(0, |slash| slash + 1);
    let name = &path[start..];
    let dots = name.len() - name.trim_start_matches('.').len();
    match name.rfind('.') {
        Some(dot) if dot >= dots => path.split_at(start + dot),
        _ => (path, ""),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_of_names() {
        let types = Types::known();
        for (name, kind) in [
            ("a.txt", Some("text/plain")),
            ("/f/a.TXT", Some("text/plain")),
            ("a.tar.gz", Some("application/x-tar")),
            ("a.tgz", Some("application/x-tar")),
            ("a.TGZ", Some("application/x-tar")),
            ("a.svgz", Some("image/svg+xml")),
            ("a.gz", None),
            ("a.txt.Z", Some("text/plain")),
            ("a.txt.z", None),
            ("a.html.br", Some("text/html")),
            (".gz", None),
            (".txt", None),
            ("..txt", None),
            (".a.txt", Some("text/plain")),
            ("f.txt/a", None),
            ("a", None),
            ("a.", None),
            ("a.unknown", None),
            ("", None),
        ] {
            assert_eq!(types.of(name), kind, "{name}");
        }
    }

    #[test]
    fn files_of_the_system_go_before_what_is_known() {
        let mut types = Types::known();
        types.add("# a comment\ntext/x-own txt own # not this\n\n  lone/type\n");
        assert_eq!(types.of("a.txt"), Some("text/x-own"));
        assert_eq!(types.of("a.own"), Some("text/x-own"));
        assert_eq!(types.of("a.not"), None);
        assert_eq!(types.of("a.csv"), Some("text/csv"));
    }
}
