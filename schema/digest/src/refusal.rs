/// Why a head, a body, a shard or a chain was refused (PROTOCOL.md §3). Each has its own stable [`code`].
///
/// The texts name rules and positions, never a token or a prefix.
///
/// [`code`]: Refusal::code
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error("the head ends before its last field")]
    HeadTruncated,
    #[error("the head goes on after its signature")]
    HeadTrailing,
    #[error("a head has at most 16 KiB")]
    HeadTooLong,
    #[error("not a digest head")]
    Magic,
    #[error("unknown suite {0}")]
    Suite(u8),
    #[error("unknown version {0}")]
    Version(u8),
    #[error("unknown or reserved profile {0}")]
    Profile(u8),
    #[error("unknown kind of digest {0}")]
    Kind(u8),
    #[error("the publisher's name breaks the rule for node ids")]
    PublisherName,
    #[error("the audience's name breaks the rule for audiences")]
    AudienceName,
    #[error("unknown subject type {0}")]
    SubjectType(u8),
    #[error("a head names 1 to 8 token keys, ascending")]
    TokenKeys,
    #[error("a head names at most 256 rules digests, ascending by kind and version")]
    Rules,
    #[error("a head has at most 16 extensions of at most 1,024 bytes, ascending")]
    Extensions,
    #[error("unknown critical extension {0:#06x}")]
    CriticalExtension(u16),
    #[error("a count has more than three significant bits, or is beyond its limit")]
    Counts,
    #[error("b, r or shard bits aren't what the counts give")]
    Parameters,
    #[error("the body's length isn't possible for these counts")]
    BodyLength,
    #[error("the head doesn't expire after it was created, or a time is beyond year 9999")]
    Lifetime,
    #[error("sequences start at 1 and the base's sequence lies before the head's own")]
    Sequence,
    #[error("confirm_bits leaves fewer than 8 records a prefix")]
    ConfirmBits,

    #[error("the head names another signing key than the publisher's")]
    SigningKey,
    #[error("the head's signature doesn't verify")]
    Signature,

    #[error("the head belongs to another federation")]
    Federation,
    #[error("the head belongs to another publisher")]
    Publisher,
    #[error("the head belongs to another audience, subject type or epoch")]
    List,
    #[error("the head has expired")]
    Expired,
    #[error("the head was created more than a minute in the future")]
    FromTheFuture,
    #[error("the body is larger than this publisher may send")]
    Oversize,

    #[error("an older or equal sequence than the one held")]
    Replayed,
    #[error("heads between the one held and this one are missing")]
    Gap,
    #[error("the head doesn't name the hash of the one before it")]
    Chain,
    #[error("two different heads at one sequence")]
    Fork,
    #[error("an older incarnation of the publisher than the one held")]
    Incarnation,
    #[error("a new incarnation or a first head has to come with a base")]
    BaseMissing,
    #[error("the delta rests on another base than the one in force")]
    OtherBase,
    #[error("the state hash isn't that of the base and deltas in force")]
    State,

    #[error("the shard table isn't the one the head names")]
    ShardTable,
    #[error("shard {0} isn't the one the shard table names")]
    Shard(u32),
    #[error("the body ends before its length")]
    BodyTruncated,
    #[error("the body goes on beyond its length")]
    BodyTrailing,
    #[error("the body's hash isn't the one the head names")]
    BodyHash,

    #[error("unknown version of the Bloom layout")]
    BloomVersion,
    #[error("a Bloom filter without bits")]
    BloomEmpty,
    #[error("a Bloom filter has exactly 20 hash functions here")]
    BloomHashes,
    #[error("the two halves of the Bloom seed are equal")]
    BloomSeedHalves,
    #[error("the Bloom seed isn't the federation's")]
    BloomSeed,
    #[error("the Bloom filter has another number of bits than its class")]
    BloomBits,
    #[error("more than 52 % of the Bloom filter's bits are set")]
    BloomFill,

    #[error("the coded prefixes end before their count")]
    GcsTruncated,
    #[error("the prefixes to encode aren't strictly increasing")]
    GcsOrder,
    #[error("a coded prefix is beyond its range")]
    GcsRange,
    #[error("the padding after the coded prefixes isn't zero")]
    GcsPadding,
    #[error("one prefix is added and removed by one delta")]
    DeltaOverlap,
    #[error("a list would hold more than 2^24 prefixes")]
    TooManyPrefixes,
}

impl Refusal {
    /// Stable name of the reason, as it appears in test vectors. What a node says is the problem type, of which
    /// `lianfang-wire` has one for each.
    pub fn code(&self) -> &'static str {
        match self {
            Self::HeadTruncated => "digest_head_truncated",
            Self::HeadTrailing => "digest_head_trailing",
            Self::HeadTooLong => "digest_head_too_long",
            Self::Magic => "digest_magic",
            Self::Suite(_) => "digest_suite",
            Self::Version(_) => "digest_version",
            Self::Profile(_) => "digest_profile",
            Self::Kind(_) => "digest_kind",
            Self::PublisherName => "digest_publisher_name",
            Self::AudienceName => "digest_audience_name",
            Self::SubjectType(_) => "digest_subject_type",
            Self::TokenKeys => "digest_token_keys",
            Self::Rules => "digest_rules",
            Self::Extensions => "digest_extensions",
            Self::CriticalExtension(_) => "digest_critical_extension",
            Self::Counts => "digest_counts",
            Self::Parameters => "digest_parameters",
            Self::BodyLength => "digest_body_length",
            Self::Lifetime => "digest_lifetime",
            Self::Sequence => "digest_sequence",
            Self::ConfirmBits => "digest_confirm_bits",
            Self::SigningKey => "digest_signing_key",
            Self::Signature => "digest_signature",
            Self::Federation => "digest_federation",
            Self::Publisher => "digest_publisher",
            Self::List => "digest_list",
            Self::Expired => "digest_expired",
            Self::FromTheFuture => "digest_from_the_future",
            Self::Oversize => "digest_oversize",
            Self::Replayed => "digest_replayed",
            Self::Gap => "digest_gap",
            Self::Chain => "digest_chain",
            Self::Fork => "digest_fork",
            Self::Incarnation => "digest_incarnation",
            Self::BaseMissing => "digest_base_missing",
            Self::OtherBase => "digest_other_base",
            Self::State => "digest_state",
            Self::ShardTable => "digest_shard_table",
            Self::Shard(_) => "digest_shard",
            Self::BodyTruncated => "digest_body_truncated",
            Self::BodyTrailing => "digest_body_trailing",
            Self::BodyHash => "digest_body_hash",
            Self::BloomVersion => "bloom_version",
            Self::BloomEmpty => "bloom_empty",
            Self::BloomHashes => "bloom_hashes",
            Self::BloomSeedHalves => "bloom_seed_halves",
            Self::BloomSeed => "bloom_seed",
            Self::BloomBits => "bloom_bits",
            Self::BloomFill => "bloom_fill",
            Self::GcsTruncated => "gcs_truncated",
            Self::GcsOrder => "gcs_order",
            Self::GcsRange => "gcs_range",
            Self::GcsPadding => "gcs_padding",
            Self::DeltaOverlap => "delta_overlap",
            Self::TooManyPrefixes => "delta_too_many_prefixes",
        }
    }
}
