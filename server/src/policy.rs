//! The settings by which events are judged, which can change while the server runs.

use std::sync::Arc;

use tokio::sync::watch;

/// Settings by which events are judged.
#[derive(Debug, Clone, PartialEq)]
pub struct Policy {
    /// Score from which on an event is an anomaly, from 0 to 1.
    pub threshold: f64,
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
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_is_seen_by_every_clone_and_not_by_work_under_way() {
        let policy = LivePolicy::new(Policy { threshold: 0.7 });
        let (clone, under_way) = (policy.clone(), policy.current());
        clone.change(Policy { threshold: 0.9 });
        assert_eq!((policy.current().threshold, under_way.threshold), (0.9, 0.7));
    }
}
