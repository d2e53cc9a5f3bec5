//! The HTML document around the application.

use axum::http::{HeaderValue, header::CONTENT_SECURITY_POLICY};
use leptos::{nonce::use_nonce, prelude::*};
use leptos_axum::ResponseOptions;
use leptos_meta::MetaTags;

use crate::{App, content_security_policy, visitor::of_request};

/// URLs of the files that a page loads.
#[derive(Debug, Clone, Copy)]
pub struct Bundle {
    /// The style sheet.
    pub style: &'static str,
    /// The font that the style sheet refers to.
    pub font: &'static str,
    /// The application for the browser; none where the server was built without it, so that pages are not interactive.
    pub script: Option<Script>,
}

/// The application, compiled for the browser.
#[derive(Debug, Clone, Copy)]
pub struct Script {
    /// The module that loads [`wasm`](Self::wasm).
    pub module: &'static str,
    /// The WebAssembly of the application.
    pub wasm: &'static str,
}

/// Renders the document of the requested page, and sets its content security policy.
pub fn shell(bundle: Bundle) -> impl IntoView {
    guard_response();

    view! {
        <!DOCTYPE html>
        <html lang="en" data-theme=of_request().theme.name()>
            <head>
                <meta charset="utf-8"/>
                <meta name="viewport" content="width=device-width, initial-scale=1"/>
                <meta name="color-scheme" content="light dark"/>
                <link rel="icon" href="/favicon.svg" type="image/svg+xml"/>
                <link rel="preload" href=bundle.font r#as="font" r#type="font/woff2" crossorigin="anonymous"/>
                <link rel="stylesheet" href=bundle.style/>
                {bundle.script.map(|script| view! { <Hydration script/> })}
                <MetaTags/>
            </head>
            <body>
                <App/>
            </body>
        </html>
    }
}

/// The script that loads the application and hydrates the page. Both of its files are loaded at once.
#[component]
fn Hydration(script: Script) -> impl IntoView {
    let Script { module, wasm } = script;
    let start = format!(
        r#"import start, {{ hydrate }} from "{module}"; await start({{ module_or_path: "{wasm}" }}); hydrate();"#
    );

    view! {
        <link rel="modulepreload" href=module/>
        <link rel="preload" href=wasm r#as="fetch" r#type="application/wasm" crossorigin="anonymous"/>
        <script type="module" nonce=use_nonce()>{start}</script>
    }
}

fn guard_response() {
    let (Some(nonce), Some(response)) = (use_nonce(), use_context::<ResponseOptions>()) else { return };
    let policy = HeaderValue::try_from(content_security_policy(&nonce)).expect("a nonce is plain ASCII");
    response.insert_header(CONTENT_SECURITY_POLICY, policy);
}
