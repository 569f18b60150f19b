//! Points in time as services and people write them.
//!
//! The grammar, where words are of any case, and blanks and commas separate:
//!
//! - a date: `2026-01-02`, `2026/01/02`, `20260102`, `01/02/2026` (month first, unless it is above
//!   12), `02-Jan-2026`, `2 January 2026`, `Jan 2 2026`; a weekday is allowed anywhere. Missing
//!   parts are taken from today.
//! - a time of day: `10:20`, `10:20:30.5`, `10pm`, after a date with a `T` between also `102030`,
//!   `1020` and `10`;
//! - an offset after it: `Z`, `UTC`, `GMT`, `+01:00`, `-0500`, `+1`. The short names of other zones
//!   mean different offsets to different people, and are passed over, as the AWS CLI does.

use super::Timestamp;
use time::{Date, Month, PrimitiveDateTime, Time};

/// A point in time as it was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Written {
    /// The point; in UTC when no offset was written.
    pub point: Timestamp,
    /// The offset from UTC in seconds, if one was written.
    pub offset: Option<i32>,
}

impl Written {
    /// Reads a text. `today` completes a date; without it a date has to be complete.
    pub fn read(text: &str, today: Option<Timestamp>) -> Option<Self> {
        let mut reader = Reader {
            rest: text.trim(),
            ..Reader::default()
        };
        while !reader.rest.is_empty() {
            reader.part()?;
        }
        reader.finish(today)
    }
}

const MONTHS: [&str; 12] = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
];

const WEEKDAYS: [&str; 7] = [
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
];

/// Which of the names a word is, in full or by its first three letters, counted from 1.
fn named(word: &str, names: &[&str]) -> Option<u8> {
    let at = names.iter().position(|name| {
        *name == word || name.get(..3) == Some(word) || word == "sept" && *name == "september"
    });
    at.and_then(|at| u8::try_from(at + 1).ok())
}

#[derive(Default)]
struct Reader<'t> {
    rest: &'t str,
    year: Option<i32>,
    month: Option<u8>,
    day: Option<u8>,
    hour: Option<u8>,
    minute: u8,
    second: u8,
    nanos: u32,
    offset: Option<i32>,
    /// A `T` came last, so that a time of day follows.
    expects_time: bool,
}

/// Sets a value; fails if it is set already.
fn set<T>(place: &mut Option<T>, value: T) -> Option<()> {
    if place.is_some() {
        return None;
    }
    *place = Some(value);
    Some(())
}

