use diesel::prelude::*;
use lianfang_encoding::{Audience, NodeId, Timestamp};

use crate::columns::{At, AudienceName, Count, NodeName, Word};
use crate::database::query;
use crate::digests::{head_at, newest};
use crate::peers::hold_back_for;
use crate::schema::digest_forks;
use crate::{HeadRow, ListKey, Store, StoreError};

/// Proofs that are kept of one publisher: more say nothing new.
const KEPT: i64 = 64;

/// Two signed heads by which a publisher contradicts itself.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = digest_forks)]
pub struct ForkRow {
    #[diesel(serialize_as = NodeName, deserialize_as = NodeName)]
    pub publisher: NodeId,
    #[diesel(serialize_as = AudienceName, deserialize_as = AudienceName)]
    pub audience: Audience,
    pub subject_type: i16,
    #[diesel(serialize_as = Word, deserialize_as = Word)]
    pub epoch: u32,
    #[diesel(serialize_as = Word, deserialize_as = Word)]
    pub incarnation: u32,
    /// Of the second head.
    #[diesel(serialize_as = Count, deserialize_as = Count)]
    pub sequence: u64,
    /// Header and signature, byte for byte.
    pub first_head: Vec<u8>,
    pub second_head: Vec<u8>,
    #[diesel(serialize_as = At, deserialize_as = At)]
    pub found_at: Timestamp,
}

impl Store {
    /// The head of a list at a sequence of its newest incarnation, superseded ones included.
    ///
    /// # Errors
    /// [`StoreError::NotFound`], also when it was pruned or never fetched.
    pub fn head_at(&self, list: &ListKey, sequence: u64) -> Result<HeadRow, StoreError> {
        self.db.read(|link| {
            let newest = newest(link, list)?.ok_or(StoreError::NotFound)?;
            if newest.sequence == sequence {
                return Ok(newest);
            }
            head_at(link, list, newest.incarnation, sequence)?.ok_or(StoreError::NotFound)
        })
    }

    /// Keeps a proof and holds its publisher back for it, whatever it is held back for already, in one transaction. Returns
    /// whether that is new: what was known before holds back nobody whom a person has released since, unless `again`.
    ///
    /// # Errors
    /// Those of any write; nothing changed then.
    pub fn prove_fork(&self, fork: ForkRow, again: bool) -> Result<bool, StoreError> {
        let (publisher, now) = (fork.publisher.clone(), fork.found_at);
        self.write_peers(|link| {
            let of_publisher = digest_forks::table.filter(digest_forks::publisher.eq(publisher.as_str()));
            let kept: i64 = query!(link, |conn| of_publisher.count().get_result(conn))?;
            let new = kept < KEPT
                && query!(link, |conn| diesel::insert_into(digest_forks::table)
                    .values(fork)
                    .on_conflict_do_nothing()
                    .execute(conn))?
                    == 1;
            Ok((new || again) && hold_back_for(link, &publisher, now, "digest_fork")?)
        })
    }

    /// The proofs that are kept of a publisher, the newest first.
    ///
    /// # Errors
    /// Those of any read.
    pub fn forks(&self, publisher: &NodeId) -> Result<Vec<ForkRow>, StoreError> {
        self.db.read(|link| {
            Ok(query!(link, |conn| digest_forks::table
                .filter(digest_forks::publisher.eq(publisher.as_str()))
                .order((digest_forks::found_at.desc(), digest_forks::sequence.desc()))
                .select(ForkRow::as_select())
                .load(conn))?)
        })
    }
}
