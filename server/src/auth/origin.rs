//! Whether a request was caused by a page of another site.

use axum::http::{HeaderMap, Uri, header, uri::Authority};

/// Returns whether a browser says that a page of another origin caused the request. Programs that are no browsers say
/// nothing.
///
/// `Sec-Fetch-Site` decides where it is sent, which is over TLS and on the own machine; else `Origin` must have the
/// host and port of `Host`.
pub(crate) fn is_cross_origin(headers: &HeaderMap) -> bool {
    if let Some(site) = headers.get("sec-fetch-site") {
        return site != "same-origin" && site != "none";
    }
    let Some(origin) = headers.get(header::ORIGIN) else { return false };
    let origin = origin.to_str().ok().and_then(|origin| origin.parse::<Uri>().ok());
    let authority = origin.as_ref().and_then(Uri::authority).map(Authority::as_str);
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok());
    authority.zip(host).is_none_or(|(authority, host)| !authority.eq_ignore_ascii_case(host))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_cross(headers: &[(&'static str, &'static str)]) -> bool {
        let parsed = headers.iter().map(|(name, value)| {
            (name.parse::<header::HeaderName>().expect("a name"), value.parse().expect("a value"))
        });
        is_cross_origin(&parsed.collect())
    }

    #[test]
    fn other_sites_sister_domains_and_other_ports_are_other_origins() {
        let host = ("host", "uba.example:5000");
        for origin in
            ["https://evil.example", "http://sister.uba.example:5000", "http://uba.example:5001", "null", "", "%%"]
        {
            assert!(is_cross(&[host, ("origin", origin)]), "{origin}");
        }
        assert!(is_cross(&[host, ("sec-fetch-site", "same-site")]) && is_cross(&[("sec-fetch-site", "cross-site")]));
        assert!(is_cross(&[("origin", "http://uba.example")]), "without a host nothing is the same");
    }

    #[test]
    fn own_pages_and_programs_are_none() {
        let host = ("host", "uba.example:5000");
        assert!(!is_cross(&[host]) && !is_cross(&[host, ("origin", "http://UBA.example:5000")]));
        let behind_a_proxy =
            [("host", "10.0.0.1"), ("origin", "https://uba.example"), ("sec-fetch-site", "same-origin")];
        assert!(!is_cross(&behind_a_proxy) && !is_cross(&[("sec-fetch-site", "none")]));
    }
}
