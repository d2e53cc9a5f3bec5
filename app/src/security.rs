//! The content security policy of pages.

/// Returns the policy of a page whose inline scripts have the attribute `nonce`: all files come from this server, forms
/// are sent to it, and no site may frame the page.
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
