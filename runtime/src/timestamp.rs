//! [`Timestamp`]: a point in time, and its three forms on the wire.

use crate::schema::TimestampFormat;
use std::time::SystemTime;
use time::OffsetDateTime;
use time::format_description::well_known::{Rfc2822, Rfc3339};

pub use written::Written;

mod written;

/// A point in time: whole seconds since 1970 UTC, and nanoseconds since that second.
///
/// `Display` prints RFC 3339 (`2015-09-23T18:53:23Z`), and seconds for a year outside 1 to 9999.
/// `FromStr` reads what [`parse`](Timestamp::parse) reads. With the feature `serde` it is serialized
/// as a number of seconds, as in AWS JSON, and read from a number or from text.
///
/// ```
/// use opsmith_runtime::Timestamp;
///
/// let point: Timestamp = "Wed, 23 Sep 2015 18:53:23 GMT".parse()?;
/// assert_eq!(point.to_string(), "2015-09-23T18:53:23Z");
/// # Ok::<(), opsmith_runtime::timestamp::ParseTimestampError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Timestamp {
    seconds: i64,
    nanoseconds: u32,
}

impl Timestamp {
    /// The point this many seconds after 1970 UTC; nanoseconds beyond a second are cut off.
    pub const fn new(seconds: i64, nanoseconds: u32) -> Self {
        let nanoseconds = if nanoseconds > 999_999_999 {
            999_999_999
        } else {
            nanoseconds
        };
        Timestamp {
            seconds,
            nanoseconds,
        }
    }

    /// The point this many seconds after 1970 UTC; `None` for a number beyond 64 bits.
    pub fn from_epoch(seconds: f64) -> Option<Self> {
        let whole = seconds.floor();
        if !(-9_223_372_036_854_775_808.0..9_223_372_036_854_775_808.0).contains(&whole) {
            return None;
        }
        // A double holds the microseconds of any such point, but not its nanoseconds.
        let micros = ((seconds - whole) * 1e6).round() as u32;
        Some(match micros {
            1_000_000.. => Timestamp::new(whole as i64 + 1, 0),
            _ => Timestamp::new(whole as i64, micros * 1_000),
        })
    }

    /// Reads seconds since 1970, or a date and time in one of many forms, among them RFC 3339 and
    /// HTTP dates; `None` for any other text. Without an offset it is in UTC.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let number = text.parse().ok().and_then(Timestamp::from_epoch);
        // `20260101100000` is a date, not a number of seconds.
        let written = || Written::read(text, None).map(|written| written.point);
        number
            .filter(|point| point.is_in_calendar())
            .or_else(written)
            .or(number)
    }

    /// Whole seconds since 1970 UTC, negative before.
    pub const fn seconds(self) -> i64 {
        self.seconds
    }

    /// Nanoseconds since the last whole second.
    pub const fn nanoseconds(self) -> u32 {
        self.nanoseconds
    }

    /// Seconds since 1970 UTC with the fraction, as precise as a double is.
    pub fn epoch(self) -> f64 {
        self.seconds as f64 + f64::from(self.nanoseconds) / 1e9
    }

    /// Whether the calendar has the point: its year is between 1 and 9999.
    pub const fn is_in_calendar(self) -> bool {
        -62_135_596_800 <= self.seconds && self.seconds <= 253_402_300_799
    }

    /// The point in a wire format. `None` if the format can't express it: a date beyond the
    /// calendar, or an HTTP date before 1900.
    pub fn written(self, format: TimestampFormat) -> Option<String> {
        let date = || {
            OffsetDateTime::try_from(self)
                .ok()
                .filter(|_| self.is_in_calendar())
        };
        match format {
            TimestampFormat::DateTime => Some(date_time(date()?)),
            TimestampFormat::HttpDate => date()?
                .format(&Rfc2822)
                .ok()
                .map(|text| text.replace("+0000", "GMT")),
            TimestampFormat::EpochSeconds if self.nanoseconds == 0 => {
                Some(self.seconds.to_string())
            }
            TimestampFormat::EpochSeconds => Some(self.epoch().to_string()),
        }
    }

    /// The point in a form of the wire, or as seconds when the form can't express it.
    pub fn format(self, format: TimestampFormat) -> String {
        let seconds = || self.written(TimestampFormat::EpochSeconds);
        self.written(format).or_else(seconds).unwrap_or_default()
    }
}

