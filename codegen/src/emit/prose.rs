//! Converts a model's text to Markdown that shows exactly this text: no code block, HTML, link or
//! list. Our own Markdown surrounds it.

use crate::lower::docs::visible;

/// Columns of a line, where words allow: what remains of 100 in the documentation of a member.
const WIDTH: usize = 88;

/// Words, each of them Markdown. A word is never broken; a code span is one word, even with blanks
/// in it.
pub(crate) type Words = Vec<String>;

/// The first paragraph of documentation, which is Markdown in the small subset of `lower::docs`.
pub(crate) fn first_paragraph(docs: &str) -> Words {
    let mut writer = Writer::default();
    let spans = spans(docs.split("\n\n").next().unwrap_or_default());
    let mut last = Style::Plain;
    for (style, text) in &spans {
        let mark = style
            .mark()
            .filter(|_| last.mark().is_none() && takes_marks(text))
            .unwrap_or_default();
        writer.word.push_str(mark);
        match style {
            Style::Code => writer.code(text),
            _ => writer.plain(text),
        }
        writer.word.push_str(mark);
        last = *style;
    }
    writer.finish()
}

/// The first sentence of documentation, without its full stop; empty when there is none.
#[cfg(feature = "tool")]
pub(crate) fn first_sentence(docs: &str) -> String {
    let words = first_paragraph(docs);
    let end = words
        .iter()
        .position(|word| word.ends_with('.'))
        .map_or(words.len(), |at| at + 1);
    words
        .get(..end)
        .unwrap_or_default()
        .join(" ")
        .trim_end_matches('.')
        .to_owned()
}

/// Text without any marks.
pub(crate) fn plain(text: &str) -> Words {
    let mut writer = Writer::default();
    writer.plain(text);
    writer.finish()
}

/// A name as code.
pub(crate) fn code(name: &str) -> String {
    let mut writer = Writer::default();
    writer.code(name);
    writer.finish().join(" ")
}

/// Lines of these words.
pub(crate) fn lines(words: impl IntoIterator<Item = String>) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in words {
        match lines.last_mut() {
            Some(line) if line.chars().count() + 1 + word.chars().count() <= WIDTH => {
                line.push(' ');
                line.push_str(&word);
            }
            _ => lines.push(at_start(word)),
        }
    }
    lines
}

/// A word that begins a line, where it must not be the mark of a heading, a list or a rule.
fn at_start(word: String) -> String {
    let digits = word.trim_start_matches(|c: char| c.is_ascii_digit());
    if digits.len() < word.len() && matches!(digits, "." | ")") {
        return format!("{}\\{digits}", word.trim_end_matches(digits));
    }
    let is_mark = word.chars().all(|c| "#+-=:".contains(c));
    if is_mark { format!("\\{word}") } else { word }
}

#[derive(Clone, Copy, PartialEq)]
enum Style {
    Plain,
    Code,
    Emphasis,
    Strong,
}

impl Style {
    fn mark(self) -> Option<&'static str> {
        match self {
            Style::Plain | Style::Code => None,
            Style::Emphasis => Some("*"),
            Style::Strong => Some("**"),
        }
    }
}

/// Whether marks at both ends of the text are read as marks, whatever surrounds them.
fn takes_marks(text: &str) -> bool {
    let ends = [text.chars().next(), text.chars().next_back()];
    let is_one = !text.contains("://") && !text.contains(". ");
    ends.into_iter().flatten().all(char::is_alphanumeric) && is_one
}

