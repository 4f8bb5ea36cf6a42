//! Timestamps, formatted in UTC so that server and browser render the same text.

use serde::{Deserialize, Serialize};

/// Unix time in seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Timestamp(i64);

/// Date and time in the Gregorian calendar, UTC.
struct Civil {
    year: i64,
    /// 1 to 12.
    month: usize,
    day: i64,
    time: String,
}

impl Timestamp {
    /// Creates a timestamp from Unix time in seconds.
    #[must_use]
    pub const fn new(unix_seconds: i64) -> Self {
        Self(unix_seconds)
    }

    /// RFC 3339, such as `2026-11-24T08:15:30Z`.
    #[must_use]
    pub fn to_rfc3339(self) -> String {
        let Civil { year, month, day, time } = self.civil();
        format!("{year:04}-{month:02}-{day:02}T{time}Z")
    }

    /// Text for people, such as `24 Nov 2026, 08:15:30 UTC`.
    #[must_use]
    pub fn to_text(self) -> String {
        const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
        let Civil { year, month, day, time } = self.civil();
        let month = MONTHS.get(month.wrapping_sub(1)).copied().unwrap_or_default();
        format!("{day} {month} {year}, {time} UTC")
    }

    fn civil(self) -> Civil {
        let (days, seconds) = (self.0.div_euclid(86_400), self.0.rem_euclid(86_400));
        let time = format!("{:02}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60);
        // Howard Hinnant's `civil_from_days`: years begin in March, so that the leap day is the last day of its year.
        let days = days + 719_468;
        let era = days.div_euclid(146_097);
        let day_of_era = days.rem_euclid(146_097);
        let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let march_month = (5 * day_of_year + 2) / 153;
        let day = day_of_year - (153 * march_month + 2) / 5 + 1;
        let month = if march_month < 10 { march_month + 3 } else { march_month - 9 };
        let year = era * 400 + year_of_era + i64::from(month <= 2);
        Civil { year, month: usize::try_from(month).unwrap_or_default(), day, time }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_as_a_machine_and_as_a_person_would_write_it() {
        let at = Timestamp::new(1_795_508_130);
        assert_eq!(at.to_rfc3339(), "2026-11-24T08:15:30Z");
        assert_eq!(at.to_text(), "24 Nov 2026, 08:15:30 UTC");
    }

    #[test]
    fn knows_leap_days_and_turns_of_years() {
        let expected = [
            (0, "1970-01-01T00:00:00Z"),
            (-1, "1969-12-31T23:59:59Z"),
            (951_782_400, "2000-02-29T00:00:00Z"),
            (4_107_542_399, "2100-02-28T23:59:59Z"),
            (4_107_542_400, "2100-03-01T00:00:00Z"),
            (1_798_761_599, "2026-12-31T23:59:59Z"),
        ];
        for (seconds, text) in expected {
            assert_eq!(Timestamp::new(seconds).to_rfc3339(), text);
        }
    }
}
