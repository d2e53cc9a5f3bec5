//! Users, the riskiest first.

use leptos::prelude::*;
use shared::views::UserSummary;

use crate::{
    components::{Meter, Moment},
    paths,
    rarity::grouped,
};

/// Less risk than this is what any user has now and then.
const NOTEWORTHY: f64 = 1.0;

/// A ranking of users at risk, each with the strongest reason.
pub(super) fn riskiest(users: Vec<UserSummary>) -> impl IntoView {
    let rows: Vec<_> = users.into_iter().filter(|user| user.risk >= NOTEWORTHY).map(row).collect();
    let nobody = rows.is_empty().then(|| {
        view! { <p class="empty">"Nobody stands out: every user is at a risk below 1 of 100."</p> }
    });
    let table = (!rows.is_empty()).then(|| {
        view! {
            <table class="rows ranking">
                <thead>
                    <tr>
                        <th scope="col">"User"</th>
                        <th scope="col">"Risk"</th>
                        <th scope="col">"Strongest reason"</th>
                        <th scope="col" class="number">"Anomalies"</th>
                        <th scope="col">"Last seen (UTC)"</th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        }
    });

    view! {
        <section class="panel" aria-labelledby="riskiest">
            <h2 id="riskiest">"Users by risk"</h2>
            {table}
            {nobody}
        </section>
    }
}

fn row(user: UserSummary) -> impl IntoView {
    let mut reasons = user.reasons.into_iter();
    let reason = reasons.next().unwrap_or_else(|| "Many slightly unusual days".to_owned());
    let others = reasons.len();
    let more = (others > 0).then(|| view! { <span class="faint">{format!(" +{others}")}</span> });

    view! {
        <tr>
            <th scope="row"><a href=paths::of_user(&user.user_id)>{user.user_id.clone()}</a></th>
            <td class="risk">
                <span class="risk-number">{format!("{:.0}", user.risk)}</span>
                <Meter part=Signal::stored(user.risk / 100.0)/>
            </td>
            <td class="why">{reason} {more}</td>
            <td class="number">{grouped(user.anomalies)}<span class="unit">" anomalies"</span></td>
            <td class="when">{user.last_seen.map(|at| view! { <Moment at/> })}</td>
        </tr>
    }
}
