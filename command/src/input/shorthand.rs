//! The AWS CLI's shorthand syntax: `type=JobFailed,message='tests failed'`.
//!
//! ```text
//! input   = keyval *( "," keyval )
//! keyval  = key [ "@" ] "=" [ list / hash / csv ]
//! csv     = first *( "," second )            several items are a list
//! list    = "[" [ item *( "," item ) [ "," ] ] "]"
//! hash    = "{" [ member *( "," member ) [ "," ] ] "}"
//! member  = key [ "@" ] "=" item
//! item    = list / hash / first
//! first   = quoted / word without " ' , ] }, which may be empty and starts with none of = [ {
//! second  = quoted / word without " ' , =
//! ```
//!
//! After a csv item a comma may begin the next key rather than the next item, which shows only at
//! its `=`: the parser then goes back to the comma. `@=` takes values from the files they name.
//! Everything is text until the model types it.

use super::DEEPEST;
use opsmith_runtime::document::{Document, Map};
use std::fmt;

/// Why a text is not shorthand.
#[derive(Debug)]
pub(super) enum ShorthandError {
    Syntax(Problem),
    /// A file that `@=` asks for can't be read.
    File(String),
}

/// What is wrong, and where.
#[derive(Debug)]
pub(super) struct Problem {
    text: Vec<char>,
    /// In characters.
    at: usize,
    what: What,
}

#[derive(Debug)]
enum What {
    Expected(&'static str, String),
    Duplicate(String),
    TooDeep,
}

/// Makes the value of a word that `@=` marks.
type Load<'a> = &'a dyn Fn(&str) -> Result<Document, String>;

/// Parses shorthand of a map without a model.
///
/// # Errors
///
/// The text is not shorthand, or a file can't be read.
#[cfg(feature = "s3")]
pub(super) fn pairs(env: &opsmith_runtime::config::Env, text: &str) -> Result<Document, String> {
    use super::files::{Content, load};
    let load = |word: &str| {
        Ok(match load(env, word)? {
            Content::Text(text) => text.into(),
            Content::Bytes(bytes) => Document::Blob(bytes),
        })
    };
    parse(text, &load).map_err(|error| match error {
        ShorthandError::Syntax(problem) => problem.to_string(),
        ShorthandError::File(problem) => problem,
    })
}

/// Parses shorthand into maps, lists and texts.
///
/// # Errors
///
/// The text is not shorthand, or a file can't be read.
pub(super) fn parse(text: &str, load: Load<'_>) -> Result<Document, ShorthandError> {
    let mut parser = Parser {
        text: text.chars().collect(),
        at: 0,
        depth: 0,
        from_files: false,
        after_comma: false,
        load,
    };
    let mut map = Map::new();
    let mut last = 0;
    loop {
        let (key, value) = parser.keyval()?;
        if map.contains_key(&key) {
            return Err(parser.problem_at(last + 1, What::Duplicate(key)));
        }
        map.insert(key, value);
        last = parser.at;
        if parser.current().is_none() {
            return Ok(Document::Map(map));
        }
        parser.expect(',')?;
        parser.blanks();
    }
}

struct Parser<'a> {
    text: Vec<char>,
    at: usize,
    depth: usize,
    /// The value being read is marked by `@=`.
    from_files: bool,
    /// A comma followed the last item of a csv.
    after_comma: bool,
    load: Load<'a>,
}

