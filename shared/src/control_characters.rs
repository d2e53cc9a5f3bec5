//! Characters that change how the text around them is shown: refused in ids, shown as symbols everywhere else.

use std::borrow::Cow;

/// Returns whether a text has a control character, a line or paragraph separator, or a character that overrides the
/// direction of writing, so that the text may look like another one or control a terminal.
///
/// ```
/// use shared::control_characters::controls;
///
/// assert!(controls("ann\u{202E}nimda") && controls("\u{1B}[2J") && controls("a\nb"));
/// assert!(!controls("Jürgen Müller, 東京"));
/// ```
pub fn controls(text: &str) -> bool {
    let is_plain = text.bytes().all(|byte| (b' '..=b'~').contains(&byte));
    !is_plain && text.chars().any(is_control)
}

/// Shows every character that [`controls`] the text around it as a symbol: that of Unicode's Control Pictures, else
/// U+FFFD. The number of characters stays the same.
///
/// ```
/// assert_eq!(shared::control_characters::visible("a\u{1B}[2J\n"), "a␛[2J␊");
/// ```
pub fn visible(text: &str) -> Cow<'_, str> {
    if controls(text) { text.chars().map(symbol).collect::<String>().into() } else { text.into() }
}

fn is_control(character: char) -> bool {
    let overrides = matches!(character, '\u{2028}'..='\u{202E}' | '\u{2066}'..='\u{2069}');
    overrides || character.is_control()
}

fn symbol(character: char) -> char {
    match character {
        '\0'..='\u{1F}' => char::from_u32(0x2400 + u32::from(character)).expect("a block of 32 symbols begins there"),
        '\u{7F}' => '\u{2421}',
        other if is_control(other) => char::REPLACEMENT_CHARACTER,
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_text_controls_anything_once_it_is_visible() {
        let every: String = ('\0'..=char::MAX).collect();
        let shown = visible(&every);
        assert!(controls(&every) && !controls(&shown));
        assert_eq!(shown.chars().count(), every.chars().count());
        let changed = every.chars().zip(shown.chars()).filter(|(character, shown)| character != shown).count();
        assert_eq!(changed, 65 + 7 + 4, "C0, DEL and C1; separators, embeddings and overrides; isolates");
    }

    #[test]
    fn what_people_write_stays_as_it_is() {
        for text in ["", "ann", "a/b ä", "शर्मा", "שלום\u{200F}!", "👩‍💻", "~"] {
            assert!(matches!(visible(text), Cow::Borrowed(same) if same == text), "{text}");
        }
    }
}
