//! Documentation: HTML, as models have it, to Markdown in a small subset.
//!
//! The subset: paragraphs between blank lines, list items that start with `- `, `code`, `*emphasis*`, `**strong**`, and
//! a backslash before a backslash, backtick or asterisk that stands for itself. Links keep their text. What tags there
//! are beyond these only separate words.

use super::traits;
use crate::ast::Traits;
use crate::ir::Docs;
use html5gum::{Token, Tokenizer};

/// The documentation among the traits of a shape or member.
pub(crate) fn docs(traits: &Traits) -> Docs {
    Docs(visible(&markdown(&traits::text(traits, traits::DOCUMENTATION))))
}

/// The text without characters that act on a terminal or turn text around: what is read is what there is.
pub(crate) fn visible(text: &str) -> String {
    let acts =
        |c: char| (c.is_control() && c != '\n') || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    text.chars().filter(|c| !acts(*c)).collect()
}

fn markdown(html: &str) -> String {
    let mut writer = Writer::default();
    for token in Tokenizer::new(html).flatten() {
        match token {
            Token::StartTag(tag) => writer.start(&String::from_utf8_lossy(&tag.name)),
            Token::EndTag(tag) => writer.end(&String::from_utf8_lossy(&tag.name)),
            Token::String(text) => writer.text(&String::from_utf8_lossy(&text.value)),
            _ => {}
        }
    }
    writer.finish()
}

#[derive(Default)]
struct Writer {
    /// Paragraphs and list items that are complete.
    blocks: Vec<String>,
    block: String,
    /// A space is due before the next word.
    space: bool,
    /// The mark of the span that is open, at most one.
    open: Option<&'static str>,
    item: bool,
}

impl Writer {
    fn start(&mut self, tag: &str) {
        match tag {
            "li" | "dt" | "dd" => {
                self.close_block();
                self.item = true;
            }
            _ => self.tag(tag, true),
        }
    }

    fn end(&mut self, tag: &str) {
        self.tag(tag, false);
    }

    fn tag(&mut self, tag: &str, start: bool) {
        let mark = match tag {
            "code" => "`",
            "b" | "strong" => "**",
            "i" | "em" => "*",
            "p" | "ul" | "ol" | "dl" | "li" | "dt" | "dd" | "note" | "important" | "pre" | "br" | "h1" | "h2"
            | "h3" | "h4" | "div" | "table" | "tr" => {
                // A paragraph inside an item is the item's text.
                let keeps_item = self.item && self.block.is_empty() && start;
                self.close_block();
                self.item = keeps_item;
                return;
            }
            _ => return,
        };
        match (start, self.open) {
            (true, None) => {
                self.gap();
                self.block.push_str(mark);
                self.open = Some(mark);
            }
            (false, Some(open)) if open == mark => self.close_span(),
            _ => {}
        }
    }

    fn close_span(&mut self) {
        let Some(mark) = self.open.take() else { return };
        match self.block.strip_suffix(mark) {
            // Nothing was inside.
            Some(before) => self.block.truncate(before.len()),
            None => self.block.push_str(mark),
        }
    }

    fn gap(&mut self) {
        if std::mem::take(&mut self.space) && !self.block.is_empty() {
            self.block.push(' ');
        }
    }

    fn text(&mut self, text: &str) {
        let code = self.open == Some("`");
        for c in text.chars() {
            if c.is_whitespace() {
                // Inside a span that has no text yet there is no space.
                self.space |= !self.open.is_some_and(|mark| self.block.ends_with(mark));
                continue;
            }
            self.gap();
            match c {
                '`' if code => self.block.push('\''),
                '\\' | '`' | '*' if !code => {
                    self.block.push('\\');
                    self.block.push(c);
                }
                c if c.is_control() => {}
                c => self.block.push(c),
            }
        }
    }

    fn close_block(&mut self) {
        self.close_span();
        self.space = false;
        let block = std::mem::take(&mut self.block);
        if !block.is_empty() {
            self.blocks.push(if self.item { format!("- {block}") } else { block });
            self.item = false;
        }
    }

    fn finish(mut self) -> String {
        self.close_block();
        self.blocks.join("\n\n")
    }
}

#[cfg(test)]
mod tests {
    use super::markdown;

    #[test]
    fn html_to_markdown() {
        for (html, expected) in [
            ("Plain words.", "Plain words."),
            ("<p>The ID, from\n   <code>PollForJobs</code>.</p>", "The ID, from `PollForJobs`."),
            ("<p>One.</p><p>Two <b>bold</b> and <i>thin</i>.</p>", "One.\n\nTwo **bold** and *thin*."),
            (
                "<p>See:</p><ul><li><p>a</p></li><li>b <a href=\"x\">c</a></li></ul><p>End</p>",
                "See:\n\n- a\n\n- b c\n\nEnd",
            ),
            ("1 &lt; 2 * 3 ` \\", "1 < 2 \\* 3 \\` \\\\"),
            ("<code>a`b*</code>", "`a'b*`"),
            ("<b></b><code> x </code>y", "`x` y"),
            ("<script>alert(1)</script>", "alert(1)"),
            ("<p>un<b>closed", "un**closed**"),
            ("</p></b>*/ }\u{0}", "\\*/ }"),
            ("", ""),
        ] {
            assert_eq!(markdown(html), expected, "{html}");
        }
    }
}
