//! The reasons for a score.

use leptos::prelude::*;
use shared::prediction::Explained;

use super::Meter;

/// Reasons, the strongest first, each with a bar for its contribution.
#[component]
pub fn Reasons(
    /// The reasons.
    reasons: Vec<Explained>,
    /// Style class of the bars: the name of a severity.
    colour: &'static str,
) -> impl IntoView {
    let strongest = reasons.iter().map(|reason| reason.contribution).fold(f64::MIN_POSITIVE, f64::max);
    let reasons = reasons.into_iter().map(|reason| {
        let part = reason.contribution / strongest;
        view! {
            <li>
                <p>{reason.sentence}</p>
                <Meter part=Signal::stored(part) colour=Signal::stored(colour)/>
            </li>
        }
    });

    view! { <ol class="reasons">{reasons.collect_view()}</ol> }
}
