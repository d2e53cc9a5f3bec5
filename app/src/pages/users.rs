//! `/users`: every user, to be searched, filtered and sorted.

use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::{
    components::{A, Form},
    hooks::use_query_map,
    params::ParamsMap,
};
use shared::format::{grouped, plural_s};
use strum::VariantArray as _;

#[cfg(feature = "ssr")]
use crate::calls::require_sign_in;
use crate::{
    calls::load_users,
    components::{Failure, UserTable},
    page_types::{Order, UserKind, UserList, UserQuery},
    paths,
    risk_level::LEVELS,
};

/// The filters, which make up the address, and the users that they leave.
#[component]
pub fn UsersPage() -> impl IntoView {
    #[cfg(feature = "ssr")]
    if !require_sign_in() {
        return ().into_any();
    }
    let address = use_query_map();
    let query = Memo::new(move |_| asked(&address.read()));
    let users = Resource::new(move || query.get(), load_users);

    view! {
        <Title text="Users"/>
        <header class="page-head">
            <h1>"Users"</h1>
            <p>"Every user and service account that has an event."</p>
        </header>
        {move || filters(&query.get())}
        <Transition fallback=|| view! { <p class="waiting">"Loading the users…"</p> }>
            {move || Suspend::new(async move {
                match users.await {
                    Ok(list) => listed(&query.get_untracked(), list).into_any(),
                    Err(error) => view! { <Failure error/> }.into_any(),
                }
            })}
        </Transition>
    }
    .into_any()
}

/// Reads the query of an address. What it cannot read filters nothing.
fn asked(address: &ParamsMap) -> UserQuery {
    let of = |name: &str| address.get(name).unwrap_or_default();
    UserQuery {
        search: of("search"),
        order: of("by").parse().unwrap_or_default(),
        level: of("level").parse().ok(),
        kind: of("kind").parse().unwrap_or_default(),
        page: of("page").parse().unwrap_or_default(),
    }
}

/// The filters as a form, which works without JavaScript.
fn filters(query: &UserQuery) -> impl IntoView + use<> {
    let mut levels = vec![("", "Any level", query.level.is_none())];
    levels.extend(LEVELS.iter().map(|(level, _)| (level.name(), level.name(), query.level == Some(*level))));
    let kinds = UserKind::VARIANTS.iter().map(|kind| (kind.name(), kind.title(), query.kind == *kind));
    let kinds = kinds.collect();
    let orders = [(Order::Risk, "Highest risk"), (Order::Gain, "Rising (7 days)")];
    let orders = orders.map(|(order, title)| (order.name(), title, query.order == order)).to_vec();
    let search = query.search.clone();

    view! {
        <Form method="GET" action="/users" attr:class="filters" attr:role="search" attr:aria-label="Users">
            <label><span>"Search"</span><input type="search" name="search" value=search placeholder="Part of a name" autocomplete="off"/></label>
            {choice("level", "Risk level", levels)}
            {choice("kind", "Kind", kinds)}
            {choice("by", "Order", orders)}
            <button class="primary">"Show"</button>
        </Form>
    }
}

/// A list of choices: their values, their texts, and whether each is chosen.
fn choice(name: &'static str, label: &'static str, choices: Vec<(&'static str, &'static str, bool)>) -> impl IntoView {
    let options = choices.into_iter().map(|(value, text, is_chosen)| {
        view! { <option value=value selected=is_chosen>{text}</option> }
    });
    view! { <label><span>{label}</span><select name=name autocomplete="off">{options.collect_view()}</select></label> }
}

/// The users of a page, and links to the pages beside it.
fn listed(query: &UserQuery, UserList { users, matching, pages }: UserList) -> impl IntoView + use<> {
    let none = users
        .is_empty()
        .then(|| view! { <p class="empty">"No user matches. Search for less, or change the filters."</p> });
    let table = (!users.is_empty()).then(|| view! { <UserTable users/> });
    let page = query.page;
    let link = |to: u64, text: &'static str| {
        let address = paths::of_users(&UserQuery { page: to, ..query.clone() });
        view! { <A href=address>{text}</A> }
    };
    let before = (page > 0).then(|| link(page - 1, "Previous"));
    let after = (page + 1 < pages).then(|| link(page + 1, "Next"));
    let pager = (pages > 1).then(|| {
        view! {
            <nav class="pager" aria-label="Pages of users">
                {before} <span>{format!("Page {} of {}", grouped(page + 1), grouped(pages))}</span> {after}
            </nav>
        }
    });

    view! {
        <section class="panel" aria-labelledby="listed">
            <h2 id="listed">{grouped(matching)} " user" {plural_s(matching)}</h2>
            {table}
            {none}
            {pager}
        </section>
    }
}
