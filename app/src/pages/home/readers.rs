//! Kinds of people who use the product.

use leptos::prelude::*;

/// A kind of user of the product, with a question and its answer.
struct Reader {
    who: &'static str,
    question: &'static str,
    answer: &'static str,
}

const READERS: [Reader; 4] = [
    Reader {
        who: "Analyst",
        question: "Who needs a review first?",
        answer: "A ranked list. Each entry says what is new or rare for this user, and how common it is among their \
                 peers.",
    },
    Reader {
        who: "Engineer",
        question: "How do I plug it in?",
        answer: "One command; one row out for each record in, in the same order. The same file gives the same bytes, \
                 on any number of threads.",
    },
    Reader {
        who: "Administrator",
        question: "What do I have to run?",
        answer: "One binary with its database inside and nothing to configure. It answers on /health, stops cleanly \
                 and sends nothing anywhere.",
    },
    Reader {
        who: "Auditor",
        question: "Can I check it?",
        answer: "The score states how rare a day is, every reason its share of that, and the formulas are few enough \
                 to recompute by hand.",
    },
];

/// Four kinds of users, each with a question and its answer.
#[component]
pub fn Readers() -> impl IntoView {
    let readers = READERS.map(|reader| {
        view! {
            <li>
                <p class="eyebrow">{reader.who}</p>
                <h3>{reader.question}</h3>
                <p>{reader.answer}</p>
            </li>
        }
    });

    view! {
        <section class="band" id="readers" aria-labelledby="readers-title">
            <header>
                <h2 id="readers-title">"Built for your whole team"</h2>
            </header>
            <ul class="cards four">{readers}</ul>
        </section>
    }
}
