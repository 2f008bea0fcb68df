//! What a client and a committee member say to each other (PROTOCOL.md §2). Binary, big-endian, of exact
//! length: every message has one encoding, and anything else is refused before memory is set aside for it.
//! Elements stay bytes here, so that a budget can be charged before any of them is looked at.

mod reader;
mod refusal;
mod request;
mod response;

pub use refusal::EvalError;
pub use request::{EvalRequest, Purpose, RequestSection};
pub use response::{EvalResponse, ResponseSection, SignedEvalResponse};

/// The version of both messages.
pub const VERSION: u8 = 1;

/// Most sections in one message.
pub const MAX_SECTIONS: usize = 8;

/// Why bytes aren't a message, or a message isn't what it should be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum MessageError {
    #[error("this version of the message isn't spoken here")]
    Version,
    #[error("the purpose is unknown")]
    Purpose,
    #[error("a message has 1 to 8 sections")]
    Sections,
    #[error("a section has 1 to 4096 elements")]
    Elements,
    #[error("the message ends too early")]
    Truncated,
    #[error("bytes follow the end of the message")]
    Trailing,
    #[error("the signature isn't the responder's over this exchange")]
    Signature,
    #[error("the response has other sections than the request")]
    Mismatch,
}

impl MessageError {
    /// Stable reason code.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Version => "version",
            Self::Purpose => "purpose",
            Self::Sections => "sections",
            Self::Elements => "elements",
            Self::Truncated => "truncated",
            Self::Trailing => "trailing",
            Self::Signature => "signature",
            Self::Mismatch => "mismatch",
        }
    }
}
