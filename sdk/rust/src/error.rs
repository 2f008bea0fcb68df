use lianfang_wire::{Problem, ProblemType};

/// Why a call didn't succeed. The text holds nothing of what was sent.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The node answered with a problem document (RFC 9457).
    #[error("{}", describe(.0))]
    Refused(Box<Problem>),
    /// There was no connection, or it broke.
    #[error("the node can't be reached: {0}")]
    Unreachable(String),
    /// The node took too long.
    #[error("the node took too long to answer")]
    Timeout,
    /// Something else than a node answered.
    #[error("the answer isn't a node's")]
    Malformed,
    /// What the client was made from can't be used.
    #[error("{0}")]
    Configuration(&'static str),
}

impl Error {
    /// The problem's frozen type, when the node refused.
    pub fn kind(&self) -> Option<ProblemType> {
        match self {
            Self::Refused(problem) => problem.kind(),
            _ => None,
        }
    }

    /// Whether the same call may succeed later: the node is away, busy, or asks to wait.
    pub fn is_transient(&self) -> bool {
        match self {
            Self::Unreachable(_) | Self::Timeout => true,
            Self::Refused(problem) => {
                problem.status >= 500 || problem.status == 429 || problem.retry_after.is_some()
            }
            Self::Malformed | Self::Configuration(_) => false,
        }
    }
}

impl From<reqwest::Error> for Error {
    fn from(error: reqwest::Error) -> Self {
        // The library says of a body that breaks off that it can't be decoded. What is in one is decoded here.
        match error.is_timeout() {
            true => Self::Timeout,
            false => Self::Unreachable(cause(&error)),
        }
    }
}

/// The innermost cause, which names neither URL nor request.
fn cause(error: &reqwest::Error) -> String {
    let mut innermost: &dyn std::error::Error = error;
    while let Some(source) = innermost.source() {
        innermost = source;
    }
    innermost.to_string()
}

/// Title, detail and every broken rule, on one line.
fn describe(problem: &Problem) -> String {
    let mut text = problem.title.clone();
    if let Some(detail) = &problem.detail {
        text.push_str(": ");
        text.push_str(detail);
    }
    for violation in &problem.errors {
        text.push_str(&format!(
            "; {} {} ({})",
            violation.field, violation.rule, violation.fix
        ));
    }
    text
}
