//! A message as blocks of Slack.
//!
//! All texts are `plain_text`, in which Slack recognises neither formats nor mentions, and `&`, `<` and `>` are escaped
//! as [Slack asks](https://docs.slack.dev/messaging/formatting-message-text).

use serde_json::{Value, json};

use crate::wording::{Entry, Wording, severity_word};

/// The maximum length of a header, by Slack.
const MOST_HEADER: usize = 150;
/// The maximum length of a button's label, by Slack.
const MOST_LABEL: usize = 75;
/// The maximum length of any other text, by Slack.
const MOST_TEXT: usize = 3000;

/// Returns the body of a request to an incoming webhook.
pub(super) fn body(wording: &Wording) -> Value {
    let facts = wording.facts.iter().map(|fact| format!("{}: {}", fact.name, fact.value)).collect::<Vec<_>>();
    let reasons = wording.reasons.iter().map(|reason| format!("• {reason}")).collect::<Vec<_>>();
    let header = json!({ "type": "header", "text": plain_text(&wording.heading_with_severity(), MOST_HEADER) });
    let paragraphs = [facts.join("\n"), reasons.join("\n")].into_iter().filter(|text| !text.is_empty());
    let end = wording.more.iter().chain([&wording.advice]);
    let actions =
        wording.link.iter().map(|link| json!({ "type": "actions", "elements": [button(link.label, &link.address)] }));
    let blocks: Vec<_> = [header]
        .into_iter()
        .chain(paragraphs.map(|text| section(&text)))
        .chain(wording.entries.iter().map(entry))
        .chain(end.map(|text| section(text)))
        .chain(actions)
        .collect();
    json!({ "text": escaped(&wording.subject, MOST_TEXT), "mrkdwn": false, "blocks": blocks })
}

fn entry(entry: &Entry) -> Value {
    let mut section = section(&format!("{}: {}\n{}", severity_word(entry.severity), entry.title, entry.summary));
    if let Some(address) = &entry.address {
        section["accessory"] = button("Open", address);
    }
    section
}

fn section(text: &str) -> Value {
    json!({ "type": "section", "text": plain_text(text, MOST_TEXT) })
}

fn button(label: &str, address: &str) -> Value {
    json!({ "type": "button", "text": plain_text(label, MOST_LABEL), "url": address })
}

fn plain_text(text: &str, most_length: usize) -> Value {
    json!({ "type": "plain_text", "text": escaped(text, most_length), "emoji": false })
}

/// Escapes a text, and cuts it where it becomes too long, as Slack refuses the whole message otherwise. The length is
/// that of UTF-16, which is the longest that Slack may mean.
fn escaped(text: &str, most_length: usize) -> String {
    let mut escaped = String::new();
    let mut length = 0;
    for character in text.chars() {
        let before = escaped.len();
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            other => escaped.push(other),
        }
        length += escaped[before..].encode_utf16().count();
        if length >= most_length {
            escaped.truncate(before);
            escaped.push('…');
            break;
        }
    }
    escaped
}
