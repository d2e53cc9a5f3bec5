//! The settings of the server, which are all checked before anything starts.

mod check;
mod database_uri;

pub use database_uri::{DatabaseUri, InvalidDatabaseUri};
pub use notify::Secret;

use std::{
    num::{NonZeroU32, NonZeroU64},
    path::PathBuf,
};

use lab::cli::parse_threshold;
use notify::IpNet;
use shared::calibration::DEFAULT_THRESHOLD;

use self::check::{Check, flag, megabytes, networks, requests, web_address};
use crate::pipeline::{CheckpointLimits, WriterLimits};

/// The settings as they are written: on the command line, in the environment or in a file `.env`.
#[derive(Debug, Clone, Default, clap::Args)]
pub struct Settings {
    /// Address and port to listen on
    #[arg(long, env = "UBA_BIND", value_name = "ADDRESS:PORT", default_value = "localhost:5000")]
    pub bind: String,

    /// Where the data are kept: `rocksdb://PATH` in a folder, `mem://` in memory until the server stops
    #[arg(long, env = "DATABASE_URI", value_name = "URI", default_value = "rocksdb://instance/cloud_uba.db")]
    pub database: String,

    /// Binds the sessions of people to this server: another key ends them all
    #[arg(long, env = "SECRET_KEY", hide_env_values = true, value_name = "KEY")]
    pub secret_key: Option<String>,

    /// File that holds `SECRET_KEY`
    #[arg(long, env = "SECRET_KEY_FILE", value_name = "FILE")]
    pub secret_key_file: Option<PathBuf>,

    /// Key that programs send in `X-API-Key`; generated at the first start unless set
    #[arg(long, env = "API_KEY", hide_env_values = true, value_name = "KEY")]
    pub api_key: Option<String>,

    /// File that holds `API_KEY`
    #[arg(long, env = "API_KEY_FILE", value_name = "FILE")]
    pub api_key_file: Option<PathBuf>,

    /// Password of the pages; generated at the first start unless set
    #[arg(long, env = "UBA_PASSWORD", hide_env_values = true, value_name = "PASSWORD")]
    pub password: Option<String>,

    /// File that holds `UBA_PASSWORD`
    #[arg(long, env = "UBA_PASSWORD_FILE", value_name = "FILE")]
    pub password_file: Option<PathBuf>,

    /// Takes weak keys and passwords: for development only
    #[arg(long, env = "DEBUG", value_name = "YES|NO", default_value = "no")]
    pub debug: String,

    /// Score from which on an event is an anomaly
    #[arg(long, env = "ALERT_THRESHOLD", value_name = "0..1", default_value_t = DEFAULT_THRESHOLD.to_string())]
    pub alert_threshold: String,

    /// Number of events after which the state is stored beside the log; after a crash, as many are scored again
    #[arg(long, env = "UBA_CHECKPOINT_EVENTS", value_name = "EVENTS", default_value = "32768")]
    pub checkpoint_events: String,

    /// Megabytes that stay free on the disk of the database: with less, no events are taken
    #[arg(long, env = "UBA_MIN_FREE_MB", value_name = "MB", default_value = "256")]
    pub min_free_mb: String,

    /// Megabytes that profiles may take in memory; those of users who have been idle for longest are read from the
    /// database when they are needed
    #[arg(long, env = "UBA_PROFILE_MEMORY_MB", value_name = "MB", default_value = "64")]
    pub profile_memory_mb: String,

    /// Goes on without acknowledged events that a damaged database does not hold any more
    #[arg(long)]
    pub accept_loss: bool,

    /// Number of connections at a time; as many as leave 512 file handles, at most 4096, unless set
    #[arg(long, env = "UBA_MAX_CONNECTIONS", value_name = "NUMBER")]
    pub max_connections: Option<String>,

    /// Number of connections of one address at a time; half of all unless set. All programs and people behind a reverse
    /// proxy have one address
    #[arg(long, env = "UBA_MAX_CONNECTIONS_PER_ADDRESS", value_name = "NUMBER")]
    pub max_connections_per_address: Option<String>,

    /// Number of requests that one key or person may send in a minute
    #[arg(long, env = "UBA_REQUESTS_PER_MINUTE", value_name = "NUMBER", default_value = "600000")]
    pub requests_per_minute: String,