impl Parser<'_> {
    fn current(&self) -> Option<char> {
        self.text.get(self.at).copied()
    }

    fn problem_at(&self, at: usize, what: What) -> ShorthandError {
        ShorthandError::Syntax(Problem {
            text: self.text.clone(),
            at,
            what,
        })
    }

    fn expected(&self, expected: &'static str, received: impl Into<String>) -> ShorthandError {
        self.problem_at(self.at, What::Expected(expected, received.into()))
    }

    fn blanks(&mut self) {
        while self
            .current()
            .is_some_and(|c| matches!(c, ' ' | '\t' | '\n' | '\r' | '\x0b' | '\x0c'))
        {
            self.at += 1;
        }
    }

    /// Takes the character, with blanks before it.
    fn expect(&mut self, expected: char) -> Result<(), ShorthandError> {
        self.blanks();
        let name = match expected {
            ',' => ",",
            '=' => "=",
            ']' => "]",
            _ => "}",
        };
        match self.current() {
            Some(found) if found == expected => {
                self.at += 1;
                Ok(())
            }
            Some(found) => Err(self.expected(name, found)),
            None => Err(self.expected(name, "EOF")),
        }
    }

    /// The key and the sign that follows it.
    fn key(&mut self) -> Result<String, ShorthandError> {
        let start = self.at;
        while self
            .current()
            .is_some_and(|c| c.is_ascii_alphanumeric() || "-_.#/:".contains(c))
        {
            self.at += 1;
        }
        let key = self
            .text
            .get(start..self.at)
            .unwrap_or_default()
            .iter()
            .collect();
        self.blanks();
        self.from_files = self.current() == Some('@');
        self.at += usize::from(self.from_files);
        self.expect('=')?;
        self.blanks();
        Ok(key)
    }

    fn keyval(&mut self) -> Result<(String, Document), ShorthandError> {
        let key = self.key()?;
        let value = match self.current() {
            None => self.word(String::new())?,
            Some('[' | '{') => self.item()?,
            Some(_) => self.csv()?,
        };
        Ok((key, value))
    }

    fn csv(&mut self) -> Result<Document, ShorthandError> {
        let first = self.first()?;
        self.blanks();
        if self.current() != Some(',') {
            return Ok(first);
        }
        self.at += 1;
        self.blanks();
        let mut items = vec![first];
        loop {
            match self.second() {
                Ok(item) => items.push(item),
                Err(ShorthandError::Syntax(problem)) if self.current().is_none() => {
                    return Err(ShorthandError::Syntax(problem));
                }
                // What looked like an item is the next key: its comma is taken again.
                Err(ShorthandError::Syntax(_)) => {
                    let before = self.text.get(..=self.at).unwrap_or_default();
                    self.at = before.iter().rposition(|c| *c == ',').unwrap_or(self.at);
                    break;
                }
                Err(error) => return Err(error),
            }
            if self.current().is_none() && !self.after_comma {
                break;
            }
        }
        Ok(match items.len() {
            1 => items.remove(0),
            _ => Document::List(items),
        })
    }

    /// A further item of a csv, with the comma after it.
    fn second(&mut self) -> Result<Document, ShorthandError> {
        let item = match self.current() {
            Some(quote @ ('\'' | '"')) => self.quoted(quote)?,
            _ => {
                let word = self.bare(|c| !matches!(c, '=' | '"' | '\'' | ','));
                if word.is_empty() {
                    return Err(self.expected("<second>", "<none>"));
                }
                word
            }
        };
        let item = self.word(item)?;
        self.blanks();
        self.after_comma = self.current().is_some();
        if self.after_comma {
            self.expect(',')?;
            self.blanks();
        }
        Ok(item)
    }

    fn first(&mut self) -> Result<Document, ShorthandError> {
        let word = match self.current() {
            Some(quote @ ('\'' | '"')) => self.quoted(quote)?,
            Some('=' | '[' | '{') => String::new(),
            _ => self.bare(|c| !matches!(c, '"' | '\'' | ',' | ']' | '}')),
        };
        self.word(word)
    }

    /// A value as it is, or from the file that it names.
    fn word(&self, word: String) -> Result<Document, ShorthandError> {
        if self.from_files {
            (self.load)(&word).map_err(ShorthandError::File)
        } else {
            Ok(Document::String(word))
        }
    }

    /// A word up to a character that can't follow. `\,` is a comma that ends nothing. The first
    /// character may be `]` or `}`.
    fn bare(&mut self, follows: impl Fn(char) -> bool) -> String {
        let mut word = String::new();
        loop {
            let escaped = self.current() == Some('\\') && self.text.get(self.at + 1) == Some(&',');
            match self.current() {
                Some(_) if escaped => {
                    word.push(',');
                    self.at += 2;
                }
                Some(c) if word.is_empty() && is_start(c) => {
                    word.push(c);
                    self.at += 1;
                }
                Some(c)
                    if !word.is_empty()
                        && follows(c)
                        && (is_start(c) || c == '=' || c.is_whitespace() || "[{".contains(c)) =>
                {
                    word.push(c);
                    self.at += 1;
                }
                _ => break,
            }
        }
        word.truncate(word.trim_end().len());
        word
    }

    /// Text in quotes, where a backslash escapes the quote or backslash that follows. If the text
    /// ends before the quote does, the last escaped quote ends it after all.
    fn quoted(&mut self, quote: char) -> Result<String, ShorthandError> {
        let start = self.at + 1;
        let mut at = start;
        let mut last_kept = None;
        let end = loop {
            match self.text.get(at) {
                Some('\\') if self.text.get(at + 1) == Some(&quote) => {
                    last_kept = Some(at + 1);
                    at += 2;
                }
                Some('\\') if self.text.get(at + 1) == Some(&'\\') => at += 2,
                Some(c) if *c == quote => break Some(at),
                Some(_) => at += 1,
                None => break last_kept,
            }
        };
        let Some(end) = end else {
            let name = if quote == '"' {
                "<double quoted>"
            } else {
                "<singled quoted>"
            };
            return Err(self.expected(name, "<none>"));
        };
        let inner: String = self
            .text
            .get(start..end)
            .unwrap_or_default()
            .iter()
            .collect();
        self.at = end + 1;
        Ok(inner
            .replace(&format!("\\{quote}"), &quote.to_string())
            .replace("\\\\", "\\"))
    }

    fn item(&mut self) -> Result<Document, ShorthandError> {
        match self.current() {
            Some('[') => self.nested(Self::list),
            Some('{') => self.nested(Self::hash),
            _ => self.first(),
        }
    }

    fn nested(
        &mut self,
        parse: impl Fn(&mut Self) -> Result<Document, ShorthandError>,
    ) -> Result<Document, ShorthandError> {
        if self.depth == DEEPEST {
            return Err(self.problem_at(self.at, What::TooDeep));
        }
        self.depth += 1;
        self.at += 1;
        self.blanks();
        let value = parse(self);
        self.depth -= 1;
        value
    }

    fn list(&mut self) -> Result<Document, ShorthandError> {
        let mut items = Vec::new();
        while self.current() != Some(']') {
            items.push(self.item()?);
            self.separator(']')?;
        }
        self.at += 1;
        Ok(Document::List(items))
    }

    fn hash(&mut self) -> Result<Document, ShorthandError> {
        let mut map = Map::new();
        while self.current() != Some('}') {
            let key = self.key()?;
            let value = self.item()?;
            self.separator('}')?;
            map.insert(key, value);
        }
        self.at += 1;
        Ok(Document::Map(map))
    }

    /// The comma between items, which may also follow the last one.
    fn separator(&mut self, end: char) -> Result<(), ShorthandError> {
        self.blanks();
        if self.current() != Some(end) {
            self.expect(',')?;
            self.blanks();
        }
        Ok(())
    }
}

