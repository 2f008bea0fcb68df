use std::collections::{BTreeMap, BTreeSet};

use diesel::prelude::*;
use diesel::upsert::excluded;
use uuid::Uuid;

use crate::batch::{BATCH, batches};
use crate::columns::{Byte, Bytes16, Bytes32, Half, Id};
use crate::database::{Link, query};
use crate::schema::entry_tokens;
use crate::{Store, StoreError};

/// The token of one canonical form of one of an entry's identifiers, under one key. Several forms may share kind and level.
#[derive(Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = entry_tokens, treat_none_as_default_value = false)]
pub struct TokenRow {
    #[diesel(serialize_as = Id, deserialize_as = Id)]
    pub entry_id: Uuid,
    /// Place of the identifier in the entry, from 0.
    #[diesel(serialize_as = Half, deserialize_as = Half)]
    pub identifier_index: u16,
    #[diesel(serialize_as = Half, deserialize_as = Half)]
    pub kind: u16,
    #[diesel(serialize_as = Byte, deserialize_as = Byte)]
    pub norm_version: u8,
    #[diesel(serialize_as = Byte, deserialize_as = Byte)]
    pub level: u8,
    #[diesel(serialize_as = Bytes16, deserialize_as = Bytes16)]
    pub key_id: [u8; 16],
    pub role: i16,
    pub verified: bool,
    #[diesel(serialize_as = Bytes32, deserialize_as = Bytes32)]
    pub token: [u8; 32],
}

impl std::fmt::Debug for TokenRow {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "TokenRow({}, identifier {})",
            self.entry_id, self.identifier_index
        )
    }
}

impl Store {
    /// Writes tokens; one that is there already gets its role and whether it is verified anew.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] when one belongs to no entry; nothing is written then.
    pub fn put_tokens(&self, tokens: Vec<TokenRow>) -> Result<(), StoreError> {
        let tokens = last_of_each(tokens);
        self.db.write(|link| {
            match link {
                // An upsert would be parsed anew for each row.
                Link::Sqlite(conn, statements) => {
                    for token in tokens {
                        statements.admit()?;
                        let replace = diesel::replace_into(entry_tokens::table);
                        replace.values(token).execute(*conn)?;
                    }
                }
                Link::Postgres(conn, statements) => {
                    for tokens in batches(tokens) {
                        statements.admit()?;
                        upsert(conn, tokens)?;
                    }
                }
            }
            Ok(())
        })
    }

    /// The tokens of these entries, in order of entry and identifier.
    ///
    /// # Errors
    /// Those of any read.
    pub fn tokens_of(&self, entry_ids: &[Uuid]) -> Result<Vec<TokenRow>, StoreError> {
        self.db.read(|link| {
            let mut found = Vec::new();
            let entry_ids: Vec<Uuid> = BTreeSet::from_iter(entry_ids).into_iter().copied().collect();
            for chunk in entry_ids.chunks(BATCH) {
                let ids: Vec<&[u8]> = chunk.iter().map(|id| id.as_bytes().as_slice()).collect();
                found.extend(query!(link, |conn| entry_tokens::table
                    .filter(entry_tokens::entry_id.eq_any(&ids))
                    .order((entry_tokens::entry_id, entry_tokens::identifier_index))
                    .select(TokenRow::as_select())
                    .load(conn))?);
            }
            Ok(found)
        })
    }

    /// Forgets every token of an entry.
    ///
    /// # Errors
    /// Those of any write.
    pub fn delete_tokens(&self, entry_id: Uuid) -> Result<(), StoreError> {
        self.db.write(|link| {
            query!(link, |conn| diesel::delete(
                entry_tokens::table.filter(entry_tokens::entry_id.eq(entry_id.as_bytes().as_slice()))
            )
            .execute(conn))?;
            Ok(())
        })
    }
}

fn upsert(conn: &mut PgConnection, tokens: Vec<TokenRow>) -> QueryResult<usize> {
    diesel::insert_into(entry_tokens::table)
        .values(tokens)
        .on_conflict((
            entry_tokens::entry_id,
            entry_tokens::identifier_index,
            entry_tokens::kind,
            entry_tokens::norm_version,
            entry_tokens::level,
            entry_tokens::key_id,
            entry_tokens::token,
        ))
        .do_update()
        .set((
            entry_tokens::role.eq(excluded(entry_tokens::role)),
            entry_tokens::verified.eq(excluded(entry_tokens::verified)),
        ))
        .execute(conn)
}

/// PostgreSQL refuses to update a row twice in one statement.
fn last_of_each(tokens: Vec<TokenRow>) -> impl Iterator<Item = TokenRow> {
    let distinct: BTreeMap<_, _> = tokens
        .into_iter()
        .map(|row| {
            let key = (
                row.entry_id,
                row.identifier_index,
                row.kind,
                row.norm_version,
                row.level,
                row.key_id,
                row.token,
            );
            (key, row)
        })
        .collect();
    distinct.into_values()
}
