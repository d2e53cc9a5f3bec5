//! Shortens texts to the limits of the fields of an event.

use std::borrow::Cow;

use crate::hash::hash;

/// The length of the hash that ends a shortened text, in characters.
const MARK: usize = 10;

/// Shortens a text of more than `max` characters to its beginning and a hash of the whole, so that different texts stay
/// different.
pub(crate) fn shorten(text: Cow<str>, max: usize) -> Cow<str> {
    let is_short = text.len() <= max || text.chars().count() <= max;
    if is_short {
        return text;
    }
    let head: String = text.chars().take(max - MARK).collect();
    let mark = u32::try_from(hash(&text, 0) >> 32).expect("half of 64 bits are 32");
    format!("{head}…#{mark:08x}").into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_that_fits_stays() {
        assert_eq!(shorten("äöü".into(), 3), "äöü");
    }

    #[test]
    fn a_longer_text_keeps_its_head_and_stays_different_from_others() {
        let [one, other] = ["x", "y"].map(|end| shorten(format!("{}{end}", "ä".repeat(300)).into(), 256));
        assert_eq!(one.chars().count(), 256);
        assert!(one.starts_with(&"ä".repeat(246)));
        assert_ne!(one, other);
    }
}
