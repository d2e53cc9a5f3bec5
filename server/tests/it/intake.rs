//! What happens to events on their way in.

use std::{future::Future as _, task::Poll};

use jiff::{SignedDuration, Timestamp};
use server::{config::DatabaseUri, start::Running};
use shared::event::{Action, Event};

use crate::config;

fn event(user: &str, minute: i64) -> Event {
    let start: Timestamp = "2024-01-15T09:00:00Z".parse().expect("a time");
    Event::new(user.parse().expect("an id"), start + SignedDuration::from_mins(minute), Action::View)
}

#[tokio::test(flavor = "multi_thread")]
async fn two_who_send_the_same_event_at_once_get_one_answer() {
    let service = crate::service().await;
    let actor = app::backend::Actor::Program;
    let senders = (0..20).map(|_| {
        tokio::spawn({
            let service = service.clone();
            async move { service.take(actor, event("ann", 0)).await.expect("it is taken") }
        })
    });
    let mut answers = Vec::new();
    for sender in senders {
        answers.push(sender.await.expect("the sender ends"));
    }
    assert!(answers.windows(2).all(|pair| pair[0] == pair[1]));
    assert_eq!(service.events(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_caller_who_hangs_up_does_not_cancel_what_was_sent() {
    let service = crate::service().await;
    let actor = app::backend::Actor::Program;
    {
        let mut taking = std::pin::pin!(service.take(actor, event("ann", 0)));
        std::future::poll_fn(|context| Poll::Ready(taking.as_mut().poll(context).is_pending())).await;
    } // sent, and hung up
    service.take(actor, event("ann", 1)).await.expect("it is taken");
    assert_eq!(service.events(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_of_a_time_before_the_last_is_found_again_too() {
    let service = crate::service().await;
    let actor = app::backend::Actor::Program;
    for minute in [10, 5, 10, 5, 7] {
        service.take(actor, event("ann", minute)).await.expect("it is taken");
    }
    assert_eq!(service.events(), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_taken_before_a_stop_is_there_after_the_next_start() {
    let folder = tempfile::tempdir().expect("the temporary folder can be written");
    let config = config(DatabaseUri::RocksDb(folder.path().join("uba.db")));
    let actor = app::backend::Actor::Program;

    let running = Running::start(&config).await.expect("a new folder is created");
    let events: Vec<Event> =
        (0..600).map(|minute| event(if minute % 2 == 0 { "ann" } else { "bob" }, minute)).collect();
    let first = running.service.take_all(actor, events.clone()).await.expect("the actor may");
    running.stop().await;

    let running = Running::start(&config).await.expect("the folder is free again");
    assert_eq!(running.service.events(), 600);
    let again = running.service.take_all(actor, events).await.expect("the actor may");
    assert_eq!(first, again);
    assert_eq!(running.service.events(), 600);
    running.stop().await;
}
