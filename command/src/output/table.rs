//! `table`: boxes for people.

use super::{TableLayout, scalar, wide};
use opsmith_runtime::document::{Document, Map};
use std::collections::BTreeSet;
use unicode_width::UnicodeWidthStr as _;

/// The width of a cell without its text: blanks and lines.
const PADDING: usize = 4;

/// Renders a result; nothing of an empty one. Rows that are shorter than others of their section
/// end in empty cells.
pub(super) fn render(result: &Document, layout: &TableLayout<'_>) -> String {
    let mut table = Table {
        sections: Vec::new(),
    };
    if is_empty(result) {
        return String::new();
    }
    table.add(Some(layout.title), result, 0);
    // Whether rows become columns depends on the widths that the AWS CLI counts, in which more
    // letters are wide than on terminals.
    if table.width(wide::width) > layout.width {
        table.sections.iter_mut().for_each(Section::stand_up);
    }
    Drawing {
        width: table.width(text_width),
        color: layout.color,
        out: String::new(),
    }
    .draw(&table)
}

/// A part of a table with its own title.
#[derive(Debug, Default)]
struct Section {
    title: String,
    headers: Vec<String>,
    rows: Vec<Vec<String>>,
    level: usize,
}

impl Section {
    /// The widest text of each column.
    fn columns(&self, text_width: fn(&str) -> usize) -> Vec<usize> {
        let lines = || std::iter::once(&self.headers).chain(&self.rows);
        let count = lines().map(Vec::len).max().unwrap_or(0);
        let widest = |at: usize| {
            lines()
                .filter_map(|line| line.get(at))
                .map(|cell| text_width(cell))
                .max()
        };
        (0..count).map(|at| widest(at).unwrap_or(0)).collect()
    }

    fn width(&self, text_width: fn(&str) -> usize) -> usize {
        let cells: usize = self
            .columns(text_width)
            .iter()
            .map(|column| column + PADDING)
            .sum();
        text_width(&self.title).max(cells) + 2 + 2 * self.level
    }

    /// The columns' widths, scaled so that they fill `room`.
    fn scaled(&self, room: usize) -> Vec<usize> {
        let mut widths: Vec<usize> = self
            .columns(text_width)
            .iter()
            .map(|column| column + PADDING)
            .collect();
        let total: usize = widths.iter().sum();
        if total == 0 {
            return widths;
        }
        let scale = room as f64 / total as f64;
        widths
            .iter_mut()
            .for_each(|width| *width = (*width as f64 * scale).round_ties_even() as usize);
        let mut sum: usize = widths.iter().sum();
        while sum != room {
            let count = widths.len();
            for step in 0..count {
                let at = if sum > room { step } else { count - 1 - step };
                let Some(width) = widths.get_mut(at) else {
                    break;
                };
                if sum > room {
                    *width = width.saturating_sub(1);
                    sum -= 1;
                } else {
                    *width += 1;
                    sum += 1;
                }
                if sum == room {
                    break;
                }
            }
        }
        widths
    }

    /// Makes rows of the columns, when there is one row.
    fn stand_up(&mut self) {
        if let ([row], false) = (self.rows.as_slice(), self.headers.is_empty()) {
            let row = row.clone();
            let pairs = std::mem::take(&mut self.headers).into_iter().zip(row);
            self.rows = pairs.map(|(header, cell)| vec![header, cell]).collect();
        }
    }
}

struct Table {
    sections: Vec<Section>,
}

impl Table {
    fn width(&self, text_width: fn(&str) -> usize) -> usize {
        self.sections
            .iter()
            .map(|section| section.width(text_width))
            .max()
            .unwrap_or(0)
    }

    fn section(&mut self, title: &str, level: usize) -> &mut Section {
        self.sections.push(Section {
            title: title.to_owned(),
            level,
            ..Section::default()
        });
        self.last()
    }

    fn last(&mut self) -> &mut Section {
        if self.sections.is_empty() {
            self.sections.push(Section::default());
        }
        let last = self.sections.len() - 1;
        &mut self.sections[last]
    }

    fn row(&mut self, row: Vec<String>) {
        self.last().rows.push(row);
    }

    /// Adds a value, unless it is empty.
    fn add(&mut self, title: Option<&str>, value: &Document, level: usize) {
        if is_empty(value) {
            return;
        }
        if let Some(title) = title {
            self.section(title, level);
        }
        match value {
            Document::Map(map) => self.map(map, level),
            Document::List(list) if matches!(list.first(), Some(Document::Map(_))) => {
                self.maps(list, title.unwrap_or_default(), level);
            }
            Document::List(list) => list.iter().for_each(|item| self.item(item, level)),
            _ => {}
        }
    }

    /// An item of a list: a row, of one cell or of several. Of a map among other items it is the
    /// values.
    fn item(&mut self, item: &Document, level: usize) {
        match item {
            Document::List(cells) if cells.iter().all(|cell| scalar::text(cell).is_some()) => {
                self.row(cells.iter().filter_map(scalar::text).collect());
            }
            Document::List(_) => self.add(None, item, 0),
            Document::Map(map) => {
                let (scalars, parts) = keys(std::iter::once(map));
                self.row(scalars.iter().map(|key| cell(map, key)).collect());
                parts.iter().for_each(|key| self.part(map, key, level));
            }
            scalar => self.row(scalar::text(scalar).into_iter().collect()),
        }
    }

    fn map(&mut self, map: &Map, level: usize) {
        let (scalars, parts) = keys(std::iter::once(map));
        let cells: Vec<String> = scalars.iter().map(|key| cell(map, key)).collect();
        match scalars.iter().next() {
            Some(only) if scalars.len() == 1 => {
                self.row(std::iter::once((*only).to_owned()).chain(cells).collect());
            }
            Some(_) => {
                self.last().headers = scalars.iter().map(|key| (*key).to_owned()).collect();
                self.row(cells);
            }
            None => {}
        }
        parts.iter().for_each(|key| self.part(map, key, level));
    }

