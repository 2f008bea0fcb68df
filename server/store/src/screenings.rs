use std::sync::Arc;

use diesel::prelude::*;
use lianfang_encoding::Timestamp;
use uuid::Uuid;

use crate::batch::insert_rows;
use crate::columns::{At, Id};
use crate::database::{Link, query};
use crate::schema::screenings;
use crate::{AuditRow, OwnLinkRow, PeerRow, Store, StoreError, audit, own_links, peers};

/// A screening and its answer.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = screenings, treat_none_as_default_value = false)]
pub struct ScreeningRow {
    #[diesel(serialize_as = Id, deserialize_as = Id)]
    pub id: Uuid,
    pub client_reference: Option<String>,
    pub purpose: i16,
    pub verdict: i16,
    pub mode: i16,
    pub complete: bool,
    /// The answer, JSON as it was given.
    pub response: String,
    pub actor: String,
    #[diesel(serialize_as = At, deserialize_as = At)]
    pub created_at: Timestamp,
    /// What a person decided, JSON; once set it stays.
    pub decision: Option<String>,
}

/// What became of a decision about a screening.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decision {
    Recorded,
    /// The same decision was recorded before.
    Repeated,
    /// Another decision stands.
    Conflict {
        stored: String,
    },
}

/// What a verdict about one subject rests on beside its tokens: every peer, and the links under the subject's keys.
pub type VerdictBasis = (Arc<Vec<PeerRow>>, Vec<OwnLinkRow>);

impl Store {
    /// Stores screenings, which are their own lines of the audit trail, in one transaction.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] when an id is taken; nothing is stored then.
    pub fn keep_screenings(&self, rows: Vec<ScreeningRow>) -> Result<(), StoreError> {
        self.db.write(|link| {
            insert_rows!(link, screenings::table, rows);
            Ok(())
        })
    }

    /// What verdicts about several subjects rest on beside their tokens: every peer, and for each subject the links
    /// under its keys, at most `most` of each key.
    ///
    /// # Errors
    /// Those of any read.
    pub fn verdict_basis(
        &self,
        subjects: &[Vec<[u8; 16]>],
        most: usize,
    ) -> Result<(Vec<PeerRow>, Vec<Vec<OwnLinkRow>>), StoreError> {
        self.db.read_together(|link| {
            let peers = peers::all(link)?;
            let links = subjects.iter().map(|keys| own_links::under(link, keys, most));
            Ok((peers, links.collect::<Result<_, _>>()?))
        })
    }

    /// [`Store::verdict_basis`] of one subject without waiting for anything, where that can be had.
    ///
    /// # Errors
    /// Those of any read.
    pub fn verdict_basis_at_once(
        &self,
        keys: &[[u8; 16]],
        most: usize,
    ) -> Option<Result<VerdictBasis, StoreError>> {
        let links = self.db.read_at_once(|link| own_links::under(link, keys, most))?;
        let peers = self.peers_at_once()?;
        Some(links.and_then(|links| Ok((peers?, links))))
    }

    /// # Errors
    /// [`StoreError::NotFound`].
    pub fn screening(&self, id: Uuid) -> Result<ScreeningRow, StoreError> {
        self.db.read(|link| select(link, id))
    }

    /// Records what a person decided about a screening, with its line of the audit log. The first decision stands.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub fn decide_screening(&self, id: Uuid, decision: &str, line: AuditRow) -> Result<Decision, StoreError> {
        self.db.write(|link| {
            let undecided = screenings::table
                .filter(screenings::id.eq(id.as_bytes().as_slice()))
                .filter(screenings::decision.is_null());
            let changed = query!(link, |conn| diesel::update(undecided)
                .set(screenings::decision.eq(decision))
                .execute(conn))?;
            if changed == 1 {
                audit::append(link, line)?;
                return Ok(Decision::Recorded);
            }
            let stored = select(link, id)?.decision.ok_or(StoreError::Corrupt)?;
            Ok(if stored == decision {
                Decision::Repeated
            } else {
                Decision::Conflict { stored }
            })
        })
    }
}

fn select(link: &mut Link<'_>, id: Uuid) -> Result<ScreeningRow, StoreError> {
    Ok(query!(link, |conn| screenings::table
        .find(id.as_bytes().as_slice())
        .select(ScreeningRow::as_select())
        .first(conn))?)
}
