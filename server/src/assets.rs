//! The files of the pages, which `build.rs` embeds in the binary.

use axum::{
    Router,
    http::{
        HeaderMap, StatusCode,
        header::{ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE, ETAG, IF_NONE_MATCH, VARY},
    },
    response::{IntoResponse, Response},
    routing::get,
};

include!(concat!(env!("OUT_DIR"), "/assets.rs"));

/// A file, uncompressed and compressed.
pub(crate) struct Asset {
    url: &'static str,
    etag: &'static str,
    /// Whether the URL changes with the content, so that it may be kept for ever.
    is_hashed: bool,
    identity: &'static [u8],
    /// None where compression does not make the file smaller.
    gzip: Option<&'static [u8]>,
    brotli: Option<&'static [u8]>,
}

/// Returns a route for each file.
pub(crate) fn routes<S: Clone + Send + Sync + 'static>() -> Router<S> {
    ASSETS.iter().fold(Router::new(), |router, asset| {
        router.route(asset.url, get(async move |headers: HeaderMap| asset.answer(&headers)))
    })
}

impl Asset {
    fn answer(&self, request: &HeaderMap) -> Response {
        let caching = [(CACHE_CONTROL, self.cache_control()), (ETAG, self.etag), (VARY, "accept-encoding")];
        if request.get_all(IF_NONE_MATCH).iter().any(|known| names(known.as_bytes(), self.etag)) {
            return (StatusCode::NOT_MODIFIED, caching).into_response();
        }
        let (encoding, content) = self.encoded_for(request);
        let encoding = encoding.map(|encoding| [(CONTENT_ENCODING, encoding)]);
        (caching, [(CONTENT_TYPE, self.content_type())], encoding, content).into_response()
    }

    fn cache_control(&self) -> &'static str {
        if self.is_hashed { "public, max-age=31536000, immutable" } else { "no-cache" }
    }

    fn content_type(&self) -> &'static str {
        match self.url.rsplit_once('.') {
            Some((_, "css")) => "text/css; charset=utf-8",
            Some((_, "js")) => "text/javascript; charset=utf-8",
            Some((_, "svg")) => "image/svg+xml",
            Some((_, "txt")) => "text/plain; charset=utf-8",
            Some((_, "woff2")) => "font/woff2",
            Some((_, "wasm")) => "application/wasm",
            _ => "application/octet-stream",
        }
    }

    /// Picks the smallest form that the browser accepts.
    fn encoded_for(&self, request: &HeaderMap) -> (Option<&'static str>, &'static [u8]) {
        let forms = [("br", self.brotli), ("gzip", self.gzip)];
        let accepted =
            forms.into_iter().find_map(|(name, content)| Some((name, content?)).filter(|_| accepts(request, name)));
        accepted.map_or((None, self.identity), |(name, content)| (Some(name), content))
    }
}

/// Returns whether `Accept-Encoding` allows an encoding: by its name, or else by `*`, with a weight above zero.
fn accepts(request: &HeaderMap, encoding: &str) -> bool {
    let weight_of = |wanted: &str| {
        let headers = request.get_all(ACCEPT_ENCODING).iter().filter_map(|header| header.to_str().ok());
        headers.flat_map(|header| header.split(',')).find_map(|item| {
            let (name, parameter) = item.split_once(';').unwrap_or((item, "q=1"));
            let weight = || parameter.trim().strip_prefix("q=").and_then(|weight| weight.parse::<f32>().ok());
            name.trim().eq_ignore_ascii_case(wanted).then(|| weight().unwrap_or(0.0))
        })
    };
    weight_of(encoding).or_else(|| weight_of("*")).is_some_and(|weight| weight > 0.0)
}

/// Returns whether `If-None-Match` names a tag.
fn names(known: &[u8], etag: &str) -> bool {
    known == b"*" || known.split(|byte| *byte == b',').any(|tag| tag.trim_ascii() == etag.as_bytes())
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    #[test]
    fn an_encoding_is_accepted_by_its_name_or_a_star_unless_its_weight_is_zero() {
        let accepted = |header: &'static str| {
            let request = HeaderMap::from_iter([(ACCEPT_ENCODING, HeaderValue::from_static(header))]);
            ["br", "gzip"].map(|encoding| accepts(&request, encoding))
        };
        assert_eq!(accepted("gzip, deflate, br, zstd"), [true, true]);
        assert_eq!(accepted("GZIP; q=0.5"), [false, true]);
        assert_eq!(accepted("*;q=0.1, br;q=0"), [false, true]);
        assert_eq!(accepted("identity"), [false, false]);
        assert_eq!(["br", "gzip"].map(|encoding| accepts(&HeaderMap::new(), encoding)), [false, false]);
    }

    #[test]
    fn a_tag_is_found_in_a_list() {
        assert!(names(b"W/\"1\", W/\"2\"", "W/\"2\""));
        assert!(names(b"*", "W/\"2\""));
        assert!(!names(b"W/\"22\"", "W/\"2\""));
    }
}
