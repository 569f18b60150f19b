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
    let mut chars = markdown.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\\' if chars.peek().is_some_and(|next| "\\`*".contains(*next)) => {
                reader.push(chars.next().unwrap_or(c));
            }
            '`' => reader.toggle(Style::Bold),
            '*' if chars.next_if_eq(&'*').is_some() => reader.toggle(Style::Bold),
            '*' => reader.toggle(Style::Italic),
            c if c.is_whitespace() => reader.end_word(),
            c => reader.push(c),
        }
    }
    reader.end_word();
    reader.words
}

struct WordReader {
    words: Text,
    word: Word,
    style: Style,
}

impl WordReader {
    fn push(&mut self, c: char) {
        match self.word.0.last_mut() {
            Some((style, text)) if *style == self.style => text.push(c),
            _ => self.word.0.push((self.style, c.to_string())),
        }
    }

    fn end_word(&mut self) {
        if !self.word.0.is_empty() {
            self.words.push(std::mem::take(&mut self.word));
        }
    }

    fn toggle(&mut self, style: Style) {
        self.style = if self.style == Style::Plain {
            style
        } else {
            Style::Plain
        };
        if self.style == Style::Plain {
            self.end_word();
        }
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
    }

    #[test]
    fn blocks_are_paragraphs_and_items() {
        assert_eq!(
            blocks("a\nb\n\n- c\n  d\n- e\n\nf"),
            ["a b", "- c d", "- e", "f"]
        );
    }
}
