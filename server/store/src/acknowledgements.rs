use diesel::prelude::*;
use diesel::upsert::excluded;
use lianfang_encoding::{NodeId, Timestamp};

use crate::columns::{At, NodeName};
use crate::database::query;
use crate::schema::acknowledgements;
use crate::{Store, StoreError};

/// What a member last said that it has taken over from this node.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = acknowledgements)]
pub struct AcknowledgementRow {
    #[diesel(serialize_as = NodeName, deserialize_as = NodeName)]
    pub peer: NodeId,
    /// When this node heard it.
    #[diesel(serialize_as = At, deserialize_as = At)]
    pub heard_at: Timestamp,
    /// What it said, as JSON.
    pub seen: String,
}

impl Store {
    /// Keeps what a member says now in place of what it said before.
    ///
    /// # Errors
    /// Those of any write.
    pub fn keep_acknowledgement(&self, row: AcknowledgementRow) -> Result<(), StoreError> {
        self.db.write(|link| {
            // In one statement: two who hear the member at once would both find nothing to delete.
            query!(link, |conn| diesel::insert_into(acknowledgements::table)
                .values(row)
                .on_conflict(acknowledgements::peer)
                .do_update()
                .set((
                    acknowledgements::heard_at.eq(excluded(acknowledgements::heard_at)),
                    acknowledgements::seen.eq(excluded(acknowledgements::seen)),
                ))
                .execute(conn))?;
            Ok(())
        })
    }

    /// What members last said, in order of their names.
    ///
    /// # Errors
    /// Those of any read.
    pub fn acknowledgements(&self) -> Result<Vec<AcknowledgementRow>, StoreError> {
        self.db.read(|link| {
            Ok(query!(link, |conn| acknowledgements::table
                .order(acknowledgements::peer)
                .select(AcknowledgementRow::as_select())
                .load(conn))?)
        })
    }
}
