//! Addresses of pages.

use std::fmt::Write as _;

use jiff::Timestamp;
use shared::severity::Severity;

use crate::page_types::{HistoryPlace, TimelineQuery, UserQuery};

/// Returns the address of a user's page.
pub fn of_user(user_id: &str) -> String {
    format!("/users/{}", encoded(user_id))
}

/// Returns the address of a page of the list of users.
pub fn of_users(query: &UserQuery) -> String {
    let UserQuery { search, order, level, kind, page } = query;
    let (search, level) = (encoded(search), level.map_or("", Severity::name));
    format!("/users?search={search}&level={level}&kind={}&by={}&page={page}", kind.name(), order.name())
}

/// Returns the address of an event on its user's page.
pub fn of_event(user_id: &str, time: Timestamp) -> String {
    format!("/users/{}?at={}", encoded(user_id), encoded(&time.to_string()))
}

/// Returns the address of a page of a user's history.
pub fn of_history(user_id: &str, query: &TimelineQuery) -> String {
    let show: &'static str = query.show.into();
    let before = query.before.map(|HistoryPlace { time_ms, sequence }| format!("&before={time_ms}-{sequence}"));
    format!("/users/{}?show={show}{}", encoded(user_id), before.unwrap_or_default())
}

/// Reads a place in a user's history from its text in an address.
pub fn history_place(text: &str) -> Option<HistoryPlace> {
    let (time_ms, sequence) = text.rsplit_once('-')?;
    Some(HistoryPlace { time_ms: time_ms.parse().ok()?, sequence: sequence.parse().ok()? })
}

/// Returns the address where events of a user are tried out.
pub fn of_trial(user_id: &str) -> String {
    format!("/predict?user_id={}", encoded(user_id))
}

/// Returns the address of the form in which people sign in, which leads on to the page `next`.
pub fn sign_in(next: &str, was_wrong: bool) -> String {
    let wrong = if was_wrong { "&wrong=yes" } else { "" };
    format!("/login?next={}{wrong}", encoded(next))
}

/// Returns the path of the page `/account` with the outcome of a change of password, which the page reports.
pub fn account(outcome: &str) -> String {
    format!("/account?password={}", encoded(outcome))
}

/// Returns the address of the queue of alerts in a state, after an alert.
pub fn alerts(state: &str, after: Option<&str>) -> String {
    let after = after.map(|after| format!("&after={}", encoded(after))).unwrap_or_default();
    format!("/alerts?state={}{after}", encoded(state))
}

/// Returns the address of an alert's page, which reports the outcome of an act if there is one.
pub fn of_alert(id: &str, outcome: &str) -> String {
    let outcome = if outcome.is_empty() { String::new() } else { format!("?outcome={}", encoded(outcome)) };
    format!("/alerts/{}{outcome}", encoded(id))
}

/// Percent-encodes a text, so that it is one part of an address.
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
    use crate::page_types::Shown;

    #[test]
    fn an_id_is_one_part_of_an_address_whatever_it_contains() {
        assert_eq!(of_user("ann"), "/users/ann");
        assert_eq!(of_user("arn:aws:iam::1:role/a b?"), "/users/arn%3Aaws%3Aiam%3A%3A1%3Arole%2Fa%20b%3F");
        let time = Timestamp::UNIX_EPOCH;
        assert_eq!(of_event("ann", time), "/users/ann?at=1970-01-01T00%3A00%3A00Z");
        assert_eq!(of_trial("ä&b"), "/predict?user_id=%C3%A4%26b");
    }

    #[test]
    fn a_page_of_users_has_its_filters_in_its_address() {
        let query =
            UserQuery { search: "a b".to_owned(), level: Some(Severity::High), page: 2, ..UserQuery::default() };
        assert_eq!(of_users(&query), "/users?search=a%20b&level=high&kind=any&by=risk&page=2");
    }

    #[test]
    fn a_place_in_a_history_is_found_again_by_its_address() {
        let place = HistoryPlace { time_ms: -5, sequence: 7 };
        let query = TimelineQuery { show: Shown::Notable, before: Some(place) };
        assert_eq!(of_history("ann", &query), "/users/ann?show=notable&before=-5-7");
        assert_eq!(["-5-7", "5", "x-1"].map(history_place), [Some(place), None, None]);
    }

    #[test]
    fn the_form_keeps_the_page_that_was_asked_for() {
        assert_eq!(sign_in("/predict?user_id=a b", true), "/login?next=%2Fpredict%3Fuser_id%3Da%20b&wrong=yes");
    }
}
