//! Durations with a unit.

use super::SettingError;

/// Parses `90s`, `15m`, `12h` or `30d` into seconds; at least one.
pub(super) fn seconds(name: &'static str, text: &str) -> Result<i64, SettingError> {
    let wrong = || SettingError::new(name, "is not a duration; write it like 90s, 15m, 12h or 30d");
    let unit = text.chars().last().ok_or_else(wrong)?;
    let factor = match unit {
        's' => 1,
        'm' => 60,
        'h' => 3_600,
        'd' => 86_400,
        _ => return Err(wrong()),
    };
    let number =
        text.strip_suffix(unit).filter(|digits| digits.bytes().all(|byte| byte.is_ascii_digit())).ok_or_else(wrong)?;
    // At most ten years: enough for everyone, and sums of seconds can't overflow.
    let count = number
        .parse::<i64>()
        .ok()
        .and_then(|count| count.checked_mul(factor))
        .filter(|seconds| (1..=315_360_000).contains(seconds));
    count.ok_or_else(wrong)
}
