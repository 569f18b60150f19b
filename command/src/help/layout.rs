//! Typesets a page: fills paragraphs into lines, and justifies them as groff does for the AWS CLI's
//! pages.
//!
//! Line length 78, section titles at column 0, text at column 7 and half-steps of 3.5 to the right.
//! A line is justified by spreading the missing columns over its gaps: visited from one end, each
//! gap gets its share of what is left, rounded down, so that the larger shares come last. The end
//! to begin at changes with each justified line of the page.

use super::page::{Block, BlockKind, Page, Style, Word};
use unicode_width::UnicodeWidthStr as _;

/// How a page is typeset.
#[derive(Debug, Clone, Copy)]
pub(super) struct Layout {
    width: usize,
    justified: bool,
    styled: bool,
}

impl Layout {
    /// Plain text, as the AWS CLI's pages are.
    pub(super) const PLAIN: Self = Layout {
        width: 78,
        justified: true,
        styled: false,
    };

    /// For a terminal of this many columns.
    pub(super) fn terminal(columns: usize) -> Self {
        Layout {
            width: columns.saturating_sub(2).clamp(40, 118),
            justified: false,
            styled: true,
        }
    }
}

/// The column of a block this deep.
fn column(depth: usize) -> usize {
    7 + depth * 7 / 2
}

impl Word {
    fn width(&self) -> usize {
        self.0.iter().map(|(_, text)| text.width()).sum()
    }
}

impl Page {
    /// The page as text, which ends with a newline.
    pub(super) fn render(&self, layout: &Layout) -> String {
        let mut setting = Setting {
            layout,
            out: String::new(),
            from_left: false,
        };
        let gap = layout.width.saturating_sub(2 * self.title.width()).max(1);
        setting.line(0, &format!("{0}{1:gap$}{0}", self.title, ""));
        setting.out.push_str("\n\n");
        self.blocks.iter().for_each(|block| setting.block(block));
        setting.out.push_str("\n\n\n");
        setting.line(layout.width.saturating_sub(self.title.width()), &self.title);
        setting.out
    }
}

struct Setting<'a> {
    layout: &'a Layout,
    out: String,
    /// The next line that is justified is visited from its left end.
    from_left: bool,
}

impl Setting<'_> {
    fn line(&mut self, column: usize, text: &str) {
        let text = text.trim_end();
        if !text.is_empty() {
            self.out.push_str(&" ".repeat(column));
            self.out.push_str(text);
        }
        self.out.push('\n');
    }

    fn block(&mut self, block: &Block) {
        if !block.tight {
            self.out.push('\n');
        }
        let column = column(block.depth);
        match &block.kind {
            BlockKind::Section(title) => self.line(0, &self.styled(Style::Bold, title)),
            BlockKind::Paragraph(words) => self.fill(column, "", words),
            BlockKind::Bullet(words) => self.fill(column, "o ", words),
            BlockKind::Literal(lines) => lines.iter().for_each(|text| self.line(column, text)),
        }
    }

    /// Fills words into lines. `mark` precedes the first, and the others are indented as far.
    fn fill(&mut self, column: usize, mark: &str, words: &[Word]) {
        let room = self
            .layout
            .width
            .saturating_sub(column + mark.len())
            .max(10);
        let mut rest = words;
        let mut mark_due = mark.to_owned();
        while !rest.is_empty() {
            let count = fitting(rest, room);
            let (line, after) = rest.split_at(count);
            let last = after.is_empty();
            let text = mark_due + &self.spread(line, if last { None } else { Some(room) });
            self.line(column, &text);
            mark_due = " ".repeat(mark.len());
            rest = after;
        }
    }

    /// The words with blanks between them; as wide as `room` if it is given.
    fn spread(&mut self, words: &[Word], room: Option<usize>) -> String {
        let gaps = words.len().saturating_sub(1);
        let mut blanks = vec![1; gaps];
        if let Some(room) = room.filter(|_| self.layout.justified) {
            let width = words.iter().map(Word::width).sum::<usize>() + gaps;
            let mut missing = room.saturating_sub(width);
            for visited in 0..gaps {
                let share = missing / (gaps - visited);
                missing -= share;
                let at = if self.from_left {
                    visited
                } else {
                    gaps - 1 - visited
                };
                if let Some(blank) = blanks.get_mut(at) {
                    *blank += share;
                }
            }
            self.from_left = !self.from_left;
        }
        let mut text = String::new();
        for (word, blank) in words.iter().zip(blanks.iter().copied().chain([0])) {
            word.0
                .iter()
                .for_each(|(style, part)| text.push_str(&self.styled(*style, part)));
            text.push_str(&" ".repeat(blank));
        }
        text
    }

    fn styled(&self, style: Style, text: &str) -> String {
        match style {
            Style::Bold if self.layout.styled => format!("\x1b[1m{text}\x1b[0m"),
            Style::Italic if self.layout.styled => format!("\x1b[4m{text}\x1b[0m"),
            _ => text.to_owned(),
        }
    }
}

/// How many words fit into a line; at least one.
fn fitting(words: &[Word], room: usize) -> usize {
    let mut width = 0;
    let fits = |word: &&Word| {
        width += word.width() + usize::from(width > 0);
        width <= room
    };
    words.iter().take_while(fits).count().max(1)
}
