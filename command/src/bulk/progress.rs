//! [`Progress`]: the progress of a stream on a terminal, and its outcome.

use crate::failure::Failure;
use crate::progress::{Line, bar};
use std::time::{Duration, Instant};

pub(super) struct Progress {
    line: Line,
    /// The input's length in bytes, if known, and how much of it is read.
    length: Option<u64>,
    read: u64,
    ended: u64,
    failed: u64,
    skipped: u64,
    start: Instant,
}

impl Progress {
    pub(super) fn new(length: Option<u64>) -> Self {
        Progress {
            line: Line::new(true),
            length,
            read: 0,
            ended: 0,
            failed: 0,
            skipped: 0,
            start: Instant::now(),
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
        if self.line.is_due() {
            let text = self.text(self.start.elapsed());
            self.line.show(&text);
        }
    }

    /// Erases the line.
    pub(super) fn clear(&mut self) {
        self.line.clear();
    }

    fn text(&self, elapsed: Duration) -> String {
        let rate = self.ended as f64 / elapsed.as_secs_f64().max(0.001);
        let skipped = if self.skipped == 0 {
            String::new()
        } else {
            format!(", {} done before", self.skipped)
        };
        format!(
            "{}{} lines, {} failed{skipped}, {rate:.0} per second",
            bar(self.read, self.length),
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
        let line = progress.text(Duration::from_secs(3));
        assert_eq!(
            line,
            "[############............] 30 lines, 1 failed, 10 per second"
        );
        let mut progress = Progress::new(None);
        progress.skipped();
        assert_eq!(
            progress.text(Duration::ZERO),
            "0 lines, 0 failed, 1 done before, 0 per second"
        );
    }
}
