//! A message as an Adaptive Card, for a workflow of Microsoft Teams that posts what it receives.
//!
//! All texts are runs of a `RichTextBlock`, in which no Markdown is recognised.

use serde_json::{Value, json};

use crate::wording::{Entry, Wording, severity_word};

/// Returns the body of a request to the workflow.
pub(super) fn body(wording: &Wording) -> Value {
    let mut blocks = vec![block(&[run(&wording.heading_with_severity(), true)], "Default")];
    blocks.extend(
        wording
            .facts
            .iter()
            .map(|fact| block(&[run(&format!("{}: ", fact.name), true), run(&fact.value, false)], "None")),
    );
    blocks.extend(wording.reasons.iter().enumerate().map(|(index, reason)| {
        block(&[run(&format!("• {reason}"), false)], if index == 0 { "Default" } else { "None" })
    }));
    blocks.extend(wording.entries.iter().map(entry));
    blocks.extend(wording.more.iter().map(|more| block(&[run(more, false)], "Default")));
    blocks.push(block(&[run(&wording.advice, false)], "Default"));
    let actions: Vec<_> = wording
        .link
        .iter()
        .map(|link| json!({ "type": "Action.OpenUrl", "title": link.label, "url": link.address }))
        .collect();
    let card = json!({
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.4",
        "body": blocks,
        "actions": actions,
    });
    let attachment = json!({ "contentType": "application/vnd.microsoft.card.adaptive", "content": card });
    json!({ "type": "message", "summary": wording.subject, "attachments": [attachment] })
}

fn entry(entry: &Entry) -> Value {
    let mut title = run(&entry.title, false);
    if let Some(address) = &entry.address {
        title["selectAction"] = json!({ "type": "Action.OpenUrl", "url": address });
    }
    let severity = run(&format!("{}: ", severity_word(entry.severity)), true);
    block(&[severity, title, run(&format!("\n{}", entry.summary), false)], "Default")
}

fn block(runs: &[Value], spacing: &str) -> Value {
    json!({ "type": "RichTextBlock", "spacing": spacing, "inlines": runs })
}

fn run(text: &str, is_bold: bool) -> Value {
    json!({ "type": "TextRun", "text": text, "weight": if is_bold { "Bolder" } else { "Default" } })
}
