use lianfang_domain::MembershipError;
use lianfang_store::StoreError;
use lianfang_token::message::EvalError;
use lianfang_wire::entry::Entry;
use lianfang_wire::problem::Violation;
use lianfang_wire::{Problem, ProblemType};

use crate::files::FileError;

/// A restored node asks its peers again and again; nobody needs to ask it more often.
const RECOVERY_SECONDS: u64 = 30;

/// Why the node didn't do what was asked. One place maps it to problem documents.
#[derive(Debug, thiserror::Error)]
pub enum FlowError {
    #[error("not found")]
    NotFound,
    #[error("invalid input")]
    Invalid(Vec<Violation>),
    #[error("the entry has changed")]
    Stale(Box<Entry>),
    #[error("{}", .0.title())]
    Problem(ProblemType, Option<String>),
    /// A quota is used up for so many seconds.
    #[error("too many requests")]
    TooMany { retry_after: u64 },
    #[error("evaluation refused: {0}")]
    Evaluation(#[from] EvalError),
    #[error("membership refused: {0}")]
    Membership(#[from] MembershipError),
    #[error("store: {0}")]
    Store(StoreError),
    #[error("files: {0}")]
    Files(FileError),
    #[error(
        "data key {number} {problem}: put its file, keys/data.key for 1 and keys/data-{number}.key for others, back from a backup"
    )]
    DataKey { number: u8, problem: &'static str },
    /// A fault of this node; the text goes to the log and never to a caller.
    #[error("internal: {0}")]
    Internal(&'static str),
}

impl FlowError {
    /// A problem of this type, with what happened this time.
    pub fn because(kind: ProblemType, detail: impl Into<String>) -> Self {
        Self::Problem(kind, Some(detail.into()))
    }

    /// For figures and reports: the slug of its problem type, or why the node's own database or files fail. One of a fixed
    /// number.
    pub(crate) fn code(&self) -> &'static str {
        match self {
            Self::Store(error) => error.code(),
            Self::Files(error) => error.code(),
            other => other.problem().kind().map_or("internal", ProblemType::slug),
        }
    }

    /// The document to answer with. Nothing of the request and nothing internal is in it.
    pub fn problem(&self) -> Problem {
        match self {
            Self::NotFound => Problem::new(ProblemType::NotFound),
            Self::Invalid(errors) => Problem::new(ProblemType::Invalid).errors(errors.clone()),
            Self::Stale(entry) => Problem {
                current: serde_json::to_value(entry).ok(),
                ..Problem::new(ProblemType::PreconditionFailed)
                    .detail("Read the entry again, decide anew and send its present ETag in If-Match.")
            },
            Self::Problem(kind, detail) => Problem {
                detail: detail.clone(),
                retry_after: (*kind == ProblemType::Recovering).then_some(RECOVERY_SECONDS),
                ..Problem::new(*kind)
            },
            Self::TooMany { retry_after } => Problem {
                retry_after: Some(*retry_after),
                ..Problem::new(ProblemType::RateLimited)
            },
            Self::Evaluation(refusal) => evaluation(*refusal),
            Self::Membership(refusal) => Problem::new(membership(*refusal)).detail(refusal.to_string()),
            Self::Store(error) => store(*error),
            Self::Files(_) => unavailable(),
            Self::DataKey { .. } | Self::Internal(_) => Problem::new(ProblemType::Internal),
        }
    }
}

impl From<ProblemType> for FlowError {
    fn from(kind: ProblemType) -> Self {
        Self::Problem(kind, None)
    }
}

impl From<StoreError> for FlowError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::NotFound => Self::NotFound,
            other => Self::Store(other),
        }
    }
}

fn evaluation(refusal: EvalError) -> Problem {
    let kind = match refusal {
        EvalError::StaleGeneration { .. } => ProblemType::StaleGeneration,
        EvalError::OverBudget { .. } => ProblemType::OverBudget,
        EvalError::BadElement { .. } => ProblemType::BadElement,
        EvalError::NotMember => ProblemType::NotMember,
        EvalError::UnknownKey => ProblemType::UnknownKey,
    };
    let retry_after = match refusal {
        EvalError::OverBudget { retry_after } => Some(u64::from(retry_after)),
        _ => None,
    };
    Problem {
        retry_after,
        ..Problem::new(kind).detail(refusal.to_string())
    }
}

fn membership(refusal: MembershipError) -> ProblemType {
    match refusal {
        MembershipError::Rollback => ProblemType::MembershipRollback,
        MembershipError::Signature | MembershipError::Threshold => ProblemType::MembershipSignature,
        MembershipError::Chain
        | MembershipError::Foreign
        | MembershipError::Members
        | MembershipError::Keys
        | MembershipError::Expiry => ProblemType::Invalid,
    }
}

fn store(error: StoreError) -> Problem {
    match error {
        StoreError::Busy | StoreError::Unavailable | StoreError::Full | StoreError::ReadOnly => unavailable(),
        StoreError::Conflict => Problem::new(ProblemType::Conflict),
        _ => Problem::new(ProblemType::Internal),
    }
}

fn unavailable() -> Problem {
    Problem {
        retry_after: Some(2),
        ..Problem::new(ProblemType::Unavailable)
    }
}
