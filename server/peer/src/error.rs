use lianfang_encoding::NodeId;
use lianfang_wire::{Problem, ProblemType};

/// Why a peer didn't give what was asked. Carries nothing of what was asked.
#[derive(Debug, Clone, thiserror::Error)]
pub enum PeerError {
    #[error("{0} isn't an active member")]
    Unknown(NodeId),
    #[error("no connection: {0}")]
    Unreachable(&'static str),
    #[error("took too long")]
    Timeout,
    #[error("refused: {}", .0.title)]
    Refused(Box<Problem>),
    #[error("answered something that isn't the agreed message")]
    Malformed,
    #[error("answered more than the limit")]
    TooLarge,
    #[error("this node's own certificate or authorities can't be used")]
    Configuration,
}

impl PeerError {
    /// Stable code for status pages and metrics.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Unknown(_) => "unknown_peer",
            Self::Unreachable(_) => "unreachable",
            Self::Timeout => "timeout",
            Self::Refused(_) => "refused",
            Self::Malformed => "malformed_answer",
            Self::TooLarge => "answer_too_large",
            Self::Configuration => "configuration",
        }
    }

    /// Whether the peer is simply not there at present.
    pub fn is_absence(&self) -> bool {
        match self {
            Self::Unreachable(_) | Self::Timeout => true,
            Self::Refused(problem) => problem.status >= 500,
            _ => false,
        }
    }

    /// Whether the peer says that it hasn't what was asked for.
    pub fn is_not_found(&self) -> bool {
        matches!(self, Self::Refused(problem) if problem.kind() == Some(ProblemType::NotFound))
    }

    /// Whether the peer has less of a body than what was asked for begins with.
    pub fn is_out_of_range(&self) -> bool {
        matches!(self, Self::Refused(problem) if problem.kind() == Some(ProblemType::RangeNotSatisfiable))
    }
}

impl From<reqwest::Error> for PeerError {
    fn from(error: reqwest::Error) -> Self {
        if error.is_timeout() {
            Self::Timeout
        } else if error.is_connect() {
            Self::Unreachable("connection or handshake refused")
        } else {
            Self::Unreachable("connection lost")
        }
    }
}
