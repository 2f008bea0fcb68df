//! One list of one peer: heads against the guard, bodies into files, then into force.

use std::sync::Arc;

use lianfang_digest::{
    Accepted, Delta, Expectation, Kind, ListId, ListState, Refusal, SignedHead, VerifiedHead,
};
use lianfang_encoding::{NodeId, PublicKey, Timestamp};
use lianfang_peer::PeerError;
use lianfang_store::{Adoption, HeadRow, Store};
use lianfang_wire::ProblemType;
use lianfang_wire::info::ListHead;
use lianfang_wire::membership::Member;

use super::run::{QUARANTINED, SyncFailure};
use super::{ListSync, PeerSync};
use crate::brake::Reached;
use crate::durable::durable_step;
use crate::index::{Deltas, HeldList};
use crate::publish::{kind_of, list_key};
use crate::trust::active_member;
use crate::{FlowError, Node};

/// Why a list wasn't taken over.
pub(super) enum Stop {
    Refused(Refusal),
    Failed(SyncFailure),
}

impl From<Refusal> for Stop {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl<E: Into<SyncFailure>> From<E> for Stop {
    fn from(error: E) -> Self {
        Self::Failed(error.into())
    }
}

impl Node {
    /// Takes over a newer version of a list, unless it is refused. Returns when the one in force was made.
    pub(super) async fn fetch_list(
        self: &Arc<Self>,
        peer: &NodeId,
        offered: &ListHead,
        incarnation: u32,
        dry_run: bool,
        done: &mut PeerSync,
    ) -> Result<Option<Timestamp>, SyncFailure> {
        let key = list_key(&offered.list);
        let held = match self.gateway.store(move |store| store.head(&key)).await {
            Ok(row) => Some(row),
            Err(FlowError::NotFound) => None,
            Err(other) => return Err(other.into()),
        };
        if let Some(held) = held.as_ref().filter(|held| held.head_hash == offered.head.0) {
            if !dry_run {
                self.mend_list(peer, &offered.list, held, done).await?;
            }
            done.unchanged += 1;
            return Ok(Some(held.created));
        }
        let mut list = ListSync {
            audience: offered.list.audience.to_string(),
            subject_type: offered.list.subject_type.to_string(),
            epoch: offered.list.epoch,
            from_sequence: held.as_ref().map_or(0, |held| held.sequence),
            to_sequence: offered.sequence,
            bytes: 0,
            refused: None,
        };
        let mut created = held.as_ref().map(|held| held.created);
        let moved = done.bytes;
        if dry_run {
            match self
                .plan_list_fetch(peer, offered, incarnation, held.as_ref(), &mut done.planned)
                .await
            {
                Ok(bytes) => done.bytes += bytes,
                Err(Stop::Failed(SyncFailure::Refused(kind))) => list.refused = Some(kind.slug().to_owned()),
                Err(Stop::Failed(SyncFailure::Braked)) => {
                    list.refused = Some(QUARANTINED.to_owned());
                    done.lists.push(list);
                    return Err(SyncFailure::Braked);
                }
                Err(Stop::Failed(failure)) => return Err(failure),
                Err(Stop::Refused(refusal)) => {
                    list.refused = Some(ProblemType::from(refusal).slug().to_owned())
                }
            }
        } else {
            let before = self.stood(&offered.list, held.as_ref());
            match self.take_over(peer, offered, incarnation, held, done).await {
                Ok(newer) => {
                    self.mend_before(peer, &offered.list, before, done).await?;
                    created = Some(newer);
                }
                Err(Stop::Failed(SyncFailure::Refused(kind))) => {
                    tracing::warn!(peer = %peer, code = kind.slug(), "a digest waits");
                    list.refused = Some(kind.slug().to_owned());
                }
                Err(Stop::Failed(SyncFailure::Peer(error))) if error.is_not_found() => {
                    tracing::warn!(peer = %peer, "a digest waits: neither its publisher nor anybody else asked has its body");
                    list.refused = Some(ProblemType::NotFound.slug().to_owned());
                }
                Err(Stop::Failed(failure)) => return Err(failure),
                Err(Stop::Refused(refusal)) => {
                    let kind = ProblemType::from(refusal);
                    tracing::warn!(peer = %peer, code = kind.slug(), why = %refusal, "a digest was refused");
                    list.refused = Some(kind.slug().to_owned());
                }
            }
        }
        list.bytes = done.bytes - moved;
        done.lists.push(list);
        Ok(created)
    }

