//! [`Input`]: a stream of lines, read as they are wanted.

use crate::failure::Failure;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use tokio::sync::mpsc::{Receiver, Sender, channel};

/// The longest line, in bytes. Services take less.
const LONGEST: usize = 16 << 20;

/// Number of lines to read ahead.
const AHEAD: usize = 4;

/// A line of the input.
pub(crate) struct InputLine {
    /// Its number, from 1.
    pub(super) number: u64,
    /// Where it ends, in bytes of the input.
    pub(super) end: u64,
    /// Its text without the line break, or what is wrong with it.
    pub(super) text: Result<String, String>,
}

/// A file, or standard input.
pub(crate) struct Input {
    source: Box<dyn Read + Send>,
    length: Option<u64>,
}

impl Input {
    /// The file of this name, which may begin with `file://`; `-` is standard input.
    ///
    /// # Errors
    ///
    /// The file can't be read.
    pub(crate) fn open(source: &str) -> Result<Self, Failure> {
        if source == "-" {
            return Ok(Input {
                source: Box::new(io::stdin()),
                length: None,
            });
        }
        let path = source.strip_prefix("file://").unwrap_or(source);
        let wrong = |error| {
            Failure::parameter(format_args!(
                "{}: {path} can't be read: {error}",
                super::OPTION
            ))
        };
        let file = File::open(path).map_err(wrong)?;
        let length = file
            .metadata()
            .ok()
            .filter(std::fs::Metadata::is_file)
            .map(|about| about.len());
        Ok(Input {
            source: Box::new(file),
            length,
        })
    }

    /// The length in bytes, if it is known.
    pub(super) fn length(&self) -> Option<u64> {
        self.length
    }

    /// Starts reading in a separate thread, since a read may never end.
    pub(crate) fn read(self) -> Receiver<io::Result<InputLine>> {
        let (sender, lines) = channel(AHEAD);
        // The thread ends with the input, with the receiver, or with the process.
        std::thread::spawn(move || send(BufReader::new(self.source), &sender));
        lines
    }
}

fn send(mut source: impl BufRead, lines: &Sender<io::Result<InputLine>>) {
    let mut number = 0;
    let mut end = 0;
    loop {
        number += 1;
        let line = match next(&mut source, &mut end) {
            Ok(Some(text)) => Ok(InputLine { number, end, text }),
            Ok(None) => return,
            Err(error) => Err(error),
        };
        let failed = line.is_err();
        if lines.blocking_send(line).is_err() || failed {
            return;
        }
    }
}

/// The next line; `None` at the end. Skips the rest of a line that is too long.
fn next(source: &mut impl BufRead, end: &mut u64) -> io::Result<Option<Result<String, String>>> {
    let mut bytes = Vec::new();
    let count = source
        .by_ref()
        .take(LONGEST as u64 + 1)
        .read_until(b'\n', &mut bytes)?;
    *end += count as u64;
    if count == 0 {
        return Ok(None);
    }
    if count > LONGEST && bytes.last() != Some(&b'\n') {
        *end += source.skip_until(b'\n')? as u64;
        return Ok(Some(Err(format!(
            "the line is longer than {LONGEST} bytes"
        ))));
    }
    if bytes.last() == Some(&b'\n') {
        bytes.pop();
    }
    Ok(Some(
        String::from_utf8(bytes).map_err(|_| "the line is not UTF-8 text".to_owned()),
    ))
}

#[cfg(test)]
mod tests {
    use super::{LONGEST, next};

    #[test]
    fn lines_are_whole_or_told_to_be_wrong() {
        let long = [b"x".repeat(2 * LONGEST), b"\nlast".to_vec()].concat();
        let text = [b"one\n\n\xff\n".to_vec(), long].concat();
        let mut source = &text[..];
        let mut end = 0;
        let mut lines = Vec::new();
        while let Some(line) = next(&mut source, &mut end).expect("memory can be read") {
            lines.push(line);
        }
        let too_long = format!("the line is longer than {LONGEST} bytes");
        let expected = [
            Ok("one"),
            Ok(""),
            Err("the line is not UTF-8 text"),
            Err(too_long.as_str()),
            Ok("last"),
        ];
        assert_eq!(
            lines
                .iter()
                .map(|line| line.as_deref().map_err(String::as_str))
                .collect::<Vec<_>>(),
            expected
        );
        assert_eq!(end, text.len() as u64);
    }
}
