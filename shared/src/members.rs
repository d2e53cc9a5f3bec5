//! Everybody who was ever seen, in little memory.
//!
//! A profile at work is some six times as large as the bytes in which it is stored, and most users do nothing most of
//! the time. So profiles are kept as these bytes and unpacked when an event comes; they come back to the bit. That
//! takes little longer than the copy on which events are judged would (`make bench`), so none are kept unpacked.

use std::collections::HashMap;

use crate::{
    event::UserId,
    profile::{Profile, UnreadableProfile},
    standing::Standing,
};

/// One user.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Member {
    /// What is remembered of the user.
    pub profile: Profile,
    /// Where the user stands.
    pub standing: Standing,
}

/// One user as kept: where they stand is at hand, for lists of users.
#[derive(Debug, Clone, PartialEq)]
pub struct PackedMember {
    profile: Box<[u8]>,
    standing: Standing,
}

/// All users.
#[derive(Debug, Clone, Default)]
pub struct Members(HashMap<UserId, PackedMember>);

impl Member {
    /// Packs the user.
    pub fn pack(self) -> PackedMember {
        PackedMember { profile: self.profile.to_bytes().into(), standing: self.standing }
    }
}

impl PackedMember {
    /// Takes a user as stored, if the profile can be read.
    pub fn stored(profile: &[u8], standing: Standing) -> Result<Self, UnreadableProfile> {
        Profile::from_bytes(profile)?;
        Ok(Self { profile: profile.into(), standing })
    }

    /// Returns the profile's bytes, as they are stored.
    pub fn profile_bytes(&self) -> &[u8] {
        &self.profile
    }

    /// Returns where the user stands.
    pub fn standing(&self) -> &Standing {
        &self.standing
    }

    /// Unpacks the profile.
    pub fn profile(&self) -> Profile {
        Profile::from_bytes(&self.profile).expect("these bytes were written by `pack` or read before")
    }

    /// Unpacks the user.
    pub fn unpack(&self) -> Member {
        Member { profile: self.profile(), standing: self.standing.clone() }
    }
}

impl Members {
    /// Returns a user, if they were ever seen.
    pub fn get(&self, user: &UserId) -> Option<&PackedMember> {
        self.0.get(user)
    }

    /// Returns every user, in no order.
    pub fn iter(&self) -> impl Iterator<Item = (&UserId, &PackedMember)> {
        self.0.iter()
    }

    /// Returns how many users there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Tells whether nobody was ever seen.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Keeps a user in place of what was known of them.
    pub fn insert(&mut self, user: UserId, member: PackedMember) {
        self.0.insert(user, member);
    }
}
