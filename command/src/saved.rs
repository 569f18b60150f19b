//! Files that options name for parts of a result.

use crate::args::{Arity, OptionSpec, ParsedArgs};
use crate::failure::Failure;
use crate::outfile;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use opsmith_runtime::document::Document;
use opsmith_runtime::files::Replacement;
use opsmith_runtime::schema::commands::{Change, Command, Save};
use opsmith_runtime::schema::{Kind, Service, ShapeIndex};
use std::io::Write as _;

/// The options of a command that name such files.
pub(crate) fn all<'a>(command: &Command<'a>) -> impl Iterator<Item = &'a Save<'a>> {
    command.changes.iter().filter_map(|change| match change {
        Change::Save(save) => Some(save),
        _ => None,
    })
}

/// The options as the command line knows them.
pub(crate) fn specs<'a>(command: &Command<'a>) -> impl Iterator<Item = OptionSpec<'a>> {
    all(command).flat_map(|save| {
        let by = OptionSpec {
            choices: save.of,
            ..OptionSpec::new(save.by, Arity::One)
        };
        let by = is_required(save).then_some(by);
        std::iter::once(OptionSpec::new(save.option, Arity::One)).chain(by)
    })
}

/// Whether the command line must have its options.
pub(crate) fn is_required(save: &Save<'_>) -> bool {
    !save.by.is_empty()
}

/// The options that the command line must have.
pub(crate) fn required<'a>(command: &Command<'a>) -> impl Iterator<Item = &'a str> {
    let saves = all(command).filter(|save| is_required(save));
    saves.flat_map(|save| [save.option, save.by])
}

/// The files of one call, which appear when its result is there.
pub(crate) struct Saved<'a> {
    files: Vec<(&'a Save<'a>, Option<&'a str>, Replacement)>,
}

impl<'a> Saved<'a> {
    /// Opens the files that the line names: before the call, which may change something.
    ///
    /// # Errors
    ///
    /// One can't be written.
    pub(crate) fn open(command: &Command<'a>, args: &ParsedArgs<'_, 'a>) -> Result<Self, Failure> {
        let given = all(command).filter_map(|save| Some((save, args.value(save.option)?)));
        let files = given.map(|(save, name)| {
            let path = outfile::checked(save.option, name)?;
            let file = Replacement::private(&path);
            let file = file.map_err(|error| unwritten(save, name, &error))?;
            Ok((save, args.value(save.by), file))
        });
        let files = files.collect::<Result<_, Failure>>()?;
        Ok(Saved { files })
    }

    /// Writes the parts of a result. Those that a member was chosen from are not shown then.
    ///
    /// # Errors
    ///
    /// A file can't be written. The result still has its part.
    pub(crate) fn write(
        self,
        result: &mut Document,
        service: &Service<'_>,
        output: Option<ShapeIndex>,
    ) -> Result<(), Failure> {
        for (save, by, file) in self.files {
            let path: Vec<_> = save.path.iter().copied().chain(by).collect();
            let mut path = path.iter();
            let part = path.clone().try_fold(&*result, |at, name| at.get(name));
            let shape = output.and_then(|output| {
                path.try_fold(output, |at, name| {
                    Some(service.shape(at).member(name)?.1.target)
                })
            });
            let is_blob = shape.is_some_and(|shape| service.shape(shape).kind == Kind::Blob);
            let bytes = part.map_or_else(Vec::new, |part| bytes(part, is_blob));
            let name = file.path().display().to_string();
            let written = file.file().write_all(&bytes);
            let written = written.and_then(|()| file.finish());
            written.map_err(|error| unwritten(save, &name, &error))?;
            hide(result, save.path, save.of);
        }
        Ok(())
    }
}

/// What a file gets of a part. Bytes in a document are as they came, mostly in base64.
fn bytes(part: &Document, is_blob: bool) -> Vec<u8> {
    match part {
        Document::Blob(bytes) => bytes.clone(),
        Document::String(text) => {
            let decoded = STANDARD.decode(text).ok().filter(|_| is_blob);
            decoded.unwrap_or_else(|| text.clone().into_bytes())
        }
        _ => Vec::new(),
    }
}

/// Removes members of the part at the end of a path.
fn hide(document: &mut Document, path: &[&str], members: &[&str]) {
    let Document::Map(map) = document else {
        return;
    };
    match path.split_first() {
        Some((name, rest)) => {
            if let Some(inner) = map.get_mut(*name) {
                hide(inner, rest, members);
            }
        }
        None => map.retain(|name, _| !members.contains(&name.as_str())),
    }
}

fn unwritten(save: &Save<'_>, name: &str, error: &std::io::Error) -> Failure {
    Failure::general(format_args!("{} {name}: {error}", save.option))
}
