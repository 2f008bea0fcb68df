//! Problem documents (RFC 9457): one frozen table of types for every door.

use serde::{Deserialize, Serialize};

/// One rule that the input broke.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Violation {
    /// JSON pointer (RFC 6901) or parameter name of the offending field.
    pub field: String,
    /// The rule that was broken. Never repeats the value.
    pub rule: String,
    /// What to do about it.
    pub fix: String,
}

impl Violation {
    /// Field, rule and fix of one broken rule.
    pub fn new(field: impl Into<String>, rule: impl Into<String>, fix: impl Into<String>) -> Self {
        Self {
            field: field.into(),
            rule: rule.into(),
            fix: fix.into(),
        }
    }
}

/// Problem document, sent as `application/problem+json` (RFC 9457 §3).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Problem {
    /// `urn:lianfang:problem:` and the stable code.
    #[serde(rename = "type")]
    pub type_uri: String,
    /// Short text that is the same for every occurrence.
    pub title: String,
    /// HTTP status.
    pub status: u16,
    /// What happened this time and how to mend it. Fixed for 5xx.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
    /// Every broken rule, when the input was at fault.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<Violation>,
    /// The state that made a conditional request fail (412).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<Object>))]
    pub current: Option<serde_json::Value>,
    /// Seconds to wait before trying again, where that helps.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_after: Option<u64>,
}

impl Problem {
    /// A problem of this type without particulars.
    pub fn new(kind: ProblemType) -> Self {
        Self {
            type_uri: kind.uri(),
            title: kind.title().to_owned(),
            status: kind.status(),
            detail: None,
            errors: Vec::new(),
            current: None,
            retry_after: None,
        }
    }

    /// Says what happened this time.
    #[must_use]
    pub fn detail(mut self, detail: impl Into<String>) -> Self {
        self.detail = Some(detail.into());
        self
    }

    /// Names the broken rules.
    #[must_use]
    pub fn errors(mut self, errors: Vec<Violation>) -> Self {
        self.errors = errors;
        self
    }

    /// The frozen type, if this build knows it.
    pub fn kind(&self) -> Option<ProblemType> {
        ProblemType::from_slug(self.type_uri.strip_prefix(ProblemType::PREFIX)?)
    }
}

impl From<ProblemType> for Problem {
    fn from(kind: ProblemType) -> Self {
        Self::new(kind)
    }
}

