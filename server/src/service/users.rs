//! Lists of users, one user's events and peers, and erasing a user.

use app::{
    actor::{Actor, Scope},
    page_types::{Order, UserSummary},
};
use jiff::Timestamp;
use shared::{control_characters::visible, error::Error, event::UserId, user_records::UserInMemory};
use tracing::info;

use super::{EventPage, Service, pages};
use crate::{
    audit::{AuditAct, AuditEntry},
    event_filter::EventFilter,
};

/// A place in a list of users: after the user who has this rank, as of a moment.
#[derive(Debug, Clone, PartialEq)]
pub struct UserPlace {
    /// The moment as of which users are ranked, so that a list that is read in parts is one.
    pub moment: Timestamp,
    /// The rank of the last user before the place.
    pub rank: f64,
    /// The last user before the place.
    pub user: UserId,
}

/// A part of a list of users.
#[derive(Debug, PartialEq)]
pub struct UserPage {
    /// The users in their order.
    pub users: Vec<UserSummary>,
    /// The place where the list goes on; none if it ends here.
    pub next: Option<UserPlace>,
}

impl Service {
    /// Returns the first `limit` users of a list, or those after a place of it.
    pub async fn users(
        &self,
        actor: &Actor,
        order: Order,
        after: Option<UserPlace>,
        limit: usize,
    ) -> Result<UserPage, Error> {
        actor.require(Scope::Read)?;
        self.ranked(order, after, limit, |_, _| true).await
    }

    /// Returns the first `limit` of those whom a user is compared with, by risk, or those after a place of the list. There
    /// are none before it is known what the user works on.
    pub async fn peers(
        &self,
        actor: &Actor,
        user_id: &str,
        after: Option<UserPlace>,
        limit: usize,
    ) -> Result<UserPage, Error> {
        actor.require(Scope::Read)?;
        let user = self.known_user(user_id)?;
        let group = self.0.pipeline.state().users().get(&user).and_then(UserInMemory::peer_group);
        let Some(group) = group else { return Ok(UserPage { users: Vec::new(), next: None }) };
        let is_peer = |other: &UserId, record: &UserInMemory| record.peer_group() == Some(group) && *other != user;
        self.ranked(Order::Risk, after, limit, is_peer).await
    }

    /// Returns the first events of a user that a filter takes, the newest first: at most `limit`.
    pub async fn timeline(
        &self,
        actor: &Actor,
        user_id: &str,
        filter: EventFilter,
        limit: usize,
    ) -> Result<EventPage, Error> {
        actor.require(Scope::Read)?;
        let user = self.known_user(user_id)?;
        self.events_where(actor, EventFilter { user: Some(user), ..filter }, limit).await
    }

    /// Erases a user: the profile, the risk, the events, the name in notices, and the results of all imports. Returns the
    /// number of events.
    ///
    /// What everybody does was counted without names, and stays. Whoever acts again is a new user.
    pub async fn erase_user(&self, actor: &Actor, user_id: &str) -> Result<u64, Error> {
        actor.require(Scope::Admin)?;
        let user = self.known_user(user_id)?;
        let events = self.0.pipeline.erase(user, AuditEntry::of(actor, AuditAct::UserErased, "", "")).await?;
        self.0.imports.forget_results();
        info!(account = %actor.account(), events, "a user was erased");
        Ok(events)
    }

    /// Returns the id of a user in the spelling in which it was first seen.
    ///
    /// # Errors
    ///
    /// Fails if the user was never seen.
    pub(super) fn known_user(&self, user_id: &str) -> Result<UserId, Error> {
        let not_found = || Error::NotFound(format!("user {}", visible(user_id)));
        let user: UserId = user_id.parse().map_err(|_| not_found())?;
        self.0.pipeline.state().users().spelling(&user).cloned().ok_or_else(not_found)
    }

    async fn ranked(
        &self,
        order: Order,
        after: Option<UserPlace>,
        limit: usize,
        is_listed: impl Fn(&UserId, &UserInMemory) -> bool,
    ) -> Result<UserPage, Error> {
        let moment = after.as_ref().map_or_else(Timestamp::now, |after| after.moment);
        let after = after.as_ref().map(|after| (&after.user, after.rank));
        let mut ranked = pages::ranked(&self.0.pipeline.state(), order, moment, limit + 1, is_listed, after);
        let goes_on = ranked.len() > limit;
        ranked.truncate(limit);
        let last = ranked.last().filter(|_| goes_on).cloned();
        let next = last.map(|(user, rank)| UserPlace { moment, rank, user });
        let users: Vec<UserId> = ranked.into_iter().map(|(user, _)| user).collect();
        let records = self.records(&users).await?;
        let users = records.iter().map(|(user, record)| pages::summary(user, record, moment)).collect();
        Ok(UserPage { users, next })
    }
}
