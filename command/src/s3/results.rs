//! What transfers print: a line for each, progress, warnings, and at the end a summary.

use opsmith_runtime::document::{Document, Map};
use std::fmt::Display;
use std::io::{self, IsTerminal as _, Write as _};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// What is shown of transfers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shown {
    /// Each transfer, and progress.
    All,
    /// Each transfer.
    Lines,
    /// Errors and warnings.
    Problems,
    /// Nothing.
    Nothing,
}

/// How progress is shown.
#[derive(Clone, Copy, Debug)]
pub(super) struct ProgressForm {
    /// The time between two lines.
    pub(super) every: Duration,
    /// On a new line each time.
    pub(super) multiline: bool,
    /// Also where standard output is no terminal.
    pub(super) always: bool,
}

/// A transfer, as its line names it.
#[derive(Clone, Debug)]
pub(super) struct Named {
    /// `upload`, `download`, `copy`, `delete` or `move`.
    pub(super) verb: &'static str,
    pub(super) source: String,
    pub(super) target: Option<String>,
}

impl Display for Named {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.source)?;
        match &self.target {
            Some(target) => write!(f, " to {target}"),
            None => Ok(()),
        }
    }
}

/// What was done so far.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Counts {
    /// Transfers that began, or wait.
    expected: u64,
    expected_bytes: u64,
    /// Whether no further transfer can come.
    is_final: bool,
    pub(super) done: u64,
    bytes: u64,
    pub(super) failed: u64,
    pub(super) warned: u64,
    skipped: u64,
    /// Transfers that an earlier run made.
    resumed: u64,
    errors: u64,
}

/// Prints what becomes of transfers.
pub(super) struct Results {
    shown: Shown,
    form: ProgressForm,
    state: Mutex<State>,
    began: Instant,
}

struct State {
    counts: Counts,
    /// The columns of the line of progress that is visible.
    visible: usize,
    last: Option<Instant>,
    /// Standard output can't be written any more.
    broken: Option<io::Error>,
}

