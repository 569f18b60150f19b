//! Values of headers: lists, and what a header can't hold.

use crate::visit::VisitError;
use ::http::HeaderName;

/// Checks that a header can hold the text.
///
/// # Errors
///
/// It has line breaks or other control characters: with them, text could become another header.
pub(super) fn check_value(text: &str) -> Result<(), VisitError> {
    let is_control = |byte: u8| (byte < b' ' && byte != b'\t') || byte == 0x7f;
    if text.bytes().any(is_control) {
        return Err(VisitError::place(
            "it is sent in a header, which can't hold line breaks and control characters",
        ));
    }
    Ok(())
}

/// Checks that a header can have the name.
///
/// # Errors
///
/// A name that HTTP does not allow.
pub(super) fn check_name(name: &str) -> Result<(), VisitError> {
    match HeaderName::from_bytes(name.as_bytes()) {
        Ok(_) => Ok(()),
        Err(_) => Err(VisitError::place(
            "its key becomes a part of a header's name, which can have letters, digits and `-` only",
        )),
    }
}

/// A text as an element of a list: in quotes if it has what separates elements.
pub(super) fn element(text: &str) -> String {
    if text.contains([',', '"']) {
        format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
    } else {
        text.to_owned()
    }
}

/// The elements of a list. An element in quotes may have commas.
pub(super) fn elements(list: &str) -> Vec<String> {
    let mut elements = Vec::new();
    let mut rest = list.trim();
    while !rest.is_empty() {
        let (element, after) = match rest.strip_prefix('"') {
            Some(quoted) => unquoted(quoted),
            None => {
                let (element, after) = rest.split_once(',').unwrap_or((rest, ""));
                (element.trim_end().to_owned(), after)
            }
        };
        elements.push(element);
        rest = after.trim_start();
    }
    elements
}

/// The text up to a closing quote, and what follows the next comma.
fn unquoted(quoted: &str) -> (String, &str) {
    let mut element = String::new();
    let mut chars = quoted.char_indices();
    while let Some((at, c)) = chars.next() {
        match c {
            '"' => {
                let after = quoted.get(at + 1..).unwrap_or_default();
                return (
                    element,
                    after.split_once(',').map_or("", |(_, after)| after),
                );
            }
            '\\' => element.extend(chars.next().map(|(_, escaped)| escaped)),
            c => element.push(c),
        }
    }
    (element, "")
}

/// The elements of a list of timestamps: HTTP dates have a comma after the day of the week.
pub(super) fn dates(list: &str) -> Vec<String> {
    let mut dates: Vec<String> = Vec::new();
    let mut is_open = false;
    for part in list
        .split(',')
        .map(str::trim)
        .filter(|part| !part.is_empty())
    {
        match dates.last_mut().filter(|_| is_open) {
            Some(date) => *date += &format!(", {part}"),
            None => dates.push(part.to_owned()),
        }
        is_open = part.bytes().all(|byte| byte.is_ascii_alphabetic());
    }
    dates
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_written_and_read() {
        for (texts, list) in [
            (&["a", "b c"][..], "a,b c"),
            (&["b,c", "\"def\"", "a"], r#""b,c","\"def\"",a"#),
            (&["a\\b", "a\\,b\""], r#"a\b,"a\\,b\"""#),
            (&[], ""),
        ] {
            let written: Vec<_> = texts.iter().map(|text| element(text)).collect();
            assert_eq!(written.join(","), list);
            assert_eq!(elements(list), texts);
        }
        for (list, texts) in [
            (" a ,  b", &["a", "b"][..]),
            (r#""a" x, b"#, &["a", "b"]),
            (r#""a"#, &["a"]),
            ("a,,b,", &["a", "", "b"]),
            (r#""\"#, &[""]),
        ] {
            assert_eq!(elements(list), texts, "{list}");
        }
    }

    #[test]
    fn dates_keep_their_comma() {
        for (list, expected) in [
            (
                "Mon, 16 Dec 2019 23:48:18 GMT, Tue, 17 Dec 2019 23:48:18 GMT",
                &[
                    "Mon, 16 Dec 2019 23:48:18 GMT",
                    "Tue, 17 Dec 2019 23:48:18 GMT",
                ][..],
            ),
            ("1398796238,1398796239", &["1398796238", "1398796239"]),
            ("2019-12-16T23:48:18Z,Mon", &["2019-12-16T23:48:18Z", "Mon"]),
        ] {
            assert_eq!(dates(list), expected);
        }
    }

    #[test]
    fn nothing_becomes_another_header() {
        for (text, is_right) in [("a\tb é", true), ("a\r\nb: c", false), ("\0", false)] {
            assert_eq!(check_value(text).is_ok(), is_right, "{text:?}");
        }
        for (name, is_right) in [("x-amz-meta-K", true), ("a b", false), ("a\n", false)] {
            assert_eq!(check_name(name).is_ok(), is_right, "{name:?}");
        }
    }
}
