//! The peer's side: what it has seen of a node, and one grant for each incarnation.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use lianfang_digest::ListId;
use lianfang_encoding::{Audience, NodeId, PublicKey, SubjectType};
use lianfang_store::{AuditRow, Granting, HeadRow, MAX_STEP, StatusItem};
use lianfang_wire::ProblemType;
use lianfang_wire::feed::StatusPage;
use lianfang_wire::info::FeedHead;
use lianfang_wire::membership::{Hash32, Membership};
use lianfang_wire::restore::{Claim, MAX_EVIDENCE, Proof, Seen, SeenAnswer, SeenGeneration, SeenList};

use crate::randomness::timed_id;
use crate::trust::active_member;
use crate::{FlowError, Node};

const PAGE: usize = 500;

/// The last claim of each node that the audit log has, and what became of it.
#[derive(Debug, Default)]
pub(crate) struct Claims(Mutex<BTreeMap<NodeId, (u32, PublicKey, Granting)>>);

impl Claims {
    fn is_last(&self, node: &NodeId, claim: (u32, PublicKey, Granting)) -> bool {
        self.lock().get(node) == Some(&claim)
    }

    fn note(&self, node: &NodeId, claim: (u32, PublicKey, Granting)) {
        self.lock().insert(node.clone(), claim);
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<NodeId, (u32, PublicKey, Granting)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Node {
    /// What this node has seen of `node`, which only `node` itself may ask.
    ///
    /// # Errors
    /// [`FlowError::NotFound`] for anybody else.
    pub async fn seen(&self, caller: &NodeId, node: &NodeId) -> Result<SeenAnswer, FlowError> {
        check_own(caller, node)?;
        self.answer(node).await
    }

    /// Grants a restored copy of `node` its next incarnation, once and for good, and says what was seen of it. From then
    /// on nothing of an earlier incarnation is taken over.
    ///
    /// # Errors
    /// [`ProblemType::IncarnationTaken`] when another copy has it or the node has gone beyond it, or a claim that
    /// doesn't prove its keys or goes too far.
    pub async fn claimed(
        &self,
        caller: &NodeId,
        node: &NodeId,
        claim: Claim,
    ) -> Result<SeenAnswer, FlowError> {
        check_own(caller, node)?;
        self.check_standing()?;
        let expected = Proof {
            iss: node.clone(),
            fed: self.trust.federation(),
            aud: self.id.clone(),
            incarnation: claim.incarnation,
            restore_key: claim.restore_key,
        };
        let is_proven = claim.proves(&expected, &self.keys_of_member(node));
        if claim.incarnation == 0 || claim.evidence.len() > MAX_EVIDENCE || !is_proven {
            return Err(FlowError::because(
                ProblemType::Malformed,
                "The claim isn't signed for this member with both its restore key and a signing key of the node's \
                 membership, or names incarnation 0.",
            ));
        }
        let proven = self.is_granted_by_most(node, &claim);
        let (id, key, now) = (node.clone(), claim.restore_key, self.now());
        let granting = self
            .gateway
            .store(move |store| store.grant_incarnation(&id, claim.incarnation, key.as_bytes(), proven, now))
            .await?;
        self.note_claim(node, (claim.incarnation, key), granting).await?;
        match granting {
            Granting::Granted => self.answer(node).await,
            Granting::Taken => Err(FlowError::because(
                ProblemType::IncarnationTaken,
                "Another copy restored from a backup holds this incarnation here. Destroy that copy; then restore \
                 again with --over and its incarnation.",
            )),
            Granting::TooFar => Err(FlowError::because(
                ProblemType::Invalid,
                format!(
                    "incarnation: at most {MAX_STEP} above the latest that is known here. Restore again, with --over and \
                     the incarnation of the copy that is gone, if there was one."
                ),
            )),
        }
    }

    /// A page of `node`'s own status items as this node received them.
    ///
    /// # Errors
    /// [`FlowError::NotFound`] for anybody but `node`.
    pub async fn seen_status(
        &self,
        caller: &NodeId,
        node: &NodeId,
        audience: Audience,
        after: u64,
    ) -> Result<StatusPage, FlowError> {
        check_own(caller, node)?;
        let node = node.clone();
        let found = self
            .gateway
            .store(move |store| store.heard_status(&node, &audience, after, PAGE + 1))
            .await?;
        let more = found.len() > PAGE;
        let items = found.iter().take(PAGE).map(|item| STANDARD.encode(&item.bytes));
        Ok(StatusPage {
            items: items.collect(),
            more,
        })
    }

    async fn answer(&self, node: &NodeId) -> Result<SeenAnswer, FlowError> {
        let id = node.clone();
        let (heads, items, grant, known) = self
            .gateway
            .store(move |store| {
                let mut items = Vec::new();
                for (audience, seq) in store.status_cursors(&id)? {
                    let newest = store.heard_status(&id, &audience, seq - 1, 1)?;
                    items.extend(newest.into_iter().map(|item| (audience.clone(), item)));
                }
                let heads = store.heads_in_force(Some(&id))?;
                Ok((
                    heads,
                    items,
                    store.granted_incarnation(&id)?,
                    store.known_incarnation(&id)?,
                ))
            })
            .await?;
        let document = self.document();
        let key = grant.and_then(|grant| PublicKey::from_bytes(&grant.restore_key).ok());
        let seen = Seen {
            iss: self.id.clone(),
            fed: document.federation,
            node: node.clone(),
            at: self.now(),
            membership_version: document.document.version,
            incarnation: known.unwrap_or(0),
            restore_key: key,
            lists: heads.iter().filter_map(seen_list).collect(),
            feeds: items.iter().map(feed_head).collect(),
            generations: generations(&document.document),
        };
        let statement = seen
            .sign(self.signing()?)
            .map_err(|_| FlowError::Internal("a statement can't be written as JSON"))?;
        Ok(SeenAnswer {
            statement,
            heads: heads.iter().map(|head| STANDARD.encode(&head.head)).collect(),
            items: items
                .iter()
                .map(|(_, item)| STANDARD.encode(&item.bytes))
                .collect(),
        })
    }

    /// Whether most of the other members say, signed, that they granted this to the claiming copy.
    fn is_granted_by_most(&self, node: &NodeId, claim: &Claim) -> bool {
        let document = self.document();
        let members = document.document.members.iter();
        let others: Vec<_> = members
            .filter(|member| member.is_active() && member.id != *node)
            .collect();
        let says = |text: &String| {
            others.iter().find_map(|member| {
                let seen = Seen::verify(text, &member.signing_keys).ok()?;
                let fits = seen.iss == member.id
                    && seen.fed == document.federation
                    && seen.node == *node
                    && seen.incarnation == claim.incarnation
                    && seen.restore_key == Some(claim.restore_key);
                fits.then(|| member.id.clone())
            })
        };
        let granted: std::collections::BTreeSet<_> = claim.evidence.iter().filter_map(says).collect();
        granted.len() * 2 > others.len()
    }

    /// A copy that isn't granted its incarnation asks again and again: the audit log has it once.
    async fn note_claim(
        &self,
        node: &NodeId,
        (incarnation, key): (u32, PublicKey),
        granting: Granting,
    ) -> Result<(), FlowError> {
        if self.claims.is_last(node, (incarnation, key, granting)) {
            return Ok(());
        }
        let outcome = match granting {
            Granting::Granted => "granted",
            Granting::Taken => "taken",
            Granting::TooFar => "too far",
        };
        tracing::warn!(peer = %node, incarnation, outcome, "a restored copy asked for its incarnation");
        let row = AuditRow {
            id: timed_id(self.randomness.as_ref(), self.now()),
            at: self.now(),
            actor: node.to_string(),
            action: "restore.claim".to_owned(),
            object: format!("incarnation {incarnation}"),
            purpose: format!("restore key {}", key.id()),
            outcome: outcome.to_owned(),
        };
        self.gateway.store(move |store| store.append_audit(row)).await?;
        self.claims.note(node, (incarnation, key, granting));
        Ok(())
    }
}

fn check_own(caller: &NodeId, node: &NodeId) -> Result<(), FlowError> {
    if caller == node {
        Ok(())
    } else {
        Err(FlowError::NotFound)
    }
}

fn seen_list(row: &HeadRow) -> Option<SeenList> {
    let number = u8::try_from(row.subject_type).ok()?;
    Some(SeenList {
        list: ListId {
            publisher: row.publisher.clone(),
            audience: row.audience.clone(),
            subject_type: SubjectType::from_number(number)?,
            epoch: row.epoch,
        },
        incarnation: row.incarnation,
        sequence: row.sequence,
        head: Hash32(row.head_hash),
    })
}

fn feed_head((audience, item): &(Audience, StatusItem)) -> FeedHead {
    FeedHead {
        audience: audience.clone(),
        sequence: item.audience_seq,
    }
}

fn generations(document: &Membership) -> Vec<SeenGeneration> {
    let keys = document.keys.iter().map(|key| {
        let fields = key.fields();
        SeenGeneration {
            class: fields.class,
            epoch: fields.epoch,
            generation: fields.generation,
        }
    });
    keys.collect()
}

impl Node {
    /// The keys of a member's signatures.
    pub(super) fn keys_of_member(&self, node: &NodeId) -> Vec<PublicKey> {
        let document = self.document();
        active_member(&document.document, node).map_or_else(Vec::new, |member| member.signing_keys.clone())
    }
}
