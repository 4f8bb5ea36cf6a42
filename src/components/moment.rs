//! A moment, the same for every reader: in UTC, so that server and browser write the same text.

use leptos::prelude::*;

use crate::texts;

/// A moment that changes in place when `at` does.
#[component]
pub fn Moment(
    /// Seconds since 1970, UTC.
    at: Signal<i64>,
) -> impl IntoView {
    view! { <time datetime=move || Civil::at(at.get()).rfc3339()>{move || Civil::at(at.get()).text()}</time> }
}

/// A moment in the Gregorian calendar, UTC.
struct Civil {
    year: i64,
    month: usize,
    day: i64,
    time: String,
}

impl Civil {
    fn at(unix_seconds: i64) -> Self {
        let (days, seconds) = (unix_seconds.div_euclid(86_400), unix_seconds.rem_euclid(86_400));
        let time = format!("{:02}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60);
        // Howard Hinnant's civil_from_days: years begin in March, so that the leap day is the last of its year.
        let days = days + 719_468;
        let era = days.div_euclid(146_097);
        let day_of_era = days.rem_euclid(146_097);
        let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let march_month = (5 * day_of_year + 2) / 153;
        let day = day_of_year - (153 * march_month + 2) / 5 + 1;
        let month = if march_month < 10 { march_month + 3 } else { march_month - 9 };
        let year = era * 400 + year_of_era + i64::from(month <= 2);
        Self { year, month: usize::try_from(month).unwrap_or_default(), day, time }
    }

    fn rfc3339(&self) -> String {
        let Self { year, month, day, time } = self;
        format!("{year:04}-{month:02}-{day:02}T{time}Z")
    }

    fn text(&self) -> String {
        texts::moment(self.year, self.month, self.day, &self.time)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_as_a_machine_and_as_a_person_would_write_it() {
        let moment = Civil::at(1_795_508_130);
        assert_eq!(moment.rfc3339(), "2026-11-24T08:15:30Z");
        assert_eq!(moment.text(), "24 Nov 2026, 08:15:30 UTC");
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
            assert_eq!(Civil::at(seconds).rfc3339(), text);
        }
    }
}
