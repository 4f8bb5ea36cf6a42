//! Removal of invisible characters around input.

/// Removes white space and invisible characters around a name or an email address.
///
/// Copied text often contains them, such as a zero-width space or a direction mark. Nobody can see why such a name is
/// refused.
#[must_use]
pub fn trim_invisible(typed: &str) -> &str {
    typed.trim_matches(|char: char| char.is_whitespace() || is_invisible(char))
}

/// The characters without a glyph that text programs, browsers and keyboards insert, and separators of lines. Control
/// characters are not among them: around names they are refused, not removed.
#[must_use]
pub fn is_invisible(char: char) -> bool {
    matches!(
        char,
        // Soft hyphen, combining grapheme joiner, Arabic letter mark, Mongolian vowel separator.
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{180e}'
        // Zero-width characters, direction marks and direction overrides.
        | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
        // Word joiner, invisible operators, direction isolates, deprecated format characters.
        | '\u{2060}'..='\u{206f}'
        // Format characters of other scripts: Arabic, Syriac, Kaithi, hieroglyphs, shorthand, music.
        | '\u{600}'..='\u{605}' | '\u{6dd}' | '\u{70f}' | '\u{890}' | '\u{891}' | '\u{8e2}' | '\u{110bd}' | '\u{110cd}'
        | '\u{13430}'..='\u{1343f}' | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}'
        // Separators of lines and paragraphs, annotations, tags.
        | '\u{2028}' | '\u{2029}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}'
        // Variation selectors, byte order mark, fillers of Hangul, Braille blank.
        | '\u{fe00}'..='\u{fe0f}' | '\u{e0100}'..='\u{e01ef}' | '\u{feff}' | '\u{115f}' | '\u{1160}' | '\u{3164}' | '\u{ffa0}' | '\u{2800}'
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_nobody_sees_is_removed_around_a_name_and_nowhere_else() {
        for around in [
            "", " ", "\t", "\r\n", "\u{a0}", "\u{3000}", "\u{200b}", "\u{200e}", "\u{200f}", "\u{2060}", "\u{feff}",
            "\u{ad}", "\u{600}", "\u{1bca0}", "\u{1d17a}", "\u{e0100}",
        ] {
            assert_eq!(trim_invisible(&format!("{around}{around} ada{around}")), "ada", "{around:?}");
            let inside = format!("a{around}da");
            assert_eq!(trim_invisible(&inside), inside);
        }
        assert_eq!(trim_invisible("\u{200b} \u{feff}"), "");
        assert_eq!(trim_invisible("ada\0"), "ada\0");
    }
}
