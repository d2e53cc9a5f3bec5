//! How often a key, a person or an address may ask.

use std::{
    net::{Ipv4Addr, SocketAddr},
    num::NonZeroU32,
};

use axum::{
    Router,
    body::Body,
    extract::ConnectInfo,
    http::{Request, StatusCode},
};
use server::{
    config::{Config, DatabaseUri, RequestRates},
    start::Running,
};
use shared::model::Model;

use crate::{API_KEY, Answer, ask, config, get_with, pages};

/// A router with a limit of five requests a minute for each sender.
async fn limited() -> Router {
    let five = NonZeroU32::new(5).expect("it is not 0");
    let rates = RequestRates { of_account: five, of_address: five };
    let config = Config { rates, ..config(DatabaseUri::Memory) };
    server::router(Running::start(&config, Model::shipped()).await.expect("memory can be opened").service)
}

async fn with_key(router: &Router) -> Answer {
    get_with(router, "/api/v1/users", &[API_KEY]).await
}

async fn from_address(router: &Router, last: u8) -> Answer {
    let peer = SocketAddr::from((Ipv4Addr::new(192, 0, 2, last), 50_000));
    ask(router, Request::get("/").extension(ConnectInfo(peer)), &[], Body::empty()).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_that_asks_too_often_is_told_so_and_others_are_served() {
    let router = limited().await;
    for left in (0..5).rev() {
        let answer = with_key(&router).await;
        assert_eq!(answer.status, StatusCode::OK);
        assert_eq!(answer.header("ratelimit-policy"), "\"account\";q=5;w=60");
        assert!(answer.header("ratelimit").starts_with(&format!("\"account\";r={left};t=")), "{:?}", answer.headers);
    }
    let refused = with_key(&router).await;
    assert_eq!(refused.status, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(refused.header("content-type"), "application/problem+json");
    assert_eq!(refused.json()["success"], false);
    let wait: u32 = refused.header("retry-after").parse().expect("a number of seconds");
    assert!((1..=12).contains(&wait), "{wait}");
    let person = get_with(&router, "/dashboard", &[("cookie", &pages::session(&router).await)]).await;
    assert_eq!(person.status, StatusCode::OK, "a person has a limit of their own");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_of_strangers_has_a_limit_and_files_have_none() {
    let router = limited().await;
    for _ in 0..5 {
        assert_eq!(from_address(&router, 1).await.status, StatusCode::OK);
    }
    let refused = from_address(&router, 1).await;
    assert_eq!(refused.status, StatusCode::TOO_MANY_REQUESTS);
    assert!(refused.header("ratelimit").starts_with("\"address\";r=0;t="), "{:?}", refused.headers);
    assert_eq!(from_address(&router, 2).await.status, StatusCode::OK);
    for _ in 0..9 {
        assert_eq!(get_with(&router, "/robots.txt", &[]).await.status, StatusCode::OK);
    }
}
