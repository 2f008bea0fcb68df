//! Refusals of digests as problem types, one place for all.

use lianfang_digest::Refusal;
use lianfang_wire::ProblemType;

/// The problem type of a refused digest.
pub(crate) fn problem_type(refusal: &Refusal) -> ProblemType {
    match refusal {
        Refusal::Suite(_)
        | Refusal::Version(_)
        | Refusal::Profile(_)
        | Refusal::Kind(_)
        | Refusal::CriticalExtension(_) => ProblemType::DigestVersion,
        Refusal::SigningKey | Refusal::Signature => ProblemType::DigestSignature,
        Refusal::Federation | Refusal::Publisher | Refusal::List => ProblemType::DigestForeign,
        Refusal::Expired | Refusal::FromTheFuture => ProblemType::DigestExpired,
        Refusal::Oversize | Refusal::TooManyPrefixes => ProblemType::DigestOversized,
        Refusal::Replayed | Refusal::Incarnation => ProblemType::DigestRollback,
        Refusal::Gap | Refusal::Chain | Refusal::BaseMissing | Refusal::OtherBase | Refusal::State => {
            ProblemType::DigestChain
        }
        Refusal::Fork => ProblemType::DigestFork,
        Refusal::HeadTruncated | Refusal::BodyTruncated | Refusal::GcsTruncated => {
            ProblemType::DigestTruncated
        }
        Refusal::ShardTable | Refusal::Shard(_) | Refusal::BodyHash | Refusal::BodyTrailing => {
            ProblemType::DigestHash
        }
        Refusal::BloomVersion
        | Refusal::BloomEmpty
        | Refusal::BloomHashes
        | Refusal::BloomBits
        | Refusal::Counts
        | Refusal::Parameters
        | Refusal::BodyLength
        | Refusal::ConfirmBits => ProblemType::DigestParameters,
        Refusal::BloomSeed | Refusal::BloomSeedHalves => ProblemType::DigestSeed,
        Refusal::BloomFill => ProblemType::DigestOverfull,
        _ => ProblemType::DigestMalformed,
    }
}
