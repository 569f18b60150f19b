//! From an answer to what is shown: timestamps and bytes become text.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use opsmith_runtime::document::{Document, Map};
use opsmith_runtime::schema::{Kind, Service, ShapeIndex};
use opsmith_runtime::timestamp::{Timestamp, Written};
use std::fmt::Write as _;
use std::sync::OnceLock;
use time::{OffsetDateTime, UtcOffset};

/// How timestamps are shown.
#[derive(Debug)]
pub(crate) enum Timestamps {
    /// As ISO 8601 in the local time zone.
    Iso8601(Zone),
    /// As the service wrote them.
    Wire,
}

impl Timestamps {
    /// The value of `cli_timestamp_format`; `zone` is the value of `TZ`.
    ///
    /// # Errors
    ///
    /// An unknown format.
    pub(crate) fn from_setting(setting: &str, zone: Option<&str>) -> Result<Self, String> {
        match setting {
            "wire" => Ok(Timestamps::Wire),
            "iso8601" => Ok(Timestamps::Iso8601(Zone::new(zone))),
            other => Err(format!(
                "Unknown cli_timestamp_format value: {other}, valid values are \"wire\" or \"iso8601\""
            )),
        }
    }

    /// A timestamp as it is shown; `None` if the value is not a timestamp within the calendar.
    fn format(&self, value: &Document) -> Option<Document> {
        let zone = match self {
            Timestamps::Wire => return Some(value.clone()),
            Timestamps::Iso8601(zone) => zone,
        };
        let local = |point: Timestamp| iso8601(point, Some(zone.offset(point)));
        let seconds = |number: f64| Timestamp::from_epoch(number).and_then(local);
        let shown = match value {
            Document::Timestamp(point) => local(*point),
            Document::Integer(number) => i64::try_from(*number)
                .ok()
                .and_then(|seconds| local(Timestamp::new(seconds, 0))),
            Document::Float(number) => seconds(*number),
            // As in Python, where a boolean is a number.
            Document::Boolean(value) => local(Timestamp::new((*value).into(), 0)),
            Document::String(text) => text.trim().parse().ok().and_then(seconds).or_else(|| {
                let written = Written::read(text, None)?;
                iso8601(written.point, written.offset)
            }),
            _ => None,
        };
        shown.map(Document::String)
    }
}

/// The local time zone, looked up for the first timestamp.
#[derive(Debug, Default)]
pub(crate) struct Zone {
    /// The value of `TZ`.
    setting: Option<String>,
    found: OnceLock<Option<tz::TimeZone>>,
}

impl Zone {
    /// The zone that this value of `TZ` names; that of the machine without one.
    pub(crate) fn new(setting: Option<&str>) -> Self {
        Zone {
            setting: setting.filter(|zone| !zone.is_empty()).map(str::to_owned),
            found: OnceLock::new(),
        }
    }

    /// A date and a time of the day in the zone, `2026-01-31 23:59:59`; empty beyond the calendar.
    #[cfg(feature = "s3")]
    pub(crate) fn date_and_time(&self, point: Timestamp) -> String {
        let shown = iso8601(point, Some(self.offset(point))).unwrap_or_default();
        let shown = shown.get(..19).unwrap_or_default();
        shown.replace('T', " ")
    }

    /// The zone; UTC when there is none.
    fn get(&self) -> Option<&tz::TimeZone> {
        let look_up = || match &self.setting {
            Some(zone) => tz::TimeZone::from_posix_tz(zone).ok(),
            None => tz::TimeZone::local().ok(),
        };
        self.found.get_or_init(look_up).as_ref()
    }

    /// The offset from UTC in seconds.
    fn offset(&self, point: Timestamp) -> i32 {
        let kind = self
            .get()
            .and_then(|zone| zone.find_local_time_type(point.seconds()).ok());
        kind.map_or(0, tz::LocalTimeType::ut_offset)
    }
}

