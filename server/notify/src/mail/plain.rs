//! The part of a mail that is plain text.

use std::fmt::Write as _;

use crate::wording::{Entry, Wording, severity_word};

/// The last line of every mail.
pub(super) const FOOTER: &str = "You receive this because this address is set as a recipient of alerts of Cloud UBA.";

/// Lays out a message as plain text.
pub(super) fn text(wording: &Wording) -> String {
    let mut parts = vec![wording.heading_with_severity()];
    if !wording.facts.is_empty() {
        let facts = wording.facts.iter().map(|fact| format!("{:<15}{}", format!("{}:", fact.name), fact.value));
        parts.push(facts.collect::<Vec<_>>().join("\n"));
    }
    if !wording.reasons.is_empty() {
        let reasons = wording.reasons.iter().map(|reason| format!("- {reason}"));
        parts.push(format!("Why\n{}", reasons.collect::<Vec<_>>().join("\n")));
    }
    parts.extend(wording.entries.iter().map(entry));
    parts.extend(wording.more.clone());
    parts.push(format!("What to do\n{}", wording.advice));
    parts.extend(wording.link.as_ref().map(|link| format!("{}: {}", link.label, link.address)));
    parts.push(format!("-- \n{FOOTER}"));
    parts.join("\n\n") + "\n"
}

fn entry(entry: &Entry) -> String {
    let mut text = format!("{}: {}\n  {}", severity_word(entry.severity), entry.title, entry.summary);
    if let Some(address) = &entry.address {
        write!(text, "\n  {address}").expect("a text takes everything");
    }
    text
}