    async fn take_over(
        self: &Arc<Self>,
        peer: &NodeId,
        offered: &ListHead,
        incarnation: u32,
        held: Option<HeadRow>,
        done: &mut PeerSync,
    ) -> Result<Timestamp, Stop> {
        // What comes for the first time is no growth, however many pages it has.
        let mut reached = held.as_ref().and_then(Reached::by);
        let mut held = match held {
            Some(_) => self.held_state(offered).await?,
            None => None,
        };
        let mut created = None;
        loop {
            let accepted = match (self.accept_page(peer, offered, held.as_ref()).await, created) {
                // There is no more than what was taken over, whatever was offered.
                (Err(Stop::Refused(Refusal::BaseMissing)), Some(created)) => return Ok(created),
                (outcome, _) => outcome?,
            };
            if accepted.state.incarnation() != incarnation {
                return Err(Refusal::Incarnation.into());
            }
            if self.digests_used_up(peer, 0).await? {
                return Err(Stop::Failed(SyncFailure::Refused(ProblemType::DigestQuota)));
            }
            let grown = reached
                .as_mut()
                .map_or(0, |reached| reached.go_on(&accepted.heads));
            if self.grows_too_fast(peer, grown).await? {
                return Err(Stop::Failed(SyncFailure::Braked));
            }
            self.sweep_leftovers().await;
            let live = accepted
                .heads
                .iter()
                .filter(|head| is_live(&accepted.state, head));
            // Until the store names them.
            let _reserved = self.leftovers.reserve(live.flat_map(files_of));
            for head in accepted
                .heads
                .iter()
                .filter(|head| is_live(&accepted.state, head))
            {
                done.bytes += self.fetch_body(peer, head).await?;
                self.check_delta(head)?;
            }
            self.check_length(&offered.list, &accepted.state).await?;
            let (rows, now) = (accepted.heads.iter().map(head_row).collect(), self.now());
            let node = Arc::clone(self);
            let adopt = move |store: &Store| {
                let adopted = store.adopt_heads(rows, now);
                // By then, because what others bring is put in force meanwhile.
                node.index_lags();
                adopted
            };
            match self.gateway.store(adopt).await? {
                Adoption::Adopted => {
                    durable_step("heads_adopted");
                    self.count_growth(peer, grown).await?;
                }
                Adoption::Known => {}
                Adoption::Older => return Err(Refusal::Replayed.into()),
                Adoption::Fork { .. } => {
                    let heads = accepted.heads.iter().map(|head| head.signed().clone());
                    self.find_fork(&heads.collect::<Vec<_>>(), true).await?;
                    return Err(Refusal::Fork.into());
                }
            }
            created = accepted
                .heads
                .last()
                .map(|head| head.header().created)
                .or(created);
            if accepted.state.sequence() >= offered.sequence {
                return created.ok_or_else(|| Refusal::BaseMissing.into());
            }
            held = Some(accepted.state);
        }
    }

    /// Fetches the next heads and holds them against what is known. A chain that can't be gone on with is taken up
    /// again at a new base.
    pub(super) async fn accept_page(
        self: &Arc<Self>,
        peer: &NodeId,
        offered: &ListHead,
        held: Option<&ListState>,
    ) -> Result<Accepted, Stop> {
        // An offer at or below what is held is asked for again: it is a replay, or the proof of a fork.
        let after = held
            .map_or(0, ListState::sequence)
            .min(offered.sequence.saturating_sub(1));
        match self.accept_heads(peer, offered, held, after).await {
            Err(Stop::Refused(Refusal::Gap | Refusal::OtherBase | Refusal::State)) if after > 0 => {
                self.accept_heads(peer, offered, held, 0).await
            }
            outcome => outcome,
        }
    }

    async fn accept_heads(
        self: &Arc<Self>,
        peer: &NodeId,
        offered: &ListHead,
        held: Option<&ListState>,
        after: u64,
    ) -> Result<Accepted, Stop> {
        let document = self.document();
        let publisher =
            active_member(&document.document, peer).ok_or_else(|| PeerError::Unknown(peer.clone()))?;
        let heads = self.peers.heads(peer, &offered.list, after).await?;
        let heads: Vec<_> = heads
            .iter()
            .map(|head| SignedHead::decode(head))
            .collect::<Result<_, _>>()?;
        let newest = heads.last().ok_or(Refusal::BaseMissing)?;
        let expectation = Expectation {
            federation: &document.federation,
            list: &offered.list,
            key: signing_key(publisher, newest)?,
            now: self.now(),
            max_body: max_body(publisher),
        };
        let outcome = expectation.accept(held, heads.clone());
        if let Err(Refusal::Fork | Refusal::Chain | Refusal::Replayed) = outcome {
            self.find_fork(&heads, true).await?;
        }
        Ok(outcome?)
    }

