/// Why a batch, an evaluation or a key was refused. The texts carry positions, never values.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TokenError {
    /// The element at this position is the identity or not the canonical encoding of a point.
    #[error("element {index} is the identity or not a canonical ristretto255 encoding")]
    BadElement { index: usize },
    /// The input at this position can't be blinded: longer than 65,535 bytes.
    #[error("input {index} is longer than 65,535 bytes")]
    BadInput { index: usize },
    /// A batch is empty or larger than [`crate::MAX_ELEMENTS`].
    #[error("a batch has 1 to 4096 elements")]
    BatchSize,
    /// An evaluation doesn't have one element for each that was sent.
    #[error("the evaluation has {found} elements instead of {expected}")]
    WrongLength { expected: usize, found: usize },
    /// The proof doesn't show that the verification share's key was used.
    #[error("the proof of the evaluation doesn't verify")]
    BadProof,
    /// An evaluation was verified for another batch.
    #[error("the evaluation belongs to another batch")]
    OtherBatch,
    /// Two evaluations come from the same share.
    #[error("share {index} evaluated twice")]
    DuplicateServer { index: u16 },
    /// An evaluation was verified against a share that the key's descriptor doesn't hold.
    #[error("share {index} isn't one of this key and generation")]
    ForeignServer { index: u16 },
    /// Fewer evaluations than the key's threshold.
    #[error("{found} evaluations, but the threshold is {expected}")]
    TooFewEvaluations { expected: u16, found: usize },
    /// A sharing needs 1 ≤ t, 2t − 1 ≤ n ≤ [`crate::MAX_COMMITTEE`].
    #[error("a key is shared t of n with t at least 1 and n from 2t - 1 to 64")]
    Sharing,
    /// Stored bytes don't hold a key or a share: wrong length, index 0, or a scalar out of range.
    #[error("not the bytes of a key share")]
    KeyBytes,
}

impl TokenError {
    /// Stable reason code.
    pub const fn code(self) -> &'static str {
        match self {
            Self::BadElement { .. } => "bad-element",
            Self::BadInput { .. } => "bad-input",
            Self::BatchSize => "batch-size",
            Self::WrongLength { .. } => "wrong-length",
            Self::BadProof => "bad-proof",
            Self::OtherBatch => "other-batch",
            Self::DuplicateServer { .. } => "duplicate-server",
            Self::ForeignServer { .. } => "foreign-server",
            Self::TooFewEvaluations { .. } => "too-few-evaluations",
            Self::Sharing => "sharing",
            Self::KeyBytes => "key-bytes",
        }
    }
}
