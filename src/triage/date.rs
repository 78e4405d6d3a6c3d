//! Days, for suppressions that end on one.

use std::fmt;
use std::time::{SystemTime, UNIX_EPOCH};

/// A day of the Gregorian calendar, in UTC.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Date {
    year: i64,
    month: u32,
    day: u32,
}

impl Date {
    /// Reads `YYYY-MM-DD`; `None` for anything else, and for days that no calendar has.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let digits = |part: &str, len: usize| {
            let is_number = part.len() == len && part.bytes().all(|byte| byte.is_ascii_digit());
            is_number.then(|| part.parse::<u32>().ok())?
        };
        let mut parts = text.split('-');
        let (year, month, day) = (digits(parts.next()?, 4)?, digits(parts.next()?, 2)?, digits(parts.next()?, 2)?);
        let year = i64::from(year);
        let exists = parts.next().is_none() && (1..=days_of(year, month)?).contains(&day);
        exists.then_some(Self { year, month, day })
    }

    /// The day so many days after 1 January 1970 (H. Hinnant, "chrono-Compatible Low-Level Date Algorithms").
    #[must_use]
    pub fn of_unix_days(days: u64) -> Self {
        let days = i64::try_from(days).unwrap_or(i64::MAX / 2) + 719_468;
        let (era, of_era) = (days / 146_097, days % 146_097);
        let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
        let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let shifted = (5 * of_year + 2) / 153;
        let small = |number: i64| u32::try_from(number).unwrap_or(1);
        let month = small(if shifted < 10 { shifted + 3 } else { shifted - 9 });
        let day = small(of_year - (153 * shifted + 2) / 5 + 1);
        Self { year: year_of_era + era * 400 + i64::from(month <= 2), month, day }
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }
}

fn days_of(year: i64, month: u32) -> Option<u32> {
    let is_leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    Some(match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 if is_leap => 29,
        2 => 28,
        _ => return None,
    })
}

/// What day it is. The system's clock is only asked where something ends on a day.
#[derive(Clone, Copy, Debug, Default)]
pub struct Clock {
    /// The day that counts as today; the system's where `None`.
    pub given: Option<Date>,
}

impl Clock {
    /// Today.
    #[must_use]
    pub fn today(self) -> Date {
        self.given.unwrap_or_else(|| {
            let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
            Date::of_unix_days(since.as_secs() / 86_400)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::Date;

    #[test]
    fn days_are_read_and_counted() {
        assert_eq!(Date::of_unix_days(0).to_string(), "1970-01-01");
        assert_eq!(Date::of_unix_days(19_782).to_string(), "2024-02-29");
        assert_eq!(Date::of_unix_days(20_819).to_string(), "2027-01-01");
        assert_eq!(Date::parse("2024-02-29"), Some(Date::of_unix_days(19_782)));
    }

    #[test]
    fn days_that_no_calendar_has_are_none() {
        for text in ["2026-02-29", "2026-13-01", "2026-00-10", "2026-1-1", "2026-01-01-01", "01.02.2026", ""] {
            assert_eq!(Date::parse(text), None, "{text}");
        }
    }
}
