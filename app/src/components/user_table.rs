//! Users in a table, each row with what makes the user worth a look.

use leptos::prelude::*;
use shared::{format::grouped, severity::Severity};

use super::{Moment, SeverityBadge, sparkline};
use crate::{format::change, page_types::UserSummary, paths, risk_level::risk_level};

/// Users, each a row that leads to the user's page.
#[component]
pub fn UserTable(
    /// The users.
    users: Vec<UserSummary>,
) -> impl IntoView {
    let rows: Vec<_> = users.into_iter().map(row).collect();

    view! {
        <table class="rows ranking">
            <thead>
                <tr>
                    <th scope="col">"User"</th>
                    <th scope="col">"Risk"</th>
                    <th scope="col">"30 days"</th>
                    <th scope="col" class="number">"Change, 7 d"</th>
                    <th scope="col">"Top reason"</th>
                    <th scope="col" class="number">"Anomalies, all time"</th>
                    <th scope="col">"Last seen (UTC)"</th>
                </tr>
            </thead>
            <tbody>{rows}</tbody>
        </table>
    }
}

fn row(user: UserSummary) -> impl IntoView {
    let level = risk_level(user.risk);
    let mut reasons = user.reasons.into_iter();
    let reason = reasons.next().or_else(|| level.map(|_| "Several mildly unusual days".to_owned()));
    let others = reasons.len();
    let more = (others > 0).then(|| {
        let title = format!("{others} more reasons on that day");
        view! { <span class="faint" title=title>{format!(" +{others}")}</span> }
    });
    let service = user.is_service_account.then(|| view! { <span class="faint">" service account"</span> });
    let badge = level.map(|severity| view! { <SeverityBadge severity/> });

    view! {
        <tr>
            <th scope="row"><a class="row-link" href=paths::of_user(&user.user_id)>{user.user_id.clone()}</a> {service}</th>
            <td class="risk"><span class="risk-number">{format!("{:.0}", user.risk)}</span> {badge}</td>
            <td class="trend">{sparkline(&user.risk_history, level.map_or("", Severity::name))}</td>
            <td class="number gain">{change(user.gain)}<span class="unit">" in 7 days"</span></td>
            <td class="why">{reason} {more}</td>
            <td class="number">{grouped(user.anomalies)}<span class="unit">" anomalies"</span></td>
            <td class="when">{user.last_seen.map(|at| view! { <Moment at/> })}</td>
        </tr>
    }
}
