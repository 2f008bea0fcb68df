use lianfang_encoding::{Audience, NodeId, SubjectType, Timestamp};
use lianfang_store::{FeedFilter, FeedKind, FeedRow, FeedVersions};
use lianfang_wire::ProblemType;
use lianfang_wire::stix::{StixId, StixObject, StixType};
use lianfang_wire::vocabulary::MemberRole;

use super::object::{kinds, stix};
use crate::publish::audiences;
use crate::trust::active_member;
use crate::{FlowError, Node};

/// Versions per page when the reader doesn't say, and at most.
const DEFAULT_PAGE: u32 = 100;
const LARGEST_PAGE: u32 = 1_000;

/// A version that a reader asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FeedVersion {
    All,
    First,
    Last,
    /// The one that was modified then.
    Exactly(Timestamp),
}

/// Which part of a collection a reader wants.
#[derive(Debug, Clone)]
pub struct FeedQuery {
    pub collection: SubjectType,
    /// Only what was added later.
    pub added_after: Timestamp,
    pub limit: Option<u32>,
    /// `None` means any.
    pub types: Option<Vec<StixType>>,
    /// `None` means any.
    pub ids: Option<Vec<StixId>>,
    /// Empty means the last.
    pub versions: Vec<FeedVersion>,
}

/// One version of one object.
#[derive(Debug, Clone, PartialEq)]
pub struct Listed {
    /// When this node learned of it.
    pub added: Timestamp,
    pub object: StixObject,
}

/// Versions in the order in which they were added.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct FeedPage {
    pub listed: Vec<Listed>,
    /// Whether more follow: ask again for what was added after the last of these.
    pub more: bool,
}

impl FeedQuery {
    /// Everything in a collection, from the first.
    pub fn all_of(collection: SubjectType) -> Self {
        Self {
            collection,
            added_after: Timestamp::default(),
            limit: None,
            types: None,
            ids: None,
            versions: Vec::new(),
        }
    }
}

impl Node {
    /// A page of what `caller` may see: events of everybody whose audience it is in. Nothing is ever added
    /// behind a page that was read.
    ///
    /// # Errors
    /// [`ProblemType::Forbidden`] unless the caller is an active regulator; [`ProblemType::Recovering`] or
    /// [`ProblemType::Superseded`] while what this node says of its entries may be older than what it had said.
    pub async fn feed(&self, caller: &NodeId, query: &FeedQuery) -> Result<FeedPage, FlowError> {
        let filter = self.feed_filter(caller, query)?;
        self.check_repeated()?;
        let limit = query.limit.unwrap_or(DEFAULT_PAGE).clamp(1, LARGEST_PAGE) as usize;
        let after = query.added_after;
        let mut rows = self
            .gateway
            .store(move |store| store.feed_page(&filter, after, limit + 1))
            .await?;
        let more = rows.len() > limit;
        rows.truncate(limit);
        let listed = rows.iter().map(|row| self.listed(row));
        Ok(FeedPage {
            listed: listed.collect::<Result<_, _>>()?,
            more,
        })
    }

    /// Whether `caller` may see an object with this id in the collection.
    ///
    /// # Errors
    /// As for [`Node::feed`].
    pub async fn feed_holds(
        &self,
        caller: &NodeId,
        collection: SubjectType,
        id: StixId,
    ) -> Result<bool, FlowError> {
        let query = FeedQuery {
            limit: Some(1),
            ids: Some(vec![id]),
            versions: vec![FeedVersion::All],
            ..FeedQuery::all_of(collection)
        };
        Ok(!self.feed(caller, &query).await?.listed.is_empty())
    }

    fn feed_filter(&self, caller: &NodeId, query: &FeedQuery) -> Result<FeedFilter, FlowError> {
        let objects = query.ids.as_ref().map(|ids| {
            let rows = |id: &StixId| {
                kinds(id.kind)
                    .iter()
                    .map(|kind| (*kind, id.id))
                    .collect::<Vec<_>>()
            };
            ids.iter().flat_map(rows).collect()
        });
        Ok(FeedFilter {
            audiences: self.audiences_of_regulator(caller)?,
            subject_type: i16::from(query.collection.number()),
            kinds: kinds_of(query.types.as_deref()),
            objects,
            versions: versions(&query.versions),
        })
    }

    fn audiences_of_regulator(&self, caller: &NodeId) -> Result<Vec<Audience>, FlowError> {
        let parsed = self.document();
        let regulator = active_member(&parsed.document, caller)
            .is_some_and(|member| member.role == MemberRole::Regulator);
        if !regulator {
            return Err(ProblemType::Forbidden.into());
        }
        let named = audiences(&parsed.document).into_iter();
        Ok(named.filter(|audience| self.may_read(caller, audience)).collect())
    }

    fn listed(&self, row: &FeedRow) -> Result<Listed, FlowError> {
        Ok(Listed {
            added: row.added,
            object: stix(&self.trust.federation(), row)?,
        })
    }
}

fn kinds_of(types: Option<&[StixType]>) -> Vec<FeedKind> {
    let types = types.unwrap_or(StixType::ALL);
    types.iter().flat_map(|of| kinds(*of)).copied().collect()
}

fn versions(wanted: &[FeedVersion]) -> FeedVersions {
    let mut versions = FeedVersions {
        last: wanted.is_empty(),
        ..FeedVersions::default()
    };
    for version in wanted {
        match version {
            FeedVersion::All => versions.all = true,
            FeedVersion::First => versions.first = true,
            FeedVersion::Last => versions.last = true,
            FeedVersion::Exactly(time) => versions.exact.push(*time),
        }
    }
    versions
}
