use diesel::prelude::*;
use uuid::Uuid;

use crate::columns::{Bytes32, Count, count};
use crate::database::query;
use crate::schema::{event_payloads, events};
use crate::{Store, StoreError};

/// What an event commits to. Gone after erasure, while the event stays.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = event_payloads, treat_none_as_default_value = false)]
pub struct PayloadRow {
    #[diesel(serialize_as = Count, deserialize_as = Count)]
    pub seq: u64,
    #[diesel(serialize_as = Bytes32, deserialize_as = Bytes32)]
    pub salt: [u8; 32],
    pub payload_sealed: Vec<u8>,
}

impl Store {
    /// Salt and payload of the event `seq`.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when there is no such event or its payload was erased.
    pub fn event_payload(&self, seq: u64) -> Result<PayloadRow, StoreError> {
        self.db.read(|link| {
            Ok(query!(link, |conn| event_payloads::table
                .find(count(seq))
                .select(PayloadRow::as_select())
                .first(conn))?)
        })
    }

    /// Salts and payloads of an entry's events, oldest first, without the erased ones.
    ///
    /// # Errors
    /// Those of any read.
    pub fn entry_payloads(&self, entry_id: Uuid) -> Result<Vec<PayloadRow>, StoreError> {
        self.db.read(|link| {
            Ok(query!(link, |conn| event_payloads::table
                .inner_join(events::table.on(events::seq.eq(event_payloads::seq)))
                .filter(events::entry_id.eq(entry_id.as_bytes().as_slice()))
                .order(event_payloads::seq)
                .select(PayloadRow::as_select())
                .load(conn))?)
        })
    }
}