    fn maps(&mut self, list: &[Document], title: &str, level: usize) {
        let (scalars, parts) = keys(list.iter().filter_map(Document::as_map));
        let headers: Vec<String> = scalars.iter().map(|key| (*key).to_owned()).collect();
        self.last().headers.clone_from(&headers);
        for (index, item) in list.iter().enumerate() {
            let Some(map) = item.as_map() else {
                self.item(item, level);
                continue;
            };
            if index > 0 && !parts.is_empty() {
                self.section(title, level).headers.clone_from(&headers);
            }
            self.row(scalars.iter().map(|key| cell(map, key)).collect());
            parts.iter().for_each(|key| self.part(map, key, level));
        }
    }

    fn part(&mut self, map: &Map, key: &str, level: usize) {
        if let Some(value) = map.get(key) {
            self.add(Some(key), value, level + 1);
        }
    }
}

fn is_empty(value: &Document) -> bool {
    match value {
        Document::Null | Document::Boolean(false) | Document::Integer(0) => true,
        Document::Float(value) => *value == 0.0,
        Document::String(text) => text.is_empty(),
        Document::List(list) => list.is_empty(),
        Document::Map(map) => map.is_empty(),
        _ => false,
    }
}

fn cell(map: &Map, key: &str) -> String {
    map.get(key).and_then(scalar::text).unwrap_or_default()
}

/// The keys of scalars, and those of other values, sorted.
fn keys<'a>(maps: impl Iterator<Item = &'a Map>) -> (BTreeSet<&'a str>, BTreeSet<&'a str>) {
    let mut scalars = BTreeSet::new();
    let mut parts = BTreeSet::new();
    for (key, value) in maps.flatten() {
        if scalar::text(value).is_some() {
            scalars.insert(key.as_str())
        } else {
            parts.insert(key.as_str())
        };
    }
    (scalars, parts)
}

/// The columns of a text, where the two characters of a line's end count as two.
pub(super) fn text_width(text: &str) -> usize {
    text.width_cjk() + text.matches("\r\n").count()
}

const RESET: &str = "\x1b[0m";

struct Drawing {
    width: usize,
    color: bool,
    out: String,
}

impl Drawing {
    fn draw(mut self, table: &Table) -> String {
        self.write(&("-".repeat(self.width) + "\n"));
        table
            .sections
            .iter()
            .for_each(|section| self.section(section));
        self.out
    }

    fn section(&mut self, section: &Section) {
        let room = self.width - 2 * section.level;
        let level = section.level;
        if !section.title.is_empty() {
            let title = centered(&section.title, room, "|");
            self.line(level, &title);
            if section.headers.is_empty() && section.rows.is_empty() {
                self.line(level, &format!("+{}+", "-".repeat(room.saturating_sub(2))));
            }
        }
        let widths = section.scaled(room);
        if widths.is_empty() {
            return;
        }
        let edges = |index: usize| if index == 0 { "|" } else { "" };
        if !section.headers.is_empty() {
            self.line(level, &border(&widths));
            let cells = section.headers.iter().zip(&widths).enumerate();
            let cells =
                cells.map(|(index, (header, width))| centered(header, *width, edges(index)));
            let line: String = cells.collect();
            self.line(level, &line);
        }
        if section.rows.is_empty() {
            return;
        }
        self.line(level, &border(&widths));
        for row in &section.rows {
            let cells = row
                .iter()
                .map(String::as_str)
                .chain(std::iter::repeat(""))
                .zip(&widths)
                .enumerate();
            let cells = cells.map(|(index, (cell, width))| {
                left(cell, &self.painted(cell), *width, edges(index))
            });
            let line: String = cells.collect();
            self.line(level, &line);
        }
        self.line(level, &border(&widths));
    }

    /// The text of a cell in colour.
    fn painted(&self, text: &str) -> String {
        if self.color {
            format!("\x1b[1m\x1b[34m{text}{RESET}")
        } else {
            text.to_owned()
        }
    }

    fn line(&mut self, level: usize, text: &str) {
        let bar = if self.color {
            "\x1b[2m\x1b[33m|\x1b[0m"
        } else {
            "|"
        }
        .repeat(level);
        [&bar, text, &bar, "\n"]
            .iter()
            .for_each(|part| self.write(part));
    }

    /// Adds a part as the AWS CLI does, which resets the colour after each.
    fn write(&mut self, part: &str) {
        self.out.push_str(part);
        if self.color {
            self.out.push_str(RESET);
        }
    }
}

fn centered(text: &str, width: usize, edge: &str) -> String {
    let length = text_width(text);
    let before = (width / 2).saturating_sub(length / 2 + 1);
    let after = width.saturating_sub(1 + edge.len() + before + length);
    format!("{edge}{}{text}{}|", " ".repeat(before), " ".repeat(after))
}

/// A cell: `text` is as wide as what is `painted` in its place.
fn left(text: &str, painted: &str, width: usize, edge: &str) -> String {
    let length = text_width(text) + edge.len() + 1;
    let before = if length + 2 <= width { 2 } else { 0 };
    format!(
        "{edge}{}{painted}{}|",
        " ".repeat(before),
        " ".repeat(width.saturating_sub(length + before))
    )
}

fn border(widths: &[usize]) -> String {
    let cell = |(index, width): (usize, &usize)| match index {
        0 => format!("+{}+", "-".repeat(width.saturating_sub(2))),
        _ => format!("{}+", "-".repeat(width.saturating_sub(1))),
    };
    widths.iter().enumerate().map(cell).collect()
}
