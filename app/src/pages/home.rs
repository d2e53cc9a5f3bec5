//! `/`: what the product is, for which readers, and how to start. It is the page of those who have not signed in.

pub mod example;
pub mod feeds;
pub mod readers;

use leptos::prelude::*;
use leptos_meta::{Meta, Title};

use self::{example::Example, feeds::Feeds, readers::Readers};
#[cfg(feature = "ssr")]
use crate::calls::lead_to_dashboard;
use crate::components::AlertChooser;

/// The home page.
#[component]
pub fn HomePage() -> impl IntoView {
    #[cfg(feature = "ssr")]
    if lead_to_dashboard() {
        return ().into_any();
    }
    view! {
        <Title text="Who is acting out of character"/>
        <Meta name="description" content=LEAD/>
        <Hero/>
        <section class="band" id="alert-volume" aria-labelledby="alert-volume-title">
            <header>
                <h2 id="alert-volume-title">"Choose your alert volume"</h2>
                <p>
                    "Each score states how rarely an ordinary user-day looks this unusual, so you know your workload \
                     in advance."
                </p>
            </header>
            <AlertChooser/>
        </section>
        <Feeds/>
        <Readers/>
    }
    .into_any()
}

const LEAD: &str = "Cloud UBA reads your activity log, learns how each person and service usually behaves, and puts \
                    the few days worth a look on top, each with its reasons in plain words.";

#[component]
fn Hero() -> impl IntoView {
    view! {
        <section class="hero">
            <div>
                <h1>"Who is acting out of character in your cloud, and why"</h1>
                <p class="lead">{LEAD}</p>
                <pre class="command">
                    <code>"uba score " <span>"--input activity.csv.gz"</span> " " <span>"--output scores.csv"</span></code>
                </pre>
                <p class="note">
                    "No rules to write, no labels to collect, nothing sent anywhere. "
                    <a href="/login" rel="external">"Sign in"</a> " to see the users to review."
                </p>
            </div>
            <Example/>
        </section>
    }
}
