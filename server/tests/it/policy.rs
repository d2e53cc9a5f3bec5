//! A change of the policy while the server runs.

use app::{backend::Backend as _, page_types::Order};
use server::policy::Policy;

use crate::{admin, event, service};

#[tokio::test(flavor = "multi_thread")]
async fn a_new_threshold_holds_from_the_next_event_on_wherever_it_is_asked_for() {
    let service = service().await;
    let actor = admin();
    let first = service.ingest(&actor, event("ann", 0)).await.expect("it is taken");
    assert!(!first.is_anomaly);

    service.change_policy(&actor, Policy::of_threshold(0.0)).expect("an admin may");
    let second = service.ingest(&actor, event("ann", 1)).await.expect("it is taken");
    assert!(second.is_anomaly && second.anomaly_score < 0.7, "{second:?}");
    assert!(service.preview(&actor, event("ann", 2)).await.expect("it is judged").is_anomaly);
    assert_eq!(service.what_if(&actor, "ann", None, None).await.expect("ann is known").threshold, 0.0);
    assert_eq!(service.dashboard(&actor, Order::Risk).await.expect("there is one").threshold, 0.0);

    let again = service.ingest(&actor, event("ann", 0)).await.expect("it is known");
    assert_eq!(again, first, "what was answered stays as it was");
}
