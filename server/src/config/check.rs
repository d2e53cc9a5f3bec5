//! The check of settings, which collects everything that is wrong.

use std::{
    fs,
    num::{NonZeroU32, NonZeroUsize},
    path::PathBuf,
};

use notify::IpNet;

use super::Secret;
use crate::auth::accounts::SHORTEST_PASSWORD;

/// Keys that stand in manuals as examples.
const WELL_KNOWN_KEYS: [&str; 6] =
    ["your-secret-key-here", "your-api-key-here", "changeme", "change-me", "secret", "default"];
/// Smallest number of characters of a key.
const SHORTEST_KEY: usize = 16;

/// Collects everything that is wrong.
#[derive(Default)]
pub(super) struct Check(pub(super) Vec<String>);

impl Check {
    pub(super) fn parse<T>(&mut self, name: &str, text: &str, parse: impl Fn(&str) -> Result<T, String>) -> Option<T> {
        parse(text.trim()).map_err(|fault| self.0.push(format!("{name}: {fault}"))).ok()
    }

    /// Returns a number above zero; none where it is not set.
    pub(super) fn number(&mut self, name: &str, text: Option<&str>) -> Option<usize> {
        let text = text.filter(|text| !text.is_empty())?;
        self.parse(name, text, |text| {
            let is_wrong = |_| format!("{text} is no number of connections");
            text.parse().map(NonZeroUsize::get).map_err(is_wrong)
        })
    }

    /// Returns a secret: the value itself, else the content of its file.
    pub(super) fn secret(&mut self, name: &str, value: Option<String>, file: Option<PathBuf>) -> Option<Secret> {
        if let Some(value) = value.filter(|value| !value.is_empty()) {
            return Some(Secret::new(value));
        }
        let file = file?;
        match fs::read_to_string(&file) {
            Ok(content) if content.trim().is_empty() => {
                self.0.push(format!("{name}_FILE: {} is empty: write the secret into it", file.display()));
                None
            }
            Ok(content) => Some(Secret::new(content.trim())),
            Err(error) => {
                self.0.push(format!("{name}_FILE: cannot read {}: {error}", file.display()));
                None
            }
        }
    }

    /// Returns the password. It must be hard to guess unless this is for development.
    pub(super) fn password(&mut self, value: Option<String>, file: Option<PathBuf>, debug: bool) -> Option<Secret> {
        let password = self.secret("UBA_PASSWORD", value, file)?;
        if password.reveal().trim().chars().count() < SHORTEST_PASSWORD && !debug {
            self.0.push(format!(
                "UBA_PASSWORD is easy to guess: use {SHORTEST_PASSWORD} characters or more, or leave it out and one is made"
            ));
        }
        Some(password)
    }

    /// Returns a key. It must be hard to guess unless this is for development.
    pub(super) fn key(
        &mut self,
        name: &str,
        value: Option<String>,
        file: Option<PathBuf>,
        debug: bool,
    ) -> Option<Secret> {
        let key = self.secret(name, value, file)?;
        let text = key.reveal();
        let is_weak = WELL_KNOWN_KEYS.contains(&text) || text.chars().count() < SHORTEST_KEY;
        if is_weak && !debug {
            self.0.push(format!(
                "{name} is easy to guess: use {SHORTEST_KEY} random characters or more, or leave it out and one is made"
            ));
        }
        Some(key)
    }
}

pub(super) fn megabytes(number: &str) -> Result<u32, String> {
    number.parse().map_err(|_| format!("{number} is no number of megabytes"))
}

pub(super) fn requests(number: &str) -> Result<NonZeroU32, String> {
    number.parse().map_err(|_| format!("{number} is no number of requests above 0"))
}

pub(super) fn networks(text: &str) -> Result<Vec<IpNet>, String> {
    let networks = text.split(',').map(str::trim).filter(|network| !network.is_empty());
    networks.map(|network| network.parse().map_err(|_| format!("{network} is no network such as 10.0.0.0/8"))).collect()
}

pub(super) fn web_address(text: &str) -> Result<String, String> {
    let is_address = text.starts_with("https://") || text.starts_with("http://");
    let told = || format!("{text} is no address such as https://uba.example.com");
    is_address.then(|| text.trim_end_matches('/').to_owned()).ok_or_else(told)
}

pub(super) fn flag(text: &str) -> Result<bool, String> {
    match text.to_ascii_lowercase().as_str() {
        "true" | "1" | "yes" | "on" => Ok(true),
        "false" | "0" | "no" | "off" | "" => Ok(false),
        _ => Err(format!("{text} is neither yes nor no")),
    }
}
