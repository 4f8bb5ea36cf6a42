//! The file `.env`: one literal `NAME=VALUE` per line.

use std::fs;
use std::io::ErrorKind;
use std::path::Path;

use super::SettingError;

/// The lines of `.env`, in order.
pub(super) type EnvFile = Vec<(String, String)>;

/// Reads a file; a missing one is empty.
pub(super) fn read(path: &Path) -> Result<EnvFile, SettingError> {
    match fs::read(path) {
        Ok(bytes) => parse(&bytes),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(EnvFile::new()),
        Err(error) => Err(SettingError::new(".env", format!("cannot be read: {error}"))),
    }
}

/// Parses the content of a file. Values are literal: `$`, `#` and `\` have no special meaning. One pair of quotes around
/// a value is removed. Errors name the line and, if it has one, the name; never the value.
pub(super) fn parse(bytes: &[u8]) -> Result<EnvFile, SettingError> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let mut lines = EnvFile::new();
    for (number, line) in (1..).zip(bytes.split(|&byte| byte == b'\n')) {
        let line = line.trim_ascii();
        if line.is_empty() || line.starts_with(b"#") {
            continue;
        }
        let wrong = |problem: &str| SettingError::new(format!(".env line {number}"), problem);
        let (name, value) = split(line).ok_or_else(|| wrong("is not NAME=VALUE"))?;
        let value = std::str::from_utf8(value).map_err(|_| wrong(&format!("the value of {name} is not UTF-8")))?;
        lines.push((name.to_owned(), unquoted(value.trim()).to_owned()));
    }
    Ok(lines)
}

/// The name and the value of a line.
fn split(line: &[u8]) -> Option<(&str, &[u8])> {
    let at = line.iter().position(|&byte| byte == b'=')?;
    let name = std::str::from_utf8(&line[..at]).ok()?.trim();
    let name = name.strip_prefix("export").filter(|rest| rest.starts_with([' ', '\t'])).map_or(name, str::trim);
    let is_name = !name.is_empty()
        && !name.starts_with(|first: char| first.is_ascii_digit())
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    is_name.then_some((name, &line[at + 1..]))
}

fn unquoted(value: &str) -> &str {
    let quoted = |quote| value.strip_prefix(quote).and_then(|rest| rest.strip_suffix(quote));
    quoted('"').or_else(|| quoted('\'')).unwrap_or(value)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may fail by it")]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn one(line: &str) -> (String, String) {
        let [line] = <[_; 1]>::try_from(parse(line.as_bytes()).unwrap()).unwrap();
        line
    }

    #[test]
    fn a_value_is_literal_to_the_end_of_its_line() {
        for (line, value) in [
            ("A=b", "b"),
            ("A=", ""),
            ("A=kX9q2$HOME#Lw7\\n${x}`y`", "kX9q2$HOME#Lw7\\n${x}`y`"),
            ("A=b # no comment", "b # no comment"),
            ("A=Latchkey <noreply@localhost>", "Latchkey <noreply@localhost>"),
            ("A='single # quotes'", "single # quotes"),
            ("A=\"double quotes\"", "double quotes"),
            ("A='it''s'", "it''s"),
            ("A='open", "'open"),
            ("A='", "'"),
            ("A=b=c==", "b=c=="),
            ("  A \t=  b  \t", "b"),
            ("export A=b", "b"),
            ("export\tA=b", "b"),
            ("\u{feff}A=b", "b"),
            ("A=b\r", "b"),
            ("# comment\n\n  # another\nA=b\n", "b"),
        ] {
            assert_eq!(one(line), ("A".to_owned(), value.to_owned()), "{line:?}");
        }
        assert_eq!(one("exportA=b").0, "exportA");
    }

    #[test]
    fn an_error_names_line_and_name_and_never_the_value() {
        for (text, error) in [
            ("A=b\nJWT_SECRET hunter2", ".env line 2: is not NAME=VALUE"),
            ("hunter2", ".env line 1: is not NAME=VALUE"),
            ("\n\nhunter2$!=x", ".env line 3: is not NAME=VALUE"),
            ("=hunter2", ".env line 1: is not NAME=VALUE"),
            ("1A=hunter2", ".env line 1: is not NAME=VALUE"),
        ] {
            assert_eq!(parse(text.as_bytes()).unwrap_err().to_string(), error, "{text:?}");
        }
        let error = parse(b"A=b\r\nJWT_SECRET=hunter2\xff").unwrap_err().to_string();
        assert_eq!(error, ".env line 2: the value of JWT_SECRET is not UTF-8");
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_without_a_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = parse(&bytes);
        }

        #[test]
        fn any_value_without_surrounding_quotes_or_blanks_comes_back(value in "[!#-&(-~]([ -~]{0,40}[!#-&(-~])?") {
            prop_assert_eq!(one(&format!("A={value}")).1, value);
        }

        #[test]
        fn any_line_in_quotes_comes_back(value in "[^\n]{0,40}", quote in "['\"]") {
            prop_assert_eq!(one(&format!("A={quote}{value}{quote}")).1, value);
        }

        #[test]
        fn no_error_repeats_what_is_no_name(secret in "[a-z0-9]{12,20}", separator in "[ :!$-]", end in "=?") {
            let error = parse(format!("A=b\nJWT{separator}{secret}{end}").as_bytes()).unwrap_err().to_string();
            prop_assert_eq!(error, ".env line 2: is not NAME=VALUE");
        }
    }
}
