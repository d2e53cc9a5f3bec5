//! The header and the footer of every page.

use leptos::prelude::*;
use leptos_router::components::A;
use strum::VariantArray as _;

use crate::visitor::{Theme, Visitor, use_visitor};

/// A page that the header leads to.
struct NavigationLink {
    path: &'static str,
    name: &'static str,
    /// The icon: a path of lines in a square of 24 units.
    icon: &'static str,
}

/// The pages for those who have signed in.
const LINKS: [NavigationLink; 5] = [
    NavigationLink {
        path: "/dashboard",
        name: "Dashboard",
        icon: "M4 5h7v6H4zM14 5h6v4h-6zM4 14h7v5H4zM14 12h6v7h-6z",
    },
    NavigationLink { path: "/alerts", name: "Alerts", icon: "M6 16v-5a6 6 0 0 1 12 0v5M4 16h16M10 20h4" },
    NavigationLink {
        path: "/users",
        name: "Users",
        icon: "M9 11a3.5 3.5 0 1 0 0-7a3.5 3.5 0 0 0 0 7M3 20a6 6 0 0 1 12 0M16 5a3 3 0 0 1 0 6M17 14a5 5 0 0 1 4 5",
    },
    NavigationLink { path: "/predict", name: "Simulate", icon: "M4 7h9M17 7h3M15 5v4M4 17h3M11 17h9M9 15v4M4 12h16" },
    NavigationLink {
        path: "/model",
        name: "Model",
        icon: "M12 4v5M12 9l-6 5M12 9l6 5M6 14v2M18 14v2M4 16h4v4H4zM16 16h4v4h-4z",
    },
];

/// The name of the product and, for those who have signed in, the links to the pages: a rail at the side where there is
/// room, else one line with a menu.
#[component]
pub fn Header() -> impl IntoView {
    let Visitor { account, theme } = use_visitor();
    let Some(account) = account else {
        return view! {
            <header class="top">
                <Brand path="/"/>
                <nav aria-label="Pages"><a href="/login" rel="external">"Sign in"</a></nav>
            </header>
        }
        .into_any();
    };
    let links = LINKS.map(|NavigationLink { path, name, icon }| {
        view! {
            <li>
                <A href=path>
                    <svg viewBox="0 0 24 24" width="20" height="20" aria-hidden="true"><path d=icon/></svg>
                    {name}
                </A>
            </li>
        }
    });

    view! {
        <header class="top rail">
            <Brand path="/dashboard"/>
            <button class="menu-button" popovertarget="menu">"Menu"</button>
            <div class="menu" id="menu" popover="auto">
                <nav aria-label="Pages"><ul>{links}</ul></nav>
                <div class="rail-end">
                    <ThemeChoice chosen=theme/>
                    <nav aria-label="Your account">
                        <A href="/account">{account} <span class="faint">" Account"</span></A>
                        <form class="sign-out" method="post" action="/pages/sign_out">
                            <button>"Sign out"</button>
                        </form>
                    </nav>
                </div>
            </div>
        </header>
    }
    .into_any()
}

/// The emblem and the name, which lead to the first page.
#[component]
fn Brand(path: &'static str) -> impl IntoView {
    view! {
        <a class="brand" href=path>
            <svg class="mark" viewBox="0 0 24 24" width="24" height="24" aria-hidden="true">
                <path class="mark-days" d="M4 4h0M12 4h0M20 4h0M4 12h0M12 12h0M20 12h0M4 20h0M12 20h0"/>
                <path class="mark-lit" d="M20 20h0"/>
            </svg>
            "Cloud UBA"
        </a>
    }
}

/// A button for each theme. The server keeps the choice in a cookie and leads back to the page.
#[component]
fn ThemeChoice(chosen: Theme) -> impl IntoView {
    let buttons = Theme::VARIANTS.iter().map(|theme| {
        let is_chosen = (*theme == chosen).to_string();
        view! { <button name="theme" value=theme.name() aria-pressed=is_chosen>{theme.name()}</button> }
    });

    view! {
        <form class="themes" method="post" action="/pages/set_theme" aria-label="Theme">
            {buttons.collect_view()}
        </form>
    }
}

/// The licence.
#[component]
pub fn Footer() -> impl IntoView {
    view! {
        <footer class="bottom">
            <p>"Apache-2.0 or MIT; the embedded SurrealDB is under the Business Source License."</p>
        </footer>
    }
}
