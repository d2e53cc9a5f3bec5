//! Names and sentences with any characters: they may change what a message says, and nothing else.

use mail_parser::{Message as Mail, MessageParser};
use notify::{AlertNotice, Content, Encryption, Message, NoticeReason, SyslogTransport};
use notify_testing::{MailServer, ReceivedMail, Security, WebReceiver};
use proptest::{
    collection::vec,
    prelude::{ProptestConfig, Strategy, any, prop_assert, prop_assert_eq, prop_oneof, proptest},
    sample::select,
};
use serde_json::Value;
use shared::control_characters::{controls, visible};
use tokio::runtime::Runtime;

use crate::{
    mail,
    messages::{alert, alert_message, id, message},
    syslog_collector::{self, SyslogCollector},
    webhook_bodies::{slack, teams},
    webhooks::channel,
};

/// Pieces of text that mean something to one of the formats.
const HOSTILE: [&str; 27] = [
    "\r\n",
    "\n",
    "\r\n.\r\n",
    "\r\nBcc: eve@example.net\r\n\r\n",
    "\0",
    "\u{1b}[2J",
    "\u{202e}",
    "<script>",
    "</td>",
    "\"",
    "'",
    "&",
    "&lt;",
    "<!channel>",
    "<https://evil.example|here>",
    "*bold*",
    "`",
    "[here](https://evil.example)",
    "|",
    "=",
    "\\",
    "\\n",
    "CEF:0|",
    "=?utf-8?q?=0D=0A?=",
    "{{DATE()}}",
    "東京 ä 👩‍💻",
    "&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&",
];

fn text() -> impl Strategy<Value = String> {
    let piece = prop_oneof![select(&HOSTILE[..]).prop_map(str::to_owned), any::<String>(), "[a-z ]{1,80}"];
    vec(piece, 1..5).prop_map(|pieces| pieces.concat())
}

fn hostile_message() -> impl Strategy<Value = Message> {
    let reason = text().prop_map(|sentence| NoticeReason { sentence, contribution: 0.1 });
    (text(), text(), text(), text(), vec(reason, 0..5), text()).prop_map(
        |(alert_id, thread_id, user, title, reasons, name)| {
            let alert_kind = format!("identity{thread_id}");
            let link = Some(format!("https://uba.example.com/alerts/{alert_id}"));
            let notice = AlertNotice { alert_id, thread_id, alert_kind, user, title, reasons, link, ..alert() };
            Message { organisation: Some(name), ..message(Content::Alert(notice)) }
        },
    )
}

/// Returns the name of each header, in order.
fn header_names(mail: &ReceivedMail) -> Vec<String> {
    let parsed: Mail<'_> = MessageParser::default().parse(&mail.content).expect("a mail");
    parsed.headers().iter().map(|header| header.name().to_owned()).collect()
}

fn tags(html: &str) -> Vec<&str> {
    html.split('<').skip(1).map(|tag| tag.split([' ', '>']).next().unwrap_or_default()).collect()
}

/// Returns every string of a JSON document under one of the keys `text`.
fn texts(value: &Value) -> Vec<&str> {
    match value {
        Value::Array(values) => values.iter().flat_map(texts).collect(),
        Value::Object(fields) => fields
            .iter()
            .flat_map(|(key, value)| match value {
                Value::String(text) if key == "text" => vec![text.as_str()],
                value => texts(value),
            })
            .collect(),
        _ => Vec::new(),
    }
}

/// Returns the beginning of a text as all channels show it.
fn shown(text: &str) -> String {
    visible(text).chars().take(199).collect()
}

fn title(message: &Message) -> String {
    match &message.content {
        Content::Alert(alert) => shown(&alert.title),
        Content::Digest(_) | Content::Test(_) => String::new(),
    }
}

