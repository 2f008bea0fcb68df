use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::http::header::{ACCEPT, HeaderMap};
use actix_web::{FromRequest, HttpMessage as _, HttpRequest};
use lianfang_encoding::NodeId;
use lianfang_wire::ProblemType;

use crate::doors::Caller;
use crate::problem::Failure;

/// A regulator that takes answers of TAXII 2.1.
pub(super) struct Reader(pub(super) NodeId);

impl FromRequest for Reader {
    type Error = Failure;
    type Future = Ready<Result<Self, Failure>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let caller = request.extensions().get::<Caller>().cloned();
        ready(match caller {
            None => Err(Failure::new(ProblemType::NotMember)),
            Some(_) if !takes_taxii(request.headers()) => Err(Failure::detail(
                ProblemType::NotAcceptable,
                "Send Accept: application/taxii+json;version=2.1.",
            )),
            Some(Caller(node)) => Ok(Self(node)),
        })
    }
}

/// TAXII 2.1 §1.6.8: with the version, or without one for the newest. Who names nothing takes anything.
fn takes_taxii(headers: &HeaderMap) -> bool {
    let mut named = headers.get_all(ACCEPT).peekable();
    named.peek().is_none()
        || named
            .filter_map(|value| value.to_str().ok())
            .flat_map(|value| value.split(','))
            .any(is_taxii)
}

fn is_taxii(range: &str) -> bool {
    let mut parts = range.split(';').map(|part| part.trim().to_ascii_lowercase());
    let kind = parts.next().unwrap_or_default();
    let parameters: Vec<_> = parts.filter_map(|part| parameter(&part)).collect();
    let refused = parameters
        .iter()
        .any(|(name, value)| name == "q" && value.parse().is_ok_and(|weight: f32| weight <= 0.0));
    let fits = match kind.as_str() {
        "*/*" | "application/*" => true,
        "application/taxii+json" => parameters
            .iter()
            .all(|(name, value)| name != "version" || value == "2.1"),
        _ => false,
    };
    fits && !refused
}

fn parameter(part: &str) -> Option<(String, String)> {
    let (name, value) = part.split_once('=')?;
    Some((name.trim().to_owned(), value.trim().trim_matches('"').to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn takes(accept: &str) -> bool {
        let mut headers = HeaderMap::new();
        headers.insert(ACCEPT, accept.parse().unwrap());
        takes_taxii(&headers)
    }

    #[test]
    fn taxii_2_1_is_taken_in_every_spelling_and_nothing_else() {
        for fine in [
            "application/taxii+json;version=2.1",
            "application/taxii+json; version=2.1",
            "application/taxii+json",
            "Application/TAXII+json;version=\"2.1\"",
            "text/html, application/taxii+json;version=2.1;q=0.5",
            "*/*",
            "application/*",
        ] {
            assert!(takes(fine), "{fine}");
        }
        for refused in [
            "application/taxii+json;version=2.0",
            "application/json",
            "application/stix+json;version=2.1",
            "text/html",
            "application/taxii+json;version=2.1;q=0",
            "",
        ] {
            assert!(!takes(refused), "{refused}");
        }
        assert!(takes_taxii(&HeaderMap::new()));
    }
}