    /// Number of requests without a key or session that one address may send in a minute
    #[arg(long, env = "UBA_STRANGER_REQUESTS_PER_MINUTE", value_name = "NUMBER", default_value = "1200")]
    pub stranger_requests_per_minute: String,

    /// Sends mail for alerts
    #[arg(long, env = "EMAIL_NOTIFICATIONS_ENABLED", value_name = "YES|NO", default_value = "no")]
    pub email_notifications_enabled: String,

    /// Mail server
    #[arg(long, env = "SMTP_SERVER", value_name = "HOST")]
    pub smtp_server: Option<String>,

    /// Port of the mail server
    #[arg(long, env = "SMTP_PORT", value_name = "PORT", default_value = "587")]
    pub smtp_port: String,

    /// User at the mail server
    #[arg(long, env = "SMTP_USERNAME", value_name = "NAME")]
    pub smtp_username: Option<String>,

    /// Password at the mail server
    #[arg(long, env = "SMTP_PASSWORD", hide_env_values = true, value_name = "PASSWORD")]
    pub smtp_password: Option<String>,

    /// File that holds `SMTP_PASSWORD`
    #[arg(long, env = "SMTP_PASSWORD_FILE", value_name = "FILE")]
    pub smtp_password_file: Option<PathBuf>,

    /// Sender of mails
    #[arg(long, env = "SENDER_EMAIL", value_name = "ADDRESS")]
    pub sender_email: Option<String>,

    /// Who gets mails, separated by commas
    #[arg(long, env = "RECIPIENT_EMAILS", value_name = "ADDRESSES")]
    pub recipient_emails: Option<String>,

    /// Networks within which webhooks and chats may be called beside the public internet, separated by commas
    #[arg(long, env = "UBA_WEBHOOK_NETWORKS", value_name = "NETWORKS")]
    pub webhook_networks: Option<String>,

    /// Address by which people reach this server, for links in notifications
    #[arg(long, env = "UBA_PUBLIC_URL", value_name = "URL")]
    pub public_url: Option<String>,
}

/// The settings after they were checked.
#[derive(Debug, Clone)]
pub struct Config {
    /// Address and port to listen on.
    pub bind: String,
    /// Where the data are kept.
    pub database: DatabaseUri,
    /// Binds the sessions of people to this server: another key ends them all.
    pub secret_key: Option<Secret>,
    /// API key of programs; none where the server generates one.
    pub api_key: Option<Secret>,
    /// Password of the pages; none where the server generates one.
    pub password: Option<Secret>,
    /// Score from which on an event is an anomaly.
    pub threshold: f64,
    /// When the state is stored beside the log, and how full memory and disk may be.
    pub limits: WriterLimits,
    /// Whether to go on without acknowledged events that the database does not hold any more.
    pub accepts_loss: bool,
    /// How many requests may come in a minute.
    pub rates: RequestRates,
    /// Number of connections at a time; none where it follows from the file handles.
    pub max_connections: Option<usize>,
    /// Number of connections of one address at a time; none where it follows from the number of all.
    pub max_connections_per_address: Option<usize>,
    /// How mail is sent; none where mail is turned off.
    pub mail: Option<Mail>,
    /// Networks within which webhooks and chats may be called beside the public internet.
    pub allowed_networks: Vec<IpNet>,
    /// Address by which people reach this server, without a slash at its end.
    pub public_url: Option<String>,
}

/// How many requests may come in a minute.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RequestRates {
    /// From one key or person.
    pub of_account: NonZeroU32,
    /// From one address without a key or session; a /64 of IPv6 is one address.
    pub of_address: NonZeroU32,
}

impl RequestRates {
    /// More than can come.
    pub const UNLIMITED: Self = Self { of_account: NonZeroU32::MAX, of_address: NonZeroU32::MAX };
}

/// How mail is sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mail {
    /// Mail server.
    pub server: String,
    /// Port of the mail server.
    pub port: u16,
    /// Name and password at the mail server, if it requires them.
    pub login: Option<(String, Secret)>,
    /// Address of the sender.
    pub sender: String,
    /// Addresses of the recipients.
    pub recipients: Vec<String>,
}

/// Everything that is wrong with the settings.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the settings are not right:\n  {}", .0.join("\n  "))]
pub struct InvalidSettings(pub Vec<String>);

