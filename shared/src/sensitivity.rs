//! The sensitivity of an act: how much harm it can do.

use crate::event::{Action, Event};

/// Words in the vendor's name of an act that shares something with others.
const SHARING: [&str; 7] = ["export", "invite", "public", "publish", "publicize", "share", "shared"];

/// Returns whether an act shares or exports something, by the words in the vendor's name of it: `ShareSnapshot`,
/// `file.share`.
pub fn is_external_share(native_action: &str) -> bool {
    words(native_action).any(|word| SHARING.iter().any(|known| word.eq_ignore_ascii_case(known)))
}

/// Returns whether an event's act shares or exports something.
pub fn shares(event: &Event) -> bool {
    event.native_action.as_deref().is_some_and(is_external_share)
}

/// Returns the sensitivity of an act, from 0 for reading to [`MOST_SENSITIVE`] for changing permissions.
pub fn sensitivity(event: &Event) -> f64 {
    sensitivity_of(event.action, shares(event))
}

/// Returns the sensitivity of an act of a kind, which `shares` something with others or not.
pub fn sensitivity_of(action: Action, shares: bool) -> f64 {
    if shares {
        return 2.0;
    }
    match action {
        Action::View | Action::Login | Action::Logout => 0.0,
        Action::Upload | Action::Download => 1.0,
        Action::Delete => 2.0,
        Action::Admin => MOST_SENSITIVE,
    }
}

/// The sensitivity of administrative acts.
pub const MOST_SENSITIVE: f64 = 3.0;

/// Splits a name at characters that are no letters, and before capitals that follow small letters.
fn words(name: &str) -> impl Iterator<Item = &str> {
    let parts = name.split(|character: char| !character.is_ascii_alphabetic());
    parts.flat_map(|part| {
        let bytes = part.as_bytes();
        let starts =
            (1..bytes.len()).filter(|at| bytes[*at].is_ascii_uppercase() && bytes[*at - 1].is_ascii_lowercase());
        let ends: Vec<usize> = starts.chain([bytes.len()]).collect();
        let mut start = 0;
        ends.into_iter().map(move |end| &part[std::mem::replace(&mut start, end)..end])
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_external_share_is_recognised_by_the_words_in_its_name() {
        for act in ["share", "file.share", "ShareSnapshot", "ExportTable", "link_public"] {
            assert!(is_external_share(act), "{act}");
        }
        for act in ["modify", "shareholder.view", "PutObject", ""] {
            assert!(!is_external_share(act), "{act}");
        }
    }
}
