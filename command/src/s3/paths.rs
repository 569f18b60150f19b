//! What the words of a command say: where files and objects come from and go to.

use super::options::Verb;
use crate::failure::Failure;
use opsmith_s3::{Filters, Item, Place, PlaceError};
use std::path::{Component, Path, PathBuf};

/// A local path or an S3 URI.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Root {
    /// An absolute path; that of a folder ends in `/`.
    Local(String),
    /// A bucket and a key, or the start of keys.
    Remote(Place),
}

/// What a command transfers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Direction {
    Upload,
    Download,
    Copy,
    Delete,
}

/// From where to where.
#[derive(Clone, Debug)]
pub(super) struct Route {
    pub(super) direction: Direction,
    pub(super) source: Root,
    pub(super) target: Root,
    /// Whether it is about all below a folder or a prefix.
    pub(super) is_recursive: bool,
    /// Whether the target is a folder or a prefix, in which the name of the source is kept.
    pub(super) keeps_names: bool,
    /// `-` for standard input or output.
    pub(super) is_stream: bool,
}

impl Route {
    /// The route of a command.
    ///
    /// # Errors
    ///
    /// The words don't fit the command, or a local source does not exist.
    pub(super) fn new(
        program: &str,
        verb: Verb,
        words: &[&str],
        is_recursive: bool,
    ) -> Result<Self, Failure> {
        let direction = direction(program, verb, words)?;
        let (from, to) = (words[0], *words.last().unwrap_or(&words[0]));
        let is_stream = words.contains(&"-");
        if is_stream && (verb != Verb::Cp || is_recursive) {
            let text = "Streaming currently is only compatible with non-recursive cp commands";
            return Err(Failure::parameter(text));
        }
        if direction == Direction::Upload && !is_stream && !Path::new(from).exists() {
            return Err(Failure::general(format_args!(
                "The user-provided path {from} does not exist."
            )));
        }
        let (source, _) = root(from, is_recursive)?;
        let (target, keeps_names) = root(to, is_recursive)?;
        Ok(Route {
            direction,
            source,
            target,
            is_recursive,
            keeps_names,
            is_stream,
        })
    }

    /// Patterns, which are relative to source and target.
    pub(super) fn rooted(&self, filters: Filters) -> Filters {
        let roots = [&self.source, &self.target].map(|root| self.folder(root));
        filters.rooted([&roots[0], &roots[1]])
    }

    /// The folder of a root.
    fn folder(&self, root: &Root) -> String {
        let (start, path) = match root {
            Root::Local(path) => (String::new(), path.as_str()),
            Root::Remote(place) => (format!("{}/", place.bucket), place.key.as_str()),
        };
        let end = if self.is_recursive {
            path.len()
        } else {
            path.rfind('/').unwrap_or(0)
        };
        format!("{start}{}", &path[..end])
    }

    /// Where what has this key in the source goes to.
    pub(super) fn target_of(&self, key: &str) -> Root {
        let name = if self.keeps_names { key } else { "" };
        match &self.target {
            Root::Local(path) => Root::Local(format!("{path}{name}")),
            Root::Remote(place) => {
                let key = format!("{}{name}", place.key);
                Root::Remote(Place::new(&*place.bucket, key))
            }
        }
    }
}

/// Whether the path of an entry would leave the folder that it is put into.
pub(super) fn leaves_folder(key: &str) -> bool {
    let mut depth = 0_i32;
    for part in key.split('/') {
        match part {
            "" | "." => {}
            ".." => depth -= 1,
            _ => depth += 1,
        }
        if depth < 0 {
            return true;
        }
    }
    // The folder itself is no file.
    depth == 0 && !key.is_empty()
}

/// The text for an item of a source or a target.
pub(super) fn shown(item: &Item) -> String {
    match item {
        Item::File(file) => shown_local(&file.path),
        Item::Object(object) => object.place.to_string(),
    }
}

impl Root {
    /// The text of a line.
    pub(super) fn shown(&self) -> String {
        match self {
            Root::Local(path) => shown_local(path),
            Root::Remote(place) => place.to_string(),
        }
    }
}

/// A path relative to the working folder, as the AWS CLI shows it: `./a`, `../b/c`.
fn shown_local(path: &str) -> String {
    let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
    let folder = if folder.is_empty() { "/" } else { folder };
    let Ok(here) = std::env::current_dir() else {
        return path.to_owned();
    };
    let (here, there) = (parts(&here), parts(Path::new(folder)));
    let common = here
        .iter()
        .zip(&there)
        .take_while(|(one, other)| one == other)
        .count();
    let mut relative = vec![".."; here.len() - common];
    relative.extend(there[common..].iter().map(String::as_str));
    if relative.is_empty() {
        relative.push(".");
    }
    format!("{}/{name}", relative.join("/"))
}

