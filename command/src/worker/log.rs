//! [`Log`]: what a worker does, a JSON object per line on standard error; and the file that shows
//! that it is well.

use opsmith_runtime::Timestamp;
use opsmith_runtime::files::replace;
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

    /// Writes a line of what happened.
    pub(super) fn tell(&self, event: &Event<'_>) {
        let time = Timestamp::from(SystemTime::now()).format(TimestampFormat::DateTime);
        let mut line = match event {
            Event::Polled(_) => return self.is_well(&time),
            Event::PollFailed(error) => {
                json!({ "event": "poll failed", "error": error.to_string() })
            }
            Event::Left(id, why) => json!({ "event": "left", "job": id, "why": why }),
            Event::Taken(id) => json!({ "event": "taken", "job": id }),
            Event::Ended(id, ended) => ended_line(id, ended),
            _ => return,
        };
        line["time"] = time.into();
        // When nobody reads standard error there is nobody to tell.
        let _ = writeln!(std::io::stderr(), "{line}");
    }

    fn is_well(&self, time: &str) {
        if let Some(path) = &self.health {
            // Whoever looks at the file sees that it grows old.
            let _ = replace(path, format!("{time}\n").as_bytes());
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
