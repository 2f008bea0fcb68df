//! Audiences and the privacy filter (PROTOCOL.md §3): who may see what, decided before any token is made.

use std::borrow::Cow;

use lianfang_encoding::{Audience, Class, NodeId, SubjectType, Timestamp};
use lianfang_identifier::Kind;
use lianfang_token::KeyDescriptor;
use lianfang_wire::membership::{AudienceRule, Member, Membership};
use lianfang_wire::vocabulary::{EvidenceGrade, MemberRole, StateName};

use crate::LocalReason;

/// Why an entry, or one identifier of it, isn't in a digest. Shown by `lianfang explain`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
pub enum Withheld {
    #[error("it rests on another member's entry alone")]
    Derived,
    #[error("category, decision, evidence or notice to the subject is missing")]
    Incomplete,
    #[error("the audience isn't in the membership document")]
    UnknownAudience,
    #[error("entries in this state aren't shared with this audience")]
    State,
    #[error("the evidence is weaker than this audience takes")]
    Evidence,
    #[error("this kind is excluded from this audience")]
    KindExcluded,
    #[error(
        "personal kinds are shared only when 3 independent organisations hold key shares, 2 of which are needed"
    )]
    CommitteeTooSmall,
    #[error("personal kinds don't cross a border without a recorded ground for the transfer")]
    CrossBorder,
    #[error("no token key of this class is in force")]
    NoKey,
    #[error("a violation by content never lists who sells")]
    SellerOfContent,
}

impl Withheld {
    /// Stable code.
    pub fn code(self) -> &'static str {
        match self {
            Self::Derived => "derived",
            Self::Incomplete => "incomplete",
            Self::UnknownAudience => "unknown_audience",
            Self::State => "state",
            Self::Evidence => "evidence",
            Self::KindExcluded => "kind_excluded",
            Self::CommitteeTooSmall => "committee_too_small",
            Self::CrossBorder => "cross_border",
            Self::NoKey => "no_key",
            Self::SellerOfContent => "seller_of_content",
        }
    }
}

/// Whether `audience` can be named by an entry: born ones, or a list of the document.
pub fn audience_exists(document: &Membership, audience: &Audience) -> bool {
    matches!(audience.as_str(), "all" | "regulators")
        || document.audiences.contains_key(audience)
        || active(document).any(|member| is_country_of(audience, member))
}

/// Active members of an audience.
pub fn audience_members<'a>(
    document: &'a Membership,
    audience: &'a Audience,
) -> impl Iterator<Item = &'a Member> + 'a {
    active(document).filter(move |member| belongs(document, audience, member))
}

/// Whether `node` is an active member of `audience`.
pub fn includes(document: &Membership, audience: &Audience, node: &NodeId) -> bool {
    audience_members(document, audience).any(|member| member.id == *node)
}

/// The rule of an audience: the document's, or the one every born audience starts with.
pub fn rule_of<'a>(document: &'a Membership, audience: &Audience) -> Cow<'a, AudienceRule> {
    match document.audiences.get(audience) {
        Some(rule) => Cow::Borrowed(rule),
        None => Cow::Owned(AudienceRule {
            members: None,
            version: 1,
            states: StateName::ALL
                .iter()
                .copied()
                .filter(|state| shared_by_default(*state))
                .collect(),
            weakest_evidence: EvidenceGrade::Documented,
            excluded_kinds: Vec::new(),
            transfer: None,
        }),
    }
}

fn shared_by_default(state: StateName) -> bool {
    state.is_effective() || state.is_disputed()
}

/// Whether an entry may leave its publisher, by the code of its [`crate::LocalReason`].
///
/// # Errors
/// The reason why not.
pub fn withhold_local(reason: Option<&str>) -> Result<(), Withheld> {
    match reason {
        None => Ok(()),
        Some(code) if code == LocalReason::Derived.code() => Err(Withheld::Derived),
        Some(_) => Err(Withheld::Incomplete),
    }
}

/// Whether an entry may enter the digests of its audience at all.
///
/// # Errors
/// The reason why not.
pub fn withhold_entry(rule: &AudienceRule, state: StateName, grade: EvidenceGrade) -> Result<(), Withheld> {
    if !rule.states.contains(&state) {
        Err(Withheld::State)
    } else if grade > rule.weakest_evidence {
        Err(Withheld::Evidence)
    } else {
        Ok(())
    }
}

/// Who holds the shares of a class's key, as far as the filter needs to know.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Committee {
    /// Independent organisations that hold shares.
    pub operators: usize,
    /// Shares needed.
    pub threshold: u16,
}

impl Committee {
    /// The committee behind `key`.
    pub fn of(document: &Membership, key: &KeyDescriptor) -> Self {
        let operators: std::collections::BTreeSet<_> = active(document)
            .filter(|member| member.committee_index.is_some())
            .map(|member| member.operator.as_str())
            .collect();
        Self {
            operators: operators.len(),
            threshold: key.threshold(),
        }
    }
}

/// Whether identifiers of `kind` may enter the digests of an audience.
///
/// # Errors
/// The reason why not.
pub fn withhold_kind(
    document: &Membership,
    audience: &Audience,
    rule: &AudienceRule,
    publisher: &Member,
    kind: Kind,
    committee: Committee,
    now: Timestamp,
) -> Result<(), Withheld> {
    if rule.excluded_kinds.contains(&kind) {
        return Err(Withheld::KindExcluded);
    }
    if !lianfang_identifier::info(kind).personal {
        return Ok(());
    }
    if committee.operators < 3 || committee.threshold < 2 {
        return Err(Withheld::CommitteeTooSmall);
    }
    let crosses =
        audience_members(document, audience).any(|member| member.jurisdiction != publisher.jurisdiction);
    let ground = rule.transfer.as_ref().is_some_and(|transfer| now < transfer.ends);
    if crosses && !ground {
        Err(Withheld::CrossBorder)
    } else {
        Ok(())
    }
}

/// Whether entries about this type of subject may tell of a kind at all.
///
/// # Errors
/// [`Withheld::SellerOfContent`].
pub fn withhold_seller(subject_type: SubjectType, kind: Kind) -> Result<(), Withheld> {
    match is_seller_of_content(subject_type, kind) {
        true => Err(Withheld::SellerOfContent),
        false => Ok(()),
    }
}

/// Who offers a picture isn't the picture: a violation by content lists no seller.
pub(crate) fn is_seller_of_content(subject_type: SubjectType, kind: Kind) -> bool {
    subject_type == SubjectType::Content && lianfang_identifier::info(kind).class != Class::Goods
}

fn active(document: &Membership) -> impl Iterator<Item = &Member> {
    document.members.iter().filter(|member| member.is_active())
}

fn belongs(document: &Membership, audience: &Audience, member: &Member) -> bool {
    match audience.as_str() {
        "all" => true,
        "regulators" => member.role == MemberRole::Regulator,
        _ => match document
            .audiences
            .get(audience)
            .and_then(|rule| rule.members.as_ref())
        {
            Some(members) => members.contains(&member.id),
            None => is_country_of(audience, member),
        },
    }
}

fn is_country_of(audience: &Audience, member: &Member) -> bool {
    audience.as_str().len() == 2 && member.jurisdiction.eq_ignore_ascii_case(audience.as_str())
}
