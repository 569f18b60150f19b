//! Progress on a terminal: a line that is overwritten, a bar, and both for bytes on their way.

use std::io::{IsTerminal as _, Write as _};
use std::time::{Duration, Instant};

/// The time between two lines.
const INTERVAL: Duration = Duration::from_millis(100);

/// Columns of a bar.
const BAR: u64 = 24;

/// Fewer bytes are on their way too short for anyone to ask.
const LEAST: u64 = 8_000_000;

/// A line on standard error that shows how far something is. It is erased on drop.
pub(crate) struct Line {
    /// Whether anything is shown.
    shows: bool,
    shown: Option<Instant>,
    /// A line is visible, which must be erased before anything else is printed.
    visible: bool,
}

impl Line {
    /// A line that is shown if `wanted`, and if standard error is a terminal.
    pub(crate) fn new(wanted: bool) -> Self {
        Line {
            shows: wanted && std::io::stderr().is_terminal(),
            shown: None,
            visible: false,
        }
    }

    /// Whether a text would be shown: there is a terminal, and the last one is an interval ago.
    pub(crate) fn is_due(&self) -> bool {
        self.shows && self.shown.is_none_or(|shown| shown.elapsed() >= INTERVAL)
    }

    /// Shows a text.
    pub(crate) fn show(&mut self, text: &str) {
        self.visible = true;
        self.shown = Some(Instant::now());
        // A terminal that is gone shows nothing.
        let _ = write!(std::io::stderr(), "\r{text}\x1b[K");
    }

    /// Erases the line.
    pub(crate) fn clear(&mut self) {
        if std::mem::take(&mut self.visible) {
            let _ = write!(std::io::stderr(), "\r\x1b[K");
        }
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        self.clear();
    }
}

/// A bar that shows a part of a total; empty where the total is not known.
pub(crate) fn bar(part: u64, total: Option<u64>) -> String {
    let Some(total) = total.filter(|total| *total > 0) else {
        return String::new();
    };
    let full = (part.saturating_mul(BAR) / total).min(BAR);
    let marks: String = (0..BAR)
        .map(|at| if at < full { '#' } else { '.' })
        .collect();
    format!("[{marks}] ")
}

/// The bytes of a long body on their way.
pub(crate) struct Meter {
    line: Line,
    total: Option<u64>,
    start: Instant,
}

impl Meter {
    /// A meter for a body of this length, if it is known, that is shown if `wanted`.
    pub(crate) fn new(wanted: bool, total: Option<u64>) -> Self {
        let is_short = total.is_some_and(|total| total <= LEAST);
        Meter {
            line: Line::new(wanted && !is_short),
            total,
            start: Instant::now(),
        }
    }

    /// Shows how many bytes are done.
    pub(crate) fn done(&mut self, done: u64) {
        if self.line.is_due() && (self.total.is_some() || done > LEAST) {
            let text = text(done, self.total, self.start.elapsed());
            self.line.show(&text);
        }
    }

    /// Erases the line.
    pub(crate) fn clear(&mut self) {
        self.line.clear();
    }
}

fn text(done: u64, total: Option<u64>, elapsed: Duration) -> String {
    let megabytes = |bytes: u64| bytes as f64 / 1e6;
    let of = total.map(|total| format!(" of {:.1}", megabytes(total)));
    let rate = megabytes(done) / elapsed.as_secs_f64().max(0.001);
    format!(
        "{}{:.1}{} MB, {rate:.1} MB/s",
        bar(done, total),
        megabytes(done),
        of.unwrap_or_default()
    )
}

#[cfg(test)]
mod tests {
    use super::text;
    use std::time::Duration;

    #[test]
    fn bytes_have_a_bar_where_their_number_is_known() {
        let second = Duration::from_secs(2);
        assert_eq!(
            text(25_000_000, Some(100_000_000), second),
            "[######..................] 25.0 of 100.0 MB, 12.5 MB/s"
        );
        assert_eq!(text(25_000_000, None, second), "25.0 MB, 12.5 MB/s");
        assert_eq!(text(1, Some(0), Duration::ZERO), "0.0 of 0.0 MB, 0.0 MB/s");
    }
}
