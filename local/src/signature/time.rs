//! The time of signing.

use std::time::SystemTime;

use http::HeaderMap;
use http::header::DATE;
use opsmith_runtime::timestamp::Timestamp;
use time::format_description::well_known::Rfc2822;
use time::{OffsetDateTime, UtcOffset};

use super::{ALLOWED_SKEW, SignatureError, X_AMZ_DATE, incomplete, single};

/// When a request says that it was signed.
pub(super) struct SigningTime {
    /// The header that says so.
    pub(super) header: &'static str,
    pub(super) time: OffsetDateTime,
    /// The time as `YYYYMMDDTHHMMSSZ`.
    pub(super) text: String,
}

impl SigningTime {
    pub(super) fn from_headers(headers: &HeaderMap) -> Result<Self, SignatureError> {
        let (header, time) = if let Some(text) = single(headers, X_AMZ_DATE)? {
            (X_AMZ_DATE, basic_time(text))
        } else if let Some(text) = single(headers, DATE.as_str())? {
            ("date", basic_time(text).or_else(|| http_time(text)))
        } else {
            return Err(incomplete(
                "the request requires the header 'x-amz-date' or 'date'".to_owned(),
            ));
        };
        match time {
            Some(time) => Ok(Self {
                header,
                time,
                text: basic_text(time),
            }),
            None => Err(incomplete(format!(
                "the header '{header}' must have the form YYYYMMDDTHHMMSSZ"
            ))),
        }
    }

    pub(super) fn check_skew(&self, now: SystemTime) -> Result<(), SignatureError> {
        let now = OffsetDateTime::from(now);
        let text = &self.text;
        let clock = basic_text(now);
        let minutes = ALLOWED_SKEW.as_secs() / 60;
        let skew = time::Duration::try_from(ALLOWED_SKEW).unwrap_or(time::Duration::MAX);
        let earliest = now.saturating_sub(skew);
        let latest = now.saturating_add(skew);
        let message = if self.time < earliest {
            let earliest = basic_text(earliest);
            format!(
                "Signature expired: {text} is now earlier than {earliest} ({clock} - {minutes} min.)"
            )
        } else if self.time > latest {
            let latest = basic_text(latest);
            format!(
                "Signature not yet current: {text} is still later than {latest} ({clock} + {minutes} min.)"
            )
        } else {
            return Ok(());
        };
        Err(SignatureError::InvalidSignature(message))
    }
}

/// A time such as `20260131T235959Z`.
fn basic_time(text: &str) -> Option<OffsetDateTime> {
    let time = OffsetDateTime::try_from(Timestamp::parse(text)?).ok()?;
    (basic_text(time) == text).then_some(time)
}

/// A time such as `Sat, 31 Jan 2026 23:59:59 GMT`.
fn http_time(text: &str) -> Option<OffsetDateTime> {
    let time = OffsetDateTime::parse(text, &Rfc2822).ok()?;
    time.checked_to_offset(UtcOffset::UTC)
}

fn basic_text(time: OffsetDateTime) -> String {
    let year = time.year();
    let month = u8::from(time.month());
    let day = time.day();
    let (hour, minute, second) = time.to_hms();
    format!("{year:04}{month:02}{day:02}T{hour:02}{minute:02}{second:02}Z")
}
