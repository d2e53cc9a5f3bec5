//! Merging a log with the attacks on it.

use std::collections::{HashMap, HashSet};

use shared::event::{Event, UserId};

use super::{attack::LabelledAttack, event_log::EventLog};
use crate::dataset::{Label, LabelledEvent};

/// Returns the events of a log and of the attacks on it, in order of time, each with an id of its own.
pub(super) fn merge(log: &EventLog, attacks: Vec<LabelledAttack>) -> Vec<LabelledEvent> {
    let mut is_kept = vec![true; log.events.len()];
    for removed in attacks.iter().flat_map(|attack| &attack.changes.removed) {
        is_kept[*removed] = false;
    }
    let ids: HashSet<&str> = log.events.iter().filter_map(|event| event.event_id.as_deref()).collect();
    let kept = log.events.iter().zip(is_kept).filter(|(_, is_kept)| *is_kept).map(|(event, _)| event);
    let benign = kept.map(|event| LabelledEvent { event: event.clone(), label: Label::Benign });
    let mut rows: Vec<_> = with_ids(benign, 'e', &ids).collect();
    rows.extend(with_ids(attacks.into_iter().flat_map(rows_of), 'i', &ids));
    rows.sort_by_key(|row| row.event.time);
    update_location_changes(&mut rows);
    rows
}

/// Returns the events of an attack, and the unjudged ones after it.
fn rows_of(LabelledAttack { label, changes }: LabelledAttack) -> impl Iterator<Item = LabelledEvent> {
    let attack = changes.events.into_iter().map(move |event| LabelledEvent { event, label: label.clone() });
    attack.chain(changes.aftermath.into_iter().map(|event| LabelledEvent { event, label: Label::Unjudged }))
}

/// Gives events without an id one made of a letter and a number, none of them `taken`.
fn with_ids<'a>(
    rows: impl Iterator<Item = LabelledEvent> + 'a,
    letter: char,
    taken: &'a HashSet<&str>,
) -> impl Iterator<Item = LabelledEvent> + 'a {
    let mut free =
        (1..).map(move |number: u64| format!("{letter}{number:06}")).filter(|id| !taken.contains(id.as_str()));
    rows.map(move |mut row| {
        row.event.event_id = row.event.event_id.or_else(|| free.next().map(Into::into));
        row
    })
}

/// Sets `location_change` anew, where the log has it, for each user from their first attack on.
fn update_location_changes(rows: &mut [LabelledEvent]) {
    let mut attacked: HashSet<UserId> = HashSet::new();
    let mut locations: HashMap<UserId, Box<str>> = HashMap::new();
    for LabelledEvent { event, label } in rows {
        if *label != Label::Benign {
            attacked.insert(event.user.clone());
        }
        let before = event.location.clone().and_then(|here| locations.insert(event.user.clone(), here));
        if let Event { location: Some(here), location_change: Some(change), user, .. } = event
            && attacked.contains(user)
        {
            *change = before.is_some_and(|before| before != *here);
        }
    }
}
