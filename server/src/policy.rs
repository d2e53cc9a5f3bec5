//! The settings by which events are judged, which can change while the server runs.

use std::sync::Arc;

use shared::alerting::ThresholdRule;
use tokio::sync::watch;

use crate::alerts::StoredSuppression;

/// Settings by which events are judged.
#[derive(Debug, Clone, PartialEq)]
pub struct Policy {
    /// The rule by which the score from which on an event is an anomaly is found.
    pub threshold: ThresholdRule,
    /// What keeps anomalies from raising alerts.
    pub suppressions: Vec<StoredSuppression>,
}

impl Policy {
    /// Returns the policy of a threshold that is set by hand, from 0 to 1, without suppressions.
    pub fn of_threshold(score: f64) -> Self {
        Self { threshold: ThresholdRule::by_hand(score), suppressions: Vec::new() }
    }
}

/// The policy in force. Its clones share one policy, so that a change is seen by all of them.
#[derive(Debug, Clone)]
pub struct LivePolicy(Arc<watch::Sender<Arc<Policy>>>);

impl LivePolicy {
    /// Puts a first policy in force.
    pub fn new(policy: Policy) -> Self {
        Self(Arc::new(watch::Sender::new(Arc::new(policy))))
    }

    /// Returns the policy in force now, which stays as it is while it is used.
    pub fn current(&self) -> Arc<Policy> {
        Arc::clone(&self.0.borrow())
    }

    /// Puts another policy in force.
    pub fn change(&self, policy: Policy) {
        self.0.send_replace(Arc::new(policy));
    }

    /// Puts a policy in force that differs from the one before.
    pub fn adjust(&self, adjust: impl FnOnce(&mut Policy)) {
        self.0.send_modify(|policy| adjust(Arc::make_mut(policy)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_is_seen_by_every_clone_and_not_by_work_under_way() {
        let policy = LivePolicy::new(Policy::of_threshold(0.7));
        let (clone, under_way) = (policy.clone(), policy.current());
        clone.change(Policy::of_threshold(0.9));
        let scores = [policy.current(), under_way].map(|policy| policy.threshold.score_by_hand());
        assert_eq!(scores, [0.9, 0.7]);
    }
}
