//! Suppressions: what they would have hidden, and making and ending them.

use app::actor::{Actor, Scope};
use jiff::{SignedDuration, Timestamp};
use shared::{
    alerting::{Suppression, SuppressionScope},
    error::Error,
};

use super::{Service, random_id};
use crate::{
    alerts::{Alert, AlertId, StoredSuppression},
    auth::to_the_second,
    store::AlertFilter,
};

/// The maximum number of suppressions: every event that raises an alert is compared with each.
const MOST: usize = 500;
/// How far a preview looks back.
const PREVIEW_TIME: SignedDuration = SignedDuration::from_hours(30 * 24);
/// The number of alerts that are read at once for a preview.
const PAGE: usize = 500;
/// The maximum number of alerts that a preview reads.
const MOST_READ: usize = 20_000;

/// What a suppression would have hidden.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SuppressionPreview {
    /// The number of alerts of the last 30 days that were looked at.
    pub alerts: usize,
    /// Those whose event the suppression covers, the latest first.
    pub hidden: Vec<AlertId>,
}

impl Service {
    /// Returns every suppression, the one that was made last first.
    pub async fn suppressions(&self, actor: &Actor) -> Result<Vec<StoredSuppression>, Error> {
        actor.require(Scope::Read)?;
        let mut all = self.0.store.suppressions().await.map_err(|reason| self.unavailable(&reason))?;
        all.sort_by(|a, b| b.suppression.created.cmp(&a.suppression.created).then_with(|| a.id.cmp(&b.id)));
        Ok(all)
    }

    /// Returns which alerts of the last 30 days a suppression of a scope would have hidden, by the events that raised
    /// them.
    pub async fn preview_suppression(
        &self,
        actor: &Actor,
        scope: &SuppressionScope,
    ) -> Result<SuppressionPreview, Error> {
        actor.require(Scope::Read)?;
        let since = Timestamp::now() - PREVIEW_TIME;
        let filter = AlertFilter { user: scope.user.clone(), ..AlertFilter::default() };
        let mut preview = SuppressionPreview::default();
        let mut after = None;
        while preview.alerts < MOST_READ {
            let page = self.0.store.alerts(&filter, after, PAGE).await.map_err(|reason| self.unavailable(&reason))?;
            let recent = page.alerts.iter().take_while(|alert| alert.raised >= since);
            let recent: Vec<&Alert> = recent.collect();
            let is_covered =
                |alert: &&&Alert| alert.event.unpack().is_ok_and(|scored| scope.covers(alert.id.kind, &scored));
            preview.hidden.extend(recent.iter().filter(is_covered).map(|alert| alert.id));
            preview.alerts += recent.len();
            after = page.next.filter(|_| recent.len() == page.alerts.len());
            if after.is_none() {
                break;
            }
        }
        Ok(preview)
    }

    /// Makes a suppression, which is in force from the next event on.
    pub async fn add_suppression(
        &self,
        actor: &Actor,
        scope: SuppressionScope,
        reason: String,
        expires: Timestamp,
    ) -> Result<StoredSuppression, Error> {
        actor.require(Scope::Triage)?;
        let (author, created) = (actor.account().to_string(), to_the_second(Timestamp::now()));
        let suppression = Suppression { scope, reason, author, created, expires: to_the_second(expires) };
        let told = |faults: Vec<_>| Error::Invalid(faults.iter().map(ToString::to_string).collect());
        suppression.check().map_err(told)?;
        if self.0.policy.current().suppressions.len() >= MOST {
            return Err(Error::Conflict(format!("there are {MOST} suppressions: delete one first")));
        }
        let stored = StoredSuppression { id: random_id(), suppression, hidden: 0 };
        self.0.store.add_suppression(&stored).await.map_err(|reason| self.unavailable(&reason))?;
        self.0.policy.adjust(|policy| policy.suppressions.push(stored.clone()));
        Ok(stored)
    }

    /// Deletes a suppression.
    pub async fn delete_suppression(&self, actor: &Actor, id: &str) -> Result<(), Error> {
        actor.require(Scope::Triage)?;
        if self.0.policy.current().suppressions.iter().all(|stored| stored.id != id) {
            return Err(Error::NotFound(format!("suppression {}", shared::control_characters::visible(id))));
        }
        self.0.store.delete_suppression(id).await.map_err(|reason| self.unavailable(&reason))?;
        self.0.policy.adjust(|policy| policy.suppressions.retain(|stored| stored.id != id));
        Ok(())
    }
}
