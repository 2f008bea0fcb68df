use std::pin::Pin;

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};
use lianfang_wire::{Problem, ProblemType};
use serde::de::DeserializeOwned;

use super::{body, pointer};
use crate::problem::Failure;

/// Most lines of one batch.
const MAX_LINES: usize = 100_000;

/// A body of one JSON document per line, of at most `limits.batch_bytes`. A line that isn't a `T` doesn't spoil
/// the others.
pub struct Lines<T>(pub Vec<Line<T>>);

/// The number of a line, from 1, and what it says.
pub type Line<T> = (u64, Result<T, Problem>);

impl<T: DeserializeOwned + 'static> FromRequest for Lines<T> {
    type Error = Failure;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Failure>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let (request, payload) = (request.clone(), payload.take());
        Box::pin(async move {
            body::expect_type(&request, &["application/x-ndjson", "application/jsonl"])?;
            let bytes = body::read(&request, payload, |limits| limits.batch_bytes).await?;
            Ok(Self(parse(&bytes)?))
        })
    }
}

fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<Vec<Line<T>>, Failure> {
    let mut lines = Vec::new();
    for (number, line) in (1..).zip(bytes.split(|byte| *byte == b'\n')) {
        if line.trim_ascii().is_empty() {
            continue;
        }
        if lines.len() == MAX_LINES {
            let detail = format!("A batch has at most {MAX_LINES} lines; send the rest in another.");
            return Err(Failure::detail(ProblemType::TooLarge, &detail));
        }
        lines.push((number, pointer::parse(line).map_err(|problem| *problem)));
    }
    Ok(lines)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bad_line_spoils_no_other_and_empty_lines_keep_their_number() {
        let lines = parse::<u8>(b"1\n\nx\r\n4\n").unwrap();
        let numbers: Vec<_> = lines
            .iter()
            .map(|(number, line)| (*number, line.clone().ok()))
            .collect();
        assert_eq!(numbers, [(1, Some(1)), (3, None), (4, Some(4))]);
    }

    #[test]
    fn a_batch_has_a_bounded_number_of_lines() {
        assert!(parse::<u8>(&b"1\n".repeat(MAX_LINES)).is_ok());
        assert!(parse::<u8>(&b"1\n".repeat(MAX_LINES + 1)).is_err());
    }

    proptest::proptest! {
        #[test]
        fn any_bytes_give_one_answer_per_line_that_holds_something(
            bytes in proptest::collection::vec(proptest::num::u8::ANY, 0..400),
        ) {
            let lines = parse::<serde_json::Value>(&bytes).map_err(|_| ()).unwrap();
            let said = bytes.split(|byte| *byte == b'\n').filter(|line| !line.trim_ascii().is_empty());
            proptest::prop_assert_eq!(lines.len(), said.count());
        }
    }
}
