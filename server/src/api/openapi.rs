//! `/openapi.json` and `/docs`: the description of this API, made from its routes.

use std::sync::LazyLock;

use axum::{
    http::{
        Method, StatusCode,
        header::{CONTENT_SECURITY_POLICY, CONTENT_TYPE},
    },
    response::IntoResponse,
};
use utoipa::openapi::{
    Components, HttpMethod, InfoBuilder, LicenseBuilder, OpenApi, OpenApiBuilder, PathItem, PathsBuilder,
    security::{ApiKey, ApiKeyValue, SecurityScheme},
};

use super::{
    documentation,
    operation::{KEY, Operation, SESSION},
    routes::{Routes, Told},
};

/// The media type of the description.
const OPENAPI: &str = "application/vnd.oai.openapi+json;version=3.1";
const HEADING: &str = "Description";

/// What the description says of the whole.
const ABOUT: &str = "Events from cloud accounts in, an explained anomaly score out. Programs send their key in the \
header X-API-Key, or as `Authorization: Bearer`; people who have signed in send their cookie. What fails is answered \
with a problem (RFC 9457). `RateLimit` and `RateLimit-Policy` tell how many requests are left; an answer of status 429 \
or 503 says in `Retry-After` when to send again.";

static DOCUMENT: LazyLock<OpenApi> = LazyLock::new(|| document(super::told()));

pub(super) fn routes() -> Routes {
    Routes::default()
        .add(Method::GET, "/openapi.json", json)
        .told(Operation::new(HEADING, "Describes this API.").answers_in(StatusCode::OK, "The description", &[OPENAPI]))
        .add(Method::GET, "/docs", page)
        .told(Operation::new(HEADING, "Describes this API to people.").answers_in(
            StatusCode::OK,
            "A page",
            &["text/html"],
        ))
        .add(Method::GET, "/docs/style.css", style)
        .told(Operation::new(HEADING, "The style of the page.").answers_in(StatusCode::OK, "The style", &["text/css"]))
}

async fn json() -> impl IntoResponse {
    static TEXT: LazyLock<String> = LazyLock::new(|| DOCUMENT.to_json().expect("it is plain data"));
    ([(CONTENT_TYPE, OPENAPI)], TEXT.as_str())
}

async fn page() -> impl IntoResponse {
    const POLICY: &str = "default-src 'none'; style-src 'self'; frame-ancestors 'none'";
    static HTML: LazyLock<String> = LazyLock::new(|| documentation::page(&DOCUMENT));
    ([(CONTENT_TYPE, "text/html; charset=utf-8"), (CONTENT_SECURITY_POLICY, POLICY)], HTML.as_str())
}

async fn style() -> impl IntoResponse {
    ([(CONTENT_TYPE, "text/css; charset=utf-8")], documentation::STYLE)
}

/// Makes the description of routes.
fn document(routes: Vec<Told>) -> OpenApi {
    let (mut paths, mut components) = (PathsBuilder::new(), Components::builder());
    for (method, path, operation) in routes {
        let (operation, schemas) = operation.into_parts();
        paths = paths.path(path, PathItem::new(described(&method), operation));
        components = schemas.into_iter().fold(components, |all, (name, schema)| all.schema(name, schema));
    }
    let by_key = SecurityScheme::ApiKey(ApiKey::Header(ApiKeyValue::new("X-API-Key")));
    let by_cookie = SecurityScheme::ApiKey(ApiKey::Cookie(ApiKeyValue::new("uba_session")));
    let components = components.security_scheme(KEY, by_key).security_scheme(SESSION, by_cookie);
    let licence = LicenseBuilder::new().name("Apache-2.0 OR MIT").identifier(Some("Apache-2.0 OR MIT"));
    let info = InfoBuilder::new()
        .title("Cloud UBA")
        .version(env!("CARGO_PKG_VERSION"))
        .description(Some(ABOUT))
        .license(Some(licence.build()));
    OpenApiBuilder::new().info(info.build()).paths(paths).components(Some(components.build())).build()
}

fn described(method: &Method) -> HttpMethod {
    match method.as_str() {
        "POST" => HttpMethod::Post,
        "PUT" => HttpMethod::Put,
        "PATCH" => HttpMethod::Patch,
        "DELETE" => HttpMethod::Delete,
        _ => HttpMethod::Get,
    }
}
