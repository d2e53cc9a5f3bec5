//! The days that contribute to a user's risk.

use leptos::prelude::*;
use shared::{
    format::counted,
    risk::{Risk, RiskContribution},
};

use crate::{
    components::{Meter, Moment},
    page_types::UserSummary,
};

/// Largest number of listed days.
const LISTED: usize = 8;

/// The days with their points, the largest contribution first; nothing for a user without risk.
pub(super) fn contributions(
    summary: &UserSummary,
    contributions: Vec<RiskContribution>,
) -> Option<impl IntoView + use<>> {
    let most = contributions.first()?.points;
    let half_life = if summary.is_service_account { Risk::SERVICE_HALF_LIFE_DAYS } else { Risk::HALF_LIFE_DAYS };
    let others = contributions.get(LISTED..).unwrap_or_default();
    let points: f64 = others.iter().map(|other| other.points).sum();
    let rest = (!others.is_empty()).then(|| {
        let days = counted(others.len() as u64, "more day");
        view! { <p class="faint">{format!("{days}: {points:.1} points")}</p> }
    });
    let rows: Vec<_> = contributions.into_iter().take(LISTED).map(|contribution| row(contribution, most)).collect();
    Some(view! {
        <section class="panel contributions" aria-labelledby="contributions">
            <h2 id="contributions">"Risk breakdown"</h2>
            <p class="faint">
                {format!("Points per day; they add up to the risk. A day's points halve every {half_life} days.")}
            </p>
            <ol>{rows}</ol>
            {rest}
        </section>
    })
}

fn row(RiskContribution { time, points, reasons }: RiskContribution, most: f64) -> impl IntoView {
    let no_part = || "Slightly unlike this user's usual days".to_owned();
    let reason = reasons.into_iter().next().unwrap_or_else(no_part);

    view! {
        <li>
            <Moment at=time/>
            <span class="points">{format!("{points:.1}")}</span>
            <Meter part=Signal::stored(points / most)/>
            <p class="why">{reason}</p>
        </li>
    }
}
