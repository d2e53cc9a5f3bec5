//! What a message says in words. Mail and chats show the same words and differ in layout alone.

use jiff::Timestamp;
use shared::{
    control_characters::visible,
    format::{counted, grouped, one_in, plural_s},
    severity::Severity,
};

use crate::{AlertNotice, Content, Digest, Message, TestNotice};

/// The number of reasons that are told.
pub(crate) const MOST_REASONS: usize = 3;
/// The number of alerts of a digest that are told one by one. So many, of the longest texts, are within the 28 kB that
/// Teams takes.
const MOST_ENTRIES: usize = 10;
/// The number of characters of a text that comes from events; names and titles are usually far shorter.
const MOST_CHARS: usize = 200;

/// A message in words. Every text is one line without control characters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Wording {
    /// The fact, which comes first everywhere.
    pub(crate) heading: String,
    /// The heading with what is needed to decide whether to open the message.
    pub(crate) subject: String,
    /// The severity of the one alert that the message is about.
    pub(crate) severity: Option<Severity>,
    /// Whom, when and how unusual.
    pub(crate) facts: Vec<Fact>,
    /// The strongest reasons.
    pub(crate) reasons: Vec<String>,
    /// The alerts of a digest.
    pub(crate) entries: Vec<Entry>,
    /// How many alerts the digest leaves out, as in `and 27 more`.
    pub(crate) more: Option<String>,
    /// What the reader should do.
    pub(crate) advice: String,
    /// Where to go on.
    pub(crate) link: Option<Link>,
}

/// A named value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Fact {
    pub(crate) name: &'static str,
    pub(crate) value: String,
}

/// One alert of a digest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Entry {
    pub(crate) severity: Severity,
    pub(crate) title: String,
    /// The user, number of events and time.
    pub(crate) summary: String,
    pub(crate) address: Option<String>,
}

/// A link and what it leads to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Link {
    pub(crate) label: &'static str,
    pub(crate) address: String,
}

impl Wording {
    /// Puts a message into words.
    pub(crate) fn of(message: &Message) -> Self {
        let mut wording = match &message.content {
            Content::Alert(alert) => of_alert(alert),
            Content::Digest(digest) => of_digest(digest, message.time),
            Content::Test(test) => of_test(test),
        };
        if let Some(organisation) = &message.organisation {
            wording.facts.push(Fact { name: "Organisation", value: line(organisation) });
        }
        wording
    }

    /// Returns the heading after the severity, as in `High: First activity from Lagos`.
    pub(crate) fn heading_with_severity(&self) -> String {
        match self.severity {
            Some(severity) => format!("{}: {}", severity_word(severity), self.heading),
            None => self.heading.clone(),
        }
    }
}

fn of_alert(alert: &AlertNotice) -> Wording {
    let (title, user, severity) = (line(&alert.title), line(&alert.user), alert.severity);
    let left_out = alert.reasons.len().saturating_sub(MOST_REASONS) as u64;
    let mut reasons: Vec<_> = alert.reasons.iter().take(MOST_REASONS).map(|reason| line(&reason.sentence)).collect();
    if left_out > 0 {
        reasons.push(format!("and {}", counted(left_out, "more reason")));
    }
    let facts = [
        ("User", user.clone()),
        ("How rare", one_in(alert.p_value)),
        ("Anomaly score", format!("{:.2} of 1", alert.score)),
        ("Events", grouped(alert.event_count)),
        ("When", period(alert.first_seen, alert.last_seen)),
    ];
    Wording {
        subject: format!("{title} ({user}, {})", severity.name()),
        heading: title,
        severity: Some(severity),
        facts: facts.into_iter().map(|(name, value)| Fact { name, value }).collect(),
        reasons,
        entries: Vec::new(),
        more: None,
        advice: format!(
            "Ask {user}, or who is responsible for the account, whether this was them. If it was not, block the \
             account first. Then close the alert with what you found out."
        ),
        link: link("Open the alert", alert.link.as_deref()),
    }
}

fn of_digest(digest: &Digest, now: Timestamp) -> Wording {
    let heading = format!("{} since {} UTC", counted(digest.total(), "alert"), moment_after(digest.since, now));
    let highest = digest.alerts.iter().map(|alert| alert.severity).max();
    let told = digest.alerts.len().min(MOST_ENTRIES) as u64;
    let more = digest.total() - told;
    Wording {
        subject: highest.map_or(heading.clone(), |severity| format!("{heading} (up to {})", severity.name())),
        heading,
        severity: None,
        facts: Vec::new(),
        reasons: Vec::new(),
        entries: digest.alerts.iter().take(MOST_ENTRIES).map(entry).collect(),
        more: (more > 0).then(|| format!("and {} more", grouped(more))),
        advice: "Begin with the most urgent one. Close each alert with what you found out.".to_owned(),
        link: link("Open the alerts", digest.link.as_deref()),
    }
}

fn entry(alert: &AlertNotice) -> Entry {
    let (user, count) = (line(&alert.user), alert.event_count);
    let events = format!("{} event{}", grouped(count), plural_s(count));
    Entry {
        severity: alert.severity,
        title: line(&alert.title),
        summary: format!("{user}, {events}, {}", period(alert.first_seen, alert.last_seen)),
        address: alert.link.as_deref().and_then(address),
    }
}

fn of_test(test: &TestNotice) -> Wording {
    let heading = "Test message: alerts of Cloud UBA will arrive here".to_owned();
    Wording {
        subject: heading.clone(),
        heading,
        severity: None,
        facts: vec![Fact { name: "Requested by", value: line(&test.requested_by) }],
        reasons: Vec::new(),
        entries: Vec::new(),
        more: None,
        advice: "Nothing has happened, and there is nothing to do.".to_owned(),
        link: link("Open the settings", test.link.as_deref()),
    }
}

/// Returns the word for a severity at the beginning of a line.
pub(crate) fn severity_word(severity: Severity) -> &'static str {
    match severity {
        Severity::Low => "Low",
        Severity::Medium => "Medium",
        Severity::High => "High",
        Severity::Critical => "Critical",
    }
}

/// Returns a text as one line: control characters become symbols, and what is too long is cut.
pub(crate) fn line(text: &str) -> String {
    shortened(&visible(text), MOST_CHARS)
}

/// Cuts a text to a number of characters, the last of which then is an ellipsis.
pub(crate) fn shortened(text: &str, most_chars: usize) -> String {
    if text.chars().nth(most_chars).is_none() {
        return text.to_owned();
    }
    text.chars().take(most_chars - 1).chain(['…']).collect()
}

fn link(label: &'static str, target: Option<&str>) -> Option<Link> {
    target.and_then(address).map(|address| Link { label, address })
}

/// Returns an address that may be opened: none of a scheme that runs code.
fn address(target: &str) -> Option<String> {
    let is_web = target.starts_with("https://") || target.starts_with("http://");
    is_web.then(|| visible(target).into_owned())
}

fn period(first: Timestamp, last: Timestamp) -> String {
    if moment(first) == moment(last) {
        return format!("{} UTC", moment(first));
    }
    format!("{} to {} UTC", moment(first), moment_after(last, first))
}

fn moment(time: Timestamp) -> String {
    time.strftime("%-d %b %Y, %H:%M").to_string()
}

/// Writes a time, without the day if that is the day of another time.
fn moment_after(time: Timestamp, other: Timestamp) -> String {
    let is_same_day = time.strftime("%F").to_string() == other.strftime("%F").to_string();
    if is_same_day { time.strftime("%H:%M").to_string() } else { moment(time) }
}