macro_rules! problem_types {
    ($($(#[$doc:meta])* $name:ident = $number:literal $status:literal $slug:literal $title:literal),+ $(,)?) => {
        /// Every problem a node reports. Numbers and slugs are frozen (PROTOCOL.md §0).
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum ProblemType {
            $($(#[$doc])* #[doc = $title] $name = $number),+
        }

        impl ProblemType {
            /// Every type, in the order of their numbers.
            pub const ALL: &'static [Self] = &[$(Self::$name),+];
            const PREFIX: &'static str = "urn:lianfang:problem:";

            /// Frozen number.
            pub const fn number(self) -> u16 { self as u16 }
            /// Stable code: the last part of the type URI.
            pub const fn slug(self) -> &'static str { match self { $(Self::$name => $slug),+ } }
            /// The type with this stable code, if this build knows it.
            pub fn from_slug(slug: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|kind| kind.slug() == slug)
            }
            /// HTTP status.
            pub const fn status(self) -> u16 { match self { $(Self::$name => $status),+ } }
            /// Short text, the same for every occurrence.
            pub const fn title(self) -> &'static str { match self { $(Self::$name => $title),+ } }
            /// The type URI.
            pub fn uri(self) -> String { format!("{}{}", Self::PREFIX, self.slug()) }
        }
    };
}

problem_types! {
    Malformed = 1 400 "malformed" "The request isn't well-formed",
    Unauthenticated = 2 401 "unauthenticated" "Authentication is required",
    Forbidden = 3 403 "forbidden" "This caller may not do that",
    NotFound = 4 404 "not-found" "There is no such resource",
    MethodNotAllowed = 5 405 "method-not-allowed" "This resource doesn't take that method",
    NotAcceptable = 6 406 "not-acceptable" "No representation fits the Accept header",
    Timeout = 7 408 "timeout" "The request took too long to arrive",
    Conflict = 8 409 "conflict" "The request conflicts with the present state",
    PreconditionFailed = 9 412 "precondition-failed" "The resource has changed since it was read",
    PreconditionRequired = 10 428 "precondition-required" "An If-Match header is required",
    TooLarge = 11 413 "too-large" "The body is over the limit",
    UnsupportedMediaType = 12 415 "unsupported-media-type" "This content type isn't taken here",
    RangeNotSatisfiable = 13 416 "range-not-satisfiable" "The range lies outside the body",
    Invalid = 14 422 "invalid" "The input breaks a rule",
    IdempotencyMismatch = 15 422 "idempotency-mismatch" "This idempotency key was used with another body",
    RateLimited = 16 429 "rate-limited" "Too many requests",
    Internal = 17 500 "internal" "The node failed to answer",
    Unavailable = 18 503 "unavailable" "The node can't answer at present",
    NothingScreened = 20 422 "nothing-screened" "No identifier of the subject could be screened",
    UnknownAudience = 21 422 "unknown-audience" "The audience isn't in the membership document",
    IllegalTransition = 22 422 "illegal-transition" "The entry's state doesn't allow this event",
    HeadTooLarge = 23 431 "head-too-large" "The request's head is over the limit",
    NotMember = 30 403 "not-a-member" "The certificate isn't that of an active member",
    MembershipExpired = 31 503 "membership-expired" "The membership document has expired",
    OverBudget = 32 429 "over-budget" "The token budget is used up",
    StaleGeneration = 33 409 "stale-generation" "The key share is of another generation",
    UnknownKey = 34 404 "unknown-key" "This node holds no share of that key",
    BadElement = 35 422 "bad-element" "An element isn't a valid group element",
    MembershipRollback = 36 409 "membership-rollback" "The membership document is older than the one in force",
    MembershipSignature = 37 422 "membership-signature" "The membership document isn't signed by enough governors",
    UnsupportedVersion = 38 400 "unsupported-version" "This version of the message isn't spoken here",
    Recovering = 39 503 "recovering" "The node was restored from a backup and doesn't know yet what it had signed",
    Superseded = 40 503 "superseded" "Another copy of this node was restored and goes on in its place",
    IncarnationTaken = 41 409 "incarnation-taken" "This incarnation was granted to another copy of the node, or is over",
    IncarnationUnknown = 42 409 "incarnation-unknown" "The publisher's incarnation isn't the one that was granted here",
    DigestMalformed = 50 422 "digest-malformed" "Not the head of a digest",
    DigestSignature = 51 422 "digest-signature" "The digest isn't signed by its publisher",
    DigestForeign = 52 422 "digest-foreign" "The digest belongs to another federation",
    DigestRollback = 53 409 "digest-rollback" "The digest isn't newer than the one in force",
    DigestChain = 54 409 "digest-chain" "The digest doesn't name the hash of the one before it",
    DigestExpired = 55 422 "digest-expired" "The digest has expired",
    DigestOversized = 56 413 "digest-oversized" "The digest is larger than its publisher's quota allows",
    DigestTruncated = 57 422 "digest-truncated" "The digest's body ends before its length",
    DigestParameters = 58 422 "digest-parameters" "The digest's parameters aren't those of its class",
    DigestOverfull = 59 422 "digest-overfull" "More bits are set than the digest's class allows",
    DigestSeed = 60 422 "digest-seed" "The digest isn't made with the federation's seed",
    DigestHash = 61 422 "digest-hash" "The digest's body doesn't have the hash its head says",
    DigestFork = 62 409 "digest-fork" "The publisher signed two digests with one sequence",
    DigestVersion = 63 422 "digest-version" "The digest's version isn't known here",
    RulesMismatch = 64 409 "rules-mismatch" "The publisher normalises this kind by other rules",
    DigestQuota = 65 429 "digest-quota" "The publisher has published more digests within a day than its quota allows",
    RecordInvalid = 70 422 "record-invalid" "The record isn't the one that was asked for",
    ConfirmBits = 71 422 "confirm-bits" "The prefix isn't as long as the list's head says",
    ConfirmTooMany = 72 422 "confirm-too-many" "More records stand under the prefixes than one answer holds",
    DigestHeadTruncated = 80 422 "digest-head-truncated" "The digest's head ends before its last field",
    DigestHeadTrailing = 81 422 "digest-head-trailing" "The digest's head goes on after its signature",
    DigestHeadTooLong = 82 413 "digest-head-too-long" "The digest's head is over the limit",
    DigestSuite = 83 422 "digest-suite" "The digest's suite isn't known here",
    DigestProfile = 84 422 "digest-profile" "The digest's profile isn't known here",
    DigestKind = 85 422 "digest-kind" "Neither a base nor a delta",
    DigestPublisherName = 86 422 "digest-publisher-name" "The publisher's name breaks the rule for node ids",
    DigestAudienceName = 87 422 "digest-audience-name" "The audience's name breaks the rule for audiences",
    DigestSubjectType = 88 422 "digest-subject-type" "The digest's subject type isn't known here",
    DigestTokenKeys = 89 422 "digest-token-keys" "The digest's token keys are none, too many or out of order",
    DigestRules = 90 422 "digest-rules" "The digest's rules digests are too many or out of order",
    DigestExtensions = 91 422 "digest-extensions" "The digest's extensions are too many, too long or out of order",
    DigestCriticalExtension = 92 422 "digest-critical-extension" "A critical extension of the digest isn't known here",
    DigestCounts = 93 422 "digest-counts" "A count of the digest isn't padded, or is beyond its limit",
    DigestBodyLength = 94 422 "digest-body-length" "The length of the digest's body isn't possible for its counts",
    DigestLifetime = 95 422 "digest-lifetime" "The digest doesn't expire after it was made",
    DigestSequence = 96 422 "digest-sequence" "The digest's sequences aren't in order",
    DigestConfirmBits = 97 422 "digest-confirm-bits" "The digest's prefix length leaves too few records under a prefix",
    DigestSigningKey = 98 422 "digest-signing-key" "The digest names another signing key than its publisher's",
    DigestPublisher = 99 422 "digest-publisher" "The digest belongs to another publisher",
    DigestList = 100 422 "digest-list" "The digest belongs to another audience, subject type or epoch",
    DigestFromTheFuture = 101 422 "digest-from-the-future" "The digest was made in the future",
    DigestGap = 102 409 "digest-gap" "Digests between the one in force and this one are missing",
    DigestIncarnation = 103 409 "digest-incarnation" "The digest is of an older incarnation of its publisher",
    DigestBaseMissing = 104 409 "digest-base-missing" "There is no base for the digest to rest on",
    DigestOtherBase = 105 409 "digest-other-base" "The digest rests on another base than the one in force",
    DigestState = 106 409 "digest-state" "The digest's state hash isn't that of what is in force",
    DigestShardTable = 107 422 "digest-shard-table" "The shard table isn't the one the digest's head names",
    DigestShard = 108 422 "digest-shard" "A shard of the digest isn't the one its table names",
    DigestBodyTrailing = 109 422 "digest-body-trailing" "The digest's body goes on beyond its length",
    BloomVersion = 110 422 "bloom-version" "The version of the filter's layout isn't known here",
    BloomEmpty = 111 422 "bloom-empty" "The filter has no bits",
    BloomHashes = 112 422 "bloom-hashes" "The filter has another number of hash functions",
    BloomSeedHalves = 113 422 "bloom-seed-halves" "The two halves of the filter's seed are equal",
    BloomBits = 114 422 "bloom-bits" "The filter has another number of bits than its class",
    GcsTruncated = 115 422 "gcs-truncated" "The coded prefixes end before their count",
    GcsOrder = 116 422 "gcs-order" "The prefixes aren't strictly increasing",
    GcsRange = 117 422 "gcs-range" "A coded prefix is beyond its range",
    GcsPadding = 118 422 "gcs-padding" "The padding after the coded prefixes isn't zero",
    DeltaOverlap = 119 422 "delta-overlap" "One prefix is added and removed by one delta",
    DeltaTooManyPrefixes = 120 413 "delta-too-many-prefixes" "The list would hold more prefixes than a list may",
    StatusMalformed = 121 422 "status-malformed" "The status item isn't well-formed",
    StatusSignature = 122 422 "status-signature" "The status item isn't signed by its publisher",
    StatusForeign = 123 422 "status-foreign" "The status item belongs to another federation, publisher or audience",
    StatusGap = 124 409 "status-gap" "Status items before this one are missing",
    StatusFork = 125 409 "status-fork" "The publisher signed two status items with one sequence",
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn numbers_and_slugs_are_unique() {
        let numbers: HashSet<_> = ProblemType::ALL.iter().map(|kind| kind.number()).collect();
        let slugs: HashSet<_> = ProblemType::ALL.iter().map(|kind| kind.slug()).collect();
        assert_eq!(
            (numbers.len(), slugs.len()),
            (ProblemType::ALL.len(), ProblemType::ALL.len())
        );
    }

    #[test]
    fn a_problem_comes_back_from_json_as_the_same_type() {
        for kind in ProblemType::ALL {
            let text = serde_json::to_string(&Problem::new(*kind).detail("x")).unwrap();
            let back: Problem = serde_json::from_str(&text).unwrap();
            assert_eq!(back.kind(), Some(*kind));
        }
    }
}
