//! The page that describes this API to people, made from its `OpenAPI` document. It loads nothing but its own style.

use std::collections::BTreeMap;

use leptos::prelude::*;
use serde_json::Value;
use utoipa::openapi::{OpenApi, path::Operation, path::Parameter, path::ParameterIn};

/// The style of the page.
pub(super) const STYLE: &str = include_str!("documentation.css");

/// An operation with its method and path.
struct Described<'a> {
    method: &'static str,
    path: &'a str,
    operation: &'a Operation,
}

/// Returns the page.
pub(super) fn page(document: &OpenApi) -> String {
    let mut by_heading: BTreeMap<&str, Vec<Described>> = BTreeMap::new();
    for described in operations(document) {
        let heading = described.operation.tags.iter().flatten().next().map_or("", String::as_str);
        by_heading.entry(heading).or_default().push(described);
    }
    let title = document.info.title.clone();
    let about = document.info.description.clone();
    let schemas = document.components.as_ref().map(|components| pretty(&serde_json::json!(components.schemas)));
    let content = view! {
        <html lang="en">
            <head>
                <meta charset="utf-8"/>
                <meta name="viewport" content="width=device-width, initial-scale=1"/>
                <title>{format!("{title}: REST API")}</title>
                <link rel="stylesheet" href="/docs/style.css"/>
            </head>
            <body>
                <h1>{format!("{title}: REST API")}</h1>
                <p>{about}</p>
                <p>"For programs: " <a href="/openapi.json">"openapi.json"</a> " (OpenAPI 3.1)."</p>
                {by_heading.into_iter().map(|(heading, operations)| section(heading, &operations)).collect_view()}
                <h2>"Schemas"</h2>
                <pre>{schemas}</pre>
            </body>
        </html>
    };
    format!("<!DOCTYPE html>{}", content.to_html())
}

fn operations(document: &OpenApi) -> impl Iterator<Item = Described<'_>> {
    document.paths.paths.iter().flat_map(|(path, item)| {
        let methods = [
            ("GET", &item.get),
            ("POST", &item.post),
            ("PUT", &item.put),
            ("PATCH", &item.patch),
            ("DELETE", &item.delete),
        ];
        methods.into_iter().filter_map(move |(method, operation)| {
            operation.as_ref().map(|operation| Described { method, path, operation })
        })
    })
}

fn section(heading: &str, operations: &[Described]) -> impl IntoView + use<> {
    view! {
        <h2>{heading.to_owned()}</h2>
        {operations.iter().map(article).collect_view()}
    }
}

fn article(Described { method, path, operation }: &Described) -> impl IntoView + use<> {
    let parameters: Vec<_> = operation.parameters.iter().flatten().map(row).collect();
    let example = operation.request_body.iter().flat_map(|body| &body.content).find_map(|(media_type, content)| {
        let example = content.example.as_ref()?;
        let text = example.as_str().map_or_else(|| pretty(example), str::to_owned);
        Some(view! { <p>"Body, as " <code>{media_type.clone()}</code> ", such as"</p> <pre>{text}</pre> })
    });
    let answers = operation.responses.responses.iter().map(|(status, response)| {
        let description = match response {
            utoipa::openapi::RefOr::T(response) => response.description.clone(),
            utoipa::openapi::RefOr::Ref(_) => String::new(),
        };
        view! { <dt>{status.clone()}</dt> <dd>{description}</dd> }
    });
    view! {
        <article>
            <h3><code>{format!("{method} {path}")}</code></h3>
            <p>{operation.summary.clone()}</p>
            <p>{who(operation)}</p>
            {(!parameters.is_empty()).then(|| view! { <table>{parameters}</table> })}
            {example}
            <dl>{answers.collect_view()}</dl>
        </article>
    }
}

fn row(parameter: &Parameter) -> impl IntoView + use<> {
    let place = match parameter.parameter_in {
        ParameterIn::Path => "path",
        ParameterIn::Query => "query",
        ParameterIn::Header => "header",
        ParameterIn::Cookie => "cookie",
    };
    view! {
        <tr>
            <th scope="row"><code>{parameter.name.clone()}</code></th>
            <td>{place}</td>
            <td>{parameter.description.clone()}</td>
        </tr>
    }
}

/// Says who may use an operation.
fn who(operation: &Operation) -> String {
    let needed = serde_json::json!(operation.security);
    let scopes = needed.as_array().into_iter().flatten().find_map(|scheme| scheme["key"].as_array());
    let scopes: Vec<&str> = scopes.into_iter().flatten().filter_map(Value::as_str).collect();
    if scopes.is_empty() {
        "For everybody.".to_owned()
    } else {
        format!("For keys with the scope {}.", scopes.join(", "))
    }
}

fn pretty(value: &Value) -> String {
    serde_json::to_string_pretty(value).expect("it is JSON")
}
