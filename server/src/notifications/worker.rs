//! The worker of the outbox: sends alerts until every channel has them.

use std::{collections::HashMap, sync::Arc, time::Duration};

use jiff::{SignedDuration, Timestamp};
use notify::DeliveryError;
use rand::Rng as _;
use shared::severity::Severity;
use tokio::{sync::watch, task::JoinSet, time::sleep};
use tokio_util::sync::CancellationToken;
use tracing::{error, info, warn};

use super::{
    channels::{Channels, LiveChannel},
    messages::{delivery_id, of_alert, of_several},
    sending::{RecentMessages, Step, WaitingAlert},
};
use crate::{
    alerts::{Alert, AlertId},
    store::{DeliveryRecord, Store, StoreError},
};

/// The number of alerts that are looked at in a round.
const ROUND_ALERTS: usize = 5000;
/// The longest pause between two rounds.
const LONGEST_PAUSE: Duration = Duration::from_mins(1);
/// The pause before the second attempt; each further one is twice as long.
const FIRST_PAUSE: Duration = Duration::from_secs(1);
/// The longest pause before another attempt.
const LONGEST_RETRY: Duration = Duration::from_mins(10);
/// The time after which an alert that could not be delivered is given up.
const PATIENCE: SignedDuration = SignedDuration::from_hours(3 * 24);
/// An alert whose event is older than this when it is raised is news to nobody: it comes from an imported log.
const STALE: SignedDuration = SignedDuration::from_hours(3 * 24);

/// Sends the alerts of the outbox.
pub(crate) struct OutboxWorker {
    store: Arc<Store>,
    channels: Channels,
    raised: watch::Receiver<u64>,
    public_url: Option<Arc<str>>,
    states: HashMap<String, ChannelState>,
}

/// What the worker remembers of a channel.
#[derive(Debug, Default)]
struct ChannelState {
    sent: RecentMessages,
    failures: u32,
    /// The time before which nothing is tried, after a failure.
    not_before: Option<Timestamp>,
}

/// The alerts that wait in the outbox.
#[derive(Default)]
struct Round {
    alerts: Vec<(Alert, Severity)>,
    /// The channels that each alert was delivered by, or given up.
    done: HashMap<AlertId, Vec<String>>,
}

impl OutboxWorker {
    pub(crate) fn new(
        store: Arc<Store>,
        channels: Channels,
        raised: watch::Receiver<u64>,
        public_url: Option<&str>,
    ) -> Self {
        Self { store, channels, raised, public_url: public_url.map(Into::into), states: HashMap::new() }
    }

    /// Sends alerts until it is told to stop. An attempt that is under way then is made again after the next start.
    pub(crate) async fn run(mut self, stop: CancellationToken) {
        loop {
            self.raised.mark_unchanged();
            let pause = tokio::select! {
                result = self.round() => match result {
                    Ok(next) => pause_until(next),
                    Err(reason) => {
                        error!(%reason, "the outbox cannot be read; it is tried again");
                        LONGEST_PAUSE
                    }
                },
                () = stop.cancelled() => return,
            };
            tokio::select! {
                () = sleep(pause) => {}
                changed = self.raised.changed() => if changed.is_err() { return },
                () = stop.cancelled() => return,
            }
        }
    }

    /// Sends what is to be sent now. Returns when something is to be sent next, if that is known.
    async fn round(&mut self) -> Result<Option<Timestamp>, StoreError> {
        let round = Arc::new(self.waiting().await?);
        if round.alerts.is_empty() {
            return Ok(None);
        }
        let mut sending = JoinSet::new();
        for channel in self.channels.all() {
            let state = self.states.remove(&channel.id).unwrap_or_default();
            let turn = Turn {
                store: Arc::clone(&self.store),
                public_url: self.public_url.clone(),
                round: Arc::clone(&round),
                channel,
                state,
            };
            sending.spawn(turn.take());
        }
        let mut next: Option<Timestamp> = None;
        while let Some(ended) = sending.join_next().await {
            let (channel, state, until) = ended.map_err(StoreError::Panic)??;
            next = next.into_iter().chain(until).min();
            self.states.insert(channel, state);
        }
        self.clear(&round).await?;
        Ok(next)
    }

    /// Reads the alerts that wait.
    async fn waiting(&self) -> Result<Round, StoreError> {
        let entries = self.store.outbox(ROUND_ALERTS).await?;
        let ids: Vec<AlertId> = entries.iter().map(|(id, _)| *id).collect();
        let mut severities: HashMap<AlertId, Severity> = entries.into_iter().collect();
        let mut alerts: Vec<_> = self
            .store
            .alerts_with(&ids)
            .await?
            .into_iter()
            .map(|alert| {
                let severity = severities.remove(&alert.id).unwrap_or(alert.group.severity);
                (alert, severity)
            })
            .collect();
        alerts.sort_by_key(|(alert, _)| alert.id);
        for (unreadable, severity) in severities {
            self.store.clear_from_outbox(unreadable, severity).await?; // `alerts_with` has logged it
        }
        let done = self.store.deliveries_of(&ids).await?;
        Ok(Round { alerts, done })
    }

