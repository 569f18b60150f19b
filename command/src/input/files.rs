//! `file://` and `fileb://`: a value in a file.

use super::{InputError, Reader};
use opsmith_runtime::config::Env;
use opsmith_runtime::document::Document;
use opsmith_runtime::files::numbered;
use std::io;
use std::path::PathBuf;

/// The content of a word or of a file.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Content {
    Text(String),
    Bytes(Vec<u8>),
}

impl Reader<'_> {
    /// The word, or the content of the file that it names.
    pub(super) fn file(&self, option: &str, word: &str) -> Result<Content, InputError> {
        load(self.env, word).map_err(|problem| InputError::for_option(option, problem))
    }

    /// The same for a word within shorthand.
    pub(super) fn file_in_shorthand(&self, word: &str) -> Result<Document, String> {
        Ok(match load(self.env, word)? {
            Content::Text(text) => text.into(),
            Content::Bytes(bytes) => Document::Blob(bytes),
        })
    }
}

/// The word, or the content of the file that it names.
pub(super) fn load(env: &Env, word: &str) -> Result<Content, String> {
    if let Some(path) = word.strip_prefix("fileb://") {
        return read(env, word, path).map(Content::Bytes);
    }
    let Some(path) = word.strip_prefix("file://") else {
        return Ok(Content::Text(word.to_owned()));
    };
    let bytes = read(env, word, path)?;
    let encoding = env
        .variable("AWS_CLI_FILE_ENCODING")
        .map_err(|error| error.to_string())?;
    let hint = match bytes.as_slice() {
        [0xfe, 0xff, ..] | [0xff, 0xfe, ..] => {
            "  The file is in UTF-16: save it as UTF-8, or set AWS_CLI_FILE_ENCODING=utf-16."
        }
        _ => "",
    };
    let text = decoded(bytes, encoding.as_deref().unwrap_or("utf-8"))?.ok_or_else(|| {
        format!(
            "Unable to load paramfile ({path}), text contents could not be decoded.  If this is a binary file, please \
             use the fileb:// prefix instead of the file:// prefix.{hint}"
        )
    })?;
    Ok(Content::Text(
        text.replace("\r\n", "\n").replace('\r', "\n"),
    ))
}

fn read(env: &Env, word: &str, path: &str) -> Result<Vec<u8>, String> {
    let failed = |path: &PathBuf, error: io::Error| {
        let path = path.display();
        format!(
            "Unable to load paramfile {word}: {}: '{path}'",
            numbered(&error)
        )
    };
    let path = env.expand(path).map_err(|error| error.to_string())?;
    std::fs::read(&path).map_err(|error| failed(&path, error))
}

/// The text in this encoding; `None` if the bytes are not valid in it.
fn decoded(bytes: Vec<u8>, encoding: &str) -> Result<Option<String>, String> {
    match encoding
        .to_ascii_lowercase()
        .replace(['-', '_'], "")
        .as_str()
    {
        "utf8" | "" => Ok(String::from_utf8(bytes).ok()),
        "ascii" | "usascii" => Ok(String::from_utf8(bytes).ok().filter(|text| text.is_ascii())),
        "latin1" | "iso88591" => Ok(Some(bytes.into_iter().map(char::from).collect())),
        "utf16" | "utf16le" => Ok(utf16(&bytes)),
        _ => Err(format!(
            "unknown encoding: {encoding} (AWS_CLI_FILE_ENCODING: choose utf-8, utf-16, ascii or latin-1)"
        )),
    }
}

/// Text in UTF-16, little endian unless it has another byte order mark.
fn utf16(bytes: &[u8]) -> Option<String> {
    let (bytes, big) = match bytes {
        [0xfe, 0xff, rest @ ..] => (rest, true),
        [0xff, 0xfe, rest @ ..] => (rest, false),
        _ => (bytes, false),
    };
    let (pairs, rest) = bytes.as_chunks::<2>();
    let units = pairs.iter().map(|pair| {
        if big {
            u16::from_be_bytes(*pair)
        } else {
            u16::from_le_bytes(*pair)
        }
    });
    let text = char::decode_utf16(units)
        .collect::<Result<String, _>>()
        .ok();
    text.filter(|_| rest.is_empty())
}