/// RFC 3339 as the AWS CLI writes it: the fraction has six digits, or nine if there are
/// nanoseconds; zero is left out.
fn date_time(date: OffsetDateTime) -> String {
    let fraction = match date.nanosecond() {
        0 => String::new(),
        nanos if nanos % 1_000 == 0 => format!(".{:06}", nanos / 1_000),
        nanos => format!(".{nanos:09}"),
    };
    let ((year, month, day), (hour, minute, second)) = (date.to_calendar_date(), date.to_hms());
    format!(
        "{year:04}-{:02}-{day:02}T{hour:02}:{minute:02}:{second:02}{fraction}Z",
        u8::from(month)
    )
}

impl From<OffsetDateTime> for Timestamp {
    fn from(date: OffsetDateTime) -> Self {
        Timestamp::new(date.unix_timestamp(), date.nanosecond())
    }
}

/// Fails for points beyond the calendar.
impl TryFrom<Timestamp> for OffsetDateTime {
    type Error = time::error::ComponentRange;
    fn try_from(timestamp: Timestamp) -> Result<Self, Self::Error> {
        let nanos =
            i128::from(timestamp.seconds) * 1_000_000_000 + i128::from(timestamp.nanoseconds);
        OffsetDateTime::from_unix_timestamp_nanos(nanos)
    }
}

/// A time in whole seconds, `2030-12-31T23:59:59Z`, as the AWS CLI writes it; `None` if the
/// calendar does not have it.
pub(crate) fn iso8601(moment: SystemTime) -> Option<String> {
    let life =
        time::Duration::try_from(moment.duration_since(SystemTime::UNIX_EPOCH).ok()?).ok()?;
    OffsetDateTime::UNIX_EPOCH
        .checked_add(life)?
        .replace_nanosecond(0)
        .ok()?
        .format(&Rfc3339)
        .ok()
}

/// Text that is not a point in time. The text is left out, since it may be sensitive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ParseTimestampError;

impl std::fmt::Display for ParseTimestampError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("not a date with a time, such as 2015-09-23T18:53:23Z, nor seconds since 1970")
    }
}

impl std::error::Error for ParseTimestampError {}

impl std::str::FromStr for Timestamp {
    type Err = ParseTimestampError;

    fn from_str(text: &str) -> Result<Self, ParseTimestampError> {
        Timestamp::parse(text).ok_or(ParseTimestampError)
    }
}

impl std::fmt::Display for Timestamp {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(&self.format(TimestampFormat::DateTime))
    }
}

/// Fails for points beyond the calendar.
impl TryFrom<Timestamp> for SystemTime {
    type Error = time::error::ComponentRange;
    fn try_from(timestamp: Timestamp) -> Result<Self, Self::Error> {
        OffsetDateTime::try_from(timestamp).map(Into::into)
    }
}