    /// Takes the alerts out of the outbox that no channel has still to send.
    async fn clear(&self, round: &Round) -> Result<(), StoreError> {
        let ids: Vec<AlertId> = round.alerts.iter().map(|(alert, _)| alert.id).collect();
        let round = Round { done: self.store.deliveries_of(&ids).await?, alerts: round.alerts.clone() };
        let channels = self.channels.all();
        for (alert, severity) in &round.alerts {
            if channels.iter().all(|channel| !round.is_for(alert, channel)) {
                self.store.clear_from_outbox(alert.id, *severity).await?;
            }
        }
        Ok(())
    }
}

impl Round {
    /// Returns whether a channel has still to send an alert.
    fn is_for(&self, alert: &Alert, channel: &LiveChannel) -> bool {
        let is_done = self.done.get(&alert.id).is_some_and(|channels| channels.contains(&channel.id));
        let is_stale = alert.raised.duration_since(alert.group.last_seen) > STALE;
        !is_done && !is_stale && alert.group.severity >= channel.config.rules.least_severity
    }
}

/// The part of one channel in a round.
struct Turn {
    store: Arc<Store>,
    public_url: Option<Arc<str>>,
    round: Arc<Round>,
    channel: Arc<LiveChannel>,
    state: ChannelState,
}

impl Turn {
    /// Sends what the channel is to send now. Returns the channel's state, and when it is to send next.
    async fn take(mut self) -> Result<(String, ChannelState, Option<Timestamp>), StoreError> {
        let is_for = |alert: &&Alert| self.round.is_for(alert, &self.channel);
        let mut waiting: Vec<Alert> =
            self.round.alerts.iter().map(|(alert, _)| alert).filter(is_for).cloned().collect();
        let next = loop {
            let now = Timestamp::now();
            if let Some(until) = self.state.not_before.filter(|until| *until > now && !waiting.is_empty()) {
                break Some(until);
            }
            let lines: Vec<WaitingAlert> = waiting.iter().map(line).collect();
            let ids = match self.channel.config.rules.next_step(&lines, &mut self.state.sent, now) {
                Step::Nothing => break None,
                Step::Wait(until) => break Some(until),
                Step::One(id) => vec![id],
                Step::Digest(ids) => ids,
            };
            let (together, rest): (Vec<Alert>, Vec<Alert>) =
                waiting.into_iter().partition(|alert| ids.contains(&alert.id));
            if self.send(&together, now).await? {
                waiting = rest;
            } else {
                waiting = together.into_iter().chain(rest).collect();
                waiting.sort_by_key(|alert| alert.id);
            }
        };
        Ok((self.channel.id.clone(), self.state, next))
    }

    /// Sends alerts in one message, and notes what became of it. Returns whether they are done with.
    async fn send(&mut self, alerts: &[Alert], now: Timestamp) -> Result<bool, StoreError> {
        let url = self.public_url.as_deref();
        let message = match alerts {
            [alert] => of_alert(alert, url).unwrap_or_else(|_| of_several(alerts, url)),
            several => of_several(several, url),
        };
        let result = self.channel.deliver(&message, &delivery_id(&self.channel.id, alerts)).await;
        let is_hopeless = alerts.iter().all(|alert| now.duration_since(alert.raised) > PATIENCE);
        let error = match result {
            Ok(()) => None,
            Err(DeliveryError::Retry { reason, after }) if !is_hopeless => {
                self.back_off(&reason, after);
                return Ok(false);
            }
            Err(reason) => Some(reason.to_string()),
        };
        match &error {
            None => info!(channel.id = self.channel.id, alerts = alerts.len(), "alerts were delivered"),
            Some(reason) => error!(channel.id = self.channel.id, reason, "alerts cannot be delivered and are given up"),
        }
        self.state.sent.add(now);
        (self.state.failures, self.state.not_before) = (0, None);
        let record = |alert: &Alert| DeliveryRecord {
            alert: alert.id,
            channel: self.channel.id.clone(),
            time: now,
            error: error.clone(),
        };
        self.store.note_deliveries(&alerts.iter().map(record).collect::<Vec<_>>()).await?;
        Ok(true)
    }

    /// Notes a failure: nothing is tried for a while, twice as long as before, and not at the same time as others.
    fn back_off(&mut self, reason: &str, after: Option<Duration>) {
        let factor = 1 << self.state.failures.min(16);
        let pause = after.unwrap_or((FIRST_PAUSE * factor).min(LONGEST_RETRY));
        let pause = pause.mul_f64(rand::rng().random_range(1.0..1.5));
        warn!(channel.id = self.channel.id, reason, retry_s = pause.as_secs(), "an alert was not delivered");
        self.state.failures += 1;
        let pause = SignedDuration::try_from(pause).unwrap_or(PATIENCE);
        self.state.not_before = Some(Timestamp::now() + pause);
    }
}

fn line(alert: &Alert) -> WaitingAlert {
    WaitingAlert { id: alert.id, severity: alert.group.severity, raised: alert.raised }
}

fn pause_until(next: Option<Timestamp>) -> Duration {
    let until = next.map(|next| next.duration_since(Timestamp::now()));
    let pause = until.map_or(LONGEST_PAUSE, |until| Duration::try_from(until).unwrap_or(Duration::ZERO));
    pause.min(LONGEST_PAUSE)
}
