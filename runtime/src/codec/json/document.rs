//! Reading JSON as it is: every value in the form in which it came, whatever the model says.

use crate::codec::DeserializeError;
use crate::document::{Document, Map};
use serde_core::de::Error as _;

/// Maximum depth of a value, as in serde_json.
const DEEPEST: usize = 128;

/// A JSON text as a document.
///
/// `NaN`, `Infinity` and `-Infinity` are numbers, as in Python. If a key is repeated, the last value
/// counts.
///
/// # Errors
///
/// The text is not JSON: why not, and at which line and column.
pub fn document(text: &str) -> Result<Document, DeserializeError> {
    let mut parser = Parser {
        rest: text,
        lenient: false,
    };
    parser
        .whole()
        .ok_or_else(|| DeserializeError::format(problem(text.as_bytes())))
}

/// Reads JSON.
impl std::str::FromStr for Document {
    type Err = DeserializeError;

    fn from_str(text: &str) -> Result<Self, DeserializeError> {
        document(text)
    }
}

/// The same for an answer, which may have control characters in strings, and bytes that are not
/// UTF-8: they become U+FFFD.
///
/// # Errors
///
/// The text is not JSON: why not, and at which line and column.
pub(super) fn answer(text: &[u8]) -> Result<Document, serde_json::Error> {
    let mut parser = Parser {
        rest: &String::from_utf8_lossy(text),
        lenient: true,
    };
    parser.whole().ok_or_else(|| problem(text))
}

/// Why a text is not JSON, in serde_json's words.
#[cold]
fn problem(text: &[u8]) -> serde_json::Error {
    let read = serde_json::from_slice::<serde_json::Value>(text);
    read.err()
        .unwrap_or_else(|| serde_json::Error::custom("it is not JSON"))
}

struct Parser<'t> {
    rest: &'t str,
    /// Accepts control characters in strings, and replaces lone surrogates by U+FFFD.
    lenient: bool,
}

impl<'t> Parser<'t> {
    fn whole(&mut self) -> Option<Document> {
        let value = self.value(0)?;
        self.blanks();
        self.rest.is_empty().then_some(value)
    }

    fn blanks(&mut self) {
        self.rest = self.rest.trim_start_matches([' ', '\t', '\n', '\r']);
    }

    /// Consumes this text, if it comes next.
    fn word(&mut self, word: &str) -> Option<()> {
        self.rest = self.rest.strip_prefix(word)?;
        Some(())
    }

    /// The next character after blanks.
    fn next(&mut self) -> Option<u8> {
        self.blanks();
        self.rest.bytes().next()
    }

    fn value(&mut self, depth: usize) -> Option<Document> {
        match self.next()? {
            b'{' if depth < DEEPEST => self.map(depth + 1),
            b'[' if depth < DEEPEST => self.list(depth + 1),
            b'"' => self.text().map(Document::String),
            b'n' => self.word("null").map(|()| Document::Null),
            b't' => self.word("true").map(|()| true.into()),
            b'f' => self.word("false").map(|()| false.into()),
            b'N' => self.word("NaN").map(|()| f64::NAN.into()),
            b'I' => self.word("Infinity").map(|()| f64::INFINITY.into()),
            b'-' if self.rest.starts_with("-I") => {
                self.word("-Infinity").map(|()| f64::NEG_INFINITY.into())
            }
            _ => self.number(),
        }
    }

    fn map(&mut self, depth: usize) -> Option<Document> {
        let mut map = Map::new();
        self.word("{")?;
        if self.next()? != b'}' {
            loop {
                self.blanks();
                let key = self.text()?;
                self.blanks();
                self.word(":")?;
                let value = self.value(depth)?;
                map.insert(key, value);
                if self.next()? != b',' {
                    break;
                }
                self.word(",")?;
            }
        }
        self.word("}").map(|()| Document::Map(map))
    }

    fn list(&mut self, depth: usize) -> Option<Document> {
        let mut list = Vec::new();
        self.word("[")?;
        if self.next()? != b']' {
            loop {
                list.push(self.value(depth)?);
                if self.next()? != b',' {
                    break;
                }
                self.word(",")?;
            }
        }
        self.word("]").map(|()| Document::List(list))
    }

    fn number(&mut self) -> Option<Document> {
        let end = self
            .rest
            .find(|c: char| !c.is_ascii_digit() && !"+-.eE".contains(c))
            .unwrap_or(self.rest.len());
        let (number, rest) = self.rest.split_at(end);
        if !is_number(number) {
            return None;
        }
        self.rest = rest;
        if number.contains(['.', 'e', 'E']) {
            number.parse().ok().map(Document::Float)
        } else {
            Some(
                number
                    .parse()
                    .map_or_else(|_| Document::Digits(number.to_owned()), Document::Integer),
            )
        }
    }