/// Returns the beginning of the first line of a message in a mail or a chat.
fn first_line(message: &Message) -> String {
    format!("High: {}", title(message))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn no_text_adds_a_header_a_recipient_or_a_tag_to_a_mail(message in hostile_message()) {
        let (hostile, tame) = Runtime::new().expect("a runtime").block_on(async {
            let server = MailServer::start(Security::Plain).await;
            let channel = mail::channel(mail::settings(&server, Encryption::None, None));
            for message in [&message, &alert_message()] {
                channel.deliver(message, &id("d-1")).await.expect("a delivery");
            }
            let mails = server.wait_for(2).await;
            (mails[0].clone(), mails[1].clone())
        });
        prop_assert_eq!(header_names(&hostile), header_names(&tame));
        prop_assert_eq!(&hostile.recipients, &tame.recipients);
        let parsed = mail::parsed(&hostile);
        let (html, plain) = (parsed.body_html(0).expect("a page"), parsed.body_text(0).expect("a text"));
        let allowed = tags(&html).into_iter().all(|tag| {
            let tag = tag.trim_start_matches('/');
            ["!doctype", "html", "head", "meta", "title", "style", "body", "table", "tr", "td", "h1", "h2", "p", "b", "a"].contains(&tag)
        });
        prop_assert!(allowed, "{html}");
        prop_assert!(plain.lines().all(|line| !controls(line)), "{plain:?}");
        prop_assert!(plain.starts_with(&first_line(&message)), "{plain:?}");
    }

    #[test]
    fn no_text_is_a_format_or_a_mention_in_a_chat(message in hostile_message()) {
        let bodies = Runtime::new().expect("a runtime").block_on(async {
            let receiver = WebReceiver::start().await;
            for settings in [slack(receiver.url("/")), teams(receiver.url("/"))] {
                channel(settings).deliver(&message, &id("d-1")).await.expect("a delivery");
            }
            receiver.requests()
        });
        let bodies: Vec<Value> = bodies.iter().map(|body| serde_json::from_slice(&body.body).expect("JSON")).collect();
        for text in texts(&bodies[0]) {
            prop_assert!(!text.contains(['<', '>']) && text.encode_utf16().count() <= 3000, "{text}");
            let unescaped = text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&");
            let again = unescaped.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
            prop_assert_eq!(again, text);
        }
        prop_assert!(!bodies[0].to_string().contains("\"type\":\"mrkdwn\""));
        prop_assert!(!bodies[1].to_string().contains("\"type\":\"TextBlock\""));
        let heading = bodies[1].pointer("/attachments/0/content/body/0/inlines/0/text").and_then(Value::as_str);
        prop_assert!(heading.is_some_and(|heading| heading.starts_with(&first_line(&message))));
    }

    #[test]
    fn no_text_ends_a_line_or_a_field_of_syslog(message in hostile_message()) {
        let lines = Runtime::new().expect("a runtime").block_on(async {
            let collector = SyslogCollector::start(None).await;
            let channel = syslog_collector::channel(collector.port, SyslogTransport::Tcp, None);
            channel.deliver(&message, &id("d-1")).await.expect("a delivery");
            collector.lines().await
        });
        prop_assert_eq!(lines.len(), 1);
        prop_assert!(!controls(&lines[0]), "{:?}", lines[0]);
        let (header, fields) = cef(&lines[0]);
        prop_assert_eq!(header.len(), 7, "{:?}", header);
        prop_assert!(header[5].starts_with(&title(&message)), "{:?}", header);
        let names: Vec<_> = fields.iter().map(|(name, _)| name.as_str()).collect();
        let expected = [
            "start", "end", "externalId", "suser", "cnt", "msg", "cfp1Label", "cfp1", "cs1Label", "cs1", "request", "cs2Label", "cs2",
        ];
        prop_assert_eq!(names, expected);
    }
}

/// Reads a record of CEF as its specification says: the parts of the header end at a `|` and the names of fields at a
/// `=` that no backslash precedes.
fn cef(line: &str) -> (Vec<String>, Vec<(String, String)>) {
    let (_, record) = line.split_once("CEF:").expect("a record");
    let (mut parts, mut characters) = (vec![String::new()], record.chars());
    while parts.len() <= 7
        && let Some(character) = characters.next()
    {
        match character {
            '\\' => parts.last_mut().expect("a part").extend(characters.next()),
            '|' => parts.push(String::new()),
            other => parts.last_mut().expect("a part").push(other),
        }
    }
    parts.pop();
    (parts, fields(characters.as_str()))
}

fn fields(extension: &str) -> Vec<(String, String)> {
    let (mut fields, mut text, mut characters): (Vec<(String, String)>, _, _) =
        (Vec::new(), String::new(), extension.chars());
    while let Some(character) = characters.next() {
        match character {
            '\\' => text.extend(characters.next()),
            '=' => {
                let (value, name) = text.rsplit_once(' ').unwrap_or(("", &text));
                if let Some(last) = fields.last_mut() {
                    value.clone_into(&mut last.1);
                }
                fields.push((name.to_owned(), String::new()));
                text = String::new();
            }
            other => text.push(other),
        }
    }
    fields
}
