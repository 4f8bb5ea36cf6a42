//! Durations as people write them.

use super::SettingError;

/// `90s`, `15m`, `12h` or `30d`, in seconds; more than none.
pub(super) fn seconds(name: &'static str, text: &str) -> Result<i64, SettingError> {
    let wrong = || SettingError::new(name, format!("{text:?} is no duration; write it like 90s, 15m, 12h or 30d"));
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
    // Ten years: enough for everybody, and far from where sums of seconds overflow.
    let count = number
        .parse::<i64>()
        .ok()
        .and_then(|count| count.checked_mul(factor))
        .filter(|seconds| (1..=315_360_000).contains(seconds));
    count.ok_or_else(wrong)
}
