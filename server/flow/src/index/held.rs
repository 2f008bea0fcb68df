//! One list as its live heads and bodies make it up.

use std::sync::Arc;
use std::time::Duration;

use lianfang_digest::{Delta, Header, Kind, ListId, ListState, Piece, SignedHead, SizeClass, VerifiedHead};
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

/// Why a list can't be put together.
pub(super) enum Unusable {
    /// What is stored of it isn't what it must be.
    Damaged(&'static str),
    /// Nobody can say, because the store or the files can't be reached.
    Unread(FlowError),
}

impl From<&'static str> for Unusable {
    fn from(why: &'static str) -> Self {
        Self::Damaged(why)
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

    /// When the list may have said something new of `token` last, by this node's clock. What its publisher was asked before
    /// is no answer any more, because another entry may have come.
    pub(crate) fn said_last(&self, token: &[u8; 32]) -> Timestamp {
        self.announced.last(token)
    }

    /// Puts a list together from its live heads, oldest first, which were here by `now`. What `before` has in common with it
    /// isn't read again.
    pub(super) fn load(
        rows: &[HeadRow],
        keys: &[PublicKey],
        bodies: &Bodies,
        before: Option<&Self>,
        now: Timestamp,
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
        let (net, since) = net(&state, bodies, before)?;
        let (announced, came) = match before {
            Some(before) => (before.announced.clone(), now),
            None => (
                Announced::with_base(known_by(base.created, now)),
                known_by(newest.created, now),
            ),
        };
        let announced = announced.then(&since, came);
        Ok(Self::of(newest, keys, state, class, (net, since), announced))
    }

    /// What the list has become by the heads that came after its own, which alone are verified and read. Nothing unless all of
    /// them are deltas that follow it, signed by the keys that it was put together with.
    pub(super) fn followed_by(
        &self,
        rows: &[HeadRow],
        keys: &[PublicKey],
        bodies: &Bodies,
        now: Timestamp,
    ) -> Result<Option<Self>, Unusable> {
        if self.keys != keys {
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
        let (net, since) = net(&state, bodies, Some(self))?;
        let announced = self.announced.clone().then(&since, now);
        let followed = Self::of(newest, keys, state, self.class, (net, since), announced);
        Ok(Some(followed))
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

/// From when on a publisher's answers have held what a head says, by this node's clock, when nobody remembers when it came: a
/// restart makes nothing new of it.
fn known_by(created: Timestamp, now: Timestamp) -> Timestamp {
    now.min(created + SKEW)
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
    bodies: &Bodies,
    before: Option<&HeldList>,
) -> Result<(Arc<Delta>, Arc<Delta>), Unusable> {
    let (mut net, known) = match before {
        Some(before) => (Arc::clone(&before.net), before.state.deltas().len()),
        None => (Arc::default(), 0),
    };
    let too_many = |_| "its deltas hold too many prefixes";
    let new = &state.deltas()[known..];
    let since = new.iter().try_fold(Delta::default(), |since, piece| {
        let later = read(piece, bodies)?;
        since.then(&later).map_err(|why| Unusable::from(too_many(why)))
    })?;
    if !new.is_empty() {
        net = Arc::new(net.then(&since).map_err(too_many)?);
    }
    Ok((net, Arc::new(since)))
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