/// What a command with these words transfers.
fn direction(program: &str, verb: Verb, words: &[&str]) -> Result<Direction, Failure> {
    let is_remote = |word: &&str| word.starts_with("s3://");
    let is_copy = matches!(verb, Verb::Cp | Verb::Mv | Verb::Sync);
    let kinds: Vec<bool> = words.iter().map(is_remote).collect();
    match (kinds.as_slice(), is_copy) {
        ([false, true], true) => Ok(Direction::Upload),
        ([true, false], true) => Ok(Direction::Download),
        ([true, true], true) => Ok(Direction::Copy),
        ([true], false) => Ok(Direction::Delete),
        _ => Err(Failure::parameter(format_args!(
            "usage: {program} s3 {} {}\nError: Invalid argument type",
            verb.word(),
            verb.usage()
        ))),
    }
}

/// The root of a word, and whether it is a folder or a prefix, in which names are kept.
fn root(word: &str, is_recursive: bool) -> Result<(Root, bool), Failure> {
    if word.starts_with("s3://") {
        let mut place = place(word)?;
        let is_prefix = place.key.is_empty() || place.key.ends_with('/');
        if is_recursive && !is_prefix {
            place.key.push('/');
        }
        return Ok((Root::Remote(place), is_recursive || is_prefix));
    }
    let mut path = absolute(word);
    let is_folder = is_recursive || word.ends_with('/') || Path::new(&path).is_dir();
    if is_folder && !path.ends_with('/') {
        path.push('/');
    }
    Ok((Root::Local(path), is_folder))
}

/// The place of a URI.
///
/// # Errors
///
/// What it names has no objects.
pub(super) fn place(uri: &str) -> Result<Place, Failure> {
    let path = uri.strip_prefix("s3://").unwrap_or(uri);
    Place::of_path(path).map_err(|error: PlaceError| Failure::parameter(error))
}

/// The parts of an absolute path, without `.` and `..`.
fn parts(path: &Path) -> Vec<String> {
    let mut parts = Vec::new();
    for part in path.components() {
        match part {
            Component::ParentDir => {
                parts.pop();
            }
            Component::Normal(part) => parts.push(part.to_string_lossy().into_owned()),
            _ => {}
        }
    }
    parts
}

/// The absolute path of a word, without `.` and `..`, as Python's `abspath` has it.
fn absolute(word: &str) -> String {
    let here = std::env::current_dir().unwrap_or_else(|_| PathBuf::from("/"));
    format!("/{}", parts(&here.join(word)).join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_that_leave_their_folder_are_found() {
        for (key, leaves) in [
            ("a", false),
            ("a/../b", false),
            ("/a", false),
            ("./a", false),
            ("a//b", false),
            ("..a", false),
            ("..", true),
            ("../a", true),
            ("a/../../b", true),
            ("/../a", true),
            ("a/..", true),
            (".", true),
            ("", false),
        ] {
            assert_eq!(leaves_folder(key), leaves, "{key}");
        }
    }

    #[test]
    fn local_paths_are_shown_from_the_working_folder() {
        let here = absolute("");
        assert_eq!(shown_local(&format!("{here}/a")), "./a");
        assert_eq!(shown_local(&format!("{here}/b/a")), "b/a");
        let parent = absolute("..");
        assert_eq!(
            shown_local(&format!("{}/a", parent.trim_end_matches('/'))),
            "../a"
        );
        assert_eq!(shown_local(&format!("{here}/b/../c/a")), "c/a");
        assert_eq!(absolute("x/./y/../z"), format!("{here}/x/z"));
        assert_eq!(absolute("/../a//b/"), "/a/b");
    }

    #[test]
    fn words_must_fit_the_command() {
        let route = |verb, words: &[&str]| {
            Route::new("aws", verb, words, false).map(|route| route.direction)
        };
        assert_eq!(
            route(Verb::Cp, &["s3://b/k", "f"]).ok(),
            Some(Direction::Download)
        );
        assert_eq!(
            route(Verb::Cp, &["/", "s3://b/k"]).ok(),
            Some(Direction::Upload)
        );
        assert_eq!(
            route(Verb::Mv, &["s3://b/k", "s3://b/l"]).ok(),
            Some(Direction::Copy)
        );
        assert_eq!(route(Verb::Rm, &["s3://b/k"]).ok(), Some(Direction::Delete));
        for (verb, words) in [
            (Verb::Cp, &["a", "b"][..]),
            (Verb::Rm, &["a"]),
            (Verb::Rm, &["-"]),
            (Verb::Mv, &["-", "s3://b/k"]),
            (Verb::Cp, &["no-such-file", "s3://b/k"]),
        ] {
            assert!(route(verb, words).is_err(), "{words:?}");
        }
    }
}
