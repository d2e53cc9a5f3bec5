//! What subscribers hear of commits.

use tokio::sync::broadcast::error::{RecvError, TryRecvError};

use crate::{admin, event, service};

#[tokio::test(flavor = "multi_thread")]
async fn each_commit_is_heard_once_with_its_events_and_predictions() {
    let service = service().await;
    service.ingest(&admin(), event("ann", 0)).await.expect("it is taken");
    let mut commits = service.subscribe(&admin()).expect("an admin may");
    assert_eq!(commits.try_recv(), Err(TryRecvError::Empty), "what came before is over");

    let answer = service.ingest(&admin(), event("ann", 1)).await.expect("it is taken");
    service.ingest(&admin(), event("ann", 1)).await.expect("it is known");
    service.ingest(&admin(), event("bob", 2)).await.expect("it is taken");
    let (second, third) = (commits.recv().await.expect("a commit"), commits.recv().await.expect("a commit"));
    assert_eq!((second.first, third.first), (1, 2));
    assert_eq!((second.events.len(), second.events[0].sequence), (1, 1));
    assert_eq!(second.events[0].scored.prediction(), answer);
    assert_eq!(third.events[0].scored.event, event("bob", 2));
    assert_eq!(commits.try_recv(), Err(TryRecvError::Empty), "a repeated event is no commit");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_does_not_listen_misses_commits_and_holds_nothing_up() {
    const COMMITS: i64 = 100;
    let service = service().await;
    let mut commits = service.subscribe(&admin()).expect("an admin may");
    for minute in 0..COMMITS {
        service.ingest(&admin(), event("ann", minute)).await.expect("nobody is waited for");
    }
    let Err(RecvError::Lagged(missed)) = commits.recv().await else { panic!("more came than are kept") };
    let next = commits.recv().await.expect("the oldest that is kept");
    assert_eq!(next.first, missed);
    assert_eq!(service.events(), COMMITS.unsigned_abs());
}
