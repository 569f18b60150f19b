//! Documentation, which the schema has in a subset of Markdown: paragraphs, lists, `code`,
//! *emphasis*, **strong**.

use super::page::{Page, Style, Text, Word};

/// Adds a documentation text to a page, block by block.
pub(super) fn add(page: &mut Page, depth: usize, markdown: &str) {
    for block in blocks(markdown) {
        match block.strip_prefix("- ") {
            Some(item) => page.bullet(depth, words(item)),
            None => page.text(depth, words(&block)),
        }
    }
}

/// Paragraphs and list items, each on one line.
fn blocks(markdown: &str) -> Vec<String> {
    let mut blocks: Vec<String> = Vec::new();
    let mut open = false;
    for line in markdown.lines() {
        let line = line.trim();
        match blocks.last_mut() {
            _ if line.is_empty() => open = false,
            Some(block) if open && !line.starts_with("- ") => {
                block.push(' ');
                block.push_str(line);
            }
            _ => {
                blocks.push(line.to_owned());
                open = true;
            }
        }
    }
    blocks
}

/// The words of a paragraph. A span ends its word, as it does on the AWS CLI's pages: "`code`." is
/// two words.
fn words(markdown: &str) -> Text {
    let mut reader = WordReader {
        words: Vec::new(),
        word: Word::default(),
        style: Style::Plain,
    };
    let is_mark = |c: char| MARKS.contains(&c);
    let mut rest = markdown;
    while !rest.is_empty() {
        let end = rest.find(|c: char| is_mark(c) || c.is_whitespace());
        let (run, marked) = rest.split_at(end.unwrap_or(rest.len()));
        reader.push(run);
        let mut after = marked.chars();
        rest = match after.next() {
            Some('\\') => {
                // A mark after it is a character like others, and so is it before another.
                let skipped = usize::from(after.as_str().starts_with(is_mark));
                let (character, after) = marked[skipped..].split_at(1);
                reader.push(character);
                after
            }
            Some('`') => reader.toggle(Style::Bold, after.as_str()),
            Some('*') => match after.as_str().strip_prefix('*') {
                Some(after) => reader.toggle(Style::Bold, after),
                None => reader.toggle(Style::Italic, after.as_str()),
            },
            _ => {
                reader.end_word();
                after.as_str()
            }
        };
    }
    reader.end_word();
    reader.words
}

/// The characters that begin and end spans, and the one that takes this meaning from them.
const MARKS: [char; 3] = ['\\', '`', '*'];

struct WordReader {
    words: Text,
    word: Word,
    style: Style,
}

impl WordReader {
    fn push(&mut self, run: &str) {
        match self.word.0.last_mut() {
            _ if run.is_empty() => {}
            Some((style, text)) if *style == self.style => text.push_str(run),
            _ => {
                // Most words have one part.
                self.word.0.reserve_exact(1);
                self.word.0.push((self.style, run.to_owned()));
            }
        }
    }

    fn end_word(&mut self) {
        if !self.word.0.is_empty() {
            self.words.push(std::mem::take(&mut self.word));
        }
    }

    /// Begins or ends a span. Returns what follows.
    fn toggle<'t>(&mut self, style: Style, after: &'t str) -> &'t str {
        self.style = if self.style == Style::Plain {
            style
        } else {
            Style::Plain
        };
        if self.style == Style::Plain {
            self.end_word();
        }
        after
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(markdown: &str) -> Vec<String> {
        words(markdown)
            .iter()
            .map(|Word(parts)| parts.iter().map(|(_, text)| text.as_str()).collect())
            .collect()
    }

    #[test]
    fn spans_end_words() {
        assert_eq!(
            shown("from `Poll`. Then *a b*c \\*d (`e`)"),
            ["from", "Poll", ".", "Then", "a", "b", "c", "*d", "(e", ")"]
        );
        assert_eq!(shown("a\\n \\\\n \\"), ["a\\n", "\\n", "\\"]);
        assert_eq!(shown("**a**b ä\u{2003}\\**c"), ["a", "b", "ä", "*c"]);
    }

    #[test]
    fn blocks_are_paragraphs_and_items() {
        assert_eq!(
            blocks("a\nb\n\n- c\n  d\n- e\n\nf"),
            ["a b", "- c d", "- e", "f"]
        );
    }
}
