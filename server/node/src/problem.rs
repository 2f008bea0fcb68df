//! The one place where failures become problem documents (RFC 9457).

use std::fmt;

use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderValue};
use actix_web::{HttpResponse, ResponseError};
use lianfang_wire::problem::Violation;
use lianfang_wire::{Problem, ProblemType};

use crate::limits::TooMany;

/// Media type of problem documents.
pub const MEDIA_TYPE: &str = "application/problem+json";

/// What a handler answers instead of success.
#[derive(Debug)]
pub struct Failure(Box<Problem>);

/// The answer of a handler.
pub type Answer<T = HttpResponse> = Result<T, Failure>;

impl Failure {
    /// A problem of this type without particulars.
    pub fn new(kind: ProblemType) -> Self {
        Problem::new(kind).into()
    }

    /// A problem of this type that says what to do.
    pub fn detail(kind: ProblemType, detail: &str) -> Self {
        Problem::new(kind).detail(detail).into()
    }

    /// One broken rule.
    pub fn rule(kind: ProblemType, field: &str, rule: &str, fix: &str) -> Self {
        Problem::new(kind)
            .errors(vec![Violation::new(field, rule, fix)])
            .into()
    }

    /// The document.
    pub fn problem(&self) -> &Problem {
        &self.0
    }
}

impl From<Problem> for Failure {
    fn from(mut problem: Problem) -> Self {
        if problem.status >= 500 {
            // Causes are for the log, not for clients.
            problem.detail = None;
            problem.errors.clear();
        }
        Self(Box::new(problem))
    }
}

impl From<Box<Problem>> for Failure {
    fn from(problem: Box<Problem>) -> Self {
        Self::from(*problem)
    }
}

impl From<ProblemType> for Failure {
    fn from(kind: ProblemType) -> Self {
        Self::new(kind)
    }
}

impl From<TooMany> for Failure {
    fn from(refused: TooMany) -> Self {
        Problem {
            retry_after: Some(refused.retry_after),
            ..Problem::new(ProblemType::RateLimited)
        }
        .into()
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.title)
    }
}

impl ResponseError for Failure {
    fn status_code(&self) -> StatusCode {
        StatusCode::from_u16(self.0.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }

    fn error_response(&self) -> HttpResponse {
        respond(&self.0)
    }
}

/// The document as an answer, with the headers its type asks for.
pub fn respond(problem: &Problem) -> HttpResponse {
    let status = StatusCode::from_u16(problem.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut response = HttpResponse::build(status);
    response.insert_header((header::CONTENT_TYPE, MEDIA_TYPE));
    if let Some(seconds) = problem.retry_after {
        response.insert_header((header::RETRY_AFTER, seconds.to_string()));
    }
    if status == StatusCode::UNAUTHORIZED {
        response.insert_header((header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer")));
    }
    response.body(serde_json::to_vec(problem).unwrap_or_default())
}

/// The type for an error status that the framework made.
pub fn of_status(status: StatusCode) -> ProblemType {
    let exact = ProblemType::ALL
        .iter()
        .copied()
        .find(|kind| kind.status() == status.as_u16());
    match exact {
        Some(kind) => kind,
        None if status.is_client_error() => ProblemType::Malformed,
        None => ProblemType::Internal,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_error_says_nothing_of_its_cause() {
        let failure = Failure::detail(ProblemType::Internal, "connection to db-7 lost");
        assert_eq!(failure.problem(), &Problem::new(ProblemType::Internal));
    }

    #[test]
    fn every_framework_status_becomes_a_problem_of_the_same_class() {
        for code in 400..600 {
            let status = StatusCode::from_u16(code).unwrap();
            let kind = of_status(status);
            assert_eq!(kind.status() / 100, code / 100, "{code} became {kind:?}");
        }
    }

    #[test]
    fn waiting_times_are_in_the_header_too() {
        let failure = Failure::from(TooMany { retry_after: 7 });
        let response = failure.error_response();
        assert_eq!(response.headers().get(header::RETRY_AFTER).unwrap(), "7");
        assert_eq!(response.headers().get(header::CONTENT_TYPE).unwrap(), MEDIA_TYPE);
    }
}
