//! The stored form of notices: rows of bytes, a byte for the version, then types of this module in postcard.
//!
//! The types with a version never change: a change of the notices' own types needs new ones beside them.

use serde::{Deserialize, Serialize};

use super::{AdoptedValue, MOST_NOTICES, Notice, Notices, RecentDays, recent_days::RecentDay};
use crate::{calendar::Day, event::UserId, families::Family};

/// The version of the format that is written; bytes of another version are refused.
const VERSION: u8 = 1;
/// The row of the latest days. The other rows hold one notice each.
pub(super) const RECENT_DAYS: u8 = 0;

/// Why a stored row of notices cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum UnreadableNotices {
    /// The bytes were written by another version of the program.
    #[error("the bytes have version {0}, this program reads {VERSION}")]
    Version(u8),
    /// The bytes are not what was once written.
    #[error("the bytes are damaged")]
    Damaged,
}

/// Returns the row of the notice with a number, which is that of the notice that gave way to it.
pub(super) fn row_of(number: u64) -> u8 {
    1 + (number % MOST_NOTICES) as u8
}

impl Notices {
    /// Returns the stored forms of the rows that changed since [`Notices::mark_stored`] was last called, with their
    /// numbers, which are stable.
    pub fn changed_rows(&self) -> impl Iterator<Item = (u8, Vec<u8>)> {
        self.changed.iter().filter_map(|row| Some((*row, self.row_to_bytes(*row)?)))
    }

    /// Takes all rows as stored.
    pub fn mark_stored(&mut self) {
        self.changed.clear();
    }

    /// Reads a stored row in addition to those read before. A row that was never read is empty.
    ///
    /// # Errors
    ///
    /// Returns [`UnreadableNotices`] if the bytes have another version or are damaged; then nothing is changed.
    pub fn read_row(&mut self, row: u8, bytes: &[u8]) -> Result<(), UnreadableNotices> {
        let body = match bytes.split_first() {
            Some((&VERSION, body)) => body,
            Some((&other, _)) => return Err(UnreadableNotices::Version(other)),
            None => return Err(UnreadableNotices::Damaged),
        };
        if row == RECENT_DAYS {
            self.recent = read::<RecentDaysV1>(body)?.into();
        } else {
            let notice = read::<NoticeV1>(body)?.read().ok_or(UnreadableNotices::Damaged)?;
            self.by_number.insert(notice.number, notice);
        }
        let newest = self.by_number.last_key_value().map_or(0, |(number, _)| *number);
        self.recent.opened = self.recent.opened.max(newest);
        Ok(())
    }

    fn row_to_bytes(&self, row: u8) -> Option<Vec<u8>> {
        let bytes = if row == RECENT_DAYS {
            postcard::to_extend(&RecentDaysV1::from(&self.recent), vec![VERSION])
        } else {
            let notice = self.by_number.values().find(|notice| row_of(notice.number) == row)?;
            postcard::to_extend(&NoticeV1::from(notice), vec![VERSION])
        };
        Some(bytes.expect("stored types are plain data"))
    }
}

/// Reads a value that takes all of the bytes.
fn read<'de, T: Deserialize<'de>>(bytes: &'de [u8]) -> Result<T, UnreadableNotices> {
    match postcard::take_from_bytes(bytes) {
        Ok((value, [])) => Ok(value),
        _ => Err(UnreadableNotices::Damaged),
    }
}

#[derive(Debug, Serialize, Deserialize)]
struct RecentDaysV1 {
    /// The latest day first.
    days: Vec<RecentDayV1>,
    opened: u64,
}

#[derive(Debug, Serialize, Deserialize)]
struct RecentDayV1 {
    day: i32,
    active: u64,
    /// The adopters of each value, in the order of the keys.
    adopters: Vec<(u64, Vec<UserId>)>,
}

impl From<&RecentDays> for RecentDaysV1 {
    fn from(RecentDays { days, opened }: &RecentDays) -> Self {
        Self { days: days.iter().map(RecentDayV1::from).collect(), opened: *opened }
    }
}

impl From<RecentDaysV1> for RecentDays {
    fn from(RecentDaysV1 { days, opened }: RecentDaysV1) -> Self {
        Self { days: days.into_iter().map(RecentDay::from).collect(), opened }
    }
}

impl From<&RecentDay> for RecentDayV1 {
    fn from(RecentDay { day, active, adopters, .. }: &RecentDay) -> Self {
        let mut adopters: Vec<_> = adopters.iter().map(|(key, users)| (*key, users.clone())).collect();
        adopters.sort_unstable_by_key(|(key, _)| *key);
        Self { day: day.0, active: *active, adopters }
    }
}

impl From<RecentDayV1> for RecentDay {
    fn from(RecentDayV1 { day, active, adopters }: RecentDayV1) -> Self {
        let adoptions = adopters.iter().map(|(_, users)| users.len()).sum();
        Self { day: Day(day), active, adopters: adopters.into_iter().collect(), adoptions }
    }
}

#[derive(Debug, Serialize, Deserialize)]
struct NoticeV1 {
    number: u64,
    first_day: i32,
    last_day: i32,
    active: u64,
    of_first_day: u64,
    users: u64,
    values: Vec<NoticeValueV1>,
    /// The users with the days on which they joined.
    listed: Vec<(UserId, i32)>,
}

#[derive(Debug, Serialize, Deserialize)]
struct NoticeValueV1 {
    /// The name of the family.
    family: String,
    text: String,
    users_of_first_day: u64,
    users: u64,
    key: u64,
}

impl From<&Notice> for NoticeV1 {
    fn from(notice: &Notice) -> Self {
        Self {
            number: notice.number,
            first_day: notice.first_day.0,
            last_day: notice.last_day.0,
            active: notice.active,
            of_first_day: notice.of_first_day,
            users: notice.users,
            values: notice.values.iter().map(NoticeValueV1::from).collect(),
            listed: notice.listed().map(|(user, day)| (user.clone(), day.0)).collect(),
        }
    }
}

impl NoticeV1 {
    fn read(self) -> Option<Notice> {
        (self.of_first_day <= self.users).then_some(())?;
        Some(Notice {
            number: self.number,
            first_day: Day(self.first_day),
            last_day: Day(self.last_day),
            active: self.active,
            of_first_day: self.of_first_day,
            users: self.users,
            values: self.values.into_iter().map(NoticeValueV1::read).collect::<Option<_>>()?,
            listed: self.listed.into_iter().map(|(user, day)| (user, Day(day))).collect(),
        })
    }
}

impl From<&AdoptedValue> for NoticeValueV1 {
    fn from(value: &AdoptedValue) -> Self {
        let AdoptedValue { family, ref text, users_of_first_day, users, key } = *value;
        Self { family: family.name().to_owned(), text: text.clone(), users_of_first_day, users, key }
    }
}

impl NoticeValueV1 {
    fn read(self) -> Option<AdoptedValue> {
        let Self { family, text, users_of_first_day, users, key } = self;
        Some(AdoptedValue { family: Family::named(&family)?, text, users_of_first_day, users, key })
    }
}
