//! Addresses of pages.

use std::fmt::Write as _;

/// Returns the address of a user's page.
pub fn of_user(user_id: &str) -> String {
    format!("/users/{}", encoded(user_id))
}

/// Returns the address where events of a user are tried out.
pub fn of_trial(user_id: &str) -> String {
    format!("/predict?user_id={}", encoded(user_id))
}

/// Writes a text as a part of an address.
pub fn encoded(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            write!(encoded, "%{byte:02X}").expect("a text takes everything");
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_one_part_of_an_address_whatever_it_contains() {
        assert_eq!(of_user("ann"), "/users/ann");
        assert_eq!(of_user("arn:aws:iam::1:role/a b?"), "/users/arn%3Aaws%3Aiam%3A%3A1%3Arole%2Fa%20b%3F");
        assert_eq!(of_trial("ä&b"), "/predict?user_id=%C3%A4%26b");
    }
}
