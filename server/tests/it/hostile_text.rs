//! Text of strangers on the pages: whatever it is, it stays text.

use app::paths::encoded;
use axum::{Router, http::StatusCode};
use serde_json::json;

use crate::{get_with, pages::session, post, router};

/// Ends every kind of text that HTML knows, and begins an element and an attribute.
const HOSTILE: &str = r#"'" onevil=1 x="></title></script></style></textarea>--><evil onevil=1>&lt;evil&#60;evil"#;

/// Posts four weeks of a user all of whose texts are hostile, and then a night that has reasons.
async fn post_hostile_events(router: &Router) {
    let event = |time: String, action: &str, text: String| {
        json!({
            "user_id": HOSTILE, "timestamp": time, "action_type": action, "resource_id": text, "location": text,
            "event_id": format!("{HOSTILE}{time}"), "native_action": text, "department": text, "role": text,
            "user_agent": text, "outcome": text, "native_outcome": text, "failed_attempts": 0,
        })
    };
    let ordinary = (1..=28).map(|day| event(format!("2024-01-{day:02}T09:00:00Z"), "view", HOSTILE.to_owned()));
    let odd =
        (10..50).map(|minute| event(format!("2024-01-29T03:{minute}:00Z"), "delete", format!("{minute}/{HOSTILE}")));
    let events: Vec<_> = ordinary.chain(odd).collect();
    let answer = post(router, "/api/batch", &json!({"instances": events})).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
    assert_eq!(answer.json()["summary"]["errors"], 0, "{}", answer.text());
}

/// Returns the names of all elements and attributes of a document.
fn names(html: &str) -> Vec<String> {
    let (mut names, mut rest) = (Vec::new(), html);
    while let Some(start) = rest.find('<') {
        rest = &rest[start + 1..];
        if let Some(comment) = rest.strip_prefix("!--") {
            rest = behind(comment, "-->");
        } else if rest.starts_with(|letter: char| letter.is_ascii_alphabetic()) {
            let (element, after) = names_of_tag(rest);
            let name = element[0].clone();
            names.extend(element);
            rest = after;
            if ["title", "script", "style", "textarea"].contains(&name.as_str()) {
                rest = &rest[rest.find(&format!("</{name}")).expect("it is closed")..];
            }
        }
    }
    names
}

/// Returns the names of the element and of its attributes, and what stands behind the tag.
fn names_of_tag(tag: &str) -> (Vec<String>, &str) {
    let (mut names, mut rest) = (Vec::new(), tag);
    loop {
        rest = rest.trim_start_matches(|letter: char| letter.is_whitespace() || letter == '/');
        if let Some(after) = rest.strip_prefix('>') {
            return (names, after);
        }
        let end = rest.find(|letter: char| letter.is_whitespace() || "/>=".contains(letter)).expect("the tag ends");
        names.push(rest[..end].to_ascii_lowercase());
        rest = match rest[end..].strip_prefix('=') {
            Some(value) if value.starts_with('"') => behind(&value[1..], "\""),
            Some(value) => &value[value.find([' ', '>']).expect("the tag ends")..],
            None => &rest[end..],
        };
    }
}

fn behind<'a>(text: &'a str, end: &str) -> &'a str {
    text.split_once(end).expect("what is opened is closed").1
}

#[test]
fn elements_and_attributes_are_found_where_a_browser_finds_them() {
    let html =
        "<!DOCTYPE html><title>a < b</title><!-- <i> --><p class=\"<b>\" hidden>1<!><br/></p><script>'<u>'</script>";
    assert_eq!(names(html), ["title", "p", "class", "hidden", "br", "script"]);
    assert!(names("<p class=\"\" onevil=1 x=\"\">").contains(&"onevil".to_owned()));
}

#[tokio::test(flavor = "multi_thread")]
async fn no_text_of_an_event_or_an_address_becomes_an_element_or_an_attribute() {
    let router = router().await;
    post_hostile_events(&router).await;
    let cookie = session(&router).await;
    let text = encoded(HOSTILE);
    let fields = ["resource_id", "location", "device_type", "data_volume_mb", "failed_attempts", "location_change"];
    let all: Vec<_> = fields.iter().map(|field| format!("{field}={text}")).collect();
    for (path, shows_it) in [
        ("/dashboard".to_owned(), true),
        (format!("/users/{text}"), true),
        (format!("/users/nobody{text}"), true),
        (format!("/predict?user_id={text}&timestamp=2024-01-30T03:00&action_type=delete"), true),
        (format!("/predict?user_id={text}&timestamp={text}&action_type={text}&{}", all.join("&")), true),
        (format!("/login?next={text}&wrong={text}"), false),
        (format!("/no/such/{text}?{text}={text}"), false),
        ("/".to_owned(), false),
    ] {
        let page = get_with(&router, &path, &[("cookie", &cookie)]).await;
        let evil: Vec<_> = names(page.text()).into_iter().filter(|name| name.contains("evil")).collect();
        assert!(evil.is_empty(), "{path}: {evil:?} in {}", page.text());
        assert!(page.text().contains("&lt;evil") || !shows_it, "{path}: {}", page.text());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn control_characters_of_an_address_and_of_an_event_are_symbols_on_pages() {
    let router = router().await;
    let event = json!({
        "user_id": "ann", "timestamp": "2024-01-15T14:30:00Z", "action_type": "view", "location": "Os\u{202E}lo\u{1B}",
    });
    assert_eq!(post(&router, "/api/predict", &event).await.status, StatusCode::OK);
    let cookie = session(&router).await;
    for (path, shown) in [("/users/ann", "Os\u{FFFD}lo␛"), ("/users/a%1B%E2%80%AEb", "User a␛\u{FFFD}b not found")]
    {
        let page = get_with(&router, path, &[("cookie", &cookie)]).await;
        assert!(page.text().contains(shown), "{path}: {}", page.text());
        assert!(!page.text().contains(['\u{1B}', '\u{202E}']), "{path}: {}", page.text());
    }
}
