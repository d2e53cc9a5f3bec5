//! The part of a mail that is HTML, made for mail clients: tables, styles on each element, and no images.

use html_escape::{encode_double_quoted_attribute as attribute, encode_text as escaped};
use shared::severity::Severity;

use super::plain::FOOTER;
use crate::{
    AlertNotice, Content, Message,
    waterfall::{Step, steps},
    wording::{Entry, MOST_REASONS, Wording, severity_word},
};

/// Replaces the colours of the elements in clients that show mails darkly.
static DARK: &str = include_str!("dark.css");
const SANS: &str = "font-family:-apple-system,'Segoe UI',Roboto,Helvetica,Arial,sans-serif";

/// Lays out a message as a page.
pub(super) fn page(message: &Message, wording: &Wording) -> String {
    let alert = match &message.content {
        Content::Alert(alert) => Some(alert),
        _ => None,
    };
    let content = [
        heading(wording),
        facts(wording),
        alert.map(waterfall).unwrap_or_default(),
        wording.entries.iter().map(entry).collect(),
        wording.more.as_deref().map(paragraph).unwrap_or_default(),
        section("What to do", &paragraph(&wording.advice)),
        button(wording),
    ];
    format!(
        "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width\"><meta name=\"color-scheme\" content=\"light dark\">\
         <meta name=\"supported-color-schemes\" content=\"light dark\"><title>{title}</title>\n<style>{DARK}</style>\
         </head>\n<body class=\"paper\" style=\"margin:0;padding:0;background:#fbfaf8\">\n\
         <table role=\"presentation\" width=\"100%\" cellpadding=\"0\" cellspacing=\"0\" class=\"paper\" \
         style=\"background:#fbfaf8\"><tr><td align=\"center\" style=\"padding:16px 8px\">\n\
         <table role=\"presentation\" width=\"100%\" cellpadding=\"0\" cellspacing=\"0\" class=\"surface\" \
         style=\"max-width:600px;background:#ffffff;border:1px solid #e5e2da;border-radius:12px\">\
         <tr><td class=\"ink\" style=\"padding:20px;{SANS};font-size:16px;line-height:1.5;color:#17181c\">\n\
         {content}</td></tr></table>\n\
         <p class=\"soft\" style=\"max-width:600px;margin:12px 8px;{SANS};font-size:13px;color:#4d5058\">{FOOTER}</p>\n\
         </td></tr></table>\n</body></html>\n",
        title = escaped(&wording.subject),
        content = content.concat(),
    )
}

fn heading(wording: &Wording) -> String {
    let badge = wording.severity.map(|severity| format!("<p style=\"margin:0 0 4px\">{}</p>\n", badge(severity)));
    format!(
        "{}<h1 style=\"margin:0 0 16px;font-size:22px;line-height:1.3\">{}</h1>\n",
        badge.unwrap_or_default(),
        escaped(&wording.heading)
    )
}

fn badge(severity: Severity) -> String {
    let (name, colour) = (severity.name(), severity_colour(severity));
    format!("<b class=\"{name}\" style=\"color:{colour}\">{}</b>", severity_word(severity))
}

/// Returns the colour of a severity as text on white.
fn severity_colour(severity: Severity) -> &'static str {
    match severity {
        Severity::Low => "#4a6a80",
        Severity::Medium => "#8a5a00",
        Severity::High => "#b2400c",
        Severity::Critical => "#b81440",
    }
}

fn facts(wording: &Wording) -> String {
    if wording.facts.is_empty() {
        return String::new();
    }
    let row = |name: &str, value: &str| {
        format!(
            "<tr><td class=\"soft\" valign=\"top\" style=\"padding:2px 16px 2px 0;color:#4d5058;white-space:nowrap\">\
             {name}</td><td style=\"padding:2px 0;word-break:break-word\">{}</td></tr>\n",
            escaped(value)
        )
    };
    let rows: String = wording.facts.iter().map(|fact| row(fact.name, &fact.value)).collect();
    format!("<table cellpadding=\"0\" cellspacing=\"0\" style=\"margin-bottom:16px;font-size:16px\">\n{rows}</table>\n")
}

