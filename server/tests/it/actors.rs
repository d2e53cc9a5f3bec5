//! Who may do what: every use case by every kind of actor, and every front door by nobody.

use std::time::Duration;

use app::{
    actor::{AccountId, Actor, Role, Scope, Scopes},
    backend::Backend as _,
    page_types::Order,
};
use axum::{
    body::Body,
    http::{Method, Request, StatusCode},
};
use server::{
    event_filter::EventFilter,
    imports::{ResultFormat, Upload},
    policy::Policy,
    service::Service,
};
use shared::{error::Error, event::EventKey};

use crate::{admin, ask, event, get_with, router, service};

/// Calls every use case. Returns the scope that each needs, and how it ended.
async fn call_all(service: &Service, actor: &Actor) -> [(&'static str, Scope, Result<(), Error>); 24] {
    let event = || event("ann", 0);
    let model = service.model_version();
    [
        ("ingest", Scope::Ingest, service.ingest(actor, event()).await.map(drop)),
        ("ingest_batch", Scope::Ingest, service.ingest_batch(actor, vec![event()]).await.map(drop)),
        ("explain", Scope::Ingest, service.explain(actor, vec![EventKey::of(&event())]).await.map(drop)),
        ("event", Scope::Read, service.event(actor, EventKey::of(&event())).await.map(drop)),
        ("subscribe", Scope::Read, service.subscribe(actor).map(drop)),
        ("change_policy", Scope::Admin, service.change_policy(actor, Policy::of_threshold(0.7))),
        ("audit", Scope::Admin, service.audit(actor, None, 1).await.map(drop)),
        ("condition", Scope::Read, service.condition(actor, Duration::from_mins(1)).map(drop)),
        ("dashboard", Scope::Read, service.dashboard(actor, Order::Risk).await.map(drop)),
        ("riskiest", Scope::Read, service.riskiest(actor, Order::Risk, 1).await.map(drop)),
        ("user", Scope::Read, service.user(actor, "ann").await.map(drop)),
        ("users", Scope::Read, service.users(actor, Order::Risk, None, 1).await.map(drop)),
        ("peers", Scope::Read, service.peers(actor, "ann", None, 1).await.map(drop)),
        ("timeline", Scope::Read, service.timeline(actor, "ann", EventFilter::default(), 1).await.map(drop)),
        ("events_where", Scope::Read, service.events_where(actor, EventFilter::default(), 1).await.map(drop)),
        ("begin_import", Scope::Ingest, imported(service, actor).await),
        ("imports", Scope::Read, service.imports(actor).map(drop)),
        ("import", Scope::Read, or_nothing(service.import(actor, u64::MAX))),
        ("import_results", Scope::Read, or_nothing(service.import_results(actor, u64::MAX, ResultFormat::Csv))),
        ("remove_import", Scope::Ingest, or_nothing(service.remove_import(actor, u64::MAX).await)),
        ("erase_user", Scope::Admin, or_nothing(service.erase_user(actor, "nobody").await)),
        ("what_if", Scope::Read, service.what_if(actor, "ann", None, None).await.map(drop)),
        ("model", Scope::Read, service.model(actor, model).await.map(drop)),
        ("preview", Scope::Read, service.preview(actor, event()).await.map(drop)),
    ]
}

/// Uploads a file with nothing in it.
async fn imported(service: &Service, actor: &Actor) -> Result<(), Error> {
    let (service, actor) = (service.clone(), actor.clone());
    let upload = Upload { name: "empty".to_owned(), format: None, content: std::io::empty() };
    let uploading = tokio::task::spawn_blocking(move || service.begin_import(&actor, upload).map(drop));
    uploading.await.expect("it does not panic")
}

/// Returns how a use case ended that finds nothing where it may look for it.
fn or_nothing<T>(outcome: Result<T, Error>) -> Result<(), Error> {
    match outcome {
        Err(Error::NotFound(_)) => Ok(()),
        other => other.map(drop),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_actor_may_do_what_both_role_and_scopes_allow() {
    let service = service().await;
    service.ingest(&admin(), event("ann", 0)).await.expect("an admin may");
    let single = [Scope::Read, Scope::Ingest, Scope::Triage, Scope::Admin].map(|scope| Scopes::of(&[scope]));
    for role in [Role::Viewer, Role::Analyst, Role::Admin] {
        for scopes in single.into_iter().chain([Scopes::of(&[]), Scopes::ALL]) {
            let actor = Actor::new(AccountId::new("tests"), role, scopes);
            for (use_case, needed, result) in call_all(&service, &actor).await {
                let may = role.scopes().contains(needed) && scopes.contains(needed);
                let expected = if may { Ok(()) } else { Err(Error::Forbidden) };
                assert_eq!(result, expected, "{use_case} by {actor:?}");
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_gets_in_by_any_door() {
    let router = router().await;
    for (method, path) in [
        (Method::POST, "/api/predict"),
        (Method::POST, "/api/batch"),
        (Method::GET, "/api/v1/users"),
        (Method::GET, "/api/v1/users/ann"),
        (Method::POST, "/pages/dashboard"),
        (Method::GET, "/pages/model?version=any"),
    ] {
        let request = Request::builder().method(method).uri(path);
        let answer = ask(&router, request, &[("x-api-key", "a guess")], Body::empty()).await;
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{path}");
    }
    for path in ["prepare", "preview", "what_if"] {
        let headers = [("content-type", "application/json"), ("cookie", "uba_session=forged")];
        let body = Body::from(r#"{"asked":{},"trial":{},"user_id":"ann"}"#);
        let answer = ask(&router, Request::post(format!("/pages/{path}")), &headers, body).await;
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{path}: {}", answer.text());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn without_the_key_nothing_is_told() {
    let router = router().await;
    for path in ["/api/v1/users", "/api/v1/users/user-001"] {
        let answer = get_with(&router, path, &[("x-api-key", "a guess")]).await;
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
        assert!(answer.text().contains("X-API-Key"), "{}", answer.text());
    }
    let nobody = get_with(&router, "/api/v1/users/nobody", &[crate::API_KEY]).await;
    assert_eq!(nobody.status, StatusCode::NOT_FOUND);
}
