//! What webhooks and chats receive.

use notify::{
    ChannelSettings, ChatSettings, Content, Digest, Message, NoticeReason, Secret, WebhookFormat, WebhookSettings,
};
use notify_testing::WebReceiver;
use serde_json::{Value, json};

use crate::{
    messages::{alert, alert_message, digest_message, id, message, test_message},
    webhooks::{channel, settings},
};

/// Returns what a kind of channel sends for a message.
pub(crate) async fn body(message: &Message, settings: impl Fn(String) -> ChannelSettings) -> Value {
    let receiver = WebReceiver::start().await;
    channel(settings(receiver.url("/"))).deliver(message, &id("d-1")).await.expect("a delivery");
    serde_json::from_slice(&receiver.requests()[0].body).expect("JSON")
}

fn webhook(url: String) -> ChannelSettings {
    ChannelSettings::Webhook(settings(url))
}

fn ocsf(url: String) -> ChannelSettings {
    ChannelSettings::Webhook(WebhookSettings { format: WebhookFormat::Ocsf, ..settings(url) })
}

pub(crate) fn slack(url: String) -> ChannelSettings {
    ChannelSettings::Slack(ChatSettings { url: Secret::new(url) })
}

pub(crate) fn teams(url: String) -> ChannelSettings {
    ChannelSettings::Teams(ChatSettings { url: Secret::new(url) })
}

#[tokio::test]
async fn a_webhook_gets_the_type_of_the_event_its_time_and_its_data() {
    let alert = body(&alert_message(), webhook).await;
    assert_eq!((&alert["type"], &alert["timestamp"]), (&json!("alert.raised"), &json!("2026-11-20T10:15:00Z")));
    assert_eq!(alert["data"]["user"], "mira.okafor");
    assert_eq!(alert["data"]["severity"], "high");
    assert_eq!(alert["data"]["organisation"], "Example Ltd");
    assert_eq!(alert["data"]["reasons"][1]["contribution"], 0.22);
    let digest = body(&digest_message(), webhook).await;
    assert_eq!((&digest["type"], &digest["data"]["more"]), (&json!("alerts.digest"), &json!(27)));
    assert_eq!(digest["data"]["alerts"].as_array().map(Vec::len), Some(3));
    assert_eq!(body(&test_message(), webhook).await["type"], "channel.test");
}

#[tokio::test]
async fn an_alert_is_a_detection_finding_of_ocsf() {
    let finding = body(&alert_message(), ocsf).await;
    for (attribute, value) in [
        ("/category_uid", json!(2)),
        ("/class_uid", json!(2004)),
        ("/activity_id", json!(1)),
        ("/type_uid", json!(200_401)),
        ("/time", json!(1_795_169_700_000_i64)),
        ("/severity_id", json!(4)),
        ("/status_id", json!(1)),
        ("/is_alert", json!(true)),
        ("/metadata/version", json!("1.5.0")),
        ("/metadata/product/name", json!("Cloud UBA")),
        ("/metadata/tenant_uid", json!("Example Ltd")),
        ("/finding_info/uid", json!("a-17")),
        ("/finding_info/title", json!("First activity from Lagos")),
        ("/finding_info/first_seen_time", json!(1_795_165_559_000_i64)),
        ("/finding_info/src_url", json!("https://uba.example.com/alerts/a-17")),
        ("/count", json!(1212)),
        ("/evidences/0/actor/user/name", json!("mira.okafor")),
        ("/observables/0/type_id", json!(4)),
        ("/unmapped/anomaly_score", json!(0.934)),
    ] {
        assert_eq!(finding.pointer(attribute), Some(&value), "{attribute}");
    }
    let digest = body(&digest_message(), ocsf).await;
    let severities: Vec<_> =
        digest.as_array().expect("findings").iter().map(|finding| &finding["severity_id"]).collect();
    assert_eq!(severities, [&json!(5), &json!(4), &json!(3)]);
    let test = body(&test_message(), ocsf).await;
    assert_eq!((&test["type_uid"], &test["severity_id"]), (&json!(200_499), &json!(1)));
}

#[tokio::test]
async fn slack_and_teams_get_no_more_than_they_take_however_long_and_odd_names_are() {
    let [ampersands, emoji] = ["&", "😀"].map(|text| text.repeat(5000));
    let mut long = alert();
    (long.title, long.user) = (ampersands, emoji);
    long.reasons.fill(NoticeReason { sentence: long.title.clone(), contribution: 0.1 });
    let digest = Digest { since: long.first_seen, alerts: vec![long.clone(); 50], more: 3, link: None };
    for content in [Content::Alert(long), Content::Digest(digest)] {
        let message = message(content);
        let blocks = body(&message, slack).await["blocks"].take();
        assert!(blocks.as_array().is_some_and(|blocks| blocks.len() <= 50));
        for block in blocks.as_array().into_iter().flatten() {
            let length = block["text"]["text"].as_str().map_or(0, |text| text.encode_utf16().count());
            assert!(length <= if block["type"] == "header" { 150 } else { 3000 }, "{block}");
        }
        assert!(body(&message, teams).await.to_string().len() <= 28_000);
    }
}

#[tokio::test]
async fn slack_gets_blocks() {
    let alert = body(&alert_message(), slack).await;
    assert_eq!(alert["text"], "First activity from Lagos (mira.okafor, high)");
    assert_eq!(alert["blocks"][0]["text"]["text"], "High: First activity from Lagos");
    assert_eq!(alert["blocks"][4]["elements"][0]["url"], "https://uba.example.com/alerts/a-17");
    insta::assert_snapshot!("slack_digest", format!("{:#}", body(&digest_message(), slack).await));
}

#[tokio::test]
async fn teams_gets_an_adaptive_card() {
    insta::assert_snapshot!("teams_alert", format!("{:#}", body(&alert_message(), teams).await));
    let digest = body(&digest_message(), teams).await;
    let card = &digest["attachments"][0]["content"];
    assert_eq!(card["body"][2]["inlines"][1]["selectAction"]["url"], "https://uba.example.com/alerts/a-19");
    assert_eq!(card["body"][5]["inlines"][0]["text"], "and 27 more");
}
