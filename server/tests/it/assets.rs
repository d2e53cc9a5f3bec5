use std::io::Read as _;

use axum::{Router, http::StatusCode};

use crate::{Answer, get, get_with, router};

/// Returns the URLs under `/pkg/` that the first page names; those of the script are there if it was built.
async fn bundle(router: &Router) -> Vec<String> {
    let page = get(router, "/").await;
    let urls = page.text().split('"').filter(|text| text.starts_with("/pkg/"));
    let mut urls: Vec<_> = urls.map(str::to_owned).collect();
    urls.sort_unstable();
    urls.dedup();
    urls
}

async fn style(router: &Router) -> String {
    bundle(router)
        .await
        .into_iter()
        .find(|url| media_type(url).starts_with("text/css"))
        .expect("the page has a style sheet")
}

fn media_type(url: &str) -> &'static str {
    match url.rsplit('.').next() {
        Some("css") => "text/css; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("woff2") => "font/woff2",
        Some("wasm") => "application/wasm",
        _ => "unknown",
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_page_is_made_of_may_be_kept_for_ever() {
    let router = router().await;
    for url in bundle(&router).await {
        let answer = get(&router, &url).await;
        assert_eq!(answer.status, StatusCode::OK, "{url}");
        assert_eq!(answer.header("content-type"), media_type(&url), "{url}");
        assert_eq!(answer.header("cache-control"), "public, max-age=31536000, immutable", "{url}");
        assert_eq!(answer.header("vary"), "accept-encoding", "{url}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn each_encoding_holds_the_same_content_and_a_font_is_compressed_by_itself() {
    let router = router().await;
    let is_font = |url: &String| media_type(url) == media_type("any.woff2");
    for url in bundle(&router).await.into_iter().filter(|url| !is_font(url)) {
        let plain = get(&router, &url).await;
        let gzip = get_with(&router, &url, &[("accept-encoding", "gzip")]).await;
        let brotli = get_with(&router, &url, &[("accept-encoding", "gzip, br")]).await;
        assert_eq!([&plain, &gzip, &brotli].map(|answer| answer.header("content-encoding")), ["", "gzip", "br"]);
        assert!(brotli.body.len() < gzip.body.len() && gzip.body.len() < plain.body.len());
        assert!(gunzipped(&gzip) == plain.body, "{url} differs by gzip");
        assert!(unbrotlied(&brotli) == plain.body, "{url} differs by brotli");
    }
}

fn gunzipped(answer: &Answer) -> Vec<u8> {
    let mut content = Vec::new();
    flate2::read::GzDecoder::new(&answer.body[..]).read_to_end(&mut content).expect("the body is gzip");
    content
}

fn unbrotlied(answer: &Answer) -> Vec<u8> {
    let mut content = Vec::new();
    brotli::BrotliDecompress(&mut &answer.body[..], &mut content).expect("the body is brotli");
    content
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_with_a_lasting_name_is_asked_for_again_but_not_sent_again() {
    let router = router().await;
    let first = get(&router, "/favicon.svg").await;
    assert_eq!(first.header("content-type"), "image/svg+xml");
    assert_eq!(first.header("cache-control"), "no-cache");

    let again = get_with(&router, "/favicon.svg", &[("if-none-match", first.header("etag"))]).await;
    assert_eq!(again.status, StatusCode::NOT_MODIFIED);
    assert!(again.body.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_of_another_version_is_not_there() {
    let router = router().await;
    let other = style(&router).await.replace(".css", "0.css");
    assert_eq!(get(&router, &other).await.status, StatusCode::NOT_FOUND);
}
