use std::cell::Cell;
use std::rc::Rc;

use actix_web::HttpResponse;
use lianfang_wire::Problem;
use serde::Serialize;

/// What became of a line.
pub trait LineResult: Serialize {
    /// That of a line of which nothing is known but why.
    fn refused(line: u64, problem: Problem) -> Self;

    /// Says what whoever sent the line calls it.
    fn name(&mut self, client_reference: String);

    /// Why nothing became of it.
    fn problem(&self) -> Option<&Problem>;
}

/// Whether an answer tells of failures that pass, so that whoever asks again may be told better. Known when the last
/// byte of the answer is.
#[derive(Debug, Clone, Default)]
pub struct Passing(Rc<Cell<bool>>);

impl Passing {
    /// What is known so far.
    pub fn of<B>(answer: &HttpResponse<B>) -> bool {
        let known = answer.extensions().get::<Self>().map(|passing| passing.0.get());
        known.unwrap_or_default()
    }

    /// It does.
    pub(super) fn note(&self) {
        self.0.set(true);
    }

    /// It does if one of these is the node's own, or only a matter of time.
    pub(super) fn note_any<'a>(&self, mut problems: impl Iterator<Item = &'a Problem>) {
        if problems.any(|problem| problem.status >= 500 || problem.retry_after.is_some()) {
            self.note();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;
    use std::future;

    use actix_web::body::to_bytes;
    use actix_web::test::TestRequest;
    use actix_web::web::Data;
    use actix_web::{FromRequest as _, dev::Payload};
    use lianfang_flow::FlowError;
    use lianfang_wire::ProblemType;
    use serde::Serialize;

    use super::*;
    use crate::config::Limits;
    use crate::http::{LINES, LineResult, Lines, answer_lines};
    use crate::problem::Failure;

    #[derive(Serialize)]
    struct Said(Option<Problem>);

    impl LineResult for Said {
        fn refused(_: u64, problem: Problem) -> Self {
            Self(Some(problem))
        }

        fn name(&mut self, _: String) {}

        fn problem(&self) -> Option<&Problem> {
            self.0.as_ref()
        }
    }

    type Part = Result<Option<ProblemType>, FlowError>;
    type Standing = Result<(), ProblemType>;

    /// Whether a batch of as many lines, each a part of its own, tells of what passes when this becomes of them.
    async fn passes(parts: Vec<Part>, standing: Standing) -> bool {
        let limits = Data::new(Limits::default());
        let batch = TestRequest::post()
            .app_data(limits)
            .insert_header(("content-type", LINES));
        let (request, mut payload) = batch.set_payload("1\n".repeat(parts.len())).to_http_parts();
        let lines = Lines::<u64>::from_request(&request, &mut payload).await.unwrap();
        drop::<Payload>(payload);
        let parts = RefCell::new(parts.into_iter());
        let work = move |_| {
            let part = parts.borrow_mut().next().unwrap();
            future::ready(part.map(|problem| vec![Said(problem.map(Problem::new))]))
        };
        let standing = move || standing.map_err(Failure::new);
        let answer = answer_lines(lines, 1, standing, work).await.unwrap();
        let (answer, body) = answer.into_parts();
        to_bytes(body).await.unwrap();
        Passing::of(&answer)
    }

    #[actix_web::test]
    async fn whatever_fails_for_now_passes_and_what_is_wrong_with_a_line_stays() {
        let ended = Err(ProblemType::Unauthenticated);
        let busy = || FlowError::from(lianfang_store::StoreError::Busy);
        let rows = [
            ("all done", vec![Ok(None), Ok(None)], Ok(()), false),
            (
                "a wrong line",
                vec![Ok(Some(ProblemType::Malformed)), Ok(None)],
                Ok(()),
                false,
            ),
            (
                "a line failed",
                vec![Ok(Some(ProblemType::Unavailable)), Ok(None)],
                Ok(()),
                true,
            ),
            (
                "a later line failed",
                vec![Ok(None), Ok(Some(ProblemType::Unavailable))],
                Ok(()),
                true,
            ),
            ("a later part failed", vec![Ok(None), Err(busy())], Ok(()), true),
            (
                "the caller's standing ended",
                vec![Ok(None), Ok(None)],
                ended,
                true,
            ),
        ];
        for (what, parts, standing, expected) in rows {
            assert_eq!(passes(parts, standing).await, expected, "{what}");
        }
    }
}
