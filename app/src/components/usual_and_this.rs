//! What is usual for a user beside what happened.

use jiff::Timestamp;
use leptos::prelude::*;
use shared::{calendar::second_of, explanation::Observation, format::percent};

use super::{Meter, hour_strip};

/// What is usual and what happened, each with its share of the user's days, and the share among other users. For the hour
/// of the day, `hours` has the shares of all hours and the time of the event, which is lit among them.
pub fn usual_and_this(observation: Observation, hours: Option<([f64; 24], Timestamp)>) -> Option<impl IntoView> {
    let Observation { observed, usual, usual_share, user_share, others_share } = observation;
    let rows: Vec<_> = [
        usual.zip(usual_share).map(|(usual, share)| ("usual", format!("Usual: {usual}"), share)),
        user_share.map(|share| ("this", format!("This: {observed}"), share)),
        others_share.map(|share| ("others", "This, for others".to_owned(), share)),
    ]
    .into_iter()
    .flatten()
    .map(|(class, what, share)| {
        view! {
            <li class=class><span>{what}</span> <Meter part=Signal::stored(share)/> <span class="number">{percent(share)}</span></li>
        }
    })
    .collect();
    if rows.is_empty() {
        return None;
    }
    let strip = hours.map(|(shares, at)| hour_strip(&shares, Some(hour_of(at))));
    Some(view! { <ul class="usual-and-this">{rows}</ul> {strip} })
}

/// Returns the hour of the day (UTC) of a time.
fn hour_of(time: Timestamp) -> usize {
    usize::from(shared::calendar::hour_of(second_of(time)))
}
