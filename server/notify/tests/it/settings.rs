//! Settings of channels, right and wrong ones.

use notify::{Channel, ChannelSettings, Encryption, Secret};
use serde_json::{Value, json};

fn faults(settings: Value) -> Vec<String> {
    let settings: ChannelSettings = serde_json::from_value(settings).expect("settings");
    match Channel::new(settings, &[]) {
        Ok(_) => Vec::new(),
        Err(error) => error.0.iter().map(ToString::to_string).collect(),
    }
}

#[test]
fn settings_are_read_with_defaults_that_encrypt() {
    for settings in [
        json!({ "type": "mail", "server": "smtp.example.com", "port": 587, "sender": "a@b.example", "recipients": ["c@d.example"] }),
        json!({ "type": "webhook", "url": "https://hooks.example.com/1", "secrets": ["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"] }),
        json!({ "type": "slack", "url": "https://hooks.slack.com/services/T0/B0/x" }),
        json!({ "type": "teams", "url": "https://prod.westeurope.logic.azure.com/workflows/x" }),
        json!({ "type": "syslog", "server": "siem.example.com", "port": 6514 }),
    ] {
        assert_eq!(faults(settings.clone()), [""; 0], "{settings}");
    }
}

#[test]
fn everything_that_is_wrong_is_told_at_once() {
    let mail = json!({
        "type": "mail", "server": "smtp example", "port": 0,
        "encryption": "none", "sender": "uba",
        "login": { "name": "uba", "password": "secret" }, "recipients": ["ann@example.com", "bob@", "jürgen@example.com"],
        "ca_certificates": "none",
    });
    assert_eq!(
        faults(mail),
        [
            "sender has \"uba\", must be a mail address such as ann@example.com",
            "recipients has \"bob@\", must be a mail address such as ann@example.com",
            "recipients has \"jürgen@example.com\", must be a mail address such as ann@example.com",
            "server is \"smtp example\", must be the name or the address of a server, without a port",
            "port is 0, must be a number from 1 to 65535",
            "ca_certificates has no certificate, must have one between BEGIN CERTIFICATE and END CERTIFICATE",
            "login is set without encryption, must be used with `start_tls` or `tls` only",
        ]
    );
    let webhook = json!({ "type": "webhook", "url": "https://127.1/", "secrets": ["abc"] });
    assert_eq!(
        faults(webhook),
        [
            "secrets has a secret that is not `whsec_` followed by 24 to 64 bytes in base64",
            "url is forbidden: 127.0.0.1 is a loopback address, where webhooks may not go unless the server's settings allow \
             that network",
        ]
    );
    assert_eq!(
        faults(json!({ "type": "mail", "server": "", "port": 25, "sender": "a@b.example", "recipients": [] })),
        [
            "recipients is empty, must have at least one address",
            "server is \"\", must be the name or the address of a server, without a port",
        ]
    );
}

#[test]
fn a_setting_that_means_nothing_is_named() {
    let slack = json!({ "type": "slack", "url": "https://hooks.slack.com/services/T0/B0/x", "channel": "#alerts" });
    let error = serde_json::from_value::<ChannelSettings>(slack).expect_err("Slack decides about the channel");
    assert_eq!(error.to_string(), "unknown field `channel`, expected `url`");
}

#[test]
fn mail_is_encrypted_as_is_usual_at_its_port() {
    let usual = [25, 465, 587].map(Encryption::usual_at);
    assert_eq!(usual, [Encryption::StartTls, Encryption::Tls, Encryption::StartTls]);
}

#[test]
fn no_secret_is_printed() {
    let settings = [
        json!({
            "type": "mail", "server": "smtp.example.com", "port": 587, "sender": "a@b.example", "recipients": ["c@d.example"],
            "login": { "name": "uba", "password": "hidden-1" },
        }),
        json!({ "type": "webhook", "url": "https://hooks.example.com/hidden-2", "secrets": ["whsec_hiddenhiddenhiddenhiddenhiddenhi"] }),
        json!({ "type": "slack", "url": "https://hooks.slack.com/services/hidden-3" }),
    ];
    for settings in settings {
        let settings: ChannelSettings = serde_json::from_value(settings).expect("settings");
        let channel = Channel::new(settings.clone(), &[]);
        let printed = format!("{settings:?} {channel:?}");
        assert!(channel.is_ok() && !printed.contains("hidden"), "{printed}");
        let read_again: ChannelSettings =
            serde_json::from_value(serde_json::to_value(&settings).expect("JSON")).expect("settings");
        assert_eq!(read_again, settings, "what is stored has the secrets");
    }
    assert_eq!(format!("{:?}", Secret::new("hidden")), "***");
}