    fn text(&mut self) -> Option<String> {
        self.word("\"")?;
        let mut text = String::new();
        loop {
            let end = self
                .rest
                .find(|c| matches!(c, '"' | '\\' | '\0'..='\x1f'))?;
            let (plain, rest) = self.rest.split_at(end);
            text.push_str(plain);
            let c = rest.chars().next()?;
            self.rest = rest.get(1..)?;
            match c {
                '"' => return Some(text),
                '\\' => text.push(self.escape()?),
                control if self.lenient => text.push(control),
                _ => return None,
            }
        }
    }

    fn escape(&mut self) -> Option<char> {
        let c = self.rest.chars().next()?;
        self.rest = self.rest.get(c.len_utf8()..)?;
        Some(match c {
            '"' | '\\' | '/' => c,
            'b' => '\u{8}',
            'f' => '\u{c}',
            'n' => '\n',
            'r' => '\r',
            't' => '\t',
            'u' => return self.unicode(),
            _ => return None,
        })
    }

    /// A character by its code point, or by a surrogate pair.
    fn unicode(&mut self) -> Option<char> {
        let first = self.unit()?;
        if let Some(c) = char::from_u32(first.into()) {
            return Some(c);
        }
        let before = self.rest;
        let second = self.word("\\u").and_then(|()| self.unit());
        let pair = second.and_then(|second| char::decode_utf16([first, second]).next()?.ok());
        if pair.is_none() {
            self.rest = before;
        }
        pair.or(self.lenient.then_some(char::REPLACEMENT_CHARACTER))
    }

    fn unit(&mut self) -> Option<u16> {
        let (digits, rest) = self.rest.split_at_checked(4)?;
        self.rest = rest;
        let digits = digits
            .bytes()
            .all(|byte| byte.is_ascii_hexdigit())
            .then_some(digits)?;
        u16::from_str_radix(digits, 16).ok()
    }
}

/// Whether the text is a number in JSON's grammar.
fn is_number(text: &str) -> bool {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let unsigned = text.strip_prefix('-').unwrap_or(text);
    let (number, exponent) = unsigned
        .split_once(['e', 'E'])
        .map_or((unsigned, None), |(number, at)| (number, Some(at)));
    let (whole, fraction) = number
        .split_once('.')
        .map_or((number, None), |(whole, at)| (whole, Some(at)));
    digits(whole)
        && (whole == "0" || !whole.starts_with('0'))
        && fraction.is_none_or(digits)
        && exponent
            .is_none_or(|exponent| digits(exponent.strip_prefix(['+', '-']).unwrap_or(exponent)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_keep_the_form_in_which_they_came() {
        for (text, expected) in [
            ("1", Document::Integer(1)),
            ("7.0", Document::Float(7.0)),
            ("1e3", Document::Float(1000.0)),
            ("-0", Document::Integer(0)),
            (
                "99999999999999999999",
                Document::Integer(99_999_999_999_999_999_999),
            ),
            (
                "-9999999999999999999999999999999999999999",
                Document::Digits(format!("-{}", "9".repeat(40))),
            ),
            (
                "0.9916020035743713",
                Document::Float(0.991_602_003_574_371_3),
            ),
            (
                "1795904606.5964723",
                Document::Float(1_795_904_606.596_472_3),
            ),
            ("1e999", Document::Float(f64::INFINITY)),
            ("-Infinity", Document::Float(f64::NEG_INFINITY)),
            (
                " [ null , true ] ",
                Document::List(vec![Document::Null, true.into()]),
            ),
            ("{}", Document::Map(Map::new())),
            (
                r#"{"a":1,"a":2}"#,
                Document::from([("a", Document::Integer(2))]),
            ),
            (r#""\u00e9\ud83d\ude00\n\/""#, "é😀\n/".into()),
        ] {
            assert!(document(text).expect(text) == expected, "{text}");
        }
        assert!(matches!(document("NaN"), Ok(Document::Float(nan)) if nan.is_nan()));
    }

    #[test]
    fn what_is_not_json_is_refused_in_the_words_of_serde_json() {
        let deep = "[".repeat(10_000);
        for text in [
            "",
            "nul",
            "01",
            "+1",
            "1.",
            ".5",
            "1e",
            "[1,]",
            "{\"a\" 1}",
            "{a:1}",
            "'a'",
            "\"a",
            "\"\n\"",
            "\"\\x\"",
            "1 2",
            "-",
            "\"\\ud83d\"",
            "\"\\ud83d\\u0041\"",
            "\"\\u12\"",
            "\"\\u+123\"",
            &deep,
        ] {
            assert!(!document(text).expect_err(text).to_string().is_empty());
        }
        assert_eq!(
            document("[1").expect_err("open").to_string(),
            "EOF while parsing a list at line 1 column 2"
        );
    }

    #[test]
    fn answers_lose_no_value_over_a_character() {
        for (text, expected) in [
            (&b"\"a\xffb\""[..], "a\u{fffd}b"),
            (b"\"\\ud83d\"", "\u{fffd}"),
            (b"\"\\ud83d\\u0041\"", "\u{fffd}A"),
            (b"\"a\nb\"", "a\nb"),
        ] {
            assert!(
                answer(text).expect("an answer") == Document::from(expected),
                "{text:?}"
            );
        }
    }
}
