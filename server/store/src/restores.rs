//! What this node knows of others that came back from a backup: which incarnation it granted to whom, and what it has
//! seen of them.

use diesel::dsl::max;
use diesel::prelude::*;
use lianfang_encoding::{Audience, NodeId, Timestamp};

use crate::columns::{AudienceName, Bytes32, Count, Id, Word, count, limit, micros};
use crate::database::{Link, query};
use crate::locks::{Lock, lock};
use crate::schema::{digest_heads, incarnation_grants, peer_cursors, peer_entry_status};
use crate::{StatusItem, Store, StoreError};

/// The latest incarnation granted to a node, and to which restored copy of it.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = incarnation_grants)]
pub struct GrantRow {
    #[diesel(deserialize_as = Word)]
    pub incarnation: u32,
    #[diesel(deserialize_as = Bytes32)]
    pub restore_key: [u8; 32],
}

/// Most that an incarnation may lie above the latest known here, unless most members have granted it already: nobody can
/// use up a node's incarnations.
pub const MAX_STEP: u32 = 16;

/// What became of a claim.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Granting {
    /// The incarnation is this copy's, now or since an earlier call.
    Granted,
    /// It is another copy's, or the node has gone beyond it. Nothing changed.
    Taken,
    /// It lies more than [`MAX_STEP`] above the latest known here. Nothing changed.
    TooFar,
}

impl Store {
    /// Grants `incarnation` of `node` to the copy that has `restore_key`, once and for good. Only the proof that most
    /// members granted it to that copy (`proven`) takes a grant from another one, or goes further than [`MAX_STEP`].
    ///
    /// # Errors
    /// Those of any write.
    pub fn grant_incarnation(
        &self,
        node: &NodeId,
        incarnation: u32,
        restore_key: &[u8; 32],
        proven: bool,
        now: Timestamp,
    ) -> Result<Granting, StoreError> {
        self.db.write(|link| {
            lock(link, Lock::Membership)?;
            let held = granted(link, node)?;
            let same = held.as_ref().is_some_and(|held| held.incarnation == incarnation);
            let own = held.as_ref().is_some_and(|held| held.restore_key == *restore_key);
            let reached = known(link, node)?.unwrap_or(0);
            if incarnation < reached || (incarnation == reached && !same) || (same && !own && !proven) {
                return Ok(Granting::Taken);
            }
            if incarnation - reached > MAX_STEP && !proven {
                return Ok(Granting::TooFar);
            }
            let values = (
                incarnation_grants::incarnation.eq(i64::from(incarnation)),
                incarnation_grants::restore_key.eq(restore_key.to_vec()),
                incarnation_grants::granted_at.eq(micros(now)),
            );
            query!(link, |conn| diesel::insert_into(incarnation_grants::table)
                .values((incarnation_grants::node.eq(node.as_str()), values.clone()))
                .on_conflict(incarnation_grants::node)
                .do_update()
                .set(values)
                .execute(conn))?;
            Ok(Granting::Granted)
        })
    }

    /// The latest grant to a copy of `node`.
    ///
    /// # Errors
    /// Those of any read.
    pub fn granted_incarnation(&self, node: &NodeId) -> Result<Option<GrantRow>, StoreError> {
        self.db.read(|link| granted(link, node))
    }

    /// The latest incarnation of `node` that was granted here or that a head in force comes from; `None` before the first.
    ///
    /// # Errors
    /// Those of any read.
    pub fn known_incarnation(&self, node: &NodeId) -> Result<Option<u32>, StoreError> {
        self.db.read(|link| known(link, node))
    }

    /// How far each status feed of `publisher` has been read, in order of audience.
    ///
    /// # Errors
    /// Those of any read.
    pub fn status_cursors(&self, publisher: &NodeId) -> Result<Vec<(Audience, u64)>, StoreError> {
        let rows: Vec<(AudienceName, Count)> = self.db.read(|link| {
            Ok(query!(link, |conn| peer_cursors::table
                .filter(peer_cursors::publisher.eq(publisher.as_str()))
                .filter(peer_cursors::seq.gt(0))
                .order(peer_cursors::audience)
                .select((peer_cursors::audience, peer_cursors::seq))
                .load(conn))?)
        })?;
        Ok(rows
            .into_iter()
            .map(|(audience, seq)| (audience.into(), seq.into()))
            .collect())
    }

    /// Up to `rows` items of a status feed of `publisher` after `seq`, as they were received.
    ///
    /// # Errors
    /// Those of any read.
    pub fn heard_status(
        &self,
        publisher: &NodeId,
        audience: &Audience,
        seq: u64,
        rows: usize,
    ) -> Result<Vec<StatusItem>, StoreError> {
        let rows: Vec<(Count, Id, Vec<u8>)> = self.db.read(|link| {
            Ok(query!(link, |conn| peer_entry_status::table
                .filter(peer_entry_status::publisher.eq(publisher.as_str()))
                .filter(peer_entry_status::audience.eq(audience.as_str()))
                .filter(peer_entry_status::seq.gt(count(seq)))
                .order(peer_entry_status::seq)
                .limit(limit(rows))
                .select((
                    peer_entry_status::seq,
                    peer_entry_status::entry_id,
                    peer_entry_status::raw
                ))
                .load(conn))?)
        })?;
        Ok(rows.into_iter().map(StatusItem::from).collect())
    }
}

fn granted(link: &mut Link<'_>, node: &NodeId) -> Result<Option<GrantRow>, StoreError> {
    Ok(query!(link, |conn| incarnation_grants::table
        .find(node.as_str())
        .select(GrantRow::as_select())
        .first(conn)
        .optional())?)
}

fn known(link: &mut Link<'_>, node: &NodeId) -> Result<Option<u32>, StoreError> {
    let granted = granted(link, node)?.map(|grant| grant.incarnation);
    let seen: Option<i64> = query!(link, |conn| digest_heads::table
        .filter(digest_heads::in_force.eq(true))
        .filter(digest_heads::publisher.eq(node.as_str()))
        .select(max(digest_heads::incarnation))
        .first(conn))?;
    let seen = seen
        .map(u32::try_from)
        .transpose()
        .map_err(|_| StoreError::Corrupt)?;
    Ok(granted.max(seen))
}
