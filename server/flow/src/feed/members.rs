use std::collections::BTreeMap;
use std::sync::{MutexGuard, PoisonError};

use lianfang_encoding::{Audience, NodeId, Timestamp};
use lianfang_store::{FeedKind, FeedObject};
use lianfang_wire::membership::Membership;
use lianfang_wire::stix::{self, MemberDescription, StixObject};

use crate::publish::everybody;
use crate::trust::parse;
use crate::{FlowError, Node};

/// The members as the documents up to a version have them: those that came before it are read once.
#[derive(Default)]
pub(crate) struct DescribedMembers {
    version: u64,
    members: BTreeMap<NodeId, Described>,
}

/// A member as the newest document has it.
#[derive(Clone)]
struct Described {
    member: MemberDescription,
    /// When it first stood in a document.
    created: Timestamp,
    /// When the document was issued that began to describe it so.
    modified: Timestamp,
}

impl Node {
    /// Puts into the feed who may speak in it. Called whenever a membership document comes into force, so that
    /// a member stands there before anything of its own does.
    pub(crate) async fn list_members_in_feed(&self) -> Result<(), FlowError> {
        let members = self.described_members().await?;
        let everybody = everybody();
        let mut objects = definitions(&everybody)?;
        for Described {
            member,
            created,
            modified,
        } in members
        {
            objects.push(FeedObject {
                kind: FeedKind::Member,
                object_id: stix::identity_id(&self.trust.federation(), &member.id),
                audience: everybody.clone(),
                subject_type: None,
                created: Some(created),
                at: modified,
                content: content(&member)?,
            });
        }
        let now = self.now();
        self.gateway
            .store(move |store| store.list_in_feed(objects, now))
            .await
    }

    /// Dated by the chain of documents, which every node has: STIX 2.1 §3.2 wants `created` to be the same wherever an object
    /// is read.
    async fn described_members(&self) -> Result<Vec<Described>, FlowError> {
        let newest = self.document().document.version;
        let first = self.described().version + 1;
        let stored = self
            .gateway
            .store(move |store| store.memberships_from(first))
            .await?;
        let mut known = self.described();
        for row in stored.into_iter().filter(|row| row.version <= newest) {
            // Somebody else may have read it meanwhile.
            if row.version == known.version + 1 {
                // It was checked before it was stored.
                describe(&parse(&row.envelope)?.document, &mut known.members);
                known.version = row.version;
            }
        }
        Ok(known.members.values().cloned().collect())
    }

    fn described(&self) -> MutexGuard<'_, DescribedMembers> {
        self.described.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn describe(document: &Membership, described: &mut BTreeMap<NodeId, Described>) {
    for member in &document.members {
        let member = MemberDescription::of(member);
        let before = described.get(&member.id);
        if before.is_some_and(|before| before.member == member) {
            continue;
        }
        let modified = document.issued;
        let created = before.map_or(modified, |before| before.created);
        let next = Described {
            created,
            modified,
            member,
        };
        described.insert(next.member.id.clone(), next);
    }
}

fn definitions(everybody: &Audience) -> Result<Vec<FeedObject>, FlowError> {
    let described = stix::descriptions();
    let objects = described.iter().map(|described| {
        let common = described.common();
        Ok(FeedObject {
            kind: match described {
                StixObject::ExtensionDefinition(_) => FeedKind::Definition,
                StixObject::Identity(_) | StixObject::Indicator(_) => FeedKind::Software,
            },
            object_id: common.id.id,
            audience: everybody.clone(),
            subject_type: None,
            created: None,
            at: common.modified.timestamp(),
            content: content(described)?,
        })
    });
    objects.collect()
}

fn content(object: &impl serde::Serialize) -> Result<Vec<u8>, FlowError> {
    serde_json::to_vec(object).map_err(|_| FlowError::Internal("an object of the feed can't be written"))
}
