//! The users' profiles and risks, of which checkpoints store the changed ones.

use std::collections::HashMap;

use jiff::Timestamp;
use shared::{
    event::UserId,
    profile::Profile,
    risk_state::RiskState,
    user_records::{PackedUserRecord, UserRecords},
};
use surrealdb::types::{Bytes, RecordId, SurrealValue};
use tracing::error;

use super::{
    Store, StoreError,
    keys::{Keyed, first_part, keyed},
    rows::{pack_risk_state, unpack_risk_state},
};

/// Number of rows read at once.
const PAGE: i64 = 1000;

/// A row of the table `profile`: `[user]`.
#[derive(Debug, SurrealValue)]
pub(super) struct ProfileRow {
    pub(super) id: RecordId,
    profile: Bytes,
    risk_state: Bytes,
    peer_group: Option<i64>,
}

impl Keyed for ProfileRow {
    type Part = String;

    fn id(&self) -> &RecordId {
        &self.id
    }
}

impl ProfileRow {
    pub(super) fn of((user, record): &(UserId, PackedUserRecord)) -> Self {
        let risk_state = pack_risk_state(record.risk_state()).into();
        let peer_group = record.peer_group().map(u64::cast_signed);
        Self { id: key(user), profile: record.profile_bytes().to_vec().into(), risk_state, peer_group }
    }

    /// Returns whether all of the row can be read.
    pub(super) fn is_sound(&self) -> bool {
        let is_sound = Profile::from_bytes(&self.profile).is_ok() && unpack_risk_state(&self.risk_state).is_ok();
        is_sound && user_of(&self.id).is_some()
    }
}

/// What is read of a row when the server starts.
#[derive(Debug, SurrealValue)]
struct RiskRow {
    id: RecordId,
    risk_state: Bytes,
    /// None for a user who has none, or who has not acted since before it was stored.
    peer_group: Option<i64>,
}

impl RiskRow {
    /// Returns the user's risk and counts. If they cannot be read, they start anew, and any event up to now counts as one
    /// that may be stored already.
    fn risk_state(&self) -> RiskState {
        unpack_risk_state(&self.risk_state).unwrap_or_else(|reason| {
            error!(row = ?self.id, %reason, "the risk of a user cannot be read and starts anew");
            let mut unknown = RiskState::default();
            unknown.last = Some(Timestamp::now());
            unknown
        })
    }
}

/// What is read of a row when its user acts.
#[derive(Debug, SurrealValue)]
struct OnlyProfileRow {
    id: RecordId,
    profile: Bytes,
}

impl Store {
    /// Returns every user's risk and counts. The profiles are [read](Self::profiles) when they are needed.
    pub(super) async fn users(&self) -> Result<UserRecords, StoreError> {
        const ROWS: &str =
            "SELECT id, risk_state, peer_group FROM type::record('profile', [$after]>..[[]]) LIMIT $page"; // [[]] is after all
        let mut users = UserRecords::default();
        let mut after: Option<String> = None;
        loop {
            let query = self.query(ROWS).await?.bind(("page", PAGE)).bind(("after", after.take()));
            let mut response = query.await?.check()?;
            let rows: Vec<RiskRow> = response.take(0)?;
            let Some(last) = rows.last() else { return Ok(users) };
            after = first_part(&last.id);
            for row in &rows {
                if let Some(user) = user_of(&row.id) {
                    users.insert_evicted(user, row.risk_state(), row.peer_group.map(i64::cast_unsigned));
                }
            }
        }
    }

    /// Returns the profiles of users. One that is missing or cannot be read is logged and starts anew.
    ///
    /// # Errors
    ///
    /// Fails if the database does not answer.
    pub async fn profiles(&self, users: &[UserId]) -> Result<HashMap<UserId, Profile>, StoreError> {
        const STORED: &str = "SELECT id, profile FROM $ids";
        if users.is_empty() {
            return Ok(HashMap::new());
        }
        let ids: Vec<RecordId> = users.iter().map(key).collect();
        let rows: Vec<OnlyProfileRow> = self.query(STORED).await?.bind(("ids", ids)).await?.check()?.take(0)?;
        let read = |row: OnlyProfileRow| Some((user_of(&row.id)?, Profile::from_bytes(&row.profile)));
        let mut found: HashMap<UserId, _> = rows.into_iter().filter_map(read).collect();
        let or_anew = |user: &UserId| {
            let reason = match found.remove(user) {
                Some(Ok(profile)) => return (user.clone(), profile),
                Some(Err(unreadable)) => unreadable.to_string(),
                None => "it is missing".to_owned(),
            };
            error!(%user, reason, "a profile cannot be read and starts anew");
            (user.clone(), Profile::default())
        };
        Ok(users.iter().map(or_anew).collect())
    }
}

pub(super) fn key(user: &UserId) -> RecordId {
    keyed("profile", user.as_str().to_owned())
}

fn user_of(id: &RecordId) -> Option<UserId> {
    first_part::<String>(id)?.parse().ok()
}
