//! `--debug`: what is done, on standard error. Events carry no secrets: values are redacted where
//! they are made.

use std::fmt::{self, Write as _};
use std::io::Write as _;
use tracing::field::{Field, Visit};
use tracing::{Event, Metadata, Subscriber, span};

/// Prints the events of this program; those of the libraries below it may hold secrets and are left
/// out.
struct Printer;

/// Starts printing.
pub(crate) fn start() {
    // A second subscriber can't be there: this is the only call, and it comes first.
    let _ = tracing::subscriber::set_global_default(Printer);
}

impl Subscriber for Printer {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target().starts_with("opsmith")
    }
    fn new_span(&self, _span: &span::Attributes<'_>) -> span::Id {
        span::Id::from_u64(1)
    }
    fn record(&self, _span: &span::Id, _values: &span::Record<'_>) {}
    fn record_follows_from(&self, _span: &span::Id, _follows: &span::Id) {}
    fn event(&self, event: &Event<'_>) {
        let mut line = Line(String::new());
        event.record(&mut line);
        let now = opsmith_runtime::Timestamp::from(std::time::SystemTime::now());
        let now = now.format(opsmith_runtime::schema::TimestampFormat::DateTime);
        let level = event.metadata().level();
        let target = event.metadata().target();
        let _ = writeln!(std::io::stderr(), "{now} - {target} - {level} -{}", line.0);
    }
    fn enter(&self, _span: &span::Id) {}
    fn exit(&self, _span: &span::Id) {}
}

struct Line(String);

impl Visit for Line {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        let _ = match field.name() {
            "message" => write!(self.0, " {value:?}"),
            name => write!(self.0, " {name}={value:?}"),
        };
    }
}
