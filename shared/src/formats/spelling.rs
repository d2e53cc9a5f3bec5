//! The spelling of names of fields and columns, of which letter case and punctuation do not matter.

/// Returns whether `name` is `letters`, in lower case without punctuation, but for letter case and punctuation.
pub(super) fn is_spelt(name: &str, letters: &str) -> bool {
    letters_of(name).eq(letters.bytes())
}

/// Returns whether `name` begins with `letters`, but for letter case and punctuation.
pub(super) fn begins(name: &str, letters: &str) -> bool {
    let mut found = letters_of(name);
    letters.bytes().all(|letter| found.next() == Some(letter))
}

/// Returns whether two names are the same but for letter case and punctuation.
pub(super) fn is_same(name: &str, other: &str) -> bool {
    letters_of(name).eq(letters_of(other))
}

fn letters_of(name: &str) -> impl Iterator<Item = u8> {
    name.bytes().filter(u8::is_ascii_alphanumeric).map(|letter| letter.to_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letter_case_and_punctuation_do_not_matter() {
        for name in ["userIdentity.arn", "user_identity arn", "USERIDENTITYARN", "@user-identity/arn"] {
            assert!(is_spelt(name, "useridentityarn") && begins(name, "useridentity"), "{name}");
        }
        assert!(!is_spelt("userIdentity", "useridentityarn") && !begins("user", "useridentity"));
    }
}
