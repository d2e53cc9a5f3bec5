//! Collecting everything that is wrong with the settings of a channel.

use rustls::pki_types::CertificateDer;

use crate::{InvalidChannel, InvalidSetting, tls};

/// What is wrong with settings so far.
#[derive(Debug, Default)]
pub(crate) struct Faults(Vec<InvalidSetting>);

impl Faults {
    pub(crate) fn add(&mut self, setting: &'static str, fault: impl Into<String>) {
        self.0.push(InvalidSetting { setting, fault: fault.into() });
    }

    /// Returns the value, or notes what is wrong with the setting.
    pub(crate) fn check<T>(&mut self, setting: &'static str, value: Result<T, impl Into<String>>) -> Option<T> {
        value.map_err(|fault| self.add(setting, fault)).ok()
    }

    /// Checks the name or address of a server.
    pub(crate) fn server(&mut self, name: &str, port: u16) {
        let is_allowed = |character: char| character.is_ascii_alphanumeric() || "-._:".contains(character);
        if name.is_empty() || !name.chars().all(is_allowed) {
            self.add("server", format!("is {name:?}, must be the name or the address of a server, without a port"));
        }
        if port == 0 {
            self.add("port", "is 0, must be a number from 1 to 65535");
        }
    }

    /// Reads the certificates of authorities that are trusted in addition to those of the system.
    pub(crate) fn ca_certificates(&mut self, pem: Option<&str>) -> Vec<CertificateDer<'static>> {
        pem.and_then(|pem| self.check("ca_certificates", tls::certificates(pem))).unwrap_or_default()
    }

    /// Returns what was made of the settings, if nothing is wrong with them.
    pub(crate) fn finish<T>(self, made: Option<T>) -> Result<T, InvalidChannel> {
        made.filter(|_| self.0.is_empty()).ok_or(InvalidChannel(self.0))
    }
}
