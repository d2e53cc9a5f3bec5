//! What a page is allowed to load.

/// Returns the policy of a page whose own inline scripts carry `nonce`: everything comes from this server,
/// nothing frames the page, forms stay here.
pub fn content_security_policy(nonce: &str) -> String {
    let script = format!("script-src 'self' 'nonce-{nonce}' 'wasm-unsafe-eval'");
    [
        "default-src 'self'",
        &script,
        "style-src 'self'",
        "img-src 'self' data:",
        "object-src 'none'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    ]
    .join("; ")
}
