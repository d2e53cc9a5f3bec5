//! A log with its attacks.

use std::collections::{HashMap, HashSet};

use shared::event::{Event, UserId};

use super::{attack::Case, log::Log};
use crate::labelled::{Label, Labelled};

/// Merges attacks with what they leave of a log, in order of time; every row has an id of its own.
pub(super) fn merge(log: &Log, cases: Vec<Case>) -> Vec<Labelled> {
    let mut is_kept = vec![true; log.events.len()];
    for place in cases.iter().flat_map(|case| &case.attack.removed) {
        is_kept[*place] = false;
    }
    let ids: HashSet<&str> = log.events.iter().filter_map(|event| event.sender_id.as_deref()).collect();
    let kept = log.events.iter().zip(is_kept).filter(|(_, is_kept)| *is_kept).map(|(event, _)| event);
    let benign = kept.map(|event| Labelled { event: event.clone(), label: Label::Benign });
    let mut rows: Vec<_> = numbered(benign, 'e', &ids).collect();
    let added = cases.into_iter().flat_map(|Case { label, attack }| {
        let attack_rows = attack.events.into_iter().map(move |event| Labelled { event, label: label.clone() });
        attack_rows.chain(attack.aftermath.into_iter().map(|event| Labelled { event, label: Label::Unjudged }))
    });
    rows.extend(numbered(added, 'i', &ids));
    rows.sort_by_key(|row| row.event.time);
    tell_changes_of_place(&mut rows);
    rows
}

/// Gives rows without an id a letter and a number that no sender has given.
fn numbered<'a>(
    rows: impl Iterator<Item = Labelled> + 'a,
    letter: char,
    taken: &'a HashSet<&str>,
) -> impl Iterator<Item = Labelled> + 'a {
    let mut free =
        (1..).map(move |number: u64| format!("{letter}{number:06}")).filter(|id| !taken.contains(id.as_str()));
    rows.map(move |mut row| {
        row.event.sender_id = row.event.sender_id.or_else(|| free.next().map(Into::into));
        row
    })
}

/// Sets anew, where the log tells them, the changes of place of everybody from their first attack on.
fn tell_changes_of_place(rows: &mut [Labelled]) {
    let mut attacked: HashSet<UserId> = HashSet::new();
    let mut places: HashMap<UserId, Box<str>> = HashMap::new();
    for Labelled { event, label } in rows {
        if *label != Label::Benign {
            attacked.insert(event.user.clone());
        }
        let before = event.location.clone().and_then(|place| places.insert(event.user.clone(), place));
        if let Event { location: Some(place), location_change: Some(change), user, .. } = event
            && attacked.contains(user)
        {
            *change = before.is_some_and(|before| before != *place);
        }
    }
}
