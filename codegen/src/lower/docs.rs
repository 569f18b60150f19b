//! Documentation: HTML, as models have it, to Markdown in a small subset.
//!
//! The subset: paragraphs between blank lines, list items that start with `- `, `code`,
//! `*emphasis*`, `**strong**`, and a backslash before a literal backslash, backtick or
//! asterisk. Links keep their text. Other tags only separate words. What merely looks like a tag
//! (`<ip address>`) is text.

use super::traits;
use crate::ast::Traits;
use html5gum::{Token, Tokenizer};
use opsmith_schema::Arena;
use opsmith_schema::TraitKind;

/// Elements that need no end tag to be known as such.
const ELEMENTS: &[&str] = &[
    "a",
    "b",
    "br",
    "code",
    "dd",
    "div",
    "dl",
    "dt",
    "em",
    "h1",
    "h2",
    "h3",
    "h4",
    "hr",
    "i",
    "img",
    "important",
    "li",
    "note",
    "ol",
    "p",
    "pre",
    "script",
    "span",
    "strong",
    "table",
    "td",
    "th",
    "tr",
    "tt",
    "u",
    "ul",
];

/// The documentation among the traits of a shape or member. A blank before the first word stays:
/// samples in YAML show it.
pub(crate) fn docs<'a>(traits: &Traits, arena: &'a Arena) -> &'a str {
    match traits::text(traits, TraitKind::Documentation) {
        "" => "",
        html => arena.text(&visible(&markdown(html))),
    }
}

/// The text without characters that control a terminal or reverse the direction of text, so that
/// readers see what is really there.
pub(crate) fn visible(text: &str) -> String {
    let acts = |c: char| {
        (c.is_control() && c != '\n')
            || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    text.chars().filter(|c| !acts(*c)).collect()
}

fn markdown(html: &str) -> String {
    let mut writer = Writer::default();
    for token in Tokenizer::new(&tags_only(html)).flatten() {
        match token {
            Token::StartTag(tag) => writer.start(&String::from_utf8_lossy(&tag.name)),
            Token::EndTag(tag) => writer.end(&String::from_utf8_lossy(&tag.name)),
            Token::String(text) => writer.text(&String::from_utf8_lossy(&text.value)),
            _ => {}
        }
    }
    writer.finish()
}

/// The HTML with `&lt;` for each `<` that begins no tag and no comment.
fn tags_only(html: &str) -> String {
    let mut out = String::with_capacity(html.len());
    let mut rest = html;
    while let Some(at) = rest.find('<') {
        let (before, tag) = rest.split_at(at);
        out.push_str(before);
        out.push_str(if is_markup(tag, html) { "<" } else { "&lt;" });
        rest = tag.get(1..).unwrap_or_default();
    }
    out + rest
}

/// Whether this text begins with a comment, or with a tag of an element that HTML has or that has
/// both of its tags here.
fn is_markup(text: &str, html: &str) -> bool {
    if text.starts_with("<!--") {
        return text.contains("-->");
    }
    let (other, inside) = match text.strip_prefix("</") {
        Some(inside) => ("<", inside),
        None => ("</", text.trim_start_matches('<')),
    };
    let end = inside
        .find(|c: char| !c.is_ascii_alphanumeric() && c != '-')
        .unwrap_or(inside.len());
    let (name, attributes) = inside.split_at(end);
    let is_element = ELEMENTS.contains(&name.to_ascii_lowercase().as_str())
        || html.contains(&format!("{other}{name}"));
    name.starts_with(|c: char| c.is_ascii_alphabetic()) && is_element && is_closed(attributes)
}

/// Whether a tag's `>` comes, outside of quotes.
fn is_closed(attributes: &str) -> bool {
    let mut quote = None;
    let mut last = ' ';
    for c in attributes.chars() {
        match (quote, c) {
            (Some(open), c) if c == open => quote = None,
            (Some(_), _) => {}
            (None, '"' | '\'') if last == '=' => quote = Some(c),
            (None, '>') => return true,
            _ => {}
        }
        if !c.is_whitespace() {
            last = c;
        }
    }
    false
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
    /// A blank came before the first word.
    leads: bool,
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
            "p" | "ul" | "ol" | "dl" | "li" | "dt" | "dd" | "note" | "important" | "pre" | "br"
            | "h1" | "h2" | "h3" | "h4" | "div" | "table" | "tr" => {
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
                self.leads |=
                    self.blocks.is_empty() && self.block.trim_matches(['*', '`']).is_empty();
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
            self.blocks.push(if self.item {
                format!("- {block}")
            } else {
                block
            });
            self.item = false;
        }
    }

    fn finish(mut self) -> String {
        self.close_block();
        let text = self.blocks.join("\n\n");
        if self.leads && !text.is_empty() {
            format!(" {text}")
        } else {
            text
        }
    }
}

#[cfg(test)]
mod tests {
    use super::markdown;

    #[test]
    fn html_to_markdown() {
        for (html, expected) in [
            ("Plain words.", "Plain words."),
            ("<p> A blank before.</p>", " A blank before."),
            ("<p> </p>", ""),
            (
                "<p>The ID, from\n   <code>PollForJobs</code>.</p>",
                "The ID, from `PollForJobs`.",
            ),
            (
                "<p>One.</p><p>Two <b>bold</b> and <i>thin</i>.</p>",
                "One.\n\nTwo **bold** and *thin*.",
            ),
            (
                "<p>See:</p><ul><li><p>a</p></li><li>b <a href=\"x\">c</a></li></ul><p>End</p>",
                "See:\n\n- a\n\n- b c\n\nEnd",
            ),
            ("1 &lt; 2 * 3 ` \\", "1 < 2 \\* 3 \\` \\\\"),
            ("<code>a`b*</code>", "`a'b*`"),
            ("<b></b><code> x </code>y", " `x` y"),
            ("<script>alert(1)</script>", "alert(1)"),
            ("<p>un<b>closed", "un**closed**"),
            (
                "clientip:<ip address of client>, Vec<String>",
                "clientip:<ip address of client>, Vec<String>",
            ),
            ("a <!-- b", "a <!-- b"),
            ("a <!-- b -->c <a", "a c <a"),
            ("<a href=\"x>y", "<a href=\"x>y"),
            (
                "<a href=>x</a> <fullname>y</fullname> </z> <?z>",
                "x y </z> <?z>",
            ),
            ("</p></b>*/ }\u{0}", "\\*/ }"),
            ("", ""),
        ] {
            assert_eq!(markdown(html), expected, "{html}");
        }
    }
}
