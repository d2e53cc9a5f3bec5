//! The list of users.

use app::{
    actor::{Actor, Scope},
    page_types::{Order, UserKind, UserList, UserQuery},
    risk_level::risk_level,
};
use jiff::Timestamp;
use shared::{calendar::second_of, error::Error, event::UserId, risk::Risk};

use super::{Service, pages};
use crate::engine_state::EngineState;

/// Number of users on a page.
const PAGE: usize = 50;

impl Service {
    /// Returns a page of the list of users.
    pub(super) async fn user_list(&self, actor: &Actor, query: &UserQuery) -> Result<UserList, Error> {
        actor.require(Scope::Read)?;
        let now = Timestamp::now();
        let matching = matching(&self.0.pipeline.state(), query, now);
        let first = usize::try_from(query.page).unwrap_or(usize::MAX).saturating_mul(PAGE);
        let users: Vec<UserId> = matching.iter().skip(first).take(PAGE).cloned().collect();
        let records = self.records(&users).await?;
        Ok(UserList {
            users: records.iter().map(|(user, record)| pages::summary(user, record, now)).collect(),
            matching: matching.len() as u64,
            pages: matching.len().div_ceil(PAGE) as u64,
        })
    }
}

/// Returns the users that a query matches, in its order.
fn matching(state: &EngineState, query: &UserQuery, now: Timestamp) -> Vec<UserId> {
    let (second, search) = (second_of(now), query.search.trim().to_lowercase());
    let matches = |user: &UserId, risk: &Risk| {
        (search.is_empty() || user.to_string().to_lowercase().contains(&search))
            && query.level.is_none_or(|level| risk_level(risk.level(second)) == Some(level))
            && is_of_kind(query.kind, risk)
    };
    let rank = |risk: &Risk| match query.order {
        Order::Risk => risk.level(second),
        Order::Gain => risk.gain(second),
    };
    let users = state.users().iter().map(|(user, record)| (user, &record.risk_state().risk));
    let users = users.filter(|(user, risk)| matches(user, risk));
    let mut users: Vec<(&UserId, f64)> = users.map(|(user, risk)| (user, rank(risk))).collect();
    users.sort_unstable_by(|(a_user, a), (b_user, b)| b.total_cmp(a).then(a_user.cmp(b_user)));
    users.into_iter().map(|(user, _)| user.clone()).collect()
}

/// Tells service accounts by their risk, which is in memory for every user, unlike the profile.
fn is_of_kind(kind: UserKind, risk: &Risk) -> bool {
    let is_service = risk.half_life_days() == Risk::SERVICE_HALF_LIFE_DAYS;
    match kind {
        UserKind::Any => true,
        UserKind::People => !is_service,
        UserKind::Services => is_service,
    }
}
