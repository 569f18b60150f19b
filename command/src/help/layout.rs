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

const BLANKS: &str =
    "                                                                                ";

/// The column of a block this deep.
fn column(depth: usize) -> usize {
    7 + depth * 7 / 2
}

impl Word {
    fn width(&self) -> usize {
        let width = |text: &str| match text.bytes().all(|byte| matches!(byte, b' '..=b'~')) {
            true => text.len(),
            false => text.width(),
        };
        self.0.iter().map(|(_, text)| width(text)).sum()
    }
}

impl Page {
    /// The page as text, which ends with a newline.
    pub(super) fn render(&self, layout: &Layout) -> String {
        let mut setting = Setting {
            layout,
            out: String::new(),
            from_left: false,
            blanks: Vec::new(),
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
    /// The blanks after each word of a line.
    blanks: Vec<usize>,
}

impl Setting<'_> {
    fn line(&mut self, column: usize, text: &str) {
        self.line_of(column, |setting| setting.out.push_str(text));
    }

    /// A line of what a task adds, without the blanks at its end.
    fn line_of(&mut self, column: usize, add: impl FnOnce(&mut Self)) {
        let start = self.out.len();
        self.space(column);
        add(self);
        let line = self.out.get(start..).unwrap_or_default();
        let len = line.trim_end().len();
        self.out.truncate(start + len);
        self.out.push('\n');
    }

    fn space(&mut self, columns: usize) {
        let mut left = columns;
        while left > 0 {
            let some = left.min(BLANKS.len());
            self.out.push_str(&BLANKS[..some]);
            left -= some;
        }
    }

    fn block(&mut self, block: &Block) {
        if !block.tight {
            self.out.push('\n');
        }
        let column = column(block.depth);
        match &block.kind {
            BlockKind::Section(title) => {
                self.line_of(0, |setting| setting.styled(Style::Bold, title));
            }
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
        let widths: Vec<usize> = words.iter().map(Word::width).collect();
        let (mut rest, mut widths) = (words, widths.as_slice());
        while !rest.is_empty() {
            let count = fitting(widths, room);
            let (line, after) = rest.split_at(count);
            let (wide, further) = widths.split_at(count);
            self.justify(wide, Some(room).filter(|_| !after.is_empty()));
            let is_first = rest.len() == words.len();
            self.line_of(column, |setting| {
                match is_first {
                    true => setting.out.push_str(mark),
                    false => setting.space(mark.len()),
                }
                setting.spread(line);
            });
            (rest, widths) = (after, further);
        }
    }

    /// Decides on the blanks between words of these widths, so that they are as wide as `room` if it is
    /// given.
    fn justify(&mut self, widths: &[usize], room: Option<usize>) {
        let gaps = widths.len().saturating_sub(1);
        let blanks = &mut self.blanks;
        blanks.clear();
        blanks.resize(gaps, 1);
        if let Some(room) = room.filter(|_| self.layout.justified) {
            let width = widths.iter().sum::<usize>() + gaps;
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
    }

    /// The words of a line, with the blanks that were decided on.
    fn spread(&mut self, words: &[Word]) {
        for (at, word) in words.iter().enumerate() {
            for (style, part) in &word.0 {
                self.styled(*style, part);
            }
            self.space(self.blanks.get(at).copied().unwrap_or(0));
        }
    }

    fn styled(&mut self, style: Style, text: &str) {
        let (before, after) = match style {
            Style::Bold if self.layout.styled => ("\x1b[1m", "\x1b[0m"),
            Style::Italic if self.layout.styled => ("\x1b[4m", "\x1b[0m"),
            _ => ("", ""),
        };
        for part in [before, text, after] {
            self.out.push_str(part);
        }
    }
}

/// How many words of these widths fit into a line; at least one.
fn fitting(widths: &[usize], room: usize) -> usize {
    let mut width = 0;
    let fits = |word: &&usize| {
        width += **word + usize::from(width > 0);
        width <= room
    };
    widths.iter().take_while(fits).count().max(1)
}
