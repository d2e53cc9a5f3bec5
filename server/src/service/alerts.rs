//! The queue of alerts: lists, acts of people, and what an alert rests on.

use app::actor::{Actor, Scope};
use jiff::Timestamp;
use shared::{
    alerting::{Act, InvalidAct, Lifecycle, ThresholdInForce, ThresholdRule},
    error::Error,
};
use tokio::sync::watch;

use super::Service;
use crate::{
    alerts::{Alert, AlertId, StateBefore, whole_milliseconds},
    audit::{AuditAct, AuditEntry},
    store::{AlertFilter, AlertPage, NotChanged},
};

/// The name of the setting that holds the number of alerts a day.
pub(crate) const DAILY_BUDGET: &str = "daily_alert_budget";

impl Service {
    /// Returns at most `limit` of the alerts that a filter lets through, the latest first, from the one after `after` on.
    pub async fn alerts(
        &self,
        actor: &Actor,
        filter: &AlertFilter,
        after: Option<AlertId>,
        limit: usize,
    ) -> Result<AlertPage, Error> {
        actor.require(Scope::Read)?;
        self.0.store.alerts(filter, after, limit).await.map_err(|reason| self.unavailable(&reason))
    }

    /// Returns an alert.
    pub async fn alert(&self, actor: &Actor, id: AlertId) -> Result<Alert, Error> {
        actor.require(Scope::Read)?;
        let alert = self.0.store.alert(id).await.map_err(|reason| self.unavailable(&reason))?;
        alert.ok_or_else(|| not_found(id))
    }

    /// Does things about an alert, all of them or none, and returns the alert then.
    ///
    /// # Errors
    ///
    /// Fails with [`Error::Changed`] unless as many acts were done before as `version` says, where it is given; with
    /// [`Error::Conflict`] where the alert cannot get a state; with [`Error::Invalid`] for a wrong text.
    pub async fn act_on_alert(
        &self,
        actor: &Actor,
        id: AlertId,
        acts: Vec<Act>,
        version: Option<usize>,
    ) -> Result<Alert, Error> {
        actor.require(Scope::Triage)?;
        let (by, now) = (actor.account().to_string(), whole_milliseconds(Timestamp::now()));
        let change = |lifecycle: &mut Lifecycle| {
            if version.is_some_and(|version| version != lifecycle.version()) {
                return Err(Error::Changed(format!("alert {id} was changed meanwhile: read it again")));
            }
            acts.into_iter().try_for_each(|act| lifecycle.apply(act, &by, now).map_err(|reason| refused(&reason)))
        };
        self.0.store.change_alert(id, change).await.map_err(|reason| match reason {
            NotChanged::NotFound => not_found(id),
            NotChanged::Refused(error) => error,
            NotChanged::Failed(reason) => self.unavailable(&reason),
        })
    }

    /// Returns the profile and the population as they were before the event of an alert; none for alerts that were
    /// raised together with many others.
    pub async fn state_before_alert(&self, actor: &Actor, id: AlertId) -> Result<Option<StateBefore>, Error> {
        actor.require(Scope::Read)?;
        self.0.store.state_before(id).await.map_err(|reason| self.unavailable(&reason))
    }

    /// Returns the alerts that were raised by the event of a number or a later one, the earliest first; of more than
    /// 1,000, the latest.
    pub async fn alerts_since(&self, actor: &Actor, sequence: u64) -> Result<Vec<Alert>, Error> {
        const MOST: usize = 1000;
        actor.require(Scope::Read)?;
        let alerts = self.0.store.alerts_since(sequence, MOST).await;
        let mut alerts = alerts.map_err(|reason| self.unavailable(&reason))?;
        alerts.sort_by_key(|alert| alert.id);
        Ok(alerts)
    }

    /// Returns a receiver that is told of every commit that raises an alert.
    pub fn watch_alerts(&self, actor: &Actor) -> Result<watch::Receiver<u64>, Error> {
        actor.require(Scope::Read)?;
        Ok(self.0.pipeline.watch_alerts())
    }

    /// Returns the rule by which the threshold is found, and the threshold in force.
    pub fn alert_threshold(&self, actor: &Actor) -> Result<(ThresholdRule, ThresholdInForce), Error> {
        actor.require(Scope::Read)?;
        Ok(self.threshold_in_force())
    }

    fn threshold_in_force(&self) -> (ThresholdRule, ThresholdInForce) {
        let policy = self.0.policy.current();
        (policy.threshold, self.0.pipeline.state().threshold(&policy))
    }

    /// Sets the number of alerts a day that the threshold is to keep to; without one, the threshold that was set by hand
    /// is in force. Returns the rule and the threshold in force then.
    pub async fn set_daily_budget(
        &self,
        actor: &Actor,
        alerts: Option<f64>,
    ) -> Result<(ThresholdRule, ThresholdInForce), Error> {
        actor.require(Scope::Admin)?;
        let rule = self.0.policy.current().threshold.with_budget(alerts);
        let rule = rule.map_err(|wrong| Error::Invalid(vec![wrong.to_string()]))?;
        let told = alerts.map_or_else(|| "none".to_owned(), |alerts| alerts.to_string());
        let act = AuditEntry::of(actor, AuditAct::SettingsChanged, DAILY_BUDGET, told);
        let stored = self.0.store.set_by(DAILY_BUDGET, &alerts, &act).await;
        stored.map_err(|reason| self.unavailable(&reason))?;
        self.0.policy.adjust(|policy| policy.threshold = rule);
        Ok(self.threshold_in_force())
    }
}

fn not_found(id: AlertId) -> Error {
    Error::NotFound(format!("alert {id}"))
}

fn refused(reason: &InvalidAct) -> Error {
    match reason {
        InvalidAct::Length { .. } => Error::Invalid(vec![reason.to_string()]),
        InvalidAct::State { .. } | InvalidAct::Full => Error::Conflict(reason.to_string()),
    }
}