fn section(title: &str, content: &str) -> String {
    format!("<h2 style=\"margin:20px 0 4px;font-size:17px\">{title}</h2>\n{content}")
}

fn paragraph(text: &str) -> String {
    format!("<p style=\"margin:0 0 8px\">{}</p>\n", escaped(text))
}

/// Shows how the score comes about: each step as a bar between the scores before and after it.
fn waterfall(alert: &AlertNotice) -> String {
    let mut rows: String =
        steps(alert, MOST_REASONS).iter().enumerate().map(|(index, step)| bar(step, index == 0)).collect();
    let sum = Step { label: "Anomaly score".to_owned(), from: 0.0, to: alert.score };
    rows.push_str(&bar(&sum, true));
    section(
        "Why",
        &format!(
            "<table role=\"presentation\" width=\"100%\" cellpadding=\"0\" cellspacing=\"0\" style=\"font-size:15px\">\n\
             {rows}</table>\n"
        ),
    )
}

/// Shows a step; `is_level` of a score itself rather than a change of it.
fn bar(step: &Step, is_level: bool) -> String {
    let change = step.to - step.from;
    let (class, colour, sign) = match change {
        _ if is_level => ("level", "#8d8b84", ""),
        change if change < 0.0 => ("less", "#4a6a80", "\u{2212}"),
        _ => ("more", "#b2400c", "+"),
    };
    let cell = |share: f64, fill: &str| match 100.0 * share {
        width if width < 0.5 => String::new(),
        width => format!(
            "<td width=\"{width:.0}%\" height=\"8\"{fill} style=\"padding:0;font-size:0;line-height:8px\">&nbsp;</td>"
        ),
    };
    let (low, high) = (step.from.min(step.to).clamp(0.0, 1.0), step.from.max(step.to).clamp(0.0, 1.0));
    format!(
        "<tr><td style=\"padding-top:8px;word-break:break-word\">{}</td>\
         <td align=\"right\" valign=\"top\" style=\"padding:8px 0 0 12px;white-space:nowrap\">{sign}{:.2}</td></tr>\n\
         <tr><td colspan=\"2\"><table role=\"presentation\" width=\"100%\" cellpadding=\"0\" cellspacing=\"0\"><tr>\
         {}{}{}</tr></table></td></tr>\n",
        escaped(&step.label),
        change.abs(),
        cell(low, ""),
        cell((high - low).max(0.01), &format!(" class=\"{class}\" bgcolor=\"{colour}\"")),
        cell(1.0 - high, ""),
    )
}

fn entry(entry: &Entry) -> String {
    let title = escaped(&entry.title);
    let title = match &entry.address {
        Some(address) => {
            format!("<a class=\"accent\" href=\"{}\" style=\"color:#3a45c4\">{title}</a>", attribute(address))
        }
        None => title.into_owned(),
    };
    format!(
        "<p style=\"margin:0 0 12px;word-break:break-word\">{} &nbsp;{title}<br>\
         <span class=\"soft\" style=\"font-size:14px;color:#4d5058\">{}</span></p>\n",
        badge(entry.severity),
        escaped(&entry.summary)
    )
}

fn button(wording: &Wording) -> String {
    let Some(link) = &wording.link else { return String::new() };
    format!(
        "<table role=\"presentation\" cellpadding=\"0\" cellspacing=\"0\" style=\"margin-top:16px\"><tr>\
         <td class=\"button\" bgcolor=\"#3a45c4\" style=\"border-radius:8px\">\
         <a href=\"{}\" class=\"on-accent\" style=\"display:inline-block;padding:10px 18px;color:#ffffff;\
         text-decoration:none;font-weight:600\">{}</a></td></tr></table>\n",
        attribute(&link.address),
        link.label
    )
}
