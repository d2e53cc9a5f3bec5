//! Tests of notifications, with real servers that receive them.

mod hostile_text;
mod mail;
mod mail_failures;
mod messages;
mod settings;
mod syslog;
mod syslog_collector;
mod webhook_bodies;
mod webhooks;
