//! What many users did for the first time on one day.

use leptos::prelude::*;

use crate::{
    page_types::{Notice, NoticeWithUsers},
    paths,
};

/// The notices, each with its users behind a disclosure; nothing if there are none.
pub(super) fn notices(notices: Vec<NoticeWithUsers>) -> Option<impl IntoView> {
    let items: Vec<_> = notices.into_iter().map(item).collect();
    (!items.is_empty()).then(|| {
        view! {
            <section class="panel notices" aria-labelledby="notices">
                <h2 id="notices">"Many users at once"</h2>
                <ul>{items}</ul>
            </section>
        }
    })
}

fn item(NoticeWithUsers { notice, users }: NoticeWithUsers) -> impl IntoView {
    let Notice { sentence, users: all, .. } = notice;
    let others = all - users.len() as u64;
    let more = (others > 0).then(|| view! { <p class="faint">{format!("and {others} more")}</p> });
    let links: Vec<_> = users
        .into_iter()
        .map(|(user, _)| view! { <li><a href=paths::of_user(&user)>{user.clone()}</a></li> })
        .collect();

    view! {
        <li>
            <details>
                <summary>{sentence} "."</summary>
                <ul class="notice-users">{links}</ul>
                {more}
            </details>
        </li>
    }
}
