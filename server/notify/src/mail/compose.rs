//! A notification as a mail: headers, text and HTML.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use lettre::{
    Address,
    message::{
        Mailbox, MultiPart,
        header::{HeaderName, HeaderValue},
    },
};
use sha2::{Digest as _, Sha256};

use super::{html, plain};
use crate::{Content, DeliveryId, Message, wording::Wording};

/// The name of the sender, beside the address.
const SENDER_NAME: &str = "Cloud UBA";

/// Composes a mail.
///
/// Its Message-ID follows from the id of the delivery, so a mail that arrives twice is recognised as one. Mails about
/// alerts of one thread refer to the same id, which no mail has: clients show them as one conversation. It says of
/// itself that a program wrote it (RFC 3834), so that absence notes are not sent in return, and has a list (RFC 2919)
/// to sort it by.
pub(super) fn compose(message: &Message, id: &DeliveryId, sender: &Address, recipients: &[Address]) -> lettre::Message {
    let wording = Wording::of(message);
    let domain = sender.domain();
    let mut builder = lettre::Message::builder()
        .date(message.time.try_into().expect("the system's clock has the years of all timestamps"))
        .from(Mailbox::new(Some(SENDER_NAME.to_owned()), sender.clone()))
        .message_id(Some(format!("<{id}@{domain}>")))
        .subject(wording.subject.as_str())
        .raw_header(header("Auto-Submitted", "auto-generated"))
        .raw_header(header("Precedence", "list"))
        .raw_header(header("X-Auto-Response-Suppress", "All"))
        .raw_header(header("List-Id", &format!("{SENDER_NAME} <cloud-uba.{domain}>")));
    for recipient in recipients {
        builder = builder.to(Mailbox::new(None, recipient.clone()));
    }
    if let Content::Alert(alert) = &message.content {
        let thread = thread_id(&alert.thread_id, domain);
        builder = builder.in_reply_to(thread.clone()).references(thread);
    }
    builder
        .multipart(MultiPart::alternative_plain_html(plain::text(&wording), html::page(message, &wording)))
        .expect("the mail has a sender and a recipient")
}

fn header(name: &'static str, value: &str) -> HeaderValue {
    HeaderValue::new(HeaderName::new_from_ascii_str(name), value.to_owned())
}

/// Returns the id of a conversation; the text that it is made of may have any characters.
fn thread_id(text: &str, domain: &str) -> String {
    let hash = URL_SAFE_NO_PAD.encode(Sha256::digest(text));
    format!("<thread-{hash}@{domain}>")
}
