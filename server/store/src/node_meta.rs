use diesel::prelude::*;

use crate::database::{Link, query};
use crate::schema::node_meta;
use crate::{Store, StoreError};

impl Store {
    /// What this node noted under `key`, for instance its incarnation.
    ///
    /// # Errors
    /// Those of any read.
    pub fn meta(&self, key: &str) -> Result<Option<String>, StoreError> {
        self.db.read(|link| read(link, key))
    }

    /// Notes `value` under `key`, in place of what was there.
    ///
    /// # Errors
    /// Those of any write.
    pub fn set_meta(&self, key: &str, value: &str) -> Result<(), StoreError> {
        self.db.write(|link| set(link, key, value))
    }
}

/// When a node that was restored from a backup counted every token budget as spent.
pub(crate) const BUDGETS_SPENT_AT: &str = "budgets_spent_at";

pub(crate) fn read(link: &mut Link<'_>, key: &str) -> Result<Option<String>, StoreError> {
    Ok(query!(link, |conn| node_meta::table
        .find(key)
        .select(node_meta::value)
        .first(conn)
        .optional())?)
}

pub(crate) fn set(link: &mut Link<'_>, key: &str, value: &str) -> Result<(), StoreError> {
    query!(link, |conn| diesel::insert_into(node_meta::table)
        .values((node_meta::key.eq(key), node_meta::value.eq(value)))
        .on_conflict(node_meta::key)
        .do_update()
        .set(node_meta::value.eq(value))
        .execute(conn))?;
    Ok(())
}