/// Python's ISO format: microseconds only when they are not 0, and the offset with a colon, if
/// there is one. `None` for a year outside the calendar.
fn iso8601(point: Timestamp, offset: Option<i32>) -> Option<String> {
    let shift = UtcOffset::from_whole_seconds(offset.unwrap_or(0)).ok()?;
    let date = OffsetDateTime::try_from(point)
        .ok()?
        .checked_to_offset(shift)?;
    let (year, month, day) = date.to_calendar_date();
    if !(1..=9999).contains(&year) {
        return None;
    }
    let micros = match date.microsecond() {
        0 => String::new(),
        micros => format!(".{micros:06}"),
    };
    let (hours, minutes, seconds) = shift.as_hms();
    let sign = if shift.is_negative() { '-' } else { '+' };
    let seconds = if seconds == 0 {
        String::new()
    } else {
        format!(":{:02}", seconds.abs())
    };
    let offset = match offset {
        Some(_) => format!("{sign}{:02}:{:02}{seconds}", hours.abs(), minutes.abs()),
        None => String::new(),
    };
    let (hour, minute, second) = date.to_hms();
    Some(format!(
        "{year:04}-{:02}-{day:02}T{hour:02}:{minute:02}:{second:02}{micros}{offset}",
        u8::from(month)
    ))
}

/// An answer as it is shown: timestamps in the given format, bytes in base64. A value that does not
/// have the model's type stays as it came, and is added to `doubts`.
pub(crate) fn present(
    answer: Document,
    service: &Service<'_>,
    ix: ShapeIndex,
    timestamps: &Timestamps,
    doubts: &mut Vec<String>,
) -> Document {
    let mut presenting = Presenting {
        service,
        timestamps,
        doubts,
        path: String::new(),
    };
    presenting.value(answer, ix)
}

struct Presenting<'a, 'd> {
    service: &'a Service<'a>,
    timestamps: &'a Timestamps,
    doubts: &'d mut Vec<String>,
    /// The path of the current value.
    path: String,
}

impl Presenting<'_, '_> {
    fn value(&mut self, value: Document, ix: ShapeIndex) -> Document {
        let shape = self.service.shape(ix);
        let element = || {
            shape
                .element()
                .map_or(ShapeIndex::MAX, |element| element.target)
        };
        match (shape.kind, value) {
            // In lists and maps.
            (_, Document::Null) => Document::Null,
            (Kind::Timestamp, value) => match self.timestamps.format(&value) {
                Some(shown) => shown,
                None => self.doubtful(value, "a point in time that the calendar has"),
            },
            (Kind::List, Document::List(list)) => {
                let numbered = list.into_iter().enumerate();
                Document::List(
                    numbered
                        .map(|(at, item)| self.part(format_args!("[{at}]"), item, element()))
                        .collect(),
                )
            }
            (Kind::Map, Document::Map(mut map)) => {
                // Keys may be secret.
                let values = map.values_mut();
                values.for_each(|value| {
                    *value = self.part(format_args!("[…]"), std::mem::take(value), element())
                });
                Document::Map(map)
            }
            (Kind::Structure | Kind::Union, Document::Map(map)) => self.members(map, ix),
            (Kind::List, value) => self.doubtful(value, "a list"),
            (Kind::Map, value) => self.doubtful(value, "a map"),
            (Kind::Structure | Kind::Union, value) => self.doubtful(value, "a structure"),
            (_, Document::Blob(bytes)) => STANDARD.encode(bytes).into(),
            (_, value) => value,
        }
    }

    fn members(&mut self, map: Map, ix: ShapeIndex) -> Document {
        let shape = self.service.shape(ix);
        if shape.kind == Kind::Union && map.len() != 1 {
            self.doubt("a union with exactly one member");
        }
        let shown = map.into_iter().map(|(name, value)| {
            let target = shape
                .member(&name)
                .map_or(ShapeIndex::MAX, |(_, member)| member.target);
            let dot = if self.path.is_empty() { "" } else { "." };
            let value = self.part(format_args!("{dot}{name}"), value, target);
            (name, value)
        });
        Document::Map(shown.collect())
    }

    fn part(&mut self, step: std::fmt::Arguments<'_>, value: Document, ix: ShapeIndex) -> Document {
        let before = self.path.len();
        let _ = self.path.write_fmt(step);
        let value = self.value(value, ix);
        self.path.truncate(before);
        value
    }

    fn doubtful(&mut self, value: Document, expected: &str) -> Document {
        self.doubt(expected);
        value
    }

    fn doubt(&mut self, expected: &str) {
        let place = if self.path.is_empty() {
            "the answer"
        } else {
            &self.path
        };
        self.doubts
            .push(format!("{place} is not {expected}: it is shown as it came"));
    }
}