    /// What is in force of a list here: as the index has it, or, when it doesn't count at present, from the store.
    pub(super) async fn held_state(&self, offered: &ListHead) -> Result<Option<ListState>, FlowError> {
        let key = list_key(&offered.list);
        let newest = self.gateway.store(move |store| store.head(&key)).await;
        let newest = match newest {
            Err(FlowError::NotFound) => return Ok(None),
            newest => newest?.head_hash,
        };
        let index = self.index.load();
        if let Some(list) = index
            .list(&offered.list)
            .filter(|list| newest == *list.state.head())
        {
            return Ok(Some(list.state.clone()));
        }
        let key = list_key(&offered.list);
        let rows = self
            .gateway
            .store(move |store| store.live_heads(&key, 0, usize::MAX))
            .await?;
        let document = self.document();
        let publisher = active_member(&document.document, &offered.list.publisher);
        Ok(publisher.and_then(|publisher| stored_state(&rows, &publisher.signing_keys)))
    }

    /// A delta's body has to decode before anything rests on it.
    fn check_delta(&self, head: &VerifiedHead) -> Result<(), Stop> {
        let header = head.header();
        if matches!(header.kind, Kind::Delta { .. }) {
            let missing = FlowError::Internal("the body of a delta is missing");
            let body = self.bodies.read(&header.body.sha256)?.ok_or(missing)?;
            let hash = &header.body.sha256;
            Delta::decode(header.kind, &body).inspect_err(|_| {
                // A sound file stays, whatever this head calls it: it may be another publisher's.
                if lianfang_encoding::sha256(&body) != *hash {
                    self.bodies.remove(hash);
                }
            })?;
        }
        Ok(())
    }

    /// What could never be put in force isn't taken over.
    async fn check_length(&self, list: &ListId, state: &ListState) -> Result<(), Stop> {
        let held = self.index.load().list(list).cloned();
        let (state, bodies, most) = (state.clone(), self.bodies.clone(), self.settings.most_changes);
        let work = move || {
            let bodies = &bodies;
            HeldList::may_become(&state, Deltas { bodies, most }, held.as_deref())
        };
        match self.gateway.compute(work).await?? {
            true => Ok(()),
            false => Err(Refusal::TooManyPrefixes.into()),
        }
    }
}

/// The hashes by which a head names its files.
pub(super) fn files_of(head: &VerifiedHead) -> [[u8; 32]; 2] {
    let body = head.header().body;
    [body.sha256, body.shard_table]
}

pub(super) fn is_live(state: &ListState, head: &VerifiedHead) -> bool {
    let mut pieces = std::iter::once(state.base()).chain(state.deltas());
    pieces.any(|piece| piece.sequence == head.header().sequence)
}

fn stored_state(rows: &[HeadRow], keys: &[PublicKey]) -> Option<ListState> {
    ListState::start(&stored_heads(rows, keys)?).ok()
}

pub(super) fn stored_heads(rows: &[HeadRow], keys: &[PublicKey]) -> Option<Vec<VerifiedHead>> {
    let verify = |row: &HeadRow| {
        let head = SignedHead::decode(&row.head).ok()?;
        keys.iter().find_map(|key| head.clone().verify(key).ok())
    };
    rows.iter().map(verify).collect()
}

fn signing_key<'a>(publisher: &'a Member, head: &SignedHead) -> Result<&'a PublicKey, Refusal> {
    let named = head.header().signing_key;
    publisher
        .signing_keys
        .iter()
        .find(|key| key.id() == named)
        .ok_or(Refusal::SigningKey)
}

/// 3.65 bytes an identifier, and the smallest class at least.
fn max_body(publisher: &Member) -> u64 {
    let identifiers = publisher.quotas.identifiers_per_list;
    identifiers.saturating_mul(5).max(128 * 1024)
}

fn head_row(head: &VerifiedHead) -> HeadRow {
    let header = head.header();
    HeadRow {
        publisher: header.list.publisher.clone(),
        audience: header.list.audience.clone(),
        subject_type: i16::from(header.list.subject_type.number()),
        epoch: header.list.epoch,
        incarnation: header.incarnation,
        sequence: header.sequence,
        kind: kind_of(header.kind),
        head: head.signed().to_wire(),
        head_hash: head.hash(),
        body_hash: header.body.sha256,
        body_length: header.body.length,
        created: header.created,
        expires: header.expires,
        in_force: true,
        base_sequence: header.base_sequence,
        live: true,
        tokens: None,
    }
}
