//! Users by risk, or by its gain.

use leptos::prelude::*;

use crate::{
    components::UserTable,
    page_types::{Order, UserSummary},
    risk_level::LEAST_RISK,
};

/// The ranking of users, each with the strongest reason.
pub(super) fn riskiest(order: Order, users: Vec<UserSummary>) -> impl IntoView {
    let points = |user: &UserSummary| match order {
        Order::Risk => user.risk,
        Order::Gain => user.gain,
    };
    let users: Vec<_> = users.into_iter().filter(|user| points(user) >= LEAST_RISK).collect();
    let (title, nobody_stands_out) = match order {
        Order::Risk => ("Users by risk", "No users need review. All are below risk 1."),
        Order::Gain => ("Fastest-rising users", "No user's risk has risen by a point in 7 days."),
    };
    let nobody = users.is_empty().then(|| {
        view! { <p class="empty">{nobody_stands_out}</p> }
    });
    let table = (!users.is_empty()).then(|| view! { <UserTable users/> });

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
            <p class="faint more"><a href="/users">"All users"</a></p>
        </section>
    }
}

/// A link to the ranking in one order.
fn order_link(to: Order, order: Order, name: &'static str) -> impl IntoView {
    view! { <a href=format!("/dashboard?by={}", to.name()) aria-current=(to == order).then_some("true")>{name}</a> }
}
