//! One list as its live heads and bodies make it up.

use std::sync::Arc;
use std::time::Duration;

use lianfang_digest::{
    Delta, DeltaSum, Header, Kind, ListId, ListState, Piece, Refusal, SignedHead, SizeClass, VerifiedHead,
};
use lianfang_encoding::{PublicKey, Timestamp};
use lianfang_store::HeadRow;
use lianfang_wire::peer::DisabledKind;

use super::announced::Announced;
use crate::FlowError;
use crate::bodies::Bodies;

/// Clocks of members differ by no more, or the head would have been refused.
const SKEW: Duration = Duration::from_secs(60);

/// One list in force.
#[derive(Debug, Clone)]
pub(crate) struct HeldList {
    pub(crate) id: ListId,
    /// Of its publisher, when its heads were verified.
    keys: Vec<PublicKey>,
    pub(crate) confirm_bits: u8,
    pub(crate) total: u32,
    pub(crate) token_keys: Vec<[u8; 16]>,
    /// Kinds that the publisher normalises by other rules than this node: a hit on them means nothing.
    pub(crate) foreign_kinds: Vec<u16>,
    /// Those of them that this node knows, and why they are off.
    pub(crate) disabled_kinds: Vec<DisabledKind>,
    pub(crate) created: Timestamp,
    pub(crate) expires: Timestamp,
    /// Newest head, base and deltas.
    pub(crate) state: ListState,
    /// Size class of the base.
    pub(crate) class: SizeClass,
    /// State hash of the content.
    pub(super) content: [u8; 32],
    /// The net change of every delta in force.
    pub(super) net: Arc<Delta>,
    /// That of the deltas which came since the list was loaded before.
    pub(super) since: Arc<Delta>,
    /// When each was.
    announced: Announced,
}

/// Where the bodies of deltas are, and how many prefixes those of one list may come to.
#[derive(Clone, Copy)]
pub(crate) struct Deltas<'a> {
    pub(crate) bodies: &'a Bodies,
    pub(crate) most: usize,
}

/// Since when what is loaded has been here, by this node's clock.
#[derive(Debug, Clone, Copy)]
pub(super) enum Came {
    Now(Timestamp),
    /// Nobody remembers, because the process started since, and it is now.
    BeforeStart(Timestamp),
}

impl Came {
    /// From when on a publisher's answers have held what a head says: a restart makes nothing new of it.
    fn with(self, created: Timestamp) -> Timestamp {
        match self {
            Self::Now(now) => now,
            Self::BeforeStart(now) => now.min(created + SKEW),
        }
    }
}

/// Why a list can't be put together.
pub(super) enum Unusable {
    /// What is stored of it isn't what it must be.
    Damaged(&'static str),
    /// Its deltas come to more prefixes than may be, whatever is done about its files.
    TooLarge,
    /// Nobody can say, because the store or the files can't be reached.
    Unread(FlowError),
}

impl From<&'static str> for Unusable {
    fn from(why: &'static str) -> Self {
        Self::Damaged(why)
    }
}

/// Of adding up, which refuses nothing else.
impl From<Refusal> for Unusable {
    fn from(_: Refusal) -> Self {
        Self::TooLarge
    }
}

impl From<FlowError> for Unusable {
    fn from(error: FlowError) -> Self {
        Self::Unread(error)
    }
}

impl HeldList {
    /// SHA-256 of the base's body.
    pub(crate) fn base(&self) -> &[u8; 32] {
        &self.state.base().body.sha256
    }

    /// Whether its heads were verified under these keys.
    pub(super) fn is_under(&self, keys: &[PublicKey]) -> bool {
        self.keys == keys
    }

    /// Whether the heads of both were verified under the same keys.
    pub(super) fn has_keys_of(&self, other: &Self) -> bool {
        self.is_under(&other.keys)
    }

    /// Prefixes that its deltas come to.
    pub(crate) fn changes(&self) -> usize {
        self.net.len()
    }

    /// When the list may have said something new of `token` last, by this node's clock. What its publisher was asked before
    /// is no answer any more, because another entry may have come.
    pub(crate) fn said_last(&self, token: &[u8; 32]) -> Timestamp {
        self.announced.last(token)
    }

    /// Puts a list together from its live heads, oldest first. What `before` has in common with it isn't read again.
    pub(super) fn load(
        rows: &[HeadRow],
        keys: &[PublicKey],
        deltas: Deltas<'_>,
        before: Option<&Self>,
        came: Came,
    ) -> Result<Self, Unusable> {
        let heads = verify_all(rows, keys)?;
        let newest = heads.last().ok_or("it has no head")?.header();
        let state = ListState::start(&heads).map_err(|_| "its heads don't follow each other")?;
        let base = heads
            .iter()
            .rfind(|head| head.header().kind == Kind::Base)
            .ok_or("it has no base")?
            .header();
        let class = base.class().map_err(|_| "its base states no size class")?;
        let before = before.filter(|before| before.is_continued_by(&state));
        let (net, since) = net(&state, deltas, before)?;
        let announced = before.map(|before| before.announced.clone());
        let announced = announced
            .unwrap_or_else(|| Announced::with_base(came.with(base.created)))
            .then(&since, came.with(newest.created));
        Ok(Self::of(newest, keys, state, class, (net, since), announced))
    }