/// Whether a bare word may begin so.
fn is_start(c: char) -> bool {
    c > ' '
        && c != '\u{7f}'
        && !matches!(c, '"' | '\'' | ',' | '=' | '[' | '{')
        && !c.is_whitespace()
}

impl Problem {
    /// The problem without the text, which may be secret.
    pub(super) fn without_text(&self) -> String {
        match &self.what {
            What::Expected(expected, received) if received.chars().count() > 1 => {
                format!(
                    "Expected: '{expected}', received: '{received}' at character {}",
                    self.at + 1
                )
            }
            What::Expected(expected, _) => {
                format!("Expected: '{expected}' at character {}", self.at + 1)
            }
            What::Duplicate(_) => format!("Second instance of a key before character {}", self.at),
            What::TooDeep => self.what.to_string(),
        }
    }
}

impl fmt::Display for What {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            What::Expected(expected, received) => {
                write!(
                    f,
                    "Expected: '{expected}', received: '{received}' for input:"
                )
            }
            What::Duplicate(key) => {
                write!(f, "Second instance of key \"{key}\" encountered for input:")
            }
            What::TooDeep => write!(f, "Values may nest {DEEPEST} levels deep, and no deeper"),
        }
    }
}

/// The problem, and the text with a mark under the place.
impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let What::TooDeep = self.what {
            return self.what.fmt(f);
        }
        let at = self.at.min(self.text.len());
        let (before, after) = self.text.split_at(at);
        // Not a width of the format: those end at 65535.
        let mark = " ".repeat(1 + before.iter().rev().take_while(|c| **c != '\n').count());
        let (line, rest) =
            after.split_at(after.iter().position(|c| *c == '\n').unwrap_or(after.len()));
        let text = |chars: &[char]| chars.iter().collect::<String>();
        // Every line of the text is preceded by a blank, so the mark is too.
        let shown = text(before).replace('\n', "\n ");
        write!(
            f,
            "{}\n {shown}{}\n{mark}^{}",
            self.what,
            text(line),
            text(rest).replace('\n', "\n ")
        )?;
        match self.what {
            What::Duplicate(_) => f.write_str(
                "\nThis is often because there is a preceding \",\" instead of a space.",
            ),
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests;
