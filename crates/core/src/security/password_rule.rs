//! Strength rule for new passwords. Returns codes; texts are added where errors are shown.

use zxcvbn::Score;

use latchkey_types::FieldError;
use latchkey_types::Password;

/// Minimum length of a personal word, in bytes. Shorter ones occur in passwords by chance; `zxcvbn` still takes them
/// into account.
const PERSONAL_WORD_MIN: usize = 4;

/// Validates a new password: neither too short nor too long, not personal, not easy to guess. No rules about kinds of
/// characters (NIST SP 800-63B).
///
/// `personal` contains the words that an attacker would try first: username, email address, name of the application.
///
/// Takes milliseconds of CPU time, so it must not run on an async thread.
pub fn validate(password: &Password, personal: &[&str]) -> Result<(), FieldError> {
    let typed = password.expose();
    if typed.chars().count() < Password::MIN {
        return Err(FieldError::PasswordShort);
    }
    if password.is_too_long() {
        return Err(FieldError::PasswordLong);
    }
    let lower = typed.to_lowercase();
    let words = personal.iter().map(|word| word.to_lowercase());
    let known = words.filter(|word| !word.is_empty()).collect::<Vec<_>>();
    if known.iter().any(|word| word.len() >= PERSONAL_WORD_MIN && lower.contains(word)) {
        return Err(FieldError::PasswordPersonal);
    }
    let inputs = known.iter().map(String::as_str).collect::<Vec<_>>();
    if zxcvbn::zxcvbn(typed, &inputs).score() < Score::Three { Err(FieldError::PasswordEasy) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn validated(password: &str) -> Result<(), FieldError> {
        validate(&Password::from(password), &["ada.lovelace", "countess", "bo", "Latchkey"])
    }

    #[test]
    fn refuses_with_the_reason() {
        assert_eq!(validated("kX9#q2L"), Err(FieldError::PasswordShort));
        assert_eq!(validated(&"kX9#".repeat(33)), Err(FieldError::PasswordLong));
        for easy in ["password", "12345678", "iloveyou1", "qwertyuiop", "aaaaaaaaaaaa"] {
            assert_eq!(validated(easy), Err(FieldError::PasswordEasy), "{easy}");
        }
        for personal in ["Ada.Lovelace-1815-xyz", "my countess of 1815", "LATCHKEY-wolf-84-tin"] {
            assert_eq!(validated(personal), Err(FieldError::PasswordPersonal), "{personal}");
        }
    }

    #[test]
    fn asks_for_no_kind_of_character() {
        for good in ["tin wolf orbit cave", "8461937205518264", "🙂🐺🚀🌋🍵🎻🧭🪁🦊", "żółć gęślą jaźń dwa"]
        {
            assert_eq!(validated(good), Ok(()), "{good}");
        }
    }
}
