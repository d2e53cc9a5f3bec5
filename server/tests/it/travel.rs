//! Where events were and what came before them: from the names in a log to the speed of travel, and what it tells.

use app::backend::Backend as _;
use axum::http::StatusCode;
use base64::{Engine as _, prelude::BASE64_STANDARD};
use lab::place_tables::places;
use serde_json::json;
use shared::{profile::Profile, travel::Position};

use crate::{admin, post, service};

#[tokio::test(flavor = "multi_thread")]
async fn an_event_sent_to_the_server_is_remembered_where_its_location_is() {
    let service = service().await;
    let router = server::router(service.clone());
    for (minute, location) in [(0, "Berlin"), (30, "nowhere in particular")] {
        let time = format!("2024-01-15T09:{minute:02}:00Z");
        let event = json!({"user_id": "ann", "timestamp": time, "action_type": "login", "location": location});
        assert_eq!(post(&router, "/api/predict", &event).await.status, StatusCode::OK);
    }
    let what_if = service.what_if(&admin(), "ann", None, Some("new york")).await.expect("ann is known");
    assert!(what_if.places.contains(&("new york".to_owned(), places().coordinates("New York, US"))));
    let profile = BASE64_STANDARD.decode(what_if.profile).expect("base64");
    let last = *Profile::from_bytes(&profile).expect("a profile").last();
    let berlin = places().coordinates("Berlin").expect("a city");
    assert_eq!(last.position, Some(Position { coordinates: berlin, second: 1_705_309_200 }));
    assert_eq!(last.second, Some(1_705_309_200 + 1800));
}