    /// What the list has become by the heads that came after its own, which alone are verified and read. Nothing unless all of
    /// them are deltas that follow it, signed by the keys that it was put together with.
    pub(super) fn followed_by(
        &self,
        rows: &[HeadRow],
        keys: &[PublicKey],
        deltas: Deltas<'_>,
        came: Came,
    ) -> Result<Option<Self>, Unusable> {
        if !self.is_under(keys) {
            return Ok(None);
        }
        let heads = verify_all(rows, keys)?;
        let Some(newest) = heads.last().map(VerifiedHead::header) else {
            return Ok(None);
        };
        let follows = |state: ListState, head: &VerifiedHead| match head.header().kind {
            Kind::Base => None,
            Kind::Delta { .. } => state.advance(head).ok(),
        };
        let Some(state) = heads.iter().try_fold(self.state.clone(), follows) else {
            return Ok(None);
        };
        if !self.is_continued_by(&state) {
            return Ok(None);
        }
        let (net, since) = net(&state, deltas, Some(self))?;
        let announced = self.announced.clone().then(&since, came.with(newest.created));
        let followed = Self::of(newest, keys, state, self.class, (net, since), announced);
        Ok(Some(followed))
    }

    /// Whether a list in this `state` could be put in force after `before`, as far as its deltas are concerned. They are read
    /// only when their heads state more than may be.
    pub(crate) fn may_become(
        state: &ListState,
        deltas: Deltas<'_>,
        before: Option<&Self>,
    ) -> Result<bool, FlowError> {
        let before = before.filter(|before| before.is_continued_by(state));
        let (held, known) = before.map_or((0, 0), |before| (before.net.len(), before.state.deltas().len()));
        let new = state.deltas().iter().skip(known);
        let stated = new.map(|piece| piece.kind.prefixes()).sum::<u64>() + held as u64;
        if stated <= deltas.most as u64 {
            return Ok(true);
        }
        match net(state, deltas, before) {
            Err(Unusable::TooLarge) => Ok(false),
            Err(Unusable::Unread(error)) => Err(error),
            // What the disk has lost is mended by itself.
            Ok(_) | Err(Unusable::Damaged(_)) => Ok(true),
        }
    }

    fn of(
        newest: &Header,
        keys: &[PublicKey],
        state: ListState,
        class: SizeClass,
        (net, since): (Arc<Delta>, Arc<Delta>),
        announced: Announced,
    ) -> Self {
        Self {
            id: newest.list.clone(),
            keys: keys.to_vec(),
            confirm_bits: newest.confirm_bits,
            total: newest.total,
            token_keys: newest.token_keys.clone(),
            foreign_kinds: crate::rules::foreign_kinds(&newest.rules),
            disabled_kinds: crate::rules::disabled(&crate::rules::of_head(&newest.rules)),
            created: newest.created,
            expires: newest.expires,
            class,
            content: newest.state,
            net,
            announced,
            since,
            state,
        }
    }

    /// Whether `state` rests on the same base and has every delta that this list has.
    fn is_continued_by(&self, state: &ListState) -> bool {
        self.state.base() == state.base() && state.deltas().starts_with(self.state.deltas())
    }
}

fn verify_all(rows: &[HeadRow], keys: &[PublicKey]) -> Result<Vec<VerifiedHead>, &'static str> {
    rows.iter().map(|row| verify(row, keys)).collect()
}

fn verify(row: &HeadRow, keys: &[PublicKey]) -> Result<VerifiedHead, &'static str> {
    let head = SignedHead::decode(&row.head).map_err(|_| "its head is damaged")?;
    keys.iter()
        .find_map(|key| head.clone().verify(key).ok())
        .ok_or("its head isn't signed by a key of the publisher")
}

/// The net change of the deltas in force: those that came since `before`, which goes on in `state`, on top of what it had;
/// and the net change of those that came.
fn net(
    state: &ListState,
    deltas: Deltas<'_>,
    before: Option<&HeldList>,
) -> Result<(Arc<Delta>, Arc<Delta>), Unusable> {
    let (held, known) = match before {
        Some(before) => (Arc::clone(&before.net), before.state.deltas().len()),
        None => (Arc::default(), 0),
    };
    let mut since = DeltaSum::within(deltas.most);
    for piece in &state.deltas()[known..] {
        since.add(read(piece, deltas.bodies)?)?;
    }
    let since = Arc::new(since.net()?);
    let net = match (held.is_empty(), since.is_empty()) {
        (true, _) => Arc::clone(&since),
        (_, true) => held,
        _ => Arc::new(held.then(&since)?),
    };
    match net.len() <= deltas.most {
        true => Ok((net, since)),
        false => Err(Unusable::TooLarge),
    }
}

fn read(piece: &Piece, bodies: &Bodies) -> Result<Delta, Unusable> {
    let damaged = Unusable::Damaged("the body of a delta is damaged");
    let body = bodies.read(&piece.body.sha256)?;
    let body = body.ok_or("the body of a delta is missing")?;
    if lianfang_encoding::sha256(&body) != piece.body.sha256 {
        return Err(damaged);
    }
    Delta::decode(piece.kind, &body).map_err(|_| damaged)
}
