//! From a decoded answer to what is shown of it: points in time and bytes become text.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use opsmith_runtime::document::{Document, Map};
use opsmith_runtime::rows::{Ix, Service, TimestampFormat};
use opsmith_runtime::timestamp::Timestamp;
use std::sync::OnceLock;
use time::{OffsetDateTime, UtcOffset};

/// How points in time are shown.
#[derive(Debug)]
pub(crate) enum Timestamps {
    /// As ISO 8601 in the local time zone.
    Iso8601(Zone),
    /// As the service wrote them.
    Wire,
}

impl Timestamps {
    /// What `cli_timestamp_format` says; `zone` is the value of `TZ`.
    ///
    /// # Errors
    ///
    /// An unknown format.
    pub(crate) fn from_setting(setting: &str, zone: Option<&str>) -> Result<Self, String> {
        match setting {
            "wire" => Ok(Timestamps::Wire),
            "iso8601" => {
                let setting = zone.filter(|zone| !zone.is_empty()).map(str::to_owned);
                Ok(Timestamps::Iso8601(Zone { setting, ..Zone::default() }))
            }
            other => {
                Err(format!("Unknown cli_timestamp_format value: {other}, valid values are \"wire\" or \"iso8601\""))
            }
        }
    }

    fn shown(&self, timestamp: Timestamp) -> Document {
        match self {
            Timestamps::Wire if timestamp.nanoseconds() == 0 => timestamp.seconds().into(),
            Timestamps::Wire => timestamp.epoch().into(),
            Timestamps::Iso8601(zone) => iso8601(timestamp, zone.get()).into(),
        }
    }
}

/// The local time zone, looked up when there is a point in time to show.
#[derive(Debug, Default)]
pub(crate) struct Zone {
    /// The value of `TZ`.
    setting: Option<String>,
    found: OnceLock<Option<tz::TimeZone>>,
}

impl Zone {
    /// The zone; none is UTC.
    fn get(&self) -> Option<&tz::TimeZone> {
        let look_up = || match &self.setting {
            Some(zone) => tz::TimeZone::from_posix_tz(zone).ok(),
            None => tz::TimeZone::local().ok(),
        };
        self.found.get_or_init(look_up).as_ref()
    }
}

/// Python's ISO format: microseconds only when there are any, and the offset with a colon.
fn iso8601(timestamp: Timestamp, zone: Option<&tz::TimeZone>) -> String {
    let offset =
        zone.and_then(|zone| zone.find_local_time_type(timestamp.seconds()).ok()).map_or(0, |kind| kind.ut_offset());
    let offset = UtcOffset::from_whole_seconds(offset).unwrap_or(UtcOffset::UTC);
    let date = OffsetDateTime::try_from(timestamp).ok();
    let Some(date) = date.and_then(|date| date.checked_to_offset(offset)) else {
        return timestamp.format(TimestampFormat::DateTime);
    };
    let micros = match date.microsecond() {
        0 => String::new(),
        micros => format!(".{micros:06}"),
    };
    let (hours, minutes, seconds) = offset.as_hms();
    let sign = if offset.is_negative() { '-' } else { '+' };
    let seconds = if seconds == 0 { String::new() } else { format!(":{:02}", seconds.abs()) };
    format!(
        "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}{micros}{sign}{:02}:{:02}{seconds}",
        date.year(),
        u8::from(date.month()),
        date.day(),
        date.hour(),
        date.minute(),
        date.second(),
        hours.abs(),
        minutes.abs(),
    )
}

/// What is shown of an answer: members in the order of the model, texts for bytes and points in time.
pub(crate) fn present(answer: Document, service: &Service<'_>, ix: Ix, timestamps: &Timestamps) -> Document {
    match answer {
        Document::Timestamp(timestamp) => timestamps.shown(timestamp),
        Document::Blob(bytes) => STANDARD.encode(bytes).into(),
        Document::List(list) => {
            let element = service.shape(ix).element().map_or(Ix::MAX, |element| element.target);
            Document::List(list.into_iter().map(|item| present(item, service, element, timestamps)).collect())
        }
        Document::Map(map) => Document::Map(members(map, service, ix, timestamps)),
        other => other,
    }
}

fn members(mut map: Map, service: &Service<'_>, ix: Ix, timestamps: &Timestamps) -> Map {
    let shape = service.shape(ix);
    if !shape.has_members() {
        let element = shape.element().map_or(Ix::MAX, |element| element.target);
        return map.into_iter().map(|(key, value)| (key, present(value, service, element, timestamps))).collect();
    }
    let mut shown = Map::with_capacity(map.len());
    for member in shape.members {
        if let Some(value) = map.swap_remove(member.name) {
            shown.insert(member.name.to_owned(), present(value, service, member.target, timestamps));
        }
    }
    shown
}
