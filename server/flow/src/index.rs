//! Every digest that counts here, own ones included, in one index that is swapped as a whole.

use lianfang_digest::{Bloom, ListId, Seed, SignedHead};
use lianfang_domain::includes;
use lianfang_encoding::{FederationId, PublicKey, Timestamp};
use lianfang_screener::Source;
use lianfang_store::HeadRow;
use lianfang_wire::screening::DisabledKind;

use crate::bodies::Bodies;
use crate::trust::active_member;
use crate::{FlowError, Node};

/// The digests in force.
#[derive(Default)]
pub(crate) struct Index {
    bases: lianfang_screener::Index,
    lists: Vec<HeldList>,
}

/// One list in force.
#[derive(Debug, Clone)]
pub(crate) struct HeldList {
    pub(crate) id: ListId,
    pub(crate) confirm_bits: u8,
    pub(crate) total: u32,
    pub(crate) token_keys: Vec<[u8; 16]>,
    /// Kinds that the publisher normalises by other rules than this node: a hit on them means nothing.
    pub(crate) foreign_kinds: Vec<u16>,
    /// Those of them that this node knows, and why they are off.
    pub(crate) disabled_kinds: Vec<DisabledKind>,
    pub(crate) sequence: u64,
    pub(crate) created: Timestamp,
    pub(crate) expires: Timestamp,
}

impl Index {
    /// The lists that may hold `token`, which was made under key `key_id` of an identifier of `kind`.
    pub(crate) fn lookup<'a>(
        &'a self,
        token: &[u8; 32],
        key_id: &'a [u8; 16],
        kind: u16,
        now: Timestamp,
    ) -> impl Iterator<Item = &'a HeldList> {
        self.bases
            .lookup(token)
            .into_iter()
            .filter_map(|handle| self.lists.get(handle.position()))
            .filter(move |list| now < list.expires)
            .filter(move |list| list.token_keys.contains(key_id) && !list.foreign_kinds.contains(&kind))
    }

    /// The lists in force.
    pub(crate) fn lists(&self) -> &[HeldList] {
        &self.lists
    }
}

impl Node {
    /// Builds the index anew from what the store has in force, off the hot path, and swaps it in.
    pub(crate) async fn reload_index(&self) -> Result<(), FlowError> {
        let rows = self.gateway.store(|store| store.heads_in_force(None)).await?;
        let quarantined = self.quarantined().await?;
        let document = self.document();
        let now = self.now();
        let wanted: Vec<_> = rows
            .into_iter()
            .filter(|row| now < row.expires && !quarantined.contains(&row.publisher))
            .filter(|row| row.publisher == self.id || includes(&document.document, &row.audience, &self.id))
            .filter_map(|row| {
                let publisher = active_member(&document.document, &row.publisher)?;
                Some((row, publisher.signing_keys.clone()))
            })
            .collect();
        let (bodies, fed) = (self.bodies.clone(), document.federation);
        let index = self
            .gateway
            .compute(move || build(&wanted, &bodies, &fed))
            .await??;
        self.index.store(std::sync::Arc::new(index));
        Ok(())
    }
}

fn build(
    rows: &[(HeadRow, Vec<PublicKey>)],
    bodies: &Bodies,
    fed: &FederationId,
) -> Result<Index, FlowError> {
    let seed = Seed::of(fed).map_err(|_| FlowError::Internal("the federation's Bloom seed can't be used"))?;
    let mut lists = Vec::new();
    let mut held = Vec::new();
    for (row, keys) in rows {
        match held_list(row, keys, bodies) {
            Ok((list, head, body)) => {
                lists.push(list);
                held.push((head, body));
            }
            Err(why) => tracing::error!(peer = %row.publisher, why, "a stored digest can't be used"),
        }
    }
    let mut sources = Vec::new();
    let mut used = Vec::new();
    for (list, (head, body)) in lists.into_iter().zip(&held) {
        let class = head.header().class();
        match class.and_then(|class| Bloom::parse(body, class, &seed)) {
            Ok(base) => {
                sources.push(Source {
                    list: list.id.clone(),
                    base,
                });
                used.push(list);
            }
            Err(refusal) => {
                tracing::error!(peer = %list.id.publisher, why = %refusal, "a stored digest can't be used");
            }
        }
    }
    let bases = lianfang_screener::Index::build(&sources)
        .map_err(|_| FlowError::Internal("the screening index can't be built"))?;
    Ok(Index { bases, lists: used })
}

type Held = (HeldList, SignedHead, Vec<u8>);

fn held_list(row: &HeadRow, keys: &[PublicKey], bodies: &Bodies) -> Result<Held, &'static str> {
    let head = SignedHead::decode(&row.head).map_err(|_| "its head is damaged")?;
    if !keys.iter().any(|key| head.clone().verify(key).is_ok()) {
        return Err("its head isn't signed by a key of the publisher");
    }
    let body = bodies.read(&row.body_hash).map_err(|_| "its body is missing")?;
    if lianfang_encoding::sha256(&body) != head.header().body.sha256 {
        return Err("its body is damaged");
    }
    let header = head.header();
    let list = HeldList {
        id: header.list.clone(),
        confirm_bits: header.confirm_bits,
        total: header.total,
        token_keys: header.token_keys.clone(),
        foreign_kinds: crate::rules::foreign_kinds(&header.rules),
        disabled_kinds: crate::rules::disabled(&crate::rules::of_head(&header.rules)),
        sequence: header.sequence,
        created: header.created,
        expires: header.expires,
    };
    Ok((list, head, body))
}
