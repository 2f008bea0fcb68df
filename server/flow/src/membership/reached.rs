//! Where others find a member, and which certificates they accept there.

use std::net::IpAddr;

/// The host of `https://host[:port]`, without brackets.
#[must_use]
pub fn host_of(endpoint: &str) -> Option<&str> {
    let authority = endpoint.strip_prefix("https://")?.trim_end_matches('/');
    if authority.is_empty() || authority.contains(['/', '?', '#', '@']) {
        return None;
    }
    match authority.strip_prefix('[') {
        Some(rest) => rest.split_once(']').map(|(address, _)| address),
        None => authority.split(':').next().filter(|host| !host.is_empty()),
    }
}

/// Whether a certificate for `hosts` is accepted at `endpoint`. A host that isn't ASCII has another spelling in a
/// certificate and can't be compared.
pub(super) fn is_reached(endpoint: &str, hosts: &[String]) -> bool {
    let host = host_of(endpoint).filter(|host| host.is_ascii());
    host.is_none_or(|host| hosts.iter().any(|named| is_same(host, named)))
}

fn is_same(host: &str, named: &str) -> bool {
    match (host.parse::<IpAddr>(), named.parse::<IpAddr>()) {
        (Ok(host), Ok(named)) => host == named,
        _ => host.trim_end_matches('.').eq_ignore_ascii_case(named),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_host_of_an_endpoint_is_found() {
        assert_eq!(host_of("https://a.example:7443"), Some("a.example"));
        assert_eq!(host_of("https://[::1]:7443/"), Some("::1"));
        for refused in [
            "http://a.example",
            "https://",
            "https://a/b",
            "https://u@a",
            "a.example",
        ] {
            assert_eq!(host_of(refused), None, "{refused}");
        }
    }

    #[test]
    fn a_certificate_is_accepted_where_it_names_the_host_however_that_is_spelt() {
        for (endpoint, named) in [
            ("https://A.example:7443", "a.example"),
            ("https://a.example.", "a.example"),
            ("https://[::1]:7443", "0:0:0:0:0:0:0:1"),
            ("https://平台.example", "xn--7lq490d.example"),
        ] {
            assert!(
                is_reached(endpoint, &["0.0.0.0".to_owned(), named.to_owned()]),
                "{endpoint}"
            );
        }
        for (endpoint, named) in [
            ("https://a.example", "b.example"),
            ("https://10.0.0.1:7443", "0.0.0.0"),
        ] {
            assert!(!is_reached(endpoint, &[named.to_owned()]), "{endpoint}");
        }
        assert!(!is_reached("https://a.example", &[]));
    }
}
