//! Kinds of input.

use leptos::prelude::*;

/// A kind of input.
struct Feed {
    title: &'static str,
    text: &'static str,
    sample: &'static str,
}

const FEEDS: [Feed; 3] = [
    Feed {
        title: "A table",
        text: "CSV with a header. Three columns are enough: who, when, what.",
        sample: r"user_id,timestamp,action_type
ana,2026-03-02T08:14:05Z,login
ana,2026-03-02T08:15:41Z,view",
    },
    Feed {
        title: "A stream of events",
        text: "JSON, one event a line or one array of all.",
        sample: r#"{"user_id": "ana",
 "timestamp": "2026-03-02T08:14:05Z",
 "action_type": "login"}"#,
    },
    Feed {
        title: "CloudTrail as it is",
        text: "The files that AWS delivers. People, roles, services and anonymous callers each get an identity.",
        sample: r#"{"Records": [{
  "eventTime": "2026-03-02T08:14:05Z",
  "eventName": "ConsoleLogin", …}]}"#,
    },
];

/// Three kinds of input, each with a sample.
#[component]
pub fn Feeds() -> impl IntoView {
    let feeds = FEEDS.map(|feed| {
        view! {
            <li>
                <h3>{feed.title}</h3>
                <p>{feed.text}</p>
                <pre tabindex="0"><code>{feed.sample}</code></pre>
            </li>
        }
    });

    view! {
        <section class="band" id="feed" aria-labelledby="feed-title">
            <header>
                <h2 id="feed-title">"Connect your data"</h2>
                <p>
                    "Plain or gzip, in any order, recognised by content. A field that is missing is unknown, never \
                     suspicious; a record that cannot be read is reported, and the rest is scored."
                </p>
            </header>
            <ol class="cards three">{feeds}</ol>
        </section>
    }
}