impl From<SystemTime> for Timestamp {
    fn from(time: SystemTime) -> Self {
        OffsetDateTime::from(time).into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_forms_of_one_point() {
        let point = Timestamp::new(1_443_034_403, 120_000_000);
        for text in [
            "2015-09-23T18:53:23.12Z",
            "2015-09-23T14:53:23.12-04:00",
            "1443034403.12",
        ] {
            assert_eq!(Timestamp::parse(text), Some(point), "{text}");
        }
        assert_eq!(
            point.format(TimestampFormat::DateTime),
            "2015-09-23T18:53:23.120000Z"
        );
        assert_eq!(
            point.format(TimestampFormat::HttpDate),
            "Wed, 23 Sep 2015 18:53:23 GMT"
        );
        assert_eq!(point.format(TimestampFormat::EpochSeconds), "1443034403.12");
        let http = Timestamp::parse("Wed, 23 Sep 2015 18:53:23 GMT");
        assert_eq!(http, Some(Timestamp::new(1_443_034_403, 0)));
    }

    #[test]
    fn text_and_back() {
        let point = Timestamp::new(1_443_034_403, 120_000_000);
        assert_eq!(point.to_string(), "2015-09-23T18:53:23.120000Z");
        assert_eq!(point.to_string().parse(), Ok(point));
        assert_eq!("soon".parse::<Timestamp>(), Err(ParseTimestampError));
        let beyond = Timestamp::new(253_402_300_800, 0);
        assert_eq!(beyond.to_string().parse(), Ok(beyond));
        assert_eq!(SystemTime::try_from(point).map(Timestamp::from), Ok(point));
        assert!(SystemTime::try_from(beyond).is_err());
    }

    #[test]
    fn forms_of_services_and_people() {
        let today = Timestamp::new(1_795_824_000, 0); // 2026-11-28
        let read = |text: &str| {
            let Written { point, offset } = Written::read(text, Some(today))?;
            let offset = offset.map_or_else(String::new, |offset| format!(" {offset}"));
            Some(point.format(TimestampFormat::DateTime) + &offset)
        };
        for (text, expected) in [
            ("2026-01-02", "2026-01-02T00:00:00Z"),
            ("2026-1-2", "2026-01-02T00:00:00Z"),
            ("2026/01/02", "2026-01-02T00:00:00Z"),
            ("2026.01.02", "2026-01-02T00:00:00Z"),
            ("20260102", "2026-01-02T00:00:00Z"),
            ("01/02/2026", "2026-01-02T00:00:00Z"),
            ("13/02/2026", "2026-02-13T00:00:00Z"),
            ("2026-01", "2026-01-28T00:00:00Z"),
            ("02-Jan-2026", "2026-01-02T00:00:00Z"),
            ("2 January 2026", "2026-01-02T00:00:00Z"),
            ("Jan 2, 2026", "2026-01-02T00:00:00Z"),
            ("2026 Sept 2", "2026-09-02T00:00:00Z"),
            ("Feb 2026", "2026-02-28T00:00:00Z"),
            ("Jan 2", "2026-01-02T00:00:00Z"),
            ("1 January 2026 10pm", "2026-01-01T22:00:00Z"),
            ("12am", "2026-11-28T00:00:00Z"),
            ("10:30", "2026-11-28T10:30:00Z"),
            ("10:00 AM January 1, 2026", "2026-01-01T10:00:00Z"),
            ("20260101T010203Z", "2026-01-01T01:02:03Z 0"),
            ("20260101T0102", "2026-01-01T01:02:00Z"),
            ("2026-01-01T10", "2026-01-01T10:00:00Z"),
            ("20260101010203", "2026-01-01T01:02:03Z"),
            ("2026-01-01T010203.5Z", "2026-01-01T01:02:03.500000Z 0"),
            ("2026-01-01T01:02:03,5z", "2026-01-01T01:02:03.500000Z 0"),
            (
                "2026-01-01T01:02:03.1234567891Z",
                "2026-01-01T01:02:03.123456789Z 0",
            ),
            ("2026-01-01 01:02:03 +0230", "2025-12-31T22:32:03Z 9000"),
            ("2026-01-01T01:02:03-05", "2026-01-01T06:02:03Z -18000"),
            ("2026-01-01T01:02:03+00:00", "2026-01-01T01:02:03Z 0"),
            ("2026-01-01 10:00 EST", "2026-01-01T10:00:00Z"),
            ("Thu, 01 Jan 2026 10:00:00 GMT", "2026-01-01T10:00:00Z 0"),
            ("Sun Nov  6 08:49:37 1994", "1994-11-06T08:49:37Z"),
        ] {
            assert_eq!(read(text).as_deref(), Some(expected), "{text}");
        }
        for text in [
            "",
            "soon",
            "now",
            "5",
            "2026-13-01",
            "2026-02-30",
            "2026-01-01T24:00:00",
            "2026-01-01T10:00:60Z",
            "2026-01-01Z",
            "2026-01-01T10:00:00Z[UTC]",
            "2026-W01-1",
            "13pm",
            "Jan Feb 2026",
            "2026-01-01 2026-01-01",
            "10:00 10:00",
            "+1",
            "2026-01-01T10:00:00+24",
            "2026-01-01T10:00:00+24:00",
            "2026-01-01T10:00:00-1:2000010000",
            "2026-01-01T10:00:00 Europe/Berlin",
            "2026--01",
            "1/2/3/4",
            "2026-01-01T10:00:00 est",
            "ſ",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
        assert_eq!(Timestamp::parse("Jan 2"), None, "without today");
    }

    #[test]
    fn points_beyond_the_calendar() {
        for (seconds, text) in [
            ("253402300800", "253402300800"),
            ("1775836321122", "1775836321122"),
            ("1e18", "1000000000000000000"),
        ] {
            let point = Timestamp::parse(seconds).expect("a point");
            assert_eq!(point.format(TimestampFormat::DateTime), text);
            assert_eq!(point.format(TimestampFormat::HttpDate), text);
            assert_eq!(point.written(TimestampFormat::DateTime), None);
        }
        assert_eq!(
            Timestamp::new(-62_135_596_800, 0).format(TimestampFormat::DateTime),
            "0001-01-01T00:00:00Z"
        );
        assert_eq!(
            Timestamp::new(i64::MIN, 5).written(TimestampFormat::HttpDate),
            None
        );
    }

    #[test]
    fn what_is_no_point_in_time() {
        for text in ["", "soon", "1e300", "NaN", "inf", "2015-13-01T00:00:00Z"] {
            assert_eq!(Timestamp::parse(text), None, "{text}");
        }
        assert_eq!(
            Timestamp::new(i64::MAX, 0).format(TimestampFormat::EpochSeconds),
            i64::MAX.to_string()
        );
        assert_eq!(Timestamp::from_epoch(9_223_372_036_854_775_808.0), None);
    }
}