impl<'t> Reader<'t> {
    /// Takes the characters for which `takes` holds.
    fn take(&mut self, takes: impl Fn(char) -> bool) -> &'t str {
        let end = self.rest.find(|c| !takes(c)).unwrap_or(self.rest.len());
        let (taken, rest) = self.rest.split_at(end);
        self.rest = rest;
        taken
    }

    fn digits(&mut self) -> &'t str {
        self.take(|c| c.is_ascii_digit())
    }

    /// Takes one of these characters.
    fn one(&mut self, of: &[char]) -> Option<char> {
        let first = self
            .rest
            .chars()
            .next()
            .filter(|first| of.contains(first))?;
        self.rest = self.rest.get(first.len_utf8()..)?;
        Some(first)
    }

    /// Takes the next part of the text, whatever it is.
    fn part(&mut self) -> Option<()> {
        match self.rest.chars().next()? {
            ' ' | '\t' | ',' => self.one(&[' ', '\t', ',']).map(|_| ()),
            '0'..='9' => self.number(),
            sign @ ('+' | '-') => self.offset(sign),
            _ => self.word(),
        }
    }

    fn number(&mut self) -> Option<()> {
        let digits = self.digits();
        let after_t = std::mem::take(&mut self.expects_time);
        let has_date = self.day.is_some();
        match self.rest.chars().next() {
            Some(':') => return self.clock(digits),
            Some('-' | '/' | '.') if !has_date && self.month.is_none() => return self.date(digits),
            _ => {}
        }
        if self
            .rest
            .trim_start()
            .get(..2)
            .is_some_and(|word| word.eq_ignore_ascii_case("am") || word.eq_ignore_ascii_case("pm"))
        {
            return set(&mut self.hour, digits.parse().ok()?);
        }
        match digits.len() {
            2 | 4 | 6 if after_t => self.compact_clock(digits),
            8 if !has_date => self.compact_date(digits),
            12 | 14 if !has_date => {
                let (date, clock) = digits.split_at(8);
                self.compact_date(date)?;
                self.compact_clock(clock)
            }
            4 => set(&mut self.year, digits.parse().ok()?),
            1 | 2 => set(&mut self.day, digits.parse().ok()?),
            _ => None,
        }
    }

    /// A date with a separator; `first` is the text before it.
    fn date(&mut self, first: &str) -> Option<()> {
        let separator = self.one(&['-', '/', '.'])?;
        let second = self.take(char::is_alphanumeric);
        let third = if self.one(&[separator]).is_some() {
            self.digits()
        } else {
            ""
        };
        let month = named(&second.to_ascii_lowercase(), &MONTHS);
        let (year, month, day) = match (first.len(), month) {
            (4, Some(month)) => (first, month, third),
            (_, Some(month)) => (third, month, first),
            (4, None) => (first, second.parse().ok()?, third),
            // Month first, unless it is above 12.
            (1 | 2, None) if first.parse().is_ok_and(|first: u8| first > 12) => {
                (third, second.parse().ok()?, first)
            }
            (1 | 2, None) => (third, first.parse().ok()?, second),
            _ => return None,
        };
        if year.len() != 4 || third.is_empty() && first.len() != 4 {
            return None;
        }
        if !day.is_empty() {
            set(&mut self.day, day.parse().ok()?)?;
        }
        set(&mut self.month, month)?;
        set(&mut self.year, year.parse().ok()?)
    }

    fn compact_date(&mut self, digits: &str) -> Option<()> {
        set(&mut self.year, digits.get(..4)?.parse().ok()?)?;
        set(&mut self.month, digits.get(4..6)?.parse().ok()?)?;
        set(&mut self.day, digits.get(6..)?.parse().ok()?)
    }

    fn compact_clock(&mut self, digits: &str) -> Option<()> {
        let pair = |at: usize| {
            digits
                .get(at..at + 2)
                .map_or(Some(0), |pair| pair.parse().ok())
        };
        set(&mut self.hour, pair(0)?)?;
        (self.minute, self.second) = (pair(2)?, pair(4)?);
        self.fraction()
    }

    fn clock(&mut self, hour: &str) -> Option<()> {
        set(&mut self.hour, hour.parse().ok()?)?;
        self.one(&[':'])?;
        self.minute = self.digits().parse().ok()?;
        if self.one(&[':']).is_some() {
            self.second = self.digits().parse().ok()?;
            self.fraction()?;
        }
        Some(())
    }

    /// A fraction of the second, which ends at nanoseconds.
    fn fraction(&mut self) -> Option<()> {
        let digit = self
            .rest
            .get(1..)
            .is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()));
        if self.one(if digit { &['.', ','] } else { &['.'] }).is_some() {
            self.nanos = format!("{:0<9.9}", self.digits()).parse().ok()?;
        }
        Some(())
    }

    fn offset(&mut self, sign: char) -> Option<()> {
        self.hour?;
        self.one(&[sign])?;
        let digits = self.digits();
        let (hours, minutes) = match digits.len() {
            1 | 2 if self.one(&[':']).is_some() => (digits, self.digits()),
            1 | 2 => (digits, "0"),
            4 => digits.split_at(2),
            _ => return None,
        };
        let hours = hours.parse::<i32>().ok().filter(|hours| *hours < 24)?;
        let minutes = minutes
            .parse::<i32>()
            .ok()
            .filter(|minutes| *minutes < 60)?;
        let seconds = hours * 3600 + minutes * 60;
        set(
            &mut self.offset,
            if sign == '-' { -seconds } else { seconds },
        )
    }

    fn word(&mut self) -> Option<()> {
        let word = self.take(char::is_alphabetic);
        let lower = word.to_ascii_lowercase();
        match lower.as_str() {
            "" => None,
            "t" if self.day.is_some() && self.hour.is_none() => {
                self.expects_time = true;
                Some(())
            }
            "z" | "utc" | "gmt" if self.hour.is_some() => set(&mut self.offset, 0),
            "am" | "pm" => {
                let hour = self.hour.as_mut().filter(|hour| (1..=12).contains(*hour))?;
                *hour = *hour % 12 + if lower == "pm" { 12 } else { 0 };
                Some(())
            }
            _ => match (named(&lower, &MONTHS), named(&lower, &WEEKDAYS)) {
                (Some(month), _) => set(&mut self.month, month),
                (None, Some(_)) => Some(()),
                // The name of a zone.
                _ => (self.hour.is_some() && self.offset.is_none() && is_zone(word)).then_some(()),
            },
        }
    }

    fn finish(self, today: Option<Timestamp>) -> Option<Written> {
        let has_date = self.year.is_some() || self.month.is_some();
        if !has_date && (self.hour.is_none() || self.day.is_some()) {
            return None;
        }
        let today = || today.and_then(|today| time::OffsetDateTime::try_from(today).ok());
        let month = self.month.map_or_else(
            || Some(today()?.month()),
            |month| Month::try_from(month).ok(),
        )?;
        let year = self.year.or_else(|| Some(today()?.year()))?;
        // Today's day, or the last of a shorter month.
        let day = self
            .day
            .or_else(|| Some(today()?.day().min(month.length(year))))?;
        let date = Date::from_calendar_date(year, month, day).ok()?;
        let clock =
            Time::from_hms_nano(self.hour.unwrap_or(0), self.minute, self.second, self.nanos)
                .ok()?;
        let seconds = PrimitiveDateTime::new(date, clock)
            .assume_utc()
            .unix_timestamp();
        let point = Timestamp::new(seconds - i64::from(self.offset.unwrap_or(0)), self.nanos);
        Some(Written {
            point,
            offset: self.offset,
        })
    }
}

/// Whether a word looks like a zone's name: `EST`.
fn is_zone(word: &str) -> bool {
    (3..=5).contains(&word.len()) && word.bytes().all(|byte| byte.is_ascii_uppercase())
}
