use std::borrow::Cow;
use std::ops::Range;

use idna::uts46::{AsciiDenyList, DnsLength, Hyphens, Uts46};

use crate::Reject;

/// The parts of an address that matter here. Scheme, user info, port and fragment are gone.
pub(super) struct Address<'t> {
    pub host: Cow<'t, str>,
    /// Path, without the query.
    pub path: Cow<'t, str>,
    pub query: Cow<'t, str>,
}

/// Makes a defanged, percent-encoded or spaced-out address readable again.
pub(super) fn refang(text: &str) -> String {
    let text = text
        .trim()
        .trim_matches(['<', '>', '"', '\'', ',', ';', '。', '，', '；']);
    if is_plain(text) {
        return text.to_owned();
    }
    let mut plain = text
        .replace("&amp;", "&")
        .replace('\\', "/")
        .replace("&#46;", ".");
    for (from, to) in [
        ("[.]", "."),
        ("(.)", "."),
        ("{.}", "."),
        ("[dot]", "."),
        ("(dot)", "."),
        ("[DOT]", "."),
        ("(DOT)", "."),
        (" dot ", "."),
        (" DOT ", "."),
        ("[:]", ":"),
        ("[/]", "/"),
        ("。", "."),
        ("｡", "."),
        ("点com", ".com"),
        ("点cn", ".cn"),
    ] {
        if plain.contains(from) {
            plain = plain.replace(from, to);
        }
    }
    while let Some(scheme) = defanged_scheme(&plain) {
        plain.replace_range(scheme, "http");
    }
    close_dots(&plain)
}

/// Nothing in it stands for anything else, as in most addresses.
fn is_plain(text: &str) -> bool {
    let itself = |byte: u8| byte.is_ascii_alphanumeric() || b".-_/:?=".contains(&byte);
    text.bytes().all(itself) && defanged_scheme(text).is_none()
}

/// Where `hxxp` stands for `http`: as a word of its own in front of a colon. Anywhere else it is part of a name.
fn defanged_scheme(text: &str) -> Option<Range<usize>> {
    text.match_indices(':').find_map(|(colon, _)| {
        let before = text.get(..colon)?;
        let scheme = before.strip_suffix(['s', 'S']).unwrap_or(before);
        let start = scheme.len().checked_sub(4)?;
        let is_defanged = scheme.get(start..)?.eq_ignore_ascii_case("hxxp");
        let continues = |c: char| c.is_ascii_alphanumeric() || ".-_".contains(c);
        (is_defanged && !scheme.get(..start)?.ends_with(continues)).then_some(start..start + 4)
    })
}

/// `acme . com` and `acme .com` without the gaps; a dot that ends a sentence keeps the space behind it.
fn close_dots(text: &str) -> String {
    if !text.contains(" .") {
        return text.to_owned();
    }
    let mut parts = text.split(" .");
    let mut closed = parts.next().unwrap_or_default().trim_end().to_owned();
    for part in parts {
        closed.push('.');
        closed.push_str(part.trim_start());
        closed.truncate(closed.trim_end().len());
    }
    closed
}

/// Cuts an address into host, path and query. A label in front (`网址：`, `website:`) is dropped; what stands
/// before an `@` in the authority is user info, however much it looks like a host.
pub(super) fn cut(text: &str) -> Address<'_> {
    let rest = after_scheme(text);
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (authority, tail) = rest.split_at(end);
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    let host = match host.rsplit_once(':') {
        Some((host, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => host,
        _ => host,
    };
    let tail = tail.split_once('#').map_or(tail, |(before, _)| before);
    let (path, query) = tail.split_once('?').unwrap_or((tail, ""));
    Address {
        host: decode(host),
        path: Cow::Borrowed(path),
        query: Cow::Borrowed(query),
    }
}

fn after_scheme(text: &str) -> &str {
    let text = word_with_dot(text);
    let text = text.trim();
    if let Some((before, rest)) = text.split_once("://")
        && before
            .chars()
            .rev()
            .take_while(|c| c.is_ascii_alphanumeric())
            .count()
            > 0
        && !before.contains(['/', '?'])
    {
        return rest.trim_start_matches('/');
    }
    if let Some(rest) = text.strip_prefix("//") {
        return rest;
    }
    // `label:host` but not `host:port`.
    match text.split_once(':') {
        Some((label, rest)) if !label.contains(['.', '/', '@']) && !label.is_empty() && !rest.is_empty() => {
            after_scheme(rest.trim_start())
        }
        _ => text,
    }
}

/// Of several words the one with a dot in it; spaces inside the address itself are dropped.
fn word_with_dot(text: &str) -> &str {
    let mut dotted = text.split_whitespace().filter(|word| {
        let inner = word.trim_matches('.');
        inner.contains('.') && inner.len() + 1 >= word.len()
    });
    match (dotted.next(), dotted.next()) {
        (Some(word), None) => word,
        _ => text.trim(),
    }
}

/// Where several words are a host each, the first of them if all are the same.
pub(super) fn only_host(text: &str) -> Result<Option<&str>, Reject> {
    let around = |c: char| c.is_whitespace() || matches!(c, ',' | ';' | '|' | '、');
    let named = text.split(around).filter_map(|word| {
        let name = to_ascii(&cut(word).host).ok()?;
        let known = psl::suffix(name.as_bytes()).is_some_and(|suffix| suffix.is_known());
        (known && !is_public_suffix(&name)).then(|| (word, without_www(&name).to_owned()))
    });
    let named: Vec<_> = named.collect();
    match named.as_slice() {
        [] | [_] => Ok(None),
        [(first, name), others @ ..] if others.iter().all(|(_, other)| other == name) => Ok(Some(first)),
        _ => Err(Reject::Ambiguous),
    }
}

/// Percent-decoding of unreserved and UTF-8 bytes; left alone when the result is no UTF-8.
pub(super) fn decode(text: &str) -> Cow<'_, str> {
    if !text.contains('%') {
        return Cow::Borrowed(text);
    }
    let bytes = text.as_bytes();
    let mut plain = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        let pair = (byte == b'%').then(|| bytes.get(at + 1..at + 3)).flatten();
        let value = pair
            .and_then(|pair| std::str::from_utf8(pair).ok())
            .and_then(|hex| u8::from_str_radix(hex, 16).ok());
        match value {
            Some(value) => {
                plain.push(value);
                at += 3;
            }
            None => {
                plain.push(byte);
                at += 1;
            }
        }
    }
    String::from_utf8(plain).map_or(Cow::Borrowed(text), Cow::Owned)
}

