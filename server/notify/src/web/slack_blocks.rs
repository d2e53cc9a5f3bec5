//! A message as blocks of Slack.
//!
//! All texts are `plain_text`, in which Slack recognises neither formats nor mentions, and `&`, `<` and `>` are escaped
//! as [Slack asks](https://docs.slack.dev/messaging/formatting-message-text).

use serde_json::{Value, json};

use crate::wording::{Wording, severity_word, shortened};

/// The maximum number of characters of a header, by Slack.
const MOST_HEADER: usize = 150;
/// The maximum number of characters of any other text, by Slack.
const MOST_TEXT: usize = 3000;

/// Returns the body of a request to an incoming webhook.
pub(super) fn body(wording: &Wording) -> Value {
    let facts = wording.facts.iter().map(|fact| format!("{}: {}", fact.name, fact.value)).collect::<Vec<_>>();
    let reasons = wording.reasons.iter().map(|reason| format!("• {reason}")).collect::<Vec<_>>();
    let entries = wording.entries.iter().map(|entry| {
        let address = entry.address.as_deref().unwrap_or_default();
        format!("{}: {}\n{}\n{address}", severity_word(entry.severity), entry.title, entry.summary)
    });
    let texts = [facts.join("\n"), reasons.join("\n")].into_iter().chain(entries);
    let texts = texts.chain(wording.more.clone()).chain([wording.advice.clone()]);
    let header = json!({ "type": "header", "text": plain_text(&wording.heading_with_severity(), MOST_HEADER) });
    let sections = texts
        .filter(|text| !text.is_empty())
        .map(|text| json!({ "type": "section", "text": plain_text(text.trim_end(), MOST_TEXT) }));
    let button = wording.link.iter().map(|link| {
        let button = json!({ "type": "button", "text": plain_text(link.label, 75), "url": link.address });
        json!({ "type": "actions", "elements": [button] })
    });
    let blocks: Vec<_> = [header].into_iter().chain(sections).chain(button).collect();
    json!({ "text": escaped(&wording.subject), "mrkdwn": false, "blocks": blocks })
}

fn plain_text(text: &str, most_chars: usize) -> Value {
    json!({ "type": "plain_text", "text": escaped(&shortened(text, most_chars)), "emoji": false })
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
