//! The membership document in force: who counts, under which keys. Every door and every flow asks here.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use arc_swap::ArcSwap;
use lianfang_domain::{accept_genesis, accept_successor};
use lianfang_encoding::{Class, FederationId, NodeId, Timestamp};
use lianfang_token::{KeyDescriptor, TokenKeyId};
use lianfang_wire::ProblemType;
use lianfang_wire::membership::{Envelope, Member, Membership, ParsedMembership};

use crate::FlowError;

/// The document in force and what is looked up in it.
pub struct Trust {
    current: ArcSwap<ParsedMembership>,
}

impl Trust {
    /// From the stored envelopes, genesis first and without a gap. Every one is checked again.
    ///
    /// # Errors
    /// [`FlowError::Membership`] when the chain doesn't hold.
    pub fn load(envelopes: impl IntoIterator<Item = Vec<u8>>) -> Result<Self, FlowError> {
        let current = checked(envelopes, |_| ())?;
        Ok(Self {
            current: ArcSwap::from_pointee(prepared(current)),
        })
    }

    /// The document in force.
    pub fn current(&self) -> Arc<ParsedMembership> {
        self.current.load_full()
    }

    /// The federation.
    pub fn federation(&self) -> FederationId {
        self.current.load().federation
    }

    /// Checks that `bytes` may follow the document in force.
    ///
    /// # Errors
    /// [`FlowError::Membership`], or a malformed envelope.
    pub fn check(&self, bytes: &[u8]) -> Result<ParsedMembership, FlowError> {
        let next = parse(bytes)?;
        accept_successor(&self.current(), &next)?;
        Ok(next)
    }

    /// Puts a checked and stored document in force, unless a newer one came first.
    pub(crate) fn put_in_force(&self, next: ParsedMembership) {
        let next = Arc::new(prepared(next));
        self.current.rcu(|current| {
            if next.document.version > current.document.version {
                Arc::clone(&next)
            } else {
                Arc::clone(current)
            }
        });
    }
}

/// The last of a chain of documents, each of which is checked, and then shown to `look`.
pub(crate) fn checked(
    envelopes: impl IntoIterator<Item = Vec<u8>>,
    mut look: impl FnMut(&ParsedMembership),
) -> Result<ParsedMembership, FlowError> {
    let mut current: Option<ParsedMembership> = None;
    for bytes in envelopes {
        let next = parse(&bytes)?;
        match &current {
            None => accept_genesis(&next)?,
            Some(current) => accept_successor(current, &next)?,
        }
        look(&next);
        current = Some(next);
    }
    current.ok_or(FlowError::Internal("no membership document is stored"))
}

/// With the tables that make tokens under its keys quick.
fn prepared(mut parsed: ParsedMembership) -> ParsedMembership {
    let keys = std::mem::take(&mut parsed.document.keys);
    parsed.document.keys = keys.into_iter().map(KeyDescriptor::prepare).collect();
    parsed
}

pub(crate) fn parse(bytes: &[u8]) -> Result<ParsedMembership, FlowError> {
    Envelope::from_json(bytes)
        .and_then(Envelope::parse)
        .map_err(|error| FlowError::because(ProblemType::Malformed, error.to_string()))
}

/// The active member with this id.
pub(crate) fn active_member<'a>(document: &'a Membership, node: &NodeId) -> Option<&'a Member> {
    document
        .members
        .iter()
        .find(|member| member.id == *node && member.is_active())
}

/// The token keys of `class` that are valid at `now`, newest epoch first.
pub(crate) fn keys_of(
    document: &Membership,
    class: Class,
    now: Timestamp,
) -> impl Iterator<Item = &KeyDescriptor> {
    let mut keys: Vec<_> = document
        .keys
        .iter()
        .filter(|key| key.fields().class == class && key.is_valid_at(now))
        .collect();
    keys.sort_by_key(|key| std::cmp::Reverse(key.fields().epoch));
    keys.into_iter()
}

/// The descriptor of one key.
pub(crate) fn key_by_id<'a>(document: &'a Membership, id: &TokenKeyId) -> Option<&'a KeyDescriptor> {
    document.keys.iter().find(|key| key.key_id() == *id)
}

/// Who operates which of these nodes.
pub(crate) fn operators<'a>(
    document: &Membership,
    nodes: impl Iterator<Item = &'a NodeId>,
) -> BTreeMap<NodeId, String> {
    let nodes: BTreeSet<_> = nodes.collect();
    document
        .members
        .iter()
        .filter(|member| nodes.contains(&member.id))
        .map(|member| (member.id.clone(), member.operator.clone()))
        .collect()
}
