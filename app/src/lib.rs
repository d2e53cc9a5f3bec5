//! The pages: rendered on the server first, made interactive in the browser after.
//!
//! Feature `ssr` is the server's half, feature `hydrate` the browser's.

#![recursion_limit = "256"] // the type of a page is as deep as its elements

#[cfg(feature = "ssr")]
pub mod actor;
#[cfg(feature = "ssr")]
pub mod backend;
pub mod calls;
pub mod charts;
pub mod components;
pub mod error;
pub mod format;
#[cfg(feature = "ssr")]
pub mod http;
pub mod page_types;
pub mod pages;
pub mod paths;
pub mod return_period;
pub mod risk_level;
#[cfg(feature = "ssr")]
mod security;
#[cfg(feature = "ssr")]
mod shell;
pub mod visitor;
pub mod what_if;

use leptos::prelude::*;
use leptos_meta::{Title, provide_meta_context};
use leptos_router::{
    SsrMode,
    components::{Route, Router, Routes},
    path,
};
use shared::control_characters::visible;

use crate::{
    components::{Footer, Header, Navigation},
    pages::{
        AccountPage, AlertPage, AlertsPage, DashboardPage, HomePage, LoginPage, ModelPage, NotFoundPage, PredictPage,
        UserPage, UsersPage,
    },
    visitor::provide_visitor,
};
#[cfg(feature = "ssr")]
pub use crate::{
    security::content_security_policy,
    shell::{Bundle, Script, shell},
};

/// The whole application: the frame that every page shares, and the page that the address asks for.
///
/// Pages wait for what they show ([`SsrMode::Async`]), so that they can be read without JavaScript.
#[component]
pub fn App() -> impl IntoView {
    provide_meta_context();
    provide_visitor();

    view! {
        <Title formatter=|page: String| document_title(&page)/>
        <Router>
            <a class="skip" href="#content">"Skip to the content"</a>
            <Header/>
            <main id="content" tabindex="-1">
                <Routes fallback=NotFoundPage>
                    <Route path=path!("/") view=HomePage ssr=SsrMode::Async/>
                    <Route path=path!("/login") view=LoginPage ssr=SsrMode::Async/>
                    <Route path=path!("/account") view=AccountPage ssr=SsrMode::Async/>
                    <Route path=path!("/dashboard") view=DashboardPage ssr=SsrMode::Async/>
                    <Route path=path!("/users") view=UsersPage ssr=SsrMode::Async/>
                    <Route path=path!("/alerts") view=AlertsPage ssr=SsrMode::Async/>
                    <Route path=path!("/alerts/:id") view=AlertPage ssr=SsrMode::Async/>
                    <Route path=path!("/users/:id") view=UserPage ssr=SsrMode::Async/>
                    <Route path=path!("/model") view=ModelPage ssr=SsrMode::Async/>
                    <Route path=path!("/predict") view=PredictPage ssr=SsrMode::Async/>
                </Routes>
            </main>
            <Footer/>
            <Navigation/>
        </Router>
    }
}

/// Returns the title of the document of a page. The server writes it into the page as it is, since `leptos_meta` does
/// not escape it, while the browser takes it as text.
fn document_title(page: &str) -> String {
    let title = format!("{} · Cloud UBA", visible(page));
    if cfg!(feature = "ssr") { title.replace('&', "&amp;").replace('<', "&lt;") } else { title }
}
