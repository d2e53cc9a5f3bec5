//! Mail: composing it and sending it by SMTP.

mod compose;
mod html;
mod plain;
mod smtp;

use lettre::Address;

use self::{compose::compose, smtp::SmtpClient};
use crate::{DeliveryError, DeliveryId, MailSettings, Message, faults::Faults};

/// A mail server, a sender and the recipients.
#[derive(Debug)]
pub(crate) struct MailChannel {
    client: SmtpClient,
    sender: Address,
    recipients: Vec<Address>,
}

impl MailChannel {
    /// Checks the settings, and notes what is wrong with them.
    pub(crate) fn new(settings: MailSettings, faults: &mut Faults) -> Option<Self> {
        let sender = faults.check("sender", address(&settings.sender));
        let recipients = settings.recipients.iter();
        let recipients: Vec<_> =
            recipients.filter_map(|recipient| faults.check("recipients", address(recipient))).collect();
        if settings.recipients.is_empty() {
            faults.add("recipients", "is empty, must have at least one address");
        }
        let client = SmtpClient::new(settings, faults);
        Some(Self { client: client?, sender: sender?, recipients })
    }

    /// Sends one mail to all recipients.
    pub(crate) async fn deliver(&self, message: &Message, id: &DeliveryId) -> Result<(), DeliveryError> {
        let mail = compose(message, id, &self.sender, &self.recipients);
        self.client.send(&self.sender, &self.recipients, &mail).await
    }
}

fn address(text: &str) -> Result<Address, String> {
    let text = text.trim();
    let is_wrong = || format!("has {text:?}, must be a mail address such as ann@example.com");
    let address: Address = text.parse().map_err(|_| is_wrong())?;
    if text.is_ascii() { Ok(address) } else { Err(is_wrong()) }
}
