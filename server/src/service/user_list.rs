//! The list of users.

use app::{
    page_types::{Order, UserKind, UserQuery},
    risk_level::risk_level,
};
use jiff::Timestamp;
use shared::{calendar::second_of, event::UserId, risk::Risk};

use crate::engine_state::EngineState;

/// Number of users on a page.
const PAGE: usize = 50;

/// The users of one page of the list.
pub(super) struct ListedUsers {
    /// The users, in the order of the query.
    pub(super) users: Vec<UserId>,
    /// Number of users on all pages.
    pub(super) matching: usize,
    /// Number of pages.
    pub(super) pages: usize,
}

/// Returns the users of a page.
pub(super) fn listed(state: &EngineState, query: &UserQuery, now: Timestamp) -> ListedUsers {
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
    let first = usize::try_from(query.page).unwrap_or(usize::MAX).saturating_mul(PAGE);
    ListedUsers {
        users: users.iter().skip(first).take(PAGE).map(|(user, _)| (*user).clone()).collect(),
        matching: users.len(),
        pages: users.len().div_ceil(PAGE),
    }
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
