use std::net::IpAddr;

use crate::CertError;

/// More names than one node ever answers to.
pub(crate) const MAX_HOSTS: usize = 32;

/// Where a node can be reached: becomes a dNSName or an iPAddress (RFC 5280 §4.2.1.6).
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Host {
    Dns(String),
    Ip(IpAddr),
}

impl Host {
    pub(crate) fn parse_all(hosts: &[String]) -> Result<Vec<Self>, CertError> {
        if hosts.len() > MAX_HOSTS {
            return Err(CertError::TooManyHosts(MAX_HOSTS));
        }
        hosts.iter().map(|host| Self::try_from(host.as_str())).collect()
    }
}

impl TryFrom<&str> for Host {
    type Error = CertError;

    fn try_from(text: &str) -> Result<Self, CertError> {
        if let Ok(address) = text.parse() {
            return Ok(Self::Ip(address));
        }
        let name = text.to_ascii_lowercase();
        if is_dns_name(&name) {
            Ok(Self::Dns(name))
        } else {
            Err(CertError::Host(
                text.chars().take(64).filter(|c| !c.is_control()).collect(),
            ))
        }
    }
}

/// Preferred name syntax (RFC 1034 §3.5, RFC 1123 §2.1). A last label of digits only would read as an address.
fn is_dns_name(name: &str) -> bool {
    let numeric_end = name
        .rsplit('.')
        .next()
        .is_some_and(|label| label.bytes().all(|byte| byte.is_ascii_digit()));
    name.len() <= 253 && !numeric_end && name.split('.').all(is_label)
}

fn is_label(label: &str) -> bool {
    (1..=63).contains(&label.len())
        && !label.starts_with('-')
        && !label.ends_with('-')
        && label
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_addresses_are_told_apart() {
        assert_eq!(Host::try_from("A.Example"), Ok(Host::Dns("a.example".into())));
        assert_eq!(Host::try_from("localhost"), Ok(Host::Dns("localhost".into())));
        assert_eq!(Host::try_from("127.0.0.1"), Ok(Host::Ip([127, 0, 0, 1].into())));
        assert!(matches!(Host::try_from("::1"), Ok(Host::Ip(_))));
    }

    #[test]
    fn what_is_neither_is_refused() {
        let long = format!("{}.example", "a".repeat(64));
        for refused in [
            "",
            ".",
            "a.",
            "*.example",
            "a..b",
            "-a.example",
            "a-.example",
            "a b",
            "a_b",
            "a.example:443",
            "https://a.example",
            "1.2.3",
            "256.1.1.1",
            "a\0.example",
            "例.example",
            "a@b",
            "[::1]",
            "DNS:x,IP:y",
            &long,
        ] {
            assert!(Host::try_from(refused).is_err(), "{refused:?}");
        }
    }

    #[test]
    fn a_list_of_hosts_is_bounded() {
        let many = vec!["a.example".to_owned(); MAX_HOSTS + 1];
        assert_eq!(Host::parse_all(&many), Err(CertError::TooManyHosts(MAX_HOSTS)));
    }
}
