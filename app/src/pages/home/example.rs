//! An example of scores and reasons.

use leptos::prelude::*;
use shared::format::grouped;

use crate::{components::SeverityBadge, return_period::ReturnPeriod};

/// An invented user-day with score and reasons.
struct Finding {
    user: &'static str,
    user_days: u32,
    reasons: [&'static str; 2],
}

const FINDINGS: [Finding; 3] = [
    Finding {
        user: "mira.okafor",
        user_days: 12_000,
        reasons: [
            "First activity from Lagos; usually Berlin (93% of the time)",
            "214 resources accessed for the first time in one day",
        ],
    },
    Finding {
        user: "ci-deploy",
        user_days: 1_900,
        reasons: [
            "First activity in billing; usually web (88% of the time)",
            "Rarely active at 03:12 UTC (under 1% for this user, 2% for peers)",
        ],
    },
    Finding {
        user: "j.lindqvist",
        user_days: 140,
        reasons: ["First activity on a phone", "2.4 GB transferred in one day, 41 times the usual 58.5 MB"],
    },
];

/// Three users on a ranked list, each with a score and reasons.
#[component]
pub fn Example() -> impl IntoView {
    let findings = FINDINGS.map(|finding| {
        let period = ReturnPeriod::from(finding.user_days);
        view! {
            <li>
                <div class="finding-head">
                    <strong>{finding.user}</strong>
                    <SeverityBadge severity=period.severity()/>
                    <span class="finding-score">{format!("{:.3}", period.score())}</span>
                </div>
                <ul>{finding.reasons.map(|reason| view! { <li>{reason}</li> })}</ul>
                <p class="finding-rarity">"1 user-day in " {grouped(finding.user_days)}</p>
            </li>
        }
    });

    view! {
        <figure class="example">
            <figcaption>"Worth a look today" <span>"invented example"</span></figcaption>
            <ol>{findings}</ol>
        </figure>
    }
}
