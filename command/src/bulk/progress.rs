//! [`Progress`]: the progress of a stream on a terminal, and its outcome.

use crate::failure::Failure;
use std::io::{IsTerminal as _, Write as _};
use std::time::{Duration, Instant};

/// The time between two lines.
const INTERVAL: Duration = Duration::from_millis(100);

/// Columns of the bar.
const BAR: u64 = 24;

pub(super) struct Progress {
    /// Standard error, when that is a terminal.
    terminal: bool,
    /// The input's length in bytes, if known, and how much of it is read.
    length: Option<u64>,
    read: u64,
    ended: u64,
    failed: u64,
    skipped: u64,
    start: Instant,
    shown: Option<Instant>,
    /// A line is visible, which must be erased before anything else is printed.
    visible: bool,
}

impl Progress {
    pub(super) fn new(length: Option<u64>) -> Self {
        Progress {
            terminal: std::io::stderr().is_terminal(),
            length,
            read: 0,
            ended: 0,
            failed: 0,
            skipped: 0,
            start: Instant::now(),
            shown: None,
            visible: false,
        }
    }

    pub(super) fn read(&mut self, end: u64) {
        self.read = end;
    }

    pub(super) fn skipped(&mut self) {
        self.skipped += 1;
    }

    pub(super) fn ended(&mut self, ok: bool) {
        self.ended += 1;
        self.failed += u64::from(!ok);
    }

    /// Shows the progress, at most once in an interval.
    pub(super) fn show(&mut self) {
        if self.terminal && self.shown.is_none_or(|shown| shown.elapsed() >= INTERVAL) {
            self.visible = true;
            self.shown = Some(Instant::now());
            // A terminal that is gone shows nothing.
            let _ = write!(
                std::io::stderr(),
                "\r{}\x1b[K",
                self.line(self.start.elapsed())
            );
        }
    }

    /// Erases the line.
    pub(super) fn clear(&mut self) {
        if std::mem::take(&mut self.visible) {
            let _ = write!(std::io::stderr(), "\r\x1b[K");
        }
    }

    fn line(&self, elapsed: Duration) -> String {
        let bar = self.length.filter(|length| *length > 0).map(|length| {
            let full = (self.read.saturating_mul(BAR) / length).min(BAR);
            let marks: String = (0..BAR)
                .map(|at| if at < full { '#' } else { '.' })
                .collect();
            format!("[{marks}] ")
        });
        let rate = self.ended as f64 / elapsed.as_secs_f64().max(0.001);
        let skipped = if self.skipped == 0 {
            String::new()
        } else {
            format!(", {} done before", self.skipped)
        };
        format!(
            "{}{} lines, {} failed{skipped}, {rate:.0} per second",
            bar.unwrap_or_default(),
            self.ended,
            self.failed
        )
    }

    /// The outcome of the stream.
    ///
    /// # Errors
    ///
    /// Lines failed.
    pub(super) fn verdict(&self) -> Result<(), Failure> {
        match self.failed {
            0 => Ok(()),
            failed => Err(Failure::general(format_args!(
                "{failed} of {} lines failed",
                self.ended
            ))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Progress;
    use std::time::Duration;

    #[test]
    fn a_bar_where_the_length_is_known() {
        let mut progress = Progress::new(Some(200));
        progress.read(100);
        (0..30).for_each(|number| progress.ended(number != 7));
        let line = progress.line(Duration::from_secs(3));
        assert_eq!(
            line,
            "[############............] 30 lines, 1 failed, 10 per second"
        );
        let mut progress = Progress::new(None);
        progress.skipped();
        assert_eq!(
            progress.line(Duration::ZERO),
            "0 lines, 0 failed, 1 done before, 0 per second"
        );
    }
}
