use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use crate::text::charmap::rows;
use crate::{Kind, Reject, reserved};

/// Version of the deny-lists, apart from the rules (PROTOCOL.md §1).
pub const DENY_LISTS_VERSION: u32 = 1;

const DISPOSABLE: &str = include_str!("../data/disposable_domains.txt");
const SHORTENERS: &str = include_str!("../data/shorteners.txt");
const MORE_SHORTENERS: &str = include_str!("../data/shorteners_extra.txt");
const LINK_IN_BIO: &str = include_str!("../data/link_in_bio.txt");
const PLATFORMS: &str = include_str!("../data/platform_hosts.txt");
const ROLES: &str = include_str!("../data/role_mailboxes.tsv");
const DUMMIES: &str = include_str!("../data/dummy_values.tsv");
const PHONES: &str = include_str!("../data/reserved_phones.txt");

/// Every list with its name, in the order their digest is taken.
pub(crate) const LISTS: [(&str, &str); 8] = [
    ("disposable_domains", DISPOSABLE),
    ("dummy_values", DUMMIES),
    ("link_in_bio", LINK_IN_BIO),
    ("platform_hosts", PLATFORMS),
    ("reserved_phones", PHONES),
    ("role_mailboxes", ROLES),
    ("shorteners", SHORTENERS),
    ("shorteners_extra", MORE_SHORTENERS),
];

static DISPOSABLE_SET: LazyLock<HashSet<&str>> = LazyLock::new(|| rows(DISPOSABLE).collect());
static SHORTENER_SET: LazyLock<HashSet<&str>> =
    LazyLock::new(|| rows(SHORTENERS).chain(rows(MORE_SHORTENERS)).collect());
static LINK_SET: LazyLock<HashSet<&str>> = LazyLock::new(|| rows(LINK_IN_BIO).collect());
static PLATFORM_SET: LazyLock<HashSet<&str>> = LazyLock::new(|| rows(PLATFORMS).collect());
static ROLE_MAP: LazyLock<HashMap<&str, &str>> =
    LazyLock::new(|| rows(ROLES).filter_map(|row| row.split_once('\t')).collect());
static DUMMY_SET: LazyLock<HashSet<(&str, &str)>> =
    LazyLock::new(|| rows(DUMMIES).filter_map(|row| row.split_once('\t')).collect());
static PHONE_PATTERNS: LazyLock<Vec<&str>> = LazyLock::new(|| rows(PHONES).collect());

/// What the deny-lists say of a mailbox.
pub(crate) enum Mailbox {
    Own,
    Role,
    Refused(Reject),
}

/// Why a host names nobody in particular.
pub(crate) fn host(host: &str) -> Option<Reject> {
    if is_reserved(host) {
        return Some(Reject::ReservedDomain);
    }
    if LINK_SET.contains(host) && !SHORTENER_SET.contains(host) {
        return Some(Reject::LinkInBio);
    }
    if SHORTENER_SET.contains(host) {
        return Some(Reject::Shortener);
    }
    if PLATFORM_SET.contains(host) {
        return Some(Reject::PlatformHost);
    }
    is_disposable(host).then_some(Reject::DisposableDomain)
}

/// Why a short link or link page cannot stand for a shop or an offer.
pub(crate) fn link_host(host: &str) -> Option<Reject> {
    match self::host(host) {
        Some(Reject::PlatformHost | Reject::DisposableDomain) | None => None,
        other => other,
    }
}

/// Why a mailbox names nobody in particular; `public` says that the domain hands mailboxes to everybody.
pub(crate) fn mailbox(local: &str, domain: &str, public: bool) -> Mailbox {
    if is_reserved(domain) {
        return Mailbox::Refused(Reject::ReservedDomain);
    }
    if is_disposable(domain) {
        return Mailbox::Refused(Reject::DisposableDomain);
    }
    if is_dummy(Kind::Email, &format!("{local}@{domain}")) {
        return Mailbox::Refused(Reject::Dummy);
    }
    if !public && PLATFORM_SET.contains(domain) {
        return Mailbox::Refused(Reject::PlatformHost);
    }
    match ROLE_MAP.get(local) {
        Some(&"machine") => Mailbox::Refused(Reject::RoleMailbox),
        Some(_) if public => Mailbox::Refused(Reject::RoleMailbox),
        Some(_) => Mailbox::Role,
        None => Mailbox::Own,
    }
}

/// Why an E.164 number names nobody in particular.
pub(crate) fn phone(e164: &str) -> Option<Reject> {
    if reserved::is_test_value(Kind::Phone, e164) {
        return None;
    }
    let matches = |pattern: &&&str| {
        pattern.len() == e164.len()
            && pattern
                .bytes()
                .zip(e164.bytes())
                .all(|(want, byte)| want == b'#' || want == byte)
    };
    if PHONE_PATTERNS.iter().any(|pattern| matches(&pattern)) {
        return Some(Reject::ReservedNumber);
    }
    if is_dummy(Kind::Phone, e164) || is_filler(e164) {
        return Some(Reject::Dummy);
    }
    None
}

/// The last eight digits are one digit repeated, or count up.
fn is_filler(e164: &str) -> bool {
    let Some(tail) = e164
        .len()
        .checked_sub(8)
        .and_then(|start| e164.as_bytes().get(start..))
    else {
        return false;
    };
    tail == b"12345678" || tail.windows(2).all(|pair| pair.first() == pair.last())
}

/// A value many people type when they have none to give, or a specimen.
pub(crate) fn is_dummy(kind: Kind, canonical: &str) -> bool {
    DUMMY_SET.contains(&(kind.name(), canonical))
}

fn is_disposable(host: &str) -> bool {
    DISPOSABLE_SET.contains(host) || psl::domain_str(host).is_some_and(|name| DISPOSABLE_SET.contains(name))
}

/// Names of RFC 2606 and RFC 6761, except the ones our own test identifiers live under.
fn is_reserved(host: &str) -> bool {
    let below = host.strip_suffix(reserved::TEST_DOMAIN);
    if below.is_some_and(|labels| labels.is_empty() || labels.ends_with('.')) {
        return false;
    }
    let top = host.rsplit('.').next().unwrap_or_default();
    matches!(
        top,
        "test" | "example" | "invalid" | "localhost" | "local" | "internal" | "lan" | "arpa"
    ) || psl::domain_str(host)
        .is_some_and(|name| matches!(name, "example.com" | "example.net" | "example.org"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_list_has_entries_and_no_pattern_is_malformed() {
        for (name, list) in LISTS {
            assert!(rows(list).count() > 5, "{name}");
        }
        for pattern in PHONE_PATTERNS.iter() {
            let digits = pattern.strip_prefix('+').unwrap();
            assert!(
                digits.bytes().all(|b| b.is_ascii_digit() || b == b'#'),
                "{pattern}"
            );
        }
        for row in rows(DUMMIES) {
            assert!(
                row.split_once('\t')
                    .is_some_and(|(kind, _)| kind.parse::<Kind>().is_ok()),
                "{row}"
            );
        }
    }

    #[test]
    fn fictional_and_filler_numbers_are_refused() {
        assert_eq!(phone("+12125550147"), Some(Reject::ReservedNumber));
        assert_eq!(phone("+8613800138000"), Some(Reject::Dummy));
        assert_eq!(phone("+8613811111111"), Some(Reject::Dummy));
        assert_eq!(phone("+8618666150206"), None);
    }
}
