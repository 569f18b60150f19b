//! [`Log`]: a worker's events, as a JSON object per line on standard error, and its health file.

use opsmith_runtime::Timestamp;
use opsmith_runtime::schema::TimestampFormat;
use opsmith_worker::{Ended, Event};
use serde_json::{Value, json};
use std::io::Write as _;
use std::path::PathBuf;
use std::time::SystemTime;

pub(super) struct Log {
    health: Option<PathBuf>,
}

impl Log {
    pub(super) fn new(health: Option<&str>) -> Self {
        Log {
            health: health.map(PathBuf::from),
        }
    }

    /// Writes a line for an event.
    pub(super) fn write(&self, event: &Event<'_>) {
        let time = Timestamp::from(SystemTime::now()).format(TimestampFormat::DateTime);
        let mut line = match event {
            Event::Polled(_) => return self.update_health(&time),
            Event::PollFailed(error) => {
                json!({ "event": "poll failed", "error": error.to_string() })
            }
            Event::Left(id, why) => json!({ "event": "left", "job": id, "why": why }),
            Event::Taken(id) => json!({ "event": "taken", "job": id }),
            Event::Ended(id, ended) => ended_line(id, ended),
            _ => return,
        };
        line["time"] = time.into();
        // If standard error is closed, nobody reads it.
        let _ = writeln!(std::io::stderr(), "{line}");
    }

    fn update_health(&self, time: &str) {
        if let Some(path) = &self.health {
            // In place, as it may be a pipe, a device or a mounted file. A file that could not be
            // written shows by its age.
            let _ = std::fs::write(path, format!("{time}\n"));
        }
    }
}

fn ended_line(id: &str, ended: &Ended) -> Value {
    let (how, error) = match ended {
        Ended::Succeeded => ("succeeded", None),
        Ended::Continued => ("continued", None),
        Ended::Failed(message) => ("failed", Some(message.clone())),
        Ended::Unknown(error) => ("outcome unknown", Some(error.to_string())),
        Ended::Refused(error) => ("result refused", Some(error.to_string())),
        _ => ("ended", None),
    };
    json!({ "event": how, "job": id, "message": error })
}