/// The host as an A-label, lower case, without trailing dot (UTS 46, non-transitional).
pub(super) fn to_ascii(host: &str) -> Result<String, Reject> {
    let host: String = host.chars().filter(|c| !c.is_whitespace()).collect();
    let host = host.trim_end_matches('.');
    if host.is_empty() {
        return Err(Reject::Domain);
    }
    if host.starts_with('[') || is_ipv4(host) {
        return Err(Reject::IpAddress);
    }
    let ascii = Uts46::new()
        .to_ascii(
            host.as_bytes(),
            AsciiDenyList::URL,
            Hyphens::Allow,
            DnsLength::Verify,
        )
        .map_err(|_| Reject::Domain)?;
    let valid = ascii
        .split('.')
        .all(|label| !label.starts_with('-') && !label.ends_with('-'));
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_');
    if !ascii.contains('.') || !valid || !ascii.bytes().all(plain) {
        return Err(Reject::Domain);
    }
    if is_ipv4(&ascii) {
        return Err(Reject::IpAddress);
    }
    if ascii
        .rsplit('.')
        .next()
        .is_some_and(|tld| tld.bytes().any(|byte| byte.is_ascii_digit()) && !tld.starts_with("xn--"))
    {
        return Err(Reject::Domain);
    }
    Ok(ascii.into_owned())
}

/// Decimal, octal or hexadecimal IPv4 address, with one to four parts (WHATWG URL, host parsing).
fn is_ipv4(host: &str) -> bool {
    let number = |part: &str| match part.strip_prefix("0x").or_else(|| part.strip_prefix("0X")) {
        Some(hex) => hex.bytes().all(|byte| byte.is_ascii_hexdigit()),
        None => !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit()),
    };
    host.split('.').all(number)
}

/// Drops `www.` as long as a registrable name is left.
pub(super) fn without_www(host: &str) -> &str {
    match host.strip_prefix("www.") {
        Some(rest) if psl::domain_str(rest).is_some() => without_www(rest),
        _ => host,
    }
}

/// The host is a public suffix itself: all its customers share it.
pub(super) fn is_public_suffix(host: &str) -> bool {
    psl::suffix(host.as_bytes())
        .is_some_and(|suffix| suffix.is_known() && suffix.as_bytes() == host.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn host(text: &str) -> Result<String, Reject> {
        to_ascii(&cut(&refang(text)).host)
    }

    #[test]
    fn the_host_is_what_a_browser_would_visit() {
        for (text, expected) in [
            ("https://www.amazon.com@evil.example.org/dp/1", "evil.example.org"),
            ("HTTP://Acme.COM:8080/x?y#z", "acme.com"),
            ("hxxps[:]//acme[.]com/", "acme.com"),
            ("HxXp://acme.com", "acme.com"),
            ("//acme.com.", "acme.com"),
            ("网址:acme.com", "acme.com"),
            ("official site acme.com", "acme.com"),
            ("%61cme.com", "acme.com"),
            ("https:\\\\acme.com\\x", "acme.com"),
            ("例子.中国", "xn--fsqu00a.xn--fiqs8s"),
        ] {
            assert_eq!(host(text).as_deref(), Ok(expected), "{text}");
        }
    }

    #[test]
    fn a_name_that_looks_like_a_defanged_scheme_stays_what_it_is() {
        for text in ["hxxp-shop.com", "myhxxps.com", "HXXPS.com", "shop.hxxp:8080"] {
            let name = text.trim_end_matches(":8080").to_lowercase();
            assert_eq!(host(text), Ok(name), "{text}");
        }
    }

    #[test]
    fn addresses_of_machines_are_refused() {
        for text in ["127.0.0.1", "http://0x7f.1/", "2130706433", "http://[::1]/"] {
            assert_eq!(host(text), Err(Reject::IpAddress), "{text}");
        }
        assert_eq!(host("localhost"), Err(Reject::Domain));
    }

    #[test]
    fn www_stays_where_it_is_the_name() {
        assert_eq!(without_www("www.acme.com"), "acme.com");
        assert_eq!(without_www("www.com"), "www.com");
        assert_eq!(without_www("www.co.uk"), "www.co.uk");
    }
}
