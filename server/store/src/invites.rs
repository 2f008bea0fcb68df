use diesel::prelude::*;
use lianfang_encoding::{NodeId, Timestamp};

use crate::columns::{At, MaybeAt, NodeName, micros};
use crate::database::query;
use crate::schema::invites;
use crate::{AuditRow, Store, StoreError, audit};

/// What became of an invitation code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum InviteUse {
    /// Good, and used up now.
    Accepted {
        node: NodeId,
    },
    Unknown,
    Expired,
    AlreadyUsed {
        node: NodeId,
    },
}

impl Store {
    /// Keeps the hash of an invitation code for `node`, with the line that says who invited it.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] when the code exists.
    pub fn add_invite(
        &self,
        code_hash: &[u8; 32],
        node: &NodeId,
        expires: Timestamp,
        line: AuditRow,
    ) -> Result<(), StoreError> {
        self.db.write(|link| {
            query!(link, |conn| diesel::insert_into(invites::table)
                .values((
                    invites::code_hash.eq(code_hash.as_slice()),
                    invites::node.eq(node.as_str()),
                    invites::expires.eq(micros(expires)),
                ))
                .execute(conn))?;
            audit::append(link, line)
        })
    }

    /// Uses an invitation code up. Of several callers one succeeds.
    ///
    /// # Errors
    /// Those of any write.
    pub fn use_invite(&self, code_hash: &[u8; 32], now: Timestamp) -> Result<InviteUse, StoreError> {
        self.db.write(|link| {
            let good = invites::table
                .filter(invites::code_hash.eq(code_hash.as_slice()))
                .filter(invites::used_at.is_null())
                .filter(invites::expires.gt(micros(now)));
            let changed = query!(link, |conn| diesel::update(good)
                .set(invites::used_at.eq(micros(now)))
                .execute(conn))?;
            let found: Option<(NodeName, At, MaybeAt)> = query!(link, |conn| invites::table
                .find(code_hash.as_slice())
                .select((invites::node, invites::expires, invites::used_at))
                .first(conn)
                .optional())?;
            Ok(match found {
                None => InviteUse::Unknown,
                Some((node, ..)) if changed == 1 => InviteUse::Accepted { node: node.into() },
                Some((node, _, used)) if Option::<Timestamp>::from(used.clone()).is_some() => {
                    InviteUse::AlreadyUsed { node: node.into() }
                }
                Some(_) => InviteUse::Expired,
            })
        })
    }
}