/// The spans of a paragraph in the subset; no span is empty.
fn spans(paragraph: &str) -> Vec<(Style, String)> {
    let mut spans = vec![(Style::Plain, String::new())];
    let mut chars = paragraph.chars().peekable();
    while let Some(c) = chars.next() {
        let style = spans.last().map_or(Style::Plain, |(style, _)| *style);
        let mark = match c {
            '`' => Some(Style::Code),
            '*' if style == Style::Code => None,
            '*' if chars.next_if_eq(&'*').is_some() => Some(Style::Strong),
            '*' => Some(Style::Emphasis),
            _ => None,
        };
        if let Some(mark) = mark {
            spans.push((
                if style == Style::Plain {
                    mark
                } else {
                    Style::Plain
                },
                String::new(),
            ));
        } else if let Some((_, text)) = spans.last_mut() {
            let escaped = (c == '\\' && style != Style::Code)
                .then(|| chars.next_if(|next| "\\`*".contains(*next)));
            text.push(escaped.flatten().unwrap_or(c));
        }
    }
    spans.retain(|(_, text)| !text.is_empty());
    spans
}

#[derive(Default)]
struct Writer {
    words: Words,
    word: String,
    /// The word ends in a code span, which a further one continues: two of them side by side would
    /// be read as another.
    after_code: bool,
}

impl Writer {
    fn end_word(&mut self) {
        self.after_code = false;
        if !self.word.is_empty() {
            self.words.push(std::mem::take(&mut self.word));
        }
    }

    fn finish(mut self) -> Words {
        self.end_word();
        self.words
    }

    fn code(&mut self, text: &str) {
        let text = visible(text).replace('`', "'");
        let words = text.split_whitespace().collect::<Vec<_>>().join(" ");
        if text.starts_with(char::is_whitespace) {
            self.end_word();
        }
        if !words.is_empty() {
            if !self.after_code || self.word.pop().is_none() {
                self.word.push('`');
            }
            self.word.push_str(&words);
            self.word.push('`');
            self.after_code = true;
        }
        if text.ends_with(char::is_whitespace) {
            self.end_word();
        }
    }

    fn plain(&mut self, text: &str) {
        for (at, part) in visible(text).split(char::is_whitespace).enumerate() {
            if at > 0 {
                self.end_word();
            }
            // An address by itself is a warning of rustdoc's.
            if part.contains("://") {
                self.code(part)
            } else {
                self.escaped(part)
            }
        }
    }

