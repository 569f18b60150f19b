//! [`Timestamp`]: a point in time, and its three forms on the wire.

use crate::rows::TimestampFormat;
use std::time::SystemTime;
use time::OffsetDateTime;
use time::format_description::well_known::{Rfc2822, Rfc3339};

/// A point in time: whole seconds since 1970 UTC, and nanoseconds since that second.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Timestamp {
    seconds: i64,
    nanoseconds: u32,
}

impl Timestamp {
    /// The point this many seconds after 1970 UTC; nanoseconds beyond a second are cut off.
    pub const fn new(seconds: i64, nanoseconds: u32) -> Self {
        let nanoseconds = if nanoseconds > 999_999_999 { 999_999_999 } else { nanoseconds };
        Timestamp { seconds, nanoseconds }
    }

    /// The point this many seconds after 1970 UTC; none of a number that no calendar reaches.
    pub fn from_epoch(seconds: f64) -> Option<Self> {
        let whole = seconds.floor();
        // The years that RFC 3339 can write: -9999 to 9999.
        if !(-377_705_116_800.0..=253_402_300_799.0).contains(&whole) {
            return None;
        }
        // A double holds the microseconds of any such point, but not its nanoseconds.
        let micros = ((seconds - whole) * 1e6).round() as u32;
        Some(match micros {
            1_000_000.. => Timestamp::new(whole as i64 + 1, 0),
            _ => Timestamp::new(whole as i64, micros * 1_000),
        })
    }

    /// Reads RFC 3339, an HTTP date, or seconds since 1970; none of any other text.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        if let Ok(seconds) = text.parse::<f64>() {
            return Timestamp::from_epoch(seconds);
        }
        let parsed = OffsetDateTime::parse(text, &Rfc3339).or_else(|_| OffsetDateTime::parse(text, &Rfc2822));
        parsed.ok().map(Timestamp::from)
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

    /// The point in a form of the wire. A point that no calendar reaches is written as seconds, as is one before 1900 as an HTTP date.
    pub fn format(self, format: TimestampFormat) -> String {
        let date = OffsetDateTime::from(self);
        let text = match format {
            TimestampFormat::DateTime => date.format(&Rfc3339).ok(),
            TimestampFormat::HttpDate => date.format(&Rfc2822).ok().map(|text| text.replace("+0000", "GMT")),
            TimestampFormat::EpochSeconds => None,
        };
        text.unwrap_or_else(|| match self.nanoseconds {
            0 => self.seconds.to_string(),
            _ => self.epoch().to_string(),
        })
    }
}

impl From<OffsetDateTime> for Timestamp {
    fn from(date: OffsetDateTime) -> Self {
        Timestamp::new(date.unix_timestamp(), date.nanosecond())
    }
}

/// Points beyond the calendar become 1970.
impl From<Timestamp> for OffsetDateTime {
    fn from(timestamp: Timestamp) -> Self {
        let nanos = i128::from(timestamp.seconds) * 1_000_000_000 + i128::from(timestamp.nanoseconds);
        OffsetDateTime::from_unix_timestamp_nanos(nanos).unwrap_or(OffsetDateTime::UNIX_EPOCH)
    }
}

/// A moment in whole seconds, `2030-12-31T23:59:59Z`, as the AWS CLI writes it; none that is out of reach of a calendar.
pub(crate) fn iso8601(moment: SystemTime) -> Option<String> {
    let life = time::Duration::try_from(moment.duration_since(SystemTime::UNIX_EPOCH).ok()?).ok()?;
    OffsetDateTime::UNIX_EPOCH.checked_add(life)?.replace_nanosecond(0).ok()?.format(&Rfc3339).ok()
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
        for text in ["2015-09-23T18:53:23.12Z", "2015-09-23T14:53:23.12-04:00", "1443034403.12"] {
            assert_eq!(Timestamp::parse(text), Some(point), "{text}");
        }
        assert_eq!(point.format(TimestampFormat::DateTime), "2015-09-23T18:53:23.12Z");
        assert_eq!(point.format(TimestampFormat::HttpDate), "Wed, 23 Sep 2015 18:53:23 GMT");
        assert_eq!(point.format(TimestampFormat::EpochSeconds), "1443034403.12");
        let http = Timestamp::parse("Wed, 23 Sep 2015 18:53:23 GMT");
        assert_eq!(http, Some(Timestamp::new(1_443_034_403, 0)));
    }

    #[test]
    fn what_is_no_point_in_time() {
        for text in ["", "soon", "1e300", "NaN", "inf", "2015-13-01T00:00:00Z"] {
            assert_eq!(Timestamp::parse(text), None, "{text}");
        }
        assert_eq!(Timestamp::new(i64::MAX, 0).format(TimestampFormat::EpochSeconds), i64::MAX.to_string());
    }
}
