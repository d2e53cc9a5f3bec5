//! Brings the server-rendered page to life in the browser.

#![recursion_limit = "256"] // the type of a page is as deep as its elements

use wasm_bindgen::prelude::wasm_bindgen;

/// Takes over the page that the server rendered.
#[wasm_bindgen]
pub fn hydrate() {
    console_error_panic_hook::set_once();
    leptos::mount::hydrate_body(app::App);
}
