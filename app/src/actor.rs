//! Actors: who asks the server for something, and what they may do.

use std::fmt;

use serde::{Deserialize, Serialize};
use shared::error::Error;
use strum::{Display, EnumString, VariantArray};

/// Somebody who has proved who they are. Every use case takes one and first requires the scope that it needs, so that
/// nobody else can reach it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Actor {
    account: AccountId,
    role: Role,
    scopes: Scopes,
}

impl Actor {
    /// Makes an actor of an account. A key or a session may narrow what the role allows, never widen it.
    pub fn new(account: AccountId, role: Role, scopes: Scopes) -> Self {
        Self { account, role, scopes: scopes.intersection(role.scopes()) }
    }

    /// Returns the account that the actor belongs to.
    pub fn account(&self) -> &AccountId {
        &self.account
    }

    /// Returns the role of the account.
    pub fn role(&self) -> Role {
        self.role
    }

    /// Refuses an actor without a scope.
    pub fn require(&self, scope: Scope) -> Result<(), Error> {
        if self.scopes.contains(scope) { Ok(()) } else { Err(Error::Forbidden) }
    }

    /// Refuses an actor who would give somebody a scope that the actor lacks.
    pub fn require_all(&self, scopes: Scopes) -> Result<(), Error> {
        if self.scopes.intersection(scopes) == scopes { Ok(()) } else { Err(Error::Forbidden) }
    }
}

/// Name of an account, of a person or of a program.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct AccountId(Box<str>);

impl AccountId {
    /// Takes the name of an account.
    pub fn new(name: impl Into<Box<str>>) -> Self {
        Self(name.into())
    }
}

impl fmt::Display for AccountId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What an account is for; each role may do all that the ones before it may.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, Display, EnumString, VariantArray,
)]
#[serde(rename_all = "lowercase")]
#[strum(serialize_all = "lowercase")]
pub enum Role {
    /// Looks at users, events and scores.
    Viewer,
    /// Also sends events and gives verdicts.
    Analyst,
    /// Also changes settings, models, accounts and keys.
    #[serde(rename = "administrator")]
    #[strum(serialize = "administrator")]
    Admin,
}

impl Role {
    /// Returns the scopes that the role allows.
    pub fn scopes(self) -> Scopes {
        match self {
            Self::Viewer => Scopes::of(&[Scope::Read]),
            Self::Analyst => Scopes::of(&[Scope::Read, Scope::Ingest, Scope::Triage]),
            Self::Admin => Scopes::ALL,
        }
    }
}

/// What an API key is for; a key may be for several things, and none includes another.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, Display, EnumString, VariantArray,
)]
#[serde(rename_all = "lowercase")]
#[strum(serialize_all = "lowercase")]
pub enum KeyScope {
    /// Sends events and gets their scores.
    Score,
    /// Reads users, events and scores.
    Read,
    /// Gives verdicts and changes settings, models, accounts and keys.
    Manage,
}

impl KeyScope {
    /// Returns the scopes that a key for this has.
    pub fn scopes(self) -> Scopes {
        match self {
            Self::Score => Scopes::of(&[Scope::Ingest]),
            Self::Read => Scopes::of(&[Scope::Read]),
            Self::Manage => Scopes::of(&[Scope::Triage, Scope::Admin]),
        }
    }
}

/// A kind of use case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// Reading, and scoring events that are not kept.
    Read,
    /// Sending events that are kept.
    Ingest,
    /// Giving verdicts.
    Triage,
    /// Changing settings, models, accounts and keys.
    Admin,
}

/// A set of scopes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Scopes(u8);

impl Scopes {
    /// Every scope.
    pub const ALL: Self = Self::of(&[Scope::Read, Scope::Ingest, Scope::Triage, Scope::Admin]);

    /// Returns the set of some scopes.
    pub const fn of(scopes: &[Scope]) -> Self {
        let mut bits = 0;
        let mut index = 0;
        while index < scopes.len() {
            bits |= 1 << scopes[index] as u8;
            index += 1;
        }
        Self(bits)
    }

    /// Returns whether the set contains `scope`.
    pub fn contains(self, scope: Scope) -> bool {
        self.0 & (1 << scope as u8) != 0
    }

    /// Returns the scopes that are in either set.
    #[must_use]
    pub fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Returns the scopes that are in both sets.
    #[must_use]
    pub fn intersection(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_narrows_what_its_role_allows_and_never_widens_it() {
        let scopes = Scopes::of(&[Scope::Read, Scope::Admin]);
        let allowed = |role| {
            let actor = Actor::new(AccountId::new("ann"), role, scopes);
            [Scope::Read, Scope::Ingest, Scope::Triage, Scope::Admin].map(|scope| actor.require(scope).is_ok())
        };
        assert_eq!(allowed(Role::Viewer), [true, false, false, false]);
        assert_eq!(allowed(Role::Analyst), [true, false, false, false]);
        assert_eq!(allowed(Role::Admin), [true, false, false, true]);
    }

    #[test]
    fn each_role_may_do_all_that_the_one_before_may() {
        let [viewer, analyst, admin] = [Role::Viewer, Role::Analyst, Role::Admin].map(Role::scopes);
        assert_eq!((viewer.intersection(analyst), analyst.intersection(admin)), (viewer, analyst));
        assert!(viewer != analyst && analyst != admin);
    }
}
