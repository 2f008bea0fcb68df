use diesel::dsl::exists;
use diesel::prelude::*;
use lianfang_encoding::Timestamp;
use uuid::Uuid;

use crate::columns::{At, Id, limit, micros};
use crate::database::{Link, query};
use crate::schema::{audit_log, audit_trail};
use crate::{Store, StoreError};

/// Who did what to what, why, and how it ended. Holds no identifiers of subjects. That of a screening is read from the
/// screening itself, and never appended.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Insertable)]
#[diesel(table_name = audit_log, treat_none_as_default_value = false)]
pub struct AuditRow {
    /// Rising with time (UUIDv7), or derived from the name of a request that is written down once.
    #[diesel(serialize_as = Id, deserialize_as = Id)]
    pub id: Uuid,
    #[diesel(serialize_as = At, deserialize_as = At)]
    pub at: Timestamp,
    pub actor: String,
    pub action: String,
    pub object: String,
    pub purpose: String,
    pub outcome: String,
}

impl Store {
    /// Appends to the audit log; there is no way to change or remove a row.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] when the id is taken.
    pub fn append_audit(&self, row: AuditRow) -> Result<(), StoreError> {
        self.db.write(|link| append(link, row))
    }

    /// Up to `rows` lines from `from` on, oldest first, after the row `after` of the page before.
    ///
    /// # Errors
    /// Those of any read.
    pub fn audit_page(
        &self,
        from: Timestamp,
        after: Option<Uuid>,
        rows: usize,
    ) -> Result<Vec<AuditRow>, StoreError> {
        let (from, after) = (
            micros(from),
            after.map_or_else(Vec::new, |id| id.as_bytes().to_vec()),
        );
        self.db.read(|link| {
            Ok(query!(link, |conn| audit_trail::table
                .filter(
                    audit_trail::at
                        .gt(from)
                        .or(audit_trail::at.eq(from).and(audit_trail::id.gt(&after)))
                )
                .order((audit_trail::at, audit_trail::id))
                .limit(limit(rows))
                .select((
                    audit_trail::id,
                    audit_trail::at,
                    audit_trail::actor,
                    audit_trail::action,
                    audit_trail::object,
                    audit_trail::purpose,
                    audit_trail::outcome
                ))
                .load(conn))?)
        })
    }
}

/// Whether there is a row with this id.
pub(crate) fn holds(link: &mut Link<'_>, id: Uuid) -> Result<bool, StoreError> {
    let held = audit_log::table.find(id.as_bytes().to_vec());
    Ok(query!(link, |conn| diesel::select(exists(held)).get_result(conn))?)
}

/// Appends within the transaction of what the row speaks of.
pub(crate) fn append(link: &mut Link<'_>, row: AuditRow) -> Result<(), StoreError> {
    query!(link, |conn| diesel::insert_into(audit_log::table)
        .values(row)
        .execute(conn))?;
    Ok(())
}
