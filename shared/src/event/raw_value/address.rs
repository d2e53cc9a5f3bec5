//! Addresses as log files and proxies write them.

use std::net::IpAddr;

use super::{Fault, Parsed, RawValue, placeholder::is_unknown_word};

/// Returns the address that a value holds; none if it holds none.
pub(crate) fn address_of(raw: &RawValue) -> Option<IpAddr> {
    address(raw).value
}

/// Parses an address, which may have brackets, a port, a zone (`%eth0`), a prefix of one host (`/32`) or quotes around
/// it. Of a list, as proxies append to `X-Forwarded-For`, it is the first public address, since the client stands first;
/// else the first.
///
/// An IPv4 address that is mapped to IPv6 is an IPv4 address. The name of a host, as `CloudTrail` writes for callers
/// within AWS, is unknown.
pub(in crate::event) fn address(raw: &RawValue) -> Parsed<IpAddr> {
    let RawValue::Text(text) = raw else { return no_address(raw).into() };
    if let Ok(address) = text.parse::<IpAddr>() {
        return Ok(address.to_canonical()).into();
    }
    let parts = || text.split([',', ';']).map(bare);
    let addresses = || parts().filter_map(single);
    match addresses().find(is_public).or_else(|| addresses().next()) {
        Some(address) => Ok(address).into(),
        None if parts().all(is_nameless_or_host) => Parsed::ABSENT,
        None => no_address(raw).into(),
    }
}

fn no_address(raw: &RawValue) -> Fault {
    let has_zero =
        |part: &str| part.len() > 1 && part.starts_with('0') && part.bytes().all(|byte| byte.is_ascii_digit());
    let has_zeros = matches!(raw, RawValue::Text(text) if text.split('.').any(has_zero));
    let without = if has_zeros { " without leading zeros, which may mean octal numbers" } else { "" };
    Fault::must("is no address", raw, format_args!("an IPv4 or IPv6 address{without}"))
}

/// Removes white space and quotes around an address.
fn bare(text: &str) -> &str {
    text.trim_matches(|character: char| character.is_whitespace() || matches!(character, '"' | '\''))
}

fn single(text: &str) -> Option<IpAddr> {
    let text = text.strip_prefix('/').unwrap_or(text); // as Java prints an address
    let address: IpAddr = match text.strip_prefix('[') {
        Some(rest) => {
            let (inside, behind) = rest.split_once(']')?;
            let is_port = behind.is_empty() || behind.strip_prefix(':').is_some_and(is_port);
            without_zone(inside).parse().ok().filter(|_| is_port)?
        }
        None => without_zone(text).parse().ok().or_else(|| with_suffix(text))?,
    };
    Some(address.to_canonical())
}

fn without_zone(text: &str) -> &str {
    match text.split_once('%') {
        Some((address, zone)) if zone.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte)) => {
            address
        }
        _ => text,
    }
}

/// Returns the address before a port, which an IPv6 address has in brackets only, or before the prefix of one host.
fn with_suffix(text: &str) -> Option<IpAddr> {
    if let Some((address, port)) = text.rsplit_once(':')
        && is_port(port)
    {
        let address: IpAddr = without_zone(address).parse().ok()?;
        return Some(address.to_canonical()).filter(IpAddr::is_ipv4);
    }
    let (address, prefix) = text.split_once('/')?;
    let address: IpAddr = address.parse().ok()?;
    let of_one_host = if address.is_ipv4() { "32" } else { "128" };
    (prefix == of_one_host).then_some(address)
}

fn is_port(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit()) && text.parse::<u16>().is_ok()
}

fn is_public(address: &IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => {
            let [first, second, ..] = address.octets();
            let is_shared = first == 100 && second & 0xC0 == 64;
            !(address.is_private() || address.is_loopback() || address.is_link_local() || first == 0 || is_shared)
        }
        IpAddr::V6(address) => {
            !(address.is_loopback()
                || address.is_unspecified()
                || address.is_unique_local()
                || address.is_unicast_link_local())
        }
    }
}