impl Settings {
    /// Checks all settings, and returns all that is wrong at once.
    pub fn check(self) -> Result<Config, InvalidSettings> {
        let mut check = Check::default();
        let debug = check.parse("DEBUG", &self.debug, flag).unwrap_or(false);
        let database = check.parse("DATABASE_URI", &self.database, |uri| {
            uri.parse().map_err(|error: InvalidDatabaseUri| error.to_string())
        });
        let threshold = check.parse("ALERT_THRESHOLD", &self.alert_threshold, parse_threshold);
        let events = check.parse("UBA_CHECKPOINT_EVENTS", &self.checkpoint_events, |events| {
            let is_wrong = |_| format!("{events} is no number of events");
            events.parse().map_err(is_wrong)
        });
        let min_free_mb = check.parse("UBA_MIN_FREE_MB", &self.min_free_mb, megabytes);
        let profile_memory_mb = check.parse("UBA_PROFILE_MEMORY_MB", &self.profile_memory_mb, megabytes);
        let checkpoints = CheckpointLimits { events: events.map_or(1, NonZeroU64::get), ..CheckpointLimits::PRODUCT };
        let limits = WriterLimits {
            checkpoints,
            profile_bytes: usize::try_from(u64::from(profile_memory_mb.unwrap_or_default()) << 20)
                .unwrap_or(usize::MAX),
            min_free_mb: min_free_mb.unwrap_or_default().into(),
        };
        let rates = self.rates(&mut check);
        let max_connections = check.number("UBA_MAX_CONNECTIONS", self.max_connections.as_deref());
        let max_connections_per_address =
            check.number("UBA_MAX_CONNECTIONS_PER_ADDRESS", self.max_connections_per_address.as_deref());
        let secret_key = check.key("SECRET_KEY", self.secret_key.clone(), self.secret_key_file.clone(), debug);
        let api_key = check.key("API_KEY", self.api_key.clone(), self.api_key_file.clone(), debug);
        let password = check.password(self.password.clone(), self.password_file.clone(), debug);
        let mail = self.mail(&mut check);
        let allowed_networks = self.webhook_networks.as_deref().unwrap_or_default();
        let allowed_networks = check.parse("UBA_WEBHOOK_NETWORKS", allowed_networks, networks).unwrap_or_default();
        let public_url = self.public_url.as_deref().filter(|url| !url.is_empty());
        let public_url = public_url.and_then(|url| check.parse("UBA_PUBLIC_URL", url, web_address));
        match (database, threshold, rates, check.0.is_empty()) {
            (Some(database), Some(threshold), Some(rates), true) => Ok(Config {
                bind: self.bind,
                database,
                secret_key,
                api_key,
                password,
                threshold,
                limits,
                accepts_loss: self.accept_loss,
                rates,
                max_connections,
                max_connections_per_address,
                mail,
                allowed_networks,
                public_url,
            }),
            _ => Err(InvalidSettings(check.0)),
        }
    }

    fn rates(&self, check: &mut Check) -> Option<RequestRates> {
        let of_account = check.parse("UBA_REQUESTS_PER_MINUTE", &self.requests_per_minute, requests);
        let of_address = check.parse("UBA_STRANGER_REQUESTS_PER_MINUTE", &self.stranger_requests_per_minute, requests);
        Some(RequestRates { of_account: of_account?, of_address: of_address? })
    }

