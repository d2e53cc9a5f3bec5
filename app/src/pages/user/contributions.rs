//! The days that contribute to a user's risk.

use leptos::prelude::*;
use shared::{
    format::counted,
    risk::{Risk, RiskContribution},
};

use crate::{
    components::{Meter, Moment},
    page_types::UserSummary,
    paths,
};

/// Largest number of listed days.
const LISTED: usize = 8;

/// The days with their points, the largest contribution first; nothing for a user without risk.
pub(super) fn contributions(
    summary: &UserSummary,
    contributions: Vec<RiskContribution>,
) -> Option<impl IntoView + use<>> {
    if contributions.is_empty() {
        return None;
    }
    let half_life = if summary.is_service_account { Risk::SERVICE_HALF_LIFE_DAYS } else { Risk::HALF_LIFE_DAYS };
    let others = contributions.get(LISTED..).unwrap_or_default();
    let points: f64 = others.iter().map(|other| other.points).sum();
    let rest = (!others.is_empty()).then(|| {
        let days = counted(others.len() as u64, "more day");
        view! { <p class="faint">{format!("{days}: {points:.1} points")}</p> }
    });
    let rows: Vec<_> =
        contributions.into_iter().take(LISTED).map(|contribution| row(&summary.user_id, contribution)).collect();
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

/// A day, which leads to its most unusual event. Its bar has the scale of the risk.
fn row(user_id: &str, RiskContribution { time, points, reasons }: RiskContribution) -> impl IntoView + use<> {
    let no_part = || "Slightly unlike this user's usual days".to_owned();
    let reason = reasons.into_iter().next().unwrap_or_else(no_part);

    view! {
        <li>
            <a href=paths::of_event(user_id, time)><Moment at=time/></a>
            <span class="points">{format!("{points:.1}")}</span>
            <Meter part=Signal::stored(points / 100.0)/>
            <p class="why">{reason}</p>
        </li>
    }
}
