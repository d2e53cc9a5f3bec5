//! Users by risk, or by its gain.

use leptos::prelude::*;
use shared::format::grouped;

use crate::{
    components::{Meter, Moment},
    format::change,
    page_types::{Order, UserSummary},
    paths,
};

/// Smallest risk or gain, in points, with which a user is listed.
const NOTEWORTHY: f64 = 1.0;

/// The ranking of users, each with the strongest reason.
pub(super) fn riskiest(order: Order, users: Vec<UserSummary>) -> impl IntoView {
    let points = |user: &UserSummary| match order {
        Order::Risk => user.risk,
        Order::Gain => user.gain,
    };
    let rows: Vec<_> = users.into_iter().filter(|user| points(user) >= NOTEWORTHY).map(row).collect();
    let (title, nobody_stands_out) = match order {
        Order::Risk => ("Users by risk", "No users need review. All are below risk 1."),
        Order::Gain => ("Fastest-rising users", "No user's risk has risen by a point in 7 days."),
    };
    let nobody = rows.is_empty().then(|| {
        view! { <p class="empty">{nobody_stands_out}</p> }
    });
    let table = (!rows.is_empty()).then(|| {
        view! {
            <table class="rows ranking">
                <thead>
                    <tr>
                        <th scope="col">"User"</th>
                        <th scope="col">"Risk"</th>
                        <th scope="col" class="number">"Change, 7 d"</th>
                        <th scope="col">"Top reason"</th>
                        <th scope="col" class="number">"Anomalies, all time"</th>
                        <th scope="col">"Last seen (UTC)"</th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        }
    });

    view! {
        <section class="panel" aria-labelledby="riskiest">
            <div class="panel-head">
                <h2 id="riskiest">{title}</h2>
                <nav class="orders" aria-label="Order of users">
                    {order_link(Order::Risk, order, "Highest risk")}
                    {order_link(Order::Gain, order, "Rising (7 days)")}
                </nav>
            </div>
            {table}
            {nobody}
        </section>
    }
}

/// A link to the ranking in one order.
fn order_link(to: Order, order: Order, name: &'static str) -> impl IntoView {
    let by: &'static str = to.into();
    view! { <a href=format!("/dashboard?by={by}") aria-current=(to == order).then_some("true")>{name}</a> }
}

fn row(user: UserSummary) -> impl IntoView {
    let mut reasons = user.reasons.into_iter();
    let reason = reasons.next().unwrap_or_else(|| "Several mildly unusual days".to_owned());
    let others = reasons.len();
    let service = user.is_service_account.then(|| view! { <span class="faint">" service account"</span> });
    let more = (others > 0).then(|| view! { <span class="faint">{format!(" +{others}")}</span> });

    view! {
        <tr>
            <th scope="row"><a href=paths::of_user(&user.user_id)>{user.user_id.clone()}</a> {service}</th>
            <td class="risk">
                <span class="risk-number">{format!("{:.0}", user.risk)}</span>
                <Meter part=Signal::stored(user.risk / 100.0)/>
            </td>
            <td class="number gain">{change(user.gain)}<span class="unit">" in 7 days"</span></td>
            <td class="why">{reason} {more}</td>
            <td class="number">{grouped(user.anomalies)}<span class="unit">" anomalies"</span></td>
            <td class="when">{user.last_seen.map(|at| view! { <Moment at/> })}</td>
        </tr>
    }
}
