use actix_web::HttpRequest;
use actix_web::http::header::{self, HeaderValue};
use lianfang_wire::ProblemType;

use crate::problem::Failure;

/// The tag of a revision (RFC 9110 §8.8.3).
pub(super) fn etag(revision: u64) -> String {
    format!("\"{revision}\"")
}

/// What `If-Match` says.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum IfMatch {
    /// A revision that was read from here.
    Revision(u64),
    /// `*`: whichever there is.
    Any,
    /// Something that no revision has.
    Foreign,
}

/// Reads the condition of a change; without one nothing is changed.
///
/// # Errors
/// `precondition-required` when the header is missing, `malformed` when it isn't one entity tag.
pub(super) fn if_match(request: &HttpRequest) -> Result<IfMatch, Failure> {
    let Some(value) = request.headers().get(header::IF_MATCH) else {
        let detail = "Read the entry and send its ETag in If-Match.";
        return Err(Failure::detail(ProblemType::PreconditionRequired, detail));
    };
    parse(value).ok_or_else(|| {
        Failure::detail(
            ProblemType::Malformed,
            "If-Match is one entity tag in quotes, as ETag gave it, or *.",
        )
    })
}

/// Whether a request wants nothing to be there yet (`If-None-Match: *`, RFC 9110 §13.1.2).
///
/// # Errors
/// `malformed` when it names tags: what is put has none.
pub(super) fn if_none(request: &HttpRequest) -> Result<bool, Failure> {
    match request.headers().get(header::IF_NONE_MATCH) {
        None => Ok(false),
        Some(value) if value.as_bytes().trim_ascii() == b"*" => Ok(true),
        Some(_) => Err(Failure::detail(
            ProblemType::Malformed,
            "If-None-Match is * here, or isn't sent.",
        )),
    }
}

fn parse(value: &HeaderValue) -> Option<IfMatch> {
    let text = value.to_str().ok()?.trim();
    if text == "*" {
        return Some(IfMatch::Any);
    }
    // A weak tag never matches in If-Match (RFC 9110 §13.1.1).
    if text.starts_with("W/\"") {
        return Some(IfMatch::Foreign);
    }
    let tag = text.strip_prefix('"')?.strip_suffix('"')?;
    if tag.contains('"') {
        return None;
    }
    let canonical = tag
        .parse()
        .ok()
        .filter(|revision: &u64| revision.to_string() == tag);
    Some(canonical.map_or(IfMatch::Foreign, IfMatch::Revision))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &'static str) -> Option<IfMatch> {
        parse(&HeaderValue::from_static(text))
    }

    #[test]
    fn a_tag_that_was_given_is_read_again() {
        assert_eq!(
            parse(&HeaderValue::from_str(&etag(42)).unwrap()),
            Some(IfMatch::Revision(42))
        );
    }

    #[test]
    fn weak_and_unknown_tags_match_nothing_and_other_text_is_malformed() {
        for foreign in ["W/\"42\"", "\"x\"", "\"042\"", "\"\"", "\"+42\""] {
            assert_eq!(read(foreign), Some(IfMatch::Foreign), "{foreign}");
        }
        for malformed in ["42", "**", "\"1\", \"2\"", ""] {
            assert_eq!(read(malformed), None, "{malformed}");
        }
        assert_eq!(read(" * "), Some(IfMatch::Any));
    }

    proptest::proptest! {
        #[test]
        fn only_the_tag_of_a_revision_is_that_revision(text in "[W/\"0-9a-z*, ]{0,24}") {
            let read = HeaderValue::from_str(&text).ok().and_then(|value| parse(&value));
            if let Some(IfMatch::Revision(revision)) = read {
                proptest::prop_assert_eq!(text.trim(), etag(revision));
            }
        }
    }
}
