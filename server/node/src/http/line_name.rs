//! What a line calls itself: whoever sent it finds it by that, also when it isn't what it should be or nothing came of it.

use lianfang_wire::entry::NewEntry;
use lianfang_wire::roster::RosterLine;
use lianfang_wire::screening::NewScreening;
use serde::Deserialize;

use super::LineResult;

pub(super) type Name = Option<String>;

/// What a line holds.
pub trait LineItem {
    /// Its sender's own name for it.
    fn client_reference(&self) -> Option<&str>;
}

impl LineItem for NewEntry {
    fn client_reference(&self) -> Option<&str> {
        self.client_reference.as_deref()
    }
}

impl LineItem for NewScreening {
    fn client_reference(&self) -> Option<&str> {
        self.client_reference.as_deref()
    }
}

impl LineItem for RosterLine {
    fn client_reference(&self) -> Option<&str> {
        Some(&self.client_reference)
    }
}

#[derive(Deserialize)]
struct Named {
    client_reference: String,
}

/// None when it says none, or one that a line may not have.
pub(super) fn name_of(item: &impl LineItem) -> Name {
    let name = item.client_reference();
    name.filter(|name| lianfang_domain::is_reference(name))
        .map(str::to_owned)
}

/// The same of what isn't such an item.
pub(super) fn name_in(text: &[u8]) -> Name {
    let named: Named = serde_json::from_slice(text).ok()?;
    Some(named.client_reference).filter(|name| lianfang_domain::is_reference(name))
}

/// The results with the names of those lines that have said theirs here.
pub(super) fn named<R: LineResult>(mut results: Vec<R>, names: Vec<Name>) -> Vec<R> {
    for (result, name) in results.iter_mut().zip(names) {
        if let Some(name) = name {
            result.name(name);
        }
    }
    results
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;
    use std::future;

    use actix_web::FromRequest as _;
    use actix_web::body::to_bytes;
    use actix_web::test::TestRequest;
    use actix_web::web::Data;
    use lianfang_flow::FlowError;
    use lianfang_store::StoreError;
    use lianfang_wire::{Problem, ProblemType};
    use serde::Serialize;
    use serde_json::Value;

    use super::*;
    use crate::config::Limits;
    use crate::http::{LINES, Line, Lines, answer_lines};
    use crate::problem::Failure;

    #[derive(Default, Serialize)]
    struct Said {
        name: Name,
        problem: Option<Problem>,
    }

    impl LineResult for Said {
        fn refused(_: u64, problem: Problem) -> Self {
            let problem = Some(problem);
            Self { name: None, problem }
        }

        fn name(&mut self, name: String) {
            self.name = Some(name);
        }

        fn problem(&self) -> Option<&Problem> {
            self.problem.as_ref()
        }
    }

    /// A part that fails, and after it the end of the caller's token.
    #[actix_web::test]
    async fn lines_that_nothing_came_of_are_answered_by_their_names() {
        let line = |name: &str| {
            format!(
                "{{\"client_reference\":\"{name}\",\"subject\":{{\"type\":\"seller\",\"identifiers\":[]}}}}\n"
            )
        };
        let text = ["done", "failed", "refused"].map(line).concat();
        let batch = TestRequest::post()
            .app_data(Data::new(Limits::default()))
            .insert_header(("content-type", LINES));
        let (request, mut payload) = batch.set_payload(text).to_http_parts();
        let lines = Lines::<RosterLine>::from_request(&request, &mut payload)
            .await
            .unwrap();
        let (asked, worked) = (Cell::new(0), Cell::new(0));
        let standing = move || match asked.replace(asked.get() + 1) {
            0 => Ok(()),
            _ => Err(Failure::new(ProblemType::Unauthenticated)),
        };
        let work = move |part: Vec<Line<RosterLine>>| {
            assert!(part[0].1.is_ok());
            future::ready(match worked.replace(worked.get() + 1) {
                0 => Ok(vec![Said::default()]),
                _ => Err(FlowError::from(StoreError::Busy)),
            })
        };
        let answer = answer_lines(lines, 1, standing, work).await.unwrap();
        let body = to_bytes(answer.into_body()).await.unwrap();
        let said: Vec<_> = body
            .split(|byte| *byte == b'\n')
            .filter_map(|line| serde_json::from_slice::<Value>(line).ok())
            .map(|said| (said["name"].clone(), said["problem"].is_object()))
            .collect();
        let expected = [("done", false), ("failed", true), ("refused", true)];
        assert_eq!(said, expected.map(|(name, failed)| (name.into(), failed)));
    }
}