    fn escaped(&mut self, part: &str) {
        let mut chars = part.chars().peekable();
        while let Some(c) = chars.next() {
            let last = self.word.chars().next_back();
            let next = chars.peek().copied();
            let in_word = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
            let is_mark = match c {
                '\\' | '`' | '*' | '[' | ']' | '<' | '>' | '|' | '~' => true,
                '_' => !(in_word(last) && in_word(next)),
                '&' => next.is_none_or(|next| next == '#' || next.is_alphanumeric()),
                // Two would become one that is longer.
                '-' => last == Some('-') || next == Some('-'),
                _ => false,
            };
            if is_mark {
                self.word.push('\\');
            }
            self.word.push(c);
            self.after_code = false;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use pulldown_cmark::{BrokenLink, CowStr, Event, Options, Parser, Tag, TagEnd};

    /// The words that a reader of Markdown shows, by the options of rustdoc; what else it makes of
    /// the text, in angle brackets.
    fn shown(markdown: &str) -> String {
        let options = Options::ENABLE_TABLES
            | Options::ENABLE_FOOTNOTES
            | Options::ENABLE_STRIKETHROUGH
            | Options::ENABLE_TASKLISTS
            | Options::ENABLE_SMART_PUNCTUATION;
        let resolve = |_: BrokenLink<'_>| Some((CowStr::from("x"), CowStr::from("x")));
        let mut shown = String::new();
        for event in Parser::new_with_broken_link_callback(markdown, options, Some(resolve)) {
            match event {
                Event::Text(text) | Event::Code(text) => shown.push_str(&text),
                Event::SoftBreak => shown.push(' '),
                Event::Start(Tag::Paragraph | Tag::Emphasis | Tag::Strong) => {}
                Event::End(TagEnd::Paragraph | TagEnd::Emphasis | TagEnd::Strong) => {}
                other => shown.push_str(&format!("<{other:?}>")),
            }
        }
        // Quotes become typographic ones, which is as well.
        shown
            .replace(['‘', '’'], "'")
            .replace(['“', '”'], "\"")
            .replace('…', "...")
    }

    /// Without what a code span can't hold, and what rustdoc makes of three dots.
    fn quoted(text: &str) -> String {
        text.replace('`', "'").replace('…', "...")
    }

    /// What the words of a paragraph in the subset are.
    fn said(paragraph: &str) -> String {
        let spans = spans(paragraph).into_iter();
        let text: String = spans
            .map(|(style, text)| {
                if style == Style::Code {
                    text.replace('`', "'")
                } else {
                    text
                }
            })
            .collect();
        visible(&text)
            .split_whitespace()
            .collect::<Vec<_>>()
            .join(" ")
    }

    #[test]
    fn words_stay_as_they_are() {
        for text in [
            "clientip:<ip address of client>",
            "Vec<String> or http://169.254.170.2/v2 or (see http://a.b/c_d).",
            "[0] [Foo] a [b](c *x_ <a href=> &lt;b> &#65; <!-- x",
            "_a_ __b__ ~~x~~ # head 1. one + one [ ] a_b snake_case --option --- === | a | b |",
            "<img src=x onerror=alert(1)> [a]: http://b [^1]: c ![d](e)",
        ] {
            let markdown = lines(plain(text)).join("\n");
            assert_eq!(shown(&markdown), text.replace('`', "'"), "{markdown}");
        }
        for subset in [
            "C:\\\\`x` [Foo] <b>",
            "`\\` [Foo] <img>",
            "`a``b` *c***d** e*f* `g`h",
            "**Note. Well**: *a* x**y**z",
        ] {
            let markdown = lines(first_paragraph(subset)).join("\n");
            assert_eq!(shown(&markdown), said(subset), "{markdown}");
        }
    }

    #[test]
    fn marks_at_the_start_of_a_line_are_words() {
        for mark in [
            "#", "##", "-", "+", "*", "=", "===", "---", "1.", "12)", ">", "```", "~~~", ":-:",
            "|---|", "[x]:", "    x", "\t",
        ] {
            let text = format!("{mark} a {} {mark} b", "w".repeat(WIDTH - 5 - mark.len()));
            let markdown = lines(plain(&text)).join("\n");
            let expected = text.split_whitespace().collect::<Vec<_>>().join(" ");
            assert_eq!(shown(&markdown), expected, "{markdown}");
        }
    }

    /// For any input: no code block, no HTML, no link, no lost word.
    #[test]
    fn nothing_that_is_said_is_markup() {
        let alphabet: Vec<char> = " \n`*\\[]()<>{}!|~_#&;:=+-.1a\"'/^$%@é\u{a0}\u{202e}"
            .chars()
            .collect();
        let mut seed = 0x2545_f491_4f6c_dd1d_u64;
        let mut below = |bound: usize| {
            seed ^= seed << 13;
            seed ^= seed >> 7;
            seed ^= seed << 17;
            (seed % bound as u64) as usize
        };
        for _ in 0..20_000 {
            let text: String = (0..below(40))
                .filter_map(|_| alphabet.get(below(alphabet.len())))
                .collect();
            // Short lines, so that many words come at the start of a line.
            let narrow = |words: Words| {
                words
                    .into_iter()
                    .map(at_start)
                    .collect::<Vec<_>>()
                    .join("\n")
            };
            let words = visible(&text)
                .split_whitespace()
                .collect::<Vec<_>>()
                .join(" ");
            for markdown in [lines(plain(&text)).join("\n"), narrow(plain(&text))] {
                assert_eq!(
                    quoted(&shown(&markdown)),
                    quoted(&words),
                    "{text:?}: {markdown}"
                );
            }
            let first = text.split("\n\n").next().unwrap_or_default();
            for markdown in [
                lines(first_paragraph(&text)).join("\n"),
                narrow(first_paragraph(&text)),
            ] {
                assert_eq!(
                    quoted(&shown(&markdown)),
                    quoted(&said(first)),
                    "{text:?}: {markdown}"
                );
            }
        }
    }
}