impl Results {
    pub(super) fn new(shown: Shown, form: ProgressForm) -> Self {
        let shows = shown == Shown::All && (form.always || io::stdout().is_terminal());
        Results {
            shown: match shown {
                Shown::All if !shows => Shown::Lines,
                other => other,
            },
            form,
            state: Mutex::new(State {
                counts: Counts::default(),
                visible: 0,
                last: None,
                broken: None,
            }),
            began: Instant::now(),
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A transfer of so many bytes is about to begin.
    pub(super) fn expect(&self, bytes: Option<u64>) {
        let mut state = self.state();
        state.counts.expected += 1;
        state.counts.expected_bytes += bytes.unwrap_or(0);
    }

    /// No further transfer comes.
    pub(super) fn complete(&self) {
        self.state().counts.is_final = true;
    }

    /// Bytes were transferred.
    pub(super) fn moved(&self, bytes: u64) {
        let mut state = self.state();
        state.counts.bytes += bytes;
        self.progress(&mut state);
    }

    /// A transfer is done.
    pub(super) fn done(&self, named: &Named) {
        let mut state = self.state();
        state.counts.done += 1;
        if matches!(self.shown, Shown::All | Shown::Lines) {
            state.line(&format!("{}: {named}", named.verb));
        }
        self.progress(&mut state);
    }

    /// A transfer would be made.
    pub(super) fn dry_run(&self, named: &Named) {
        let mut state = self.state();
        state.counts.done += 1;
        if self.shown != Shown::Nothing {
            state.line(&format!("(dryrun) {}: {named}", named.verb));
        }
    }

    /// A transfer failed.
    pub(super) fn failed(&self, named: &Named, error: &dyn Display) {
        let mut state = self.state();
        state.counts.failed += 1;
        self.problem(
            &mut state,
            &format!("{} failed: {named} {error}", named.verb),
        );
    }

    /// A transfer was not needed, as the target has the object.
    pub(super) fn skipped(&self) {
        self.state().counts.skipped += 1;
    }

    /// An earlier run made a transfer.
    pub(super) fn resumed(&self) {
        self.state().counts.resumed += 1;
    }

    /// Warns.
    pub(super) fn warn(&self, warning: &dyn Display) {
        let mut state = self.state();
        state.counts.warned += 1;
        self.problem(&mut state, &format!("warning: {warning}"));
    }

    /// Warns without counting it: the exit code does not tell of it.
    pub(super) fn notice(&self, text: &dyn Display) {
        self.state().clear();
        // When standard error is closed, nobody can read it.
        let _ = writeln!(io::stderr(), "warning: {text}");
    }

    /// Something ends all transfers.
    pub(super) fn fatal(&self, error: &dyn Display) {
        let mut state = self.state();
        state.counts.errors += 1;
        self.problem(&mut state, &format!("fatal error: {error}"));
    }

    /// The user interrupted.
    pub(super) fn cancelled(&self) {
        let mut state = self.state();
        state.counts.errors += 1;
        self.problem(&mut state, "cancelled: ctrl-c received");
    }

    fn problem(&self, state: &mut State, text: &str) {
        if self.shown == Shown::Nothing {
            return;
        }
        state.clear();
        // When standard error is closed, the exit code has to do.
        let _ = writeln!(io::stderr(), "{text}");
        self.progress(state);
    }

    /// Shows progress, if it is time.
    fn progress(&self, state: &mut State) {
        let is_early = state
            .last
            .is_some_and(|last| last.elapsed() < self.form.every);
        if self.shown != Shown::All || is_early {
            return;
        }
        state.last = Some(Instant::now());
        let text = state.counts.progress(self.began.elapsed());
        if self.form.multiline {
            state.line(&text);
        } else {
            let width = state.visible;
            state.visible = text.chars().count();
            state.write(&format!("{text:width$}\r"));
        }
    }

    /// The exit code: 1 after a failure, 2 after a warning, else 0; prints the summary before, if it is
    /// `wanted`.
    ///
    /// # Errors
    ///
    /// Standard output could not be written.
    pub(super) fn finish(&self, wanted: bool) -> Result<u8, io::Error> {
        let mut state = self.state();
        state.clear();
        if wanted {
            let summary = state.counts.summary(self.began.elapsed());
            state.line(&summary);
        }
        // Whoever closed a pipe has seen enough; what became of the transfers is told all the same.
        let broken = state.broken.take();
        if let Some(error) = broken.filter(|error| error.kind() != io::ErrorKind::BrokenPipe) {
            return Err(error);
        }
        let Counts {
            failed,
            errors,
            warned,
            ..
        } = state.counts;
        Ok(match (failed + errors, warned) {
            (0, 0) => 0,
            (0, _) => 2,
            _ => 1,
        })
    }
}

impl State {
    /// Prints a line in the place of progress.
    fn line(&mut self, text: &str) {
        let width = std::mem::take(&mut self.visible);
        self.write(&format!("{text:width$}\n"));
    }

    /// Removes the line of progress.
    fn clear(&mut self) {
        let width = std::mem::take(&mut self.visible);
        if width > 0 {
            self.write(&format!("{:width$}\r", ""));
        }
    }

    fn write(&mut self, text: &str) {
        if self.broken.is_some() {
            return;
        }
        let mut out = io::stdout().lock();
        let written = out.write_all(text.as_bytes()).and_then(|()| out.flush());
        self.broken = written.err();
    }
}

impl Counts {
    /// The line of progress, as the AWS CLI has it.
    fn progress(&self, elapsed: Duration) -> String {
        let left = self
            .expected
            .saturating_sub(self.done + self.failed + self.skipped);
        let about = if self.is_final { "" } else { "~" };
        let end = if self.is_final {
            ""
        } else {
            " (calculating...)"
        };
        if self.expected_bytes == 0 {
            let done = self.done + self.failed;
            return format!("Completed {done} file(s) with {about}{left} file(s) remaining{end}");
        }
        let rate = self.bytes as f64 / elapsed.as_secs_f64().max(0.001);
        format!(
            "Completed {}/{about}{} ({}/s) with {about}{left} file(s) remaining{end}",
            human(self.bytes),
            human(self.expected_bytes),
            human(rate as u64)
        )
    }

    fn summary(&self, elapsed: Duration) -> String {
        let entries = [
            ("transferred", self.done),
            ("bytes", self.bytes),
            ("failed", self.failed),
            ("warnings", self.warned),
            ("skipped", self.skipped),
            ("resumed", self.resumed),
        ];
        let mut map = Map::new();
        for (name, count) in entries {
            map.insert(name.to_owned(), Document::Integer(count.into()));
        }
        let seconds = (elapsed.as_secs_f64() * 1000.0).round() / 1000.0;
        map.insert("seconds".to_owned(), Document::Float(seconds));
        crate::output::json::compact(&Document::Map(map))
    }
}

/// A number of bytes for people, as the AWS CLI shows it: `1 Byte`, `10 Bytes`, `1.5 KiB`.
pub(super) fn human(bytes: u64) -> String {
    if bytes == 1 {
        return "1 Byte".to_owned();
    }
    if bytes < 1024 {
        return format!("{bytes} Bytes");
    }
    let mut size = bytes as f64;
    let mut unit = "";
    for next in ["KiB", "MiB", "GiB", "TiB", "PiB", "EiB"] {
        size /= 1024.0;
        unit = next;
        if size.round_ties_even() < 1024.0 {
            break;
        }
    }
    format!("{size:.1} {unit}")
}

/// Whether a flag that shows less was given.
pub(super) fn shown(args: &crate::args::ParsedArgs<'_, '_>, is_stream: bool) -> Shown {
    if args.has("--quiet") {
        Shown::Nothing
    } else if args.has("--only-show-errors") || is_stream {
        Shown::Problems
    } else if args.has("--no-progress") {
        Shown::Lines
    } else {
        Shown::All
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_those_of_the_aws_cli() {
        for (bytes, text) in [
            (0, "0 Bytes"),
            (1, "1 Byte"),
            (1023, "1023 Bytes"),
            (1024, "1.0 KiB"),
            (1_048_575, "1.0 MiB"),
            (1_048_063, "1023.5 KiB"),
            (5 << 30, "5.0 GiB"),
            (u64::MAX, "16.0 EiB"),
        ] {
            assert_eq!(human(bytes), text, "{bytes}");
        }
    }

    #[test]
    fn progress_says_what_is_left() {
        let mut counts = Counts {
            expected: 3,
            done: 1,
            ..Counts::default()
        };
        let second = Duration::from_secs(1);
        assert_eq!(
            counts.progress(second),
            "Completed 1 file(s) with ~2 file(s) remaining (calculating...)"
        );
        counts.is_final = true;
        counts.expected_bytes = 2048;
        counts.bytes = 1024;
        assert_eq!(
            counts.progress(second),
            "Completed 1.0 KiB/2.0 KiB (1.0 KiB/s) with 2 file(s) remaining"
        );
    }
}
