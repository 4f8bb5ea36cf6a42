//! Strength rule for new passwords. Returns codes; texts are added where errors are shown.

use zxcvbn::Score;

use super::common_passwords;
use latchkey_types::FieldError;
use latchkey_types::Password;

/// Minimum length of a personal word, in bytes. Shorter ones occur in passwords by chance; `zxcvbn` still takes them
/// into account.
const PERSONAL_WORD_MIN: usize = 4;

/// Maximum length of a text that `zxcvbn` estimates, in characters. Its time grows fast with the number of different characters
/// that can stand for letters: at 20 it takes a few milliseconds at most, at 100 more than half a second.
const ESTIMATED_MAX: usize = 20;

/// Checks what takes no time: the length, personal words, and the most common passwords. No rules about kinds of characters (NIST SP 800-63B).
///
/// `personal` contains the words that an attacker would try first: username, email address, name of the application.
///
/// # Errors
/// The first reason to refuse the password.
pub fn check(password: &Password, personal: &[&str]) -> Result<(), FieldError> {
    let typed = password.expose();
    if typed.chars().count() < Password::MIN {
        return Err(FieldError::PasswordShort);
    }
    if password.is_too_long() {
        return Err(FieldError::PasswordLong);
    }
    let lower = typed.to_lowercase();
    if known(personal).iter().any(|word| word.len() >= PERSONAL_WORD_MIN && lower.contains(word)) {
        return Err(FieldError::PasswordPersonal);
    }
    if common_passwords::contains(typed) { Err(FieldError::PasswordEasy) } else { Ok(()) }
}

/// Estimates whether a password that passed [`check`] is easy to guess: whether `zxcvbn` rates it under 3. Of a long one, the
/// begin or the end has to be good enough.
///
/// Takes milliseconds of CPU time, so it must not run on an async thread.
///
/// # Errors
/// [`FieldError::PasswordEasy`].
pub fn estimate(password: &Password, personal: &[&str]) -> Result<(), FieldError> {
    let typed = password.expose();
    let known = known(personal);
    let inputs = known.iter().map(|word| start(word, ESTIMATED_MAX)).collect::<Vec<_>>();
    let is_good = |text: &str| zxcvbn::zxcvbn(text, &inputs).score() >= Score::Three;
    let is_hard =
        is_good(start(typed, ESTIMATED_MAX)) || is_longer(typed, ESTIMATED_MAX) && is_good(end(typed, ESTIMATED_MAX));
    if is_hard { Ok(()) } else { Err(FieldError::PasswordEasy) }
}

/// The personal words in lower case.
fn known(personal: &[&str]) -> Vec<String> {
    personal.iter().map(|word| word.to_lowercase()).filter(|word| !word.is_empty()).collect()
}

/// The first characters of a text.
fn start(text: &str, count: usize) -> &str {
    text.char_indices().nth(count).map_or(text, |(index, _)| &text[..index])
}

/// The last characters of a text.
fn end(text: &str, count: usize) -> &str {
    text.char_indices().nth_back(count - 1).map_or(text, |(index, _)| &text[index..])
}

fn is_longer(text: &str, count: usize) -> bool {
    text.chars().nth(count).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn validated(password: &str) -> Result<(), FieldError> {
        let (password, personal) = (Password::from(password), ["ada.lovelace", "countess", "bo", "Latchkey"]);
        check(&password, &personal).and_then(|()| estimate(&password, &personal))
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
    fn common_passwords_are_refused_although_zxcvbn_likes_them() {
        for common in ["nEMvXyHeqDd5OQxyXYZI", "Cnthdjxrf", "bmvm3e46gtr"] {
            let is_common = common_passwords::contains(common);
            assert_eq!((is_common, validated(common)), (true, Err(FieldError::PasswordEasy)), "{common}");
        }
    }

    #[test]
    fn of_a_long_password_either_end_is_enough() {
        let good = "kX9#q2Lw8vTz";
        for long in [format!("{good}{}", "a".repeat(80)), format!("{}{good}", "a".repeat(80)), good.repeat(8)] {
            assert_eq!(validated(&long), Ok(()), "{long}");
        }
        for easy in ["a".repeat(100), "password".repeat(15), "12345".repeat(20)] {
            assert_eq!(validated(&easy), Err(FieldError::PasswordEasy), "{easy}");
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