    fn mail(&self, check: &mut Check) -> Option<Mail> {
        let is_wanted = check.parse("EMAIL_NOTIFICATIONS_ENABLED", &self.email_notifications_enabled, flag)?;
        let port = check.parse("SMTP_PORT", &self.smtp_port, |port| {
            port.parse().map_err(|_| format!("{port} is no port, write a number from 1 to 65535"))
        });
        let password = check.secret("SMTP_PASSWORD", self.smtp_password.clone(), self.smtp_password_file.clone());
        if !is_wanted {
            return None;
        }
        let recipients = self.recipient_emails.as_deref().unwrap_or_default().split(',').map(str::trim);
        let recipients: Vec<_> = recipients.filter(|address| !address.is_empty()).map(str::to_owned).collect();
        if recipients.is_empty() {
            check.0.push("RECIPIENT_EMAILS is missing, and mail is to be sent".to_owned());
        }
        let mut needed = |name: &str, value: &Option<String>| {
            let value = value.clone().filter(|value| !value.is_empty());
            if value.is_none() {
                check.0.push(format!("{name} is missing, and mail is to be sent"));
            }
            value
        };
        let (server, sender) = (needed("SMTP_SERVER", &self.smtp_server), needed("SENDER_EMAIL", &self.sender_email));
        let login = self.smtp_username.clone().filter(|name| !name.is_empty()).zip(password);
        Some(Mail { server: server?, port: port?, login, sender: sender?, recipients })
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn nothing_set() -> Settings {
        use clap::Parser as _;
        #[derive(clap::Parser)]
        struct Alone {
            #[command(flatten)]
            settings: Settings,
        }
        Alone::parse_from(["uba"]).settings
    }

    #[test]
    fn nothing_need_be_set() {
        let config = nothing_set().check().expect("the defaults are right");
        assert_eq!((config.threshold, config.bind.as_str()), (0.7, "localhost:5000"));
        assert_eq!((config.secret_key, config.mail), (None, None));
    }

    #[test]
    fn all_that_is_wrong_is_named_at_once() {
        let wrong = Settings {
            database: "sqlite:///old.db".to_owned(),
            debug: "perhaps".to_owned(),
            alert_threshold: "1.5".to_owned(),
            secret_key: Some("your-secret-key-here".to_owned()),
            api_key: Some("short".to_owned()),
            email_notifications_enabled: "True".to_owned(),
            max_connections: Some("0".to_owned()),
            max_connections_per_address: Some("some".to_owned()),
            requests_per_minute: "0".to_owned(),
            smtp_port: "many".to_owned(),
            ..nothing_set()
        };
        let InvalidSettings(faults) = wrong.check().expect_err("much is wrong");
        let named = [
            "DEBUG",
            "DATABASE_URI",
            "ALERT_THRESHOLD",
            "SECRET_KEY",
            "API_KEY",
            "UBA_MAX_CONNECTIONS:",
            "UBA_MAX_CONNECTIONS_PER_ADDRESS:",
            "UBA_REQUESTS_PER_MINUTE",
            "SMTP_PORT",
            "RECIPIENT_EMAILS",
            "SMTP_SERVER",
            "SENDER_EMAIL",
        ];
        assert!(named.iter().all(|name| faults.iter().any(|fault| fault.starts_with(name))), "{faults:#?}");
    }

    #[test]
    fn a_weak_key_is_taken_for_development_only() {
        let weak = Settings { api_key: Some("your-api-key-here".to_owned()), ..nothing_set() };
        assert!(weak.clone().check().is_err());
        assert!(Settings { debug: "True".to_owned(), ..weak }.check().is_ok());
    }

    #[test]
    fn a_short_password_and_an_empty_file_are_refused_with_what_to_do() {
        let folder = tempfile::tempdir().expect("the temporary folder can be written");
        let from = |content: &str| {
            let file = folder.path().join(format!("password of {} bytes", content.len()));
            fs::write(&file, content).expect("the file can be written");
            Settings { password_file: Some(file), ..nothing_set() }
        };
        for (wrong, told) in [
            (Settings { password: Some("a".to_owned()), ..nothing_set() }, "12 characters or more"),
            (Settings { password: Some("            ".to_owned()), ..nothing_set() }, "12 characters or more"),
            (from("short\n"), "12 characters or more"),
            (from(""), "is empty"),
            (from(" \n"), "is empty"),
        ] {
            let InvalidSettings(faults) = wrong.check().expect_err("it is easy to guess");
            assert!(
                faults.len() == 1 && faults[0].starts_with("UBA_PASSWORD") && faults[0].contains(told),
                "{faults:?}"
            );
        }
        let weak = Settings { password: Some("a".to_owned()), debug: "yes".to_owned(), ..nothing_set() };
        assert!(weak.check().is_ok(), "for development");
        let empty = Settings { password: Some(String::new()), ..nothing_set() };
        assert_eq!(empty.check().expect("an empty variable counts as not set").password, None);
    }

    #[test]
    fn a_secret_is_read_from_its_file_and_never_printed() {
        let folder = tempfile::tempdir().expect("the temporary folder can be written");
        let file = folder.path().join("key");
        fs::write(&file, "a-key-of-a-file-0123456789\n").expect("the file can be written");
        let config = Settings { api_key_file: Some(file), ..nothing_set() }.check().expect("the key is strong");
        assert_eq!(config.api_key.as_ref().map(Secret::reveal), Some("a-key-of-a-file-0123456789"));
        assert!(!format!("{config:?}").contains("a-key-of"), "{config:?}");
    }
}
