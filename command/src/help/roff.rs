//! A page as a manual page: the macros of `man(7)`.

use super::page::{Block, BlockKind, Page, Style, Word};
use crate::program::Program;
use std::fmt::Write as _;

impl Page {
    /// The source of the manual page `name`, section 1; `about` describes it in a line.
    pub(crate) fn roff(&self, program: &Program, name: &str, about: &str) -> String {
        let title = escaped(&name.to_uppercase());
        let mut out = format!(
            ".TH \"{title}\" 1 \"\" \"{} {}\" \"\"\n",
            program.name, program.version
        );
        let about = escaped(about);
        let _ = write!(
            out,
            ".SH NAME\n{} \\- {}\n",
            escaped(name),
            if about.is_empty() { "AWS" } else { &about }
        );
        let mut depth = 0;
        let mut titled = false;
        // The section NAME is above.
        let body = self
            .blocks
            .iter()
            .skip_while(|block| !is_section_but_name(&block.kind));
        for block in body {
            let wanted = if matches!(block.kind, BlockKind::Section(_)) {
                0
            } else {
                block.depth
            };
            out.push_str(&".RE\n".repeat(usize::saturating_sub(depth, wanted)));
            out.push_str(&".RS 4\n".repeat(usize::saturating_sub(wanted, depth)));
            depth = wanted;
            write_block(block, titled, &mut out);
            titled = matches!(block.kind, BlockKind::Section(_));
        }
        out.push_str(&".RE\n".repeat(depth));
        out
    }
}

/// Adds the source of a block. `titled` says that it follows the title of its section.
fn write_block(block: &Block, titled: bool, out: &mut String) {
    match &block.kind {
        BlockKind::Section(title) => {
            let _ = writeln!(out, ".SH {}", escaped(title));
        }
        BlockKind::Paragraph(words) => {
            out.push_str(if titled {
                ""
            } else if block.tight {
                ".br\n"
            } else {
                ".PP\n"
            });
            line(words, out);
        }
        BlockKind::Bullet(words) => {
            out.push_str(".IP \\(bu 2\n");
            line(words, out);
        }
        BlockKind::Literal(lines) => {
            out.push_str(".PP\n.nf\n");
            lines
                .iter()
                .for_each(|text| out.push_str(&format!("{}\n", protected(escaped(text)))));
            out.push_str(".fi\n");
        }
    }
}

fn is_section_but_name(kind: &BlockKind) -> bool {
    matches!(kind, BlockKind::Section(title) if title != "NAME")
}

/// Words on one line of the source.
fn line(words: &[Word], out: &mut String) {
    let words: Vec<String> = words.iter().map(word).collect();
    out.push_str(&protected(words.join(" ")));
    out.push('\n');
}

fn word(word: &Word) -> String {
    let part = |(style, text): &(Style, String)| match style {
        Style::Plain => escaped(text),
        Style::Bold => format!("\\fB{}\\fP", escaped(text)),
        Style::Italic => format!("\\fI{}\\fP", escaped(text)),
    };
    word.0.iter().map(part).collect()
}

/// Text with escapes for the characters that have a meaning in roff.
fn escaped(text: &str) -> String {
    text.replace('\\', "\\e")
        .replace('-', "\\-")
        .replace('\'', "\\(aq")
        .replace('`', "\\(ga")
        .replace('"', "\\(dq")
}

/// A line that roff does not take for a request.
fn protected(line: String) -> String {
    if line.starts_with(['.', '\'']) {
        format!("\\&{line}")
    } else {
        line
    }
}
