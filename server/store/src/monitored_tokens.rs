use diesel::prelude::*;

use crate::batch::BATCH;
use crate::columns::{Byte, Bytes16, Bytes32, Half, limit};
use crate::database::query;
use crate::schema::monitored_tokens;
use crate::{Store, StoreError};

/// The token of one canonical form of a monitored subject's identifier, under one key.
#[derive(Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = monitored_tokens, treat_none_as_default_value = false)]
pub struct MonitoredToken {
    pub client_reference: String,
    /// Keyed hash of the canonical form: the same under every token key.
    #[diesel(serialize_as = Bytes32, deserialize_as = Bytes32)]
    pub form: [u8; 32],
    #[diesel(serialize_as = Bytes16, deserialize_as = Bytes16)]
    pub key_id: [u8; 16],
    /// Place of the identifier in the subject, from 0.
    #[diesel(serialize_as = Half, deserialize_as = Half)]
    pub identifier_index: u16,
    #[diesel(serialize_as = Half, deserialize_as = Half)]
    pub kind: u16,
    #[diesel(serialize_as = Byte, deserialize_as = Byte)]
    pub level: u8,
    #[diesel(serialize_as = Bytes32, deserialize_as = Bytes32)]
    pub token: [u8; 32],
}

impl std::fmt::Debug for MonitoredToken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "MonitoredToken(identifier {})", self.identifier_index)
    }
}

impl Store {
    /// Up to `rows` different tokens of the roster above `after`, ascending (`None`: from the smallest).
    ///
    /// # Errors
    /// Those of any read.
    pub fn monitored_tokens_page(
        &self,
        after: Option<&[u8; 32]>,
        rows: usize,
    ) -> Result<Vec<[u8; 32]>, StoreError> {
        let after = after.map_or_else(Vec::new, |token| token.to_vec());
        self.db.read(|link| {
            let found: Vec<Bytes32> = query!(link, |conn| monitored_tokens::table
                .filter(monitored_tokens::token.gt(&after))
                .select(monitored_tokens::token)
                .distinct()
                .order(monitored_tokens::token)
                .limit(limit(rows))
                .load(conn))?;
            Ok(found.into_iter().map(<[u8; 32]>::from).collect())
        })
    }

    /// Whose these tokens are, in order of subject.
    ///
    /// # Errors
    /// Those of any read.
    pub fn owners_of_tokens(&self, tokens: &[[u8; 32]]) -> Result<Vec<MonitoredToken>, StoreError> {
        self.db.read(|link| {
            let mut found = Vec::new();
            for chunk in tokens.chunks(BATCH) {
                let wanted: Vec<&[u8]> = chunk.iter().map(<[u8; 32]>::as_slice).collect();
                found.extend(query!(link, |conn| monitored_tokens::table
                    .filter(monitored_tokens::token.eq_any(&wanted))
                    .order((monitored_tokens::client_reference, monitored_tokens::form))
                    .select(MonitoredToken::as_select())
                    .load(conn))?);
            }
            Ok(found)
        })
    }

    /// The tokens of these subjects, in order of subject.
    ///
    /// # Errors
    /// Those of any read.
    pub fn tokens_of_subjects(&self, references: &[String]) -> Result<Vec<MonitoredToken>, StoreError> {
        self.db.read(|link| {
            let mut found = Vec::new();
            for chunk in references.chunks(BATCH) {
                found.extend(query!(link, |conn| monitored_tokens::table
                    .filter(monitored_tokens::client_reference.eq_any(chunk))
                    .order((monitored_tokens::client_reference, monitored_tokens::form))
                    .select(MonitoredToken::as_select())
                    .load(conn))?);
            }
            Ok(found)
        })
    }
}
