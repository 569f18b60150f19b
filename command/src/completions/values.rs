//! Candidates for the value of an option.

use opsmith_runtime::config::{Env, Settings};
use opsmith_runtime::schema::{Kind, Service, ShapeIndex};

/// The profiles of the shared files; empty if these can't be read.
pub(super) fn profiles() -> Vec<String> {
    let settings = Settings::load(Env::real(), None);
    settings.map_or_else(
        |_| Vec::new(),
        |settings| {
            settings
                .profile_names()
                .into_iter()
                .map(str::to_owned)
                .collect()
        },
    )
}

/// The files with this beginning of a path, after the scheme. Folders end in a slash. Hidden files
/// are candidates only when the name begins with a dot.
pub(super) fn files(scheme: &str, path: &str) -> Vec<String> {
    let (folder, start) = path.split_at(path.rfind('/').map_or(0, |at| at + 1));
    let found = match Env::real().expand(if folder.is_empty() { "./" } else { folder }) {
        Ok(folder) => std::fs::read_dir(folder).into_iter().flatten().flatten(),
        Err(_) => return Vec::new(),
    };
    let mut files: Vec<String> = found
        .filter_map(|entry| {
            let name = entry.file_name().into_string().ok()?;
            let is_meant =
                name.starts_with(start) && (start.starts_with('.') || !name.starts_with('.'));
            let slash = if entry.path().is_dir() { "/" } else { "" };
            is_meant.then(|| format!("{scheme}{folder}{name}{slash}"))
        })
        .collect();
    files.sort_unstable();
    files
}

/// Values of a shape in shorthand; `so_far` is the beginning of one.
pub(super) fn shorthand(service: &Service<'_>, ix: ShapeIndex, so_far: &str) -> Vec<String> {
    let shape = service.shape(ix);
    match shape.kind {
        Kind::Enum => shape
            .values
            .iter()
            .map(|value| (*value).to_owned())
            .collect(),
        Kind::List => shape
            .element()
            .map_or_else(Vec::new, |member| shorthand(service, member.target, so_far)),
        Kind::Structure | Kind::Union if !so_far.contains(['{', '[', '\'', '"']) => {
            let (before, part) = so_far
                .rsplit_once(',')
                .map_or(("", so_far), |(before, part)| (before, part));
            let before = if before.is_empty() {
                String::new()
            } else {
                format!("{before},")
            };
            let used: Vec<&str> = before
                .split(',')
                .filter_map(|pair| Some(pair.split_once('=')?.0))
                .collect();
            let members = shape
                .members
                .iter()
                .filter(|member| !used.contains(&member.name));
            match part.split_once('=') {
                None => members
                    .map(|member| format!("{before}{}=", member.name))
                    .collect(),
                Some((key, _)) => {
                    let found = shape.members.iter().find(|member| member.name == key);
                    let values =
                        found.map_or(&[][..], |member| service.shape(member.target).values);
                    values
                        .iter()
                        .map(|value| format!("{before}{key}={value}"))
                        .collect()
                }
            }
        }
        _ => Vec::new(),
    }
}
