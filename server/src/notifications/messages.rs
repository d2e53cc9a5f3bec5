//! What is told about alerts.

use notify::{AlertNotice, Content, DeliveryId, Digest, Message, NoticeReason};
use shared::hash::Hasher;

use crate::{alerts::Alert, service::title, store::UnreadableRow};

/// The maximum number of alerts that a digest holds; people are told of fewer.
const TOLD: usize = 100;

/// Returns what is told about one alert.
///
/// # Errors
///
/// Fails if its event cannot be read.
pub(super) fn of_alert(alert: &Alert, public_url: Option<&str>) -> Result<Message, UnreadableRow> {
    let notice = notice(alert, public_url)?;
    Ok(Message { time: alert.raised, organisation: None, content: Content::Alert(notice) })
}

/// Returns what is told about several alerts together; there is at least one. Those whose events cannot be read are only
/// counted.
pub(super) fn of_several(alerts: &[Alert], public_url: Option<&str>) -> Message {
    let mut urgent: Vec<&Alert> = alerts.iter().collect();
    urgent.sort_by(|a, b| b.group.severity.cmp(&a.group.severity).then_with(|| a.id.cmp(&b.id)));
    let told: Vec<AlertNotice> = urgent.iter().filter_map(|alert| notice(alert, public_url).ok()).take(TOLD).collect();
    let raised = || alerts.iter().map(|alert| alert.raised);
    let digest = Digest {
        since: raised().min().unwrap_or_default(),
        more: (alerts.len() - told.len()) as u64,
        alerts: told,
        link: public_url.map(|url| format!("{url}/alerts")),
    };
    Message { time: raised().max().unwrap_or_default(), organisation: None, content: Content::Digest(digest) }
}

/// Returns the id of a message about alerts by a channel, of which there is at least one. It is the same at every attempt,
/// as long as no alert was delivered in between.
pub(super) fn delivery_id(channel: &str, alerts: &[Alert]) -> DeliveryId {
    let first = &alerts[0].id;
    let id = match alerts.len() {
        1 => format!("{first}-{channel}"),
        _ => format!("digest-{first}-{channel}"),
    };
    DeliveryId::try_from(id).expect("ids of alerts and channels have letters, digits, hyphens and underscores")
}

fn notice(alert: &Alert, public_url: Option<&str>) -> Result<AlertNotice, UnreadableRow> {
    let Alert { id, key, group, .. } = alert;
    let prediction = alert.event.unpack()?.prediction();
    let reason = |sentence: &str, contribution| NoticeReason { sentence: sentence.to_owned(), contribution };
    let reasons: Vec<NoticeReason> =
        prediction.reasons.iter().map(|told| reason(&told.sentence, told.contribution)).collect();
    Ok(AlertNotice {
        alert_id: id.to_string(),
        thread_id: thread_of(alert),
        alert_kind: id.kind.name().to_owned(),
        user: key.user.to_string(),
        severity: group.severity,
        score: prediction.anomaly_score,
        p_value: prediction.p_value,
        base_value: prediction.base_value.unwrap_or(prediction.anomaly_score),
        title: title(alert, &prediction),
        reasons,
        event_count: group.count,
        first_seen: group.first_seen,
        last_seen: group.last_seen,
        link: public_url.map(|url| format!("{url}/alerts/{id}")),
    })
}

/// Returns what the alerts of one user have in common.
fn thread_of(alert: &Alert) -> String {
    let mut hasher = Hasher::default();
    hasher.text(&alert.key.user.folded());
    format!("{:016x}", hasher.finish())
}
