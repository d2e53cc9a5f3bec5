//! The description of the API: it tells of every route what the server does.

use std::collections::BTreeSet;

use axum::{
    Router,
    body::Body,
    http::{Method, Request, StatusCode},
};
use serde_json::Value;

use crate::{gate, get, pages, router};

async fn document(router: &Router) -> Value {
    let answer = get(router, "/openapi.json").await;
    assert_eq!(answer.status, StatusCode::OK);
    answer.json()
}

/// Returns the method, the path and the description of every operation.
fn operations(document: &Value) -> Vec<(Method, String, Value)> {
    let paths = document["paths"].as_object().expect("an object");
    let of_path = |(path, item): (&String, &Value)| {
        let item = item.as_object().expect("an object").clone();
        let path = path.clone();
        item.into_iter()
            .map(move |(method, operation)| (method.to_uppercase().parse().expect("a method"), path.clone(), operation))
    };
    paths.iter().flat_map(of_path).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_route_is_described_with_the_scope_that_it_needs() {
    let document = document(&router().await).await;
    assert_eq!(document["openapi"], "3.1.0");
    let described: BTreeSet<_> =
        operations(&document).into_iter().map(|(method, path, _)| (method.to_string(), path)).collect();
    let routes = server::api_routes().into_iter().map(|(method, path)| (method.to_string(), path.to_owned()));
    assert_eq!(described, routes.collect());

    for (method, path, operation) in operations(&document) {
        let scope = operation["security"][0]["key"][0].as_str();
        let who = gate::who_may(method.as_str(), &path);
        let keys: Vec<&str> = ["score", "read", "manage"].into_iter().filter(|key| who.contains(key)).collect();
        match scope {
            None => assert_eq!(keys, ["score", "read", "manage"], "{method} {path}"),
            Some(scope) if keys.is_empty() => assert_eq!(scope, "manage", "{method} {path}"),
            Some(scope) => assert_eq!(keys, [scope], "{method} {path}"),
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_schema_that_is_referred_to_is_there() {
    fn references(value: &Value, found: &mut BTreeSet<String>) {
        match value {
            Value::Object(fields) => fields.iter().for_each(|(name, value)| match value.as_str() {
                Some(target) if name == "$ref" => drop(found.insert(target.to_owned())),
                _ => references(value, found),
            }),
            Value::Array(values) => values.iter().for_each(|value| references(value, found)),
            _ => {}
        }
    }
    let document = document(&router().await).await;
    let mut found = BTreeSet::new();
    references(&document, &mut found);
    assert!(found.len() > 30, "{found:?}");
    for target in found {
        let schema = document.pointer(target.trim_start_matches('#'));
        assert!(schema.is_some_and(Value::is_object), "{target}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_example_is_taken() {
    let router = router().await;
    let cookie = pages::session(&router).await;
    for (method, path, operation) in operations(&document(&router).await) {
        let mut address = path.clone();
        let (mut query, mut own) = (Vec::new(), Vec::new());
        for parameter in operation["parameters"].as_array().into_iter().flatten() {
            let name = parameter["name"].as_str().expect("a text");
            let example = match &parameter["example"] {
                Value::String(text) => text.clone(),
                Value::Null => continue,
                other => other.to_string(),
            };
            match parameter["in"].as_str() {
                Some("path") => address = address.replace(&format!("{{{name}}}"), &example),
                Some("header") => own.push((name, example)),
                _ => query.push(format!("{name}={example}")),
            }
        }
        assert!(!address.contains('{'), "{address} has a part without an example");
        let contents = operation["requestBody"]["content"].as_object().cloned().unwrap_or_default();
        let mut bodies: Vec<(&str, String)> = contents.iter().map(body).collect();
        if bodies.is_empty() {
            bodies.push(("application/json", String::new()));
        }
        for (media_type, body) in bodies {
            let request = Request::builder().method(&method).uri(format!("{address}?{}", query.join("&")));
            let own = own.iter().map(|(name, example)| (*name, example.as_str()));
            let headers: Vec<_> = own.chain([("cookie", cookie.as_str()), ("content-type", media_type)]).collect();
            let answer = crate::ask(&router, request, &headers, Body::from(body)).await;
            let is_taken = answer.status.is_success() || [404, 409].contains(&answer.status.as_u16());
            assert!(is_taken, "{method} {address}: {} {}", answer.status, answer.text());
            let known = &operation["responses"][answer.status.as_str()]["content"];
            let media_type = answer.header("content-type").split(';').next().unwrap_or_default();
            let is_told = known.as_object().is_none_or(|known| known.keys().any(|known| known.starts_with(media_type)));
            assert!(is_told, "{method} {address}: {media_type} is not told");
        }
    }
}

fn body((media_type, content): (&String, &Value)) -> (&'static str, String) {
    match (media_type.as_str(), &content["example"]) {
        ("application/json", example) => ("application/json", example.to_string()),
        (_, example) => ("application/x-ndjson", example.as_str().expect("a text").to_owned()),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_page_tells_of_every_route_and_loads_nothing_from_elsewhere() {
    let router = router().await;
    let page = get(&router, "/docs").await;
    assert_eq!((page.status, page.header("content-type")), (StatusCode::OK, "text/html; charset=utf-8"));
    for (method, path) in server::api_routes() {
        assert!(page.text().contains(&format!("{method} {path}<")), "{method} {path}");
    }
    assert!(!page.text().contains("://") || !page.text().contains("src="), "it loads something");
    assert_eq!(get(&router, "/docs/style.css").await.header("content-type"), "text/css; charset=utf-8");
}
