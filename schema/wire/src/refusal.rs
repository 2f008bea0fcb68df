//! What was refused of a publisher's, as problem types: each refusal has its own (PROTOCOL.md §3).

use lianfang_digest::Refusal;

use crate::ProblemType;
use crate::feed::StatusError;

impl From<Refusal> for ProblemType {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::HeadTruncated => Self::DigestHeadTruncated,
            Refusal::HeadTrailing => Self::DigestHeadTrailing,
            Refusal::HeadTooLong => Self::DigestHeadTooLong,
            Refusal::Magic => Self::DigestMalformed,
            Refusal::Suite(_) => Self::DigestSuite,
            Refusal::Version(_) => Self::DigestVersion,
            Refusal::Profile(_) => Self::DigestProfile,
            Refusal::Kind(_) => Self::DigestKind,
            Refusal::PublisherName => Self::DigestPublisherName,
            Refusal::AudienceName => Self::DigestAudienceName,
            Refusal::SubjectType(_) => Self::DigestSubjectType,
            Refusal::TokenKeys => Self::DigestTokenKeys,
            Refusal::Rules => Self::DigestRules,
            Refusal::Extensions => Self::DigestExtensions,
            Refusal::CriticalExtension(_) => Self::DigestCriticalExtension,
            Refusal::Counts => Self::DigestCounts,
            Refusal::Parameters => Self::DigestParameters,
            Refusal::BodyLength => Self::DigestBodyLength,
            Refusal::Lifetime => Self::DigestLifetime,
            Refusal::Sequence => Self::DigestSequence,
            Refusal::ConfirmBits => Self::DigestConfirmBits,
            Refusal::SigningKey => Self::DigestSigningKey,
            Refusal::Signature => Self::DigestSignature,
            Refusal::Federation => Self::DigestForeign,
            Refusal::Publisher => Self::DigestPublisher,
            Refusal::List => Self::DigestList,
            Refusal::Expired => Self::DigestExpired,
            Refusal::FromTheFuture => Self::DigestFromTheFuture,
            Refusal::Oversize => Self::DigestOversized,
            Refusal::Replayed => Self::DigestRollback,
            Refusal::Gap => Self::DigestGap,
            Refusal::Chain => Self::DigestChain,
            Refusal::Fork => Self::DigestFork,
            Refusal::Incarnation => Self::DigestIncarnation,
            Refusal::BaseMissing => Self::DigestBaseMissing,
            Refusal::OtherBase => Self::DigestOtherBase,
            Refusal::State => Self::DigestState,
            Refusal::ShardTable => Self::DigestShardTable,
            Refusal::Shard(_) => Self::DigestShard,
            Refusal::BodyTruncated => Self::DigestTruncated,
            Refusal::BodyTrailing => Self::DigestBodyTrailing,
            Refusal::BodyHash => Self::DigestHash,
            Refusal::BloomVersion => Self::BloomVersion,
            Refusal::BloomEmpty => Self::BloomEmpty,
            Refusal::BloomHashes => Self::BloomHashes,
            Refusal::BloomSeedHalves => Self::BloomSeedHalves,
            Refusal::BloomSeed => Self::DigestSeed,
            Refusal::BloomBits => Self::BloomBits,
            Refusal::BloomFill => Self::DigestOverfull,
            Refusal::GcsTruncated => Self::GcsTruncated,
            Refusal::GcsOrder => Self::GcsOrder,
            Refusal::GcsRange => Self::GcsRange,
            Refusal::GcsPadding => Self::GcsPadding,
            Refusal::DeltaOverlap => Self::DeltaOverlap,
            Refusal::TooManyPrefixes => Self::DeltaTooManyPrefixes,
        }
    }
}

impl From<StatusError> for ProblemType {
    fn from(error: StatusError) -> Self {
        match error {
            StatusError::Malformed => Self::StatusMalformed,
            StatusError::Signature => Self::StatusSignature,
        }
    }
}
