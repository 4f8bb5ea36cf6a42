//! Whether a new password is hard enough to guess. The text is for the edge; here are codes.

use zxcvbn::Score;

use crate::domain::Password;
use crate::error::Refusal;

/// The name of this application: the first thing that a guesser tries here.
const APPLICATION: &str = "latchkey";
/// Shorter words of a person's own occur by chance; `zxcvbn` still counts them as known to a guesser.
const PERSONAL_WORD_MIN: usize = 4;

/// Judges `password` for somebody who is called and reached by `personal` words. Takes milliseconds: not for an
/// async thread.
///
/// # Errors
/// The reason: too short, too long, personal, or easy to guess (NIST SP 800-63B: no rules of composition).
pub fn judge(password: &Password, personal: &[&str]) -> Result<(), Refusal> {
    let typed = password.expose();
    if typed.chars().count() < Password::MIN {
        return Err(Refusal::PasswordShort);
    }
    if password.is_too_long() {
        return Err(Refusal::PasswordLong);
    }
    let lower = typed.to_lowercase();
    let words = personal.iter().map(|word| word.to_lowercase()).chain([APPLICATION.to_owned()]);
    let known = words.filter(|word| !word.is_empty()).collect::<Vec<_>>();
    if known.iter().any(|word| word.len() >= PERSONAL_WORD_MIN && lower.contains(word)) {
        return Err(Refusal::PasswordPersonal);
    }
    let inputs = known.iter().map(String::as_str).collect::<Vec<_>>();
    if zxcvbn::zxcvbn(typed, &inputs).score() < Score::Three { Err(Refusal::PasswordEasy) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judged(password: &str) -> Result<(), Refusal> {
        judge(&Password::from(password), &["ada.lovelace", "countess", "bo"])
    }

    #[test]
    fn refuses_with_the_reason() {
        assert_eq!(judged("kX9#q2L"), Err(Refusal::PasswordShort));
        assert_eq!(judged(&"kX9#".repeat(33)), Err(Refusal::PasswordLong));
        for easy in ["password", "12345678", "iloveyou1", "qwertyuiop", "aaaaaaaaaaaa"] {
            assert_eq!(judged(easy), Err(Refusal::PasswordEasy), "{easy}");
        }
        for personal in ["Ada.Lovelace-1815-xyz", "my countess of 1815", "LATCHKEY-wolf-84-tin"] {
            assert_eq!(judged(personal), Err(Refusal::PasswordPersonal), "{personal}");
        }
    }

    #[test]
    fn asks_for_no_kind_of_character() {
        for good in ["tin wolf orbit cave", "8461937205518264", "🙂🐺🚀🌋🍵🎻🧭🪁🦊", "żółć gęślą jaźń dwa"]
        {
            assert_eq!(judged(good), Ok(()), "{good}");
        }
    }
}
