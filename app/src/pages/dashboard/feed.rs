//! How to feed the product, shown before the first event.

use leptos::prelude::*;

/// A way to feed the product.
struct FeedingGuide {
    title: &'static str,
    text: &'static str,
    command: &'static str,
}

const GUIDES: [FeedingGuide; 3] = [
    FeedingGuide {
        title: "Send events as they happen",
        text: "One event per request; the response contains its score. Your API key was printed on first start.",
        command: r#"curl http://localhost:5000/api/predict \
  -H "X-API-Key: $API_KEY" \
  -d '{"user_id": "ann",
       "timestamp": "2026-11-20T09:30:00Z",
       "action_type": "login"}'"#,
    },
    FeedingGuide {
        title: "Import a log",
        text: "CSV, NDJSON, JSON or CloudTrail, gzip or plain. Stop the server first. Importing the same file twice is safe.",
        command: "uba import activity.csv.gz",
    },
    FeedingGuide {
        title: "Look around first",
        text: "A sample log of real activity is loaded, moved so that it ends today.",
        command: "uba serve --demo",
    },
];

/// Three ways to feed the product, each with a command.
pub(super) fn feed() -> impl IntoView {
    let guides = GUIDES.map(|guide| {
        view! {
            <li>
                <h3>{guide.title}</h3>
                <p>{guide.text}</p>
                <pre tabindex="0"><code>{guide.command}</code></pre>
            </li>
        }
    });

    view! {
        <section class="panel feed" aria-labelledby="feed">
            <h2 id="feed">"There are no events yet"</h2>
            <p class="hint">"This page updates by itself as soon as the first event arrives."</p>
            <ol class="cards three">{guides}</ol>
        </section>
    }
}
