use super::host;
use crate::canonical::{Canonical, Check};
use crate::text::field;
use crate::{Kind, Region, Reject, Trace, deny};

/// Host name as A-label without `www.`; scheme, port, user info and path are dropped. A homograph stays the
/// different domain it is.
pub(super) fn normalise(
    raw: &str,
    _region: Option<Region>,
    trace: &mut Trace<'_>,
) -> Result<Vec<Canonical>, Reject> {
    let text = field::plain(raw, trace)?;
    let text = host::refang(&text);
    let address = host::cut(host::only_host(&text)?.unwrap_or(&text));
    trace.note("authority", &address.host);
    let ascii = host::to_ascii(&address.host)?;
    trace.note("idna", &ascii);
    let name = host::without_www(&ascii);
    trace.note("www", name);
    match deny::host(name) {
        Some(reject) => Err(reject),
        None if host::is_public_suffix(name) => Err(Reject::PublicSuffix),
        None => Ok(vec![Canonical::strict(Kind::Domain, name, Check::NotApplicable)]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(raw: &str) -> Result<String, Reject> {
        normalise(raw, None, &mut Trace::off()).map(|forms| forms[0].value.clone())
    }

    #[test]
    fn a_homograph_is_another_domain() {
        assert_ne!(value("аррӏе.com").unwrap(), value("apple.com").unwrap());
    }

    #[test]
    fn one_host_among_words_or_in_pieces_is_read() {
        for raw in [
            "official site acme.com",
            "acme . com",
            "acme.com www.acme.com",
            "https://acme.com/a、ACME.com",
        ] {
            assert_eq!(value(raw).as_deref(), Ok("acme.com"), "{raw}");
        }
    }

    #[test]
    fn names_shared_by_many_are_refused_with_the_reason() {
        for (text, reject) in [
            ("acme.com fake-shop.com", Reject::Ambiguous),
            ("acme.com、fake-shop.com", Reject::Ambiguous),
            ("acme.com, fake-shop.com", Reject::Ambiguous),
            ("co.uk", Reject::PublicSuffix),
            ("https://www.taobao.com/", Reject::PlatformHost),
            ("bit.ly", Reject::Shortener),
            ("linktr.ee", Reject::LinkInBio),
            ("www.example.com", Reject::ReservedDomain),
            ("shop.invalid", Reject::ReservedDomain),
        ] {
            assert_eq!(value(text), Err(reject), "{text}");
        }
    }
}