/// Returns whether a text is a word for an address that is not known, or the name of a host.
fn is_nameless_or_host(text: &str) -> bool {
    const WORDS: [&str; 5] = ["AWS Internal", "localhost", "local", "internal", "hidden"];
    is_unknown_word(text) || WORDS.iter().any(|word| text.eq_ignore_ascii_case(word)) || is_host_name(text)
}

/// Returns whether a text is the name of a host in a domain.
fn is_host_name(text: &str) -> bool {
    let is_label = |label: &str| {
        let is_plain = label.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'));
        is_plain && !label.is_empty()
    };
    let is_top = |top: &str| top.len() > 1 && top.bytes().all(|byte| byte.is_ascii_alphabetic());
    text.rsplit_once('.').is_some_and(|(host, top)| is_top(top) && host.split('.').all(is_label))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> (Option<String>, Option<&'static str>) {
        let Parsed { value, fault } = address(&RawValue::Text(text.into()));
        (value.map(|address| address.to_string()), fault.map(|fault| fault.problem))
    }

    #[test]
    fn an_address_is_found_in_what_is_written_around_it() {
        for (text, address) in [
            ("192.0.2.9", "192.0.2.9"),
            (" 192.0.2.9\t", "192.0.2.9"),
            ("\"192.0.2.9\"", "192.0.2.9"),
            ("192.0.2.9:10100", "192.0.2.9"),
            ("[192.0.2.9]:7972", "192.0.2.9"),
            ("[192.0.2.9]", "192.0.2.9"),
            ("/192.0.2.9:80", "192.0.2.9"),
            ("192.0.2.9/32", "192.0.2.9"),
            ("192.0.2.9%0", "192.0.2.9"),
            ("192.0.2.9%0:443", "192.0.2.9"),
            ("::ffff:192.0.2.9", "192.0.2.9"),
            ("[::ffff:192.0.2.9]:443", "192.0.2.9"),
            ("::ffff:192.0.2.9:443", "192.0.2.9"),
            ("2001:db8::9", "2001:db8::9"),
            ("[2001:DB8::9]:443", "2001:db8::9"),
            ("2001:db8::9/128", "2001:db8::9"),
            ("fe80::1%eth0", "fe80::1"),
            ("[fe80::1%25en1]:22", "fe80::1"),
        ] {
            assert_eq!(read(text), (Some(address.to_owned()), None), "{text}");
        }
    }

    #[test]
    fn of_a_list_the_first_public_address_counts_else_the_first() {
        for (text, address) in [
            ("203.0.113.5, 10.0.0.1", "203.0.113.5"),
            ("10.0.0.1, 203.0.113.5, 203.0.113.6", "203.0.113.5"),
            ("unknown, 203.0.113.5:443", "203.0.113.5"),
            ("10.0.0.1,192.168.0.1", "10.0.0.1"),
            ("fd00::1, 2001:db8::9", "2001:db8::9"),
        ] {
            assert_eq!(read(text), (Some(address.to_owned()), None), "{text}");
        }
    }

    #[test]
    fn a_word_or_host_that_a_vendor_writes_is_an_unknown_address() {
        for text in ["AWS Internal", "ec2.amazonaws.com", "unknown", "localhost", "NA", "db-1.intern.example"] {
            assert_eq!(read(text), (None, None), "{text}");
        }
    }

    #[test]
    fn what_is_no_address_is_told() {
        for text in [
            "1.2.3",
            "192.0.2.999",
            "192.0.2.0/24",
            "192.0.2.9:99999",
            "[192.0.2.9",
            "[192.0.2.9]x",
            "::1%e h",
            "desk",
            "12",
        ] {
            assert_eq!(read(text), (None, Some("is no address")), "{text}");
        }
        let zeros = address(&RawValue::Text("192.000.002.009".into())).fault.map(|fault| fault.detail);
        assert!(zeros.is_some_and(|detail| detail.ends_with("without leading zeros, which may mean octal numbers")));
        let number = address(&RawValue::Number(3_221_225_993.0));
        assert_eq!((number.value, number.fault.map(|fault| fault.problem)), (None, Some("is no address")));
    }
}
