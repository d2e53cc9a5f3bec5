//! What happens to events on their way in.

use std::{
    sync::{Arc, mpsc},
    task::Poll,
    thread,
    time::Duration,
};

use axum::http::StatusCode;
use serde_json::{Value, json};
use server::{
    config::{DatabaseUri, RequestRates},
    credentials,
    engine_state::EngineState,
    imports::Imports,
    jobs::Jobs,
    notifications::Channels,
    pipeline::{Pipeline, WriterLimits},
    policy::{LivePolicy, Policy},
    service::Service,
    start::Running,
    store::{Opening, Recovered, Store},
};
use shared::{error::Error, event::Event, model::Model};

use crate::{admin, config, event, poll_once, post, service};

#[tokio::test(flavor = "multi_thread")]
async fn two_who_send_the_same_event_at_once_get_one_answer() {
    let service = service().await;
    let senders = (0..20).map(|_| {
        tokio::spawn({
            let service = service.clone();
            async move { service.ingest(&admin(), event("ann", 0)).await.expect("it is taken") }
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
    let (service, pipeline, _jobs) = open().await;
    let (reader, actor) = (Reader::of(pipeline), admin());
    {
        let mut ingesting = Box::pin(service.ingest(&actor, event("ann", 0)));
        assert!(poll_once(&mut ingesting).await.is_pending());
    } // sent, and hung up
    reader.finish();
    service.ingest(&actor, event("ann", 1)).await.expect("it is taken");
    assert_eq!(service.events(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_of_a_time_before_the_last_is_found_again_too() {
    let service = service().await;
    for minute in [10, 5, 10, 5, 7] {
        service.ingest(&admin(), event("ann", minute)).await.expect("it is taken");
    }
    assert_eq!(service.events(), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_taken_before_a_stop_is_there_after_the_next_start() {
    let folder = tempfile::tempdir().expect("the temporary folder can be written");
    let config = config(DatabaseUri::RocksDb(folder.path().join("uba.db")));

    let running = Running::start(&config, Model::shipped()).await.expect("a new folder is created");
    let events: Vec<Event> =
        (0..600).map(|minute| event(if minute % 2 == 0 { "ann" } else { "bob" }, minute)).collect();
    let first = running.service.ingest_batch(&admin(), events.clone()).await.expect("the actor may");
    running.stop().await;

    let running = Running::start(&config, Model::shipped()).await.expect("the folder is free again");
    assert_eq!(running.service.events(), 600);
    let again = running.service.ingest_batch(&admin(), events).await.expect("the actor may");
    assert_eq!(first, again);
    assert_eq!(running.service.events(), 600);
    running.stop().await;
}

/// A service with its pipeline and jobs, on a database in memory.
async fn open() -> (Service, Pipeline, Jobs) {
    let store = Arc::new(Store::open(&DatabaseUri::Memory, Opening::default()).await.expect("memory can be opened"));
    let state = EngineState::recover(Model::shipped(), Recovered::default());
    let (policy, jobs) = (LivePolicy::new(Policy::of_threshold(0.7)), Jobs::default());
    let pipeline = Pipeline::start(Arc::clone(&store), state, policy.clone(), WriterLimits::PRODUCT, &jobs);
    let authenticator = credentials::authenticator(&store, &config(DatabaseUri::Memory)).await;
    let (authenticator, _) = authenticator.expect("memory is writable");
    let imports = Imports::open(Arc::clone(&store), 0).await.expect("a temporary folder");
    let rates = RequestRates::UNLIMITED;
    let channels = Channels::read(&store, &config(DatabaseUri::Memory)).await.expect("there are none");
    (Service::new(store, pipeline.clone(), authenticator, policy, channels, rates, imports), pipeline, jobs)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stop_writes_what_waits_and_refuses_what_comes_after() {
    let (service, pipeline, jobs) = open().await;
    let (reader, actor) = (Reader::of(pipeline), admin());
    let mut waiting: Vec<_> = (0..600).map(|minute| Box::pin(service.ingest(&actor, event("ann", minute)))).collect();
    for ingesting in &mut waiting {
        assert!(poll_once(ingesting).await.is_pending());
    }
    let mut stopping = Box::pin(jobs.stop(Duration::from_mins(1)));
    assert!(poll_once(&mut stopping).await.is_pending(), "the writer is not done yet");
    reader.finish();
    assert_eq!(stopping.await, [""; 0], "every job finished by itself");
    assert_eq!(service.events(), 600);
    for ingesting in waiting {
        ingesting.await.expect("it is stored");
    }

    let late = post(&server::router(service), "/api/predict", &body()).await;
    assert_eq!((late.status, late.header("retry-after")), (StatusCode::SERVICE_UNAVAILABLE, "1"), "{}", late.text());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_full_queue_refuses_events_until_it_has_room_again() {
    let (service, pipeline, _jobs) = open().await;
    let (reader, actor) = (Reader::of(pipeline), admin());
    let router = server::router(service.clone());
    let mut waiting = Vec::new();
    loop {
        let minute = waiting.len().try_into().expect("the queue has an end");
        let mut ingesting = Box::pin(service.ingest(&actor, event("ann", minute)));
        match poll_once(&mut ingesting).await {
            Poll::Pending => waiting.push(ingesting),
            Poll::Ready(answer) => break assert_eq!(answer, Err(Error::Busy)),
        }
    }
    let refused = post(&router, "/api/predict", &body()).await;
    assert_eq!((refused.status, refused.header("retry-after")), (StatusCode::TOO_MANY_REQUESTS, "1"));
    assert_eq!(refused.json()["detail"], "too much is going on; try again in a moment");

    reader.finish();
    for ingesting in waiting {
        ingesting.await.expect("it is stored");
    }
    assert_eq!(post(&router, "/api/predict", &body()).await.status, StatusCode::OK);
}

/// An event as clients send it.
fn body() -> Value {
    json!({"user_id": "bob", "timestamp": "2024-01-15T09:00:00Z", "action_type": "view"})
}

/// Somebody who reads the engine state for so long that the writer waits.
struct Reader {
    finish: mpsc::Sender<()>,
    thread: thread::JoinHandle<()>,
}

impl Reader {
    fn of(pipeline: Pipeline) -> Self {
        let ((finish, finished), (reads, reading)) = (mpsc::channel(), mpsc::channel());
        let thread = thread::spawn(move || {
            let _state = pipeline.state();
            reads.send(()).expect("somebody waits for it");
            finished.recv().expect("it is told to finish");
        });
        reading.recv().expect("it begins");
        Self { finish, thread }
    }

    fn finish(self) {
        self.finish.send(()).expect("it still reads");
        self.thread.join().expect("it ends");
    }
}
