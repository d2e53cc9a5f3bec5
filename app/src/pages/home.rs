//! `/`: what the product is, for whom, and how to start.

pub mod example;
pub mod feeds;
pub mod readers;

use leptos::prelude::*;
use leptos_meta::{Meta, Title};

use self::{example::Example, feeds::Feeds, readers::Readers};
use crate::components::AlarmChooser;

/// The home page.
#[component]
pub fn HomePage() -> impl IntoView {
    view! {
        <Title text="Who is acting out of character"/>
        <Meta name="description" content=LEAD/>
        <Hero/>
        <section class="band" id="alarm" aria-labelledby="alarm-title">
            <header>
                <h2 id="alarm-title">"You decide how rare is rare enough"</h2>
                <p>
                    "A score is not a feeling. It says how seldom an ordinary user-day looks this odd, so it tells \
                     beforehand how much there will be to read."
                </p>
            </header>
            <AlarmChooser/>
        </section>
        <Feeds/>
        <Readers/>
    }
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
                    "No rules to write, no labels to collect, no account to open. See " <a href="/dashboard">
                        "whom to look at"
                    </a> ", or " <a href="/predict">"try an event"</a> "."
                </p>
            </div>
            <Example/>
        </section>
    }
}
