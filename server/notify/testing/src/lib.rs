//! Receivers of notifications for tests: a mail server and a web server on free ports of this machine, and certificates
//! of an authority of their own.

mod certificate_authority;
mod mail_server;
mod web_receiver;

pub use self::{
    certificate_authority::CertificateAuthority,
    mail_server::{MailServer, ReceivedMail, Security},
    web_receiver::{ReceivedRequest, WebReceiver},
};
