//! `--debug`: events on standard error. They have no secrets: values are redacted where events are
//! made.

use std::fmt::{self, Write as _};
use std::io::Write as _;
use tracing::field::{Field, Visit};
use tracing::{Event, Metadata, Subscriber, span};

/// Prints the events of our crates. Those of other libraries may have secrets, and are left out.
struct EventPrinter;

/// Starts printing.
pub(crate) fn start() {
    // This is the only call, so there is no other subscriber, unless a process runs a second
    // program.
    let _ = tracing::subscriber::set_global_default(EventPrinter);
}

impl Subscriber for EventPrinter {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target().starts_with("opsmith")
    }
    fn new_span(&self, _span: &span::Attributes<'_>) -> span::Id {
        span::Id::from_u64(1)
    }
    fn record(&self, _span: &span::Id, _values: &span::Record<'_>) {}
    fn record_follows_from(&self, _span: &span::Id, _follows: &span::Id) {}
    fn event(&self, event: &Event<'_>) {
        let mut line = EventLine(String::new());
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

struct EventLine(String);

impl Visit for EventLine {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        let _ = match field.name() {
            "message" => write!(self.0, " {value:?}"),
            name => write!(self.0, " {name}={value:?}"),
        };
    }
}
