use actix_web::HttpRequest;
use actix_web::http::{Method, header};

/// Part of a body: `start` included, `end` excluded, never empty.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Range {
    pub start: u64,
    pub end: u64,
}

/// What a request asks of a body (RFC 9110 §14).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Requested {
    /// All of it: no range, or one that isn't understood, which has to be ignored.
    Whole,
    /// One part.
    Part(Range),
    /// A part that lies outside.
    Outside,
}

/// The range that `request` asks of a body of `length` bytes. Several ranges at once aren't served: the whole
/// body is, as RFC 9110 §14.2 allows; and of HEAD it demands that ranges be ignored.
pub fn requested(request: &HttpRequest, length: u64) -> Requested {
    let range = request.headers().get(header::RANGE);
    let text = range
        .filter(|_| request.method() == Method::GET)
        .and_then(|value| value.to_str().ok());
    text.map_or(Requested::Whole, |text| parse(text, length))
}

fn parse(text: &str, length: u64) -> Requested {
    let Some(spec) = text.strip_prefix("bytes=") else {
        return Requested::Whole;
    };
    let Some((first, last)) = spec.split_once('-') else {
        return Requested::Whole;
    };
    match (number(first), number(last)) {
        (Bound::None, Bound::Number(suffix)) => part(length.saturating_sub(suffix), length, length),
        (Bound::Number(start), Bound::None) => part(start, length, length),
        (Bound::Number(start), Bound::Number(last)) if last >= start => {
            part(start, last.saturating_add(1).min(length), length)
        }
        _ => Requested::Whole,
    }
}

enum Bound {
    None,
    Number(u64),
    Malformed,
}

fn number(text: &str) -> Bound {
    if text.is_empty() {
        return Bound::None;
    }
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    match text.parse() {
        Ok(number) if digits => Bound::Number(number),
        _ => Bound::Malformed,
    }
}

fn part(start: u64, end: u64, length: u64) -> Requested {
    if start < end && end <= length {
        Requested::Part(Range { start, end })
    } else {
        Requested::Outside
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn part_of_ten(text: &str) -> Requested {
        parse(text, 10)
    }

    #[test]
    fn first_last_and_suffix_forms_are_understood() {
        let part = |start, end| Requested::Part(Range { start, end });
        assert_eq!(part_of_ten("bytes=0-0"), part(0, 1));
        assert_eq!(part_of_ten("bytes=4-"), part(4, 10));
        assert_eq!(part_of_ten("bytes=4-99"), part(4, 10));
        assert_eq!(part_of_ten("bytes=-3"), part(7, 10));
        assert_eq!(part_of_ten("bytes=-99"), part(0, 10));
    }

    #[test]
    fn only_get_has_ranges() {
        let asks = |method| {
            let request = actix_web::test::TestRequest::default().method(method);
            let request = request.insert_header(("range", "bytes=4-")).to_http_request();
            requested(&request, 10)
        };
        assert_eq!(asks(Method::GET), Requested::Part(Range { start: 4, end: 10 }));
        assert_eq!(asks(Method::HEAD), Requested::Whole);
    }

    #[test]
    fn a_part_outside_is_told_apart_from_one_that_is_not_understood() {
        for outside in ["bytes=10-", "bytes=11-12", "bytes=-0"] {
            assert_eq!(part_of_ten(outside), Requested::Outside, "{outside}");
        }
        for ignored in [
            "",
            "bytes=",
            "bytes=-",
            "bytes=a-b",
            "bytes=5-4",
            "bytes=0-1,3-4",
            "lines=1-2",
            "bytes=+1-2",
        ] {
            assert_eq!(part_of_ten(ignored), Requested::Whole, "{ignored}");
        }
        assert_eq!(parse("bytes=0-", 0), Requested::Outside);
    }

    proptest::proptest! {
        #[test]
        fn no_text_leads_outside_of_the_body(text in "(bytes=)?[0-9a-z, +-]{0,24}", length in 0u64..1_000) {
            if let Requested::Part(Range { start, end }) = parse(&text, length) {
                proptest::prop_assert!(start < end && end <= length);
            }
        }
    }
}
