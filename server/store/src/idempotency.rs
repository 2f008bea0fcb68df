use diesel::prelude::*;
use lianfang_encoding::Timestamp;

use crate::columns::{Bytes32, MaybeHalf, micros};
use crate::database::{Link, query};
use crate::schema::idempotency_keys;
use crate::{Store, StoreError};

/// A request that carries an `Idempotency-Key`.
#[derive(Debug, Clone, Copy)]
pub struct IdempotentRequest<'a> {
    pub actor: &'a str,
    pub key: &'a str,
    pub route: &'a str,
    /// Keyed hash of the body.
    pub body_hash: &'a [u8; 32],
}

/// What to do with a request that carries an `Idempotency-Key`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Idempotency {
    /// Not seen before: do it, then [`Store::finish_idempotent`].
    Fresh,
    /// Done before: give the same answer.
    Replay { status: u16, response: Vec<u8> },
    /// The first request under this key is still being worked on.
    InProgress,
    /// The key was used with another route or body.
    Mismatch,
}

impl Store {
    /// Reserves a key until `expires`. Of several callers one gets [`Idempotency::Fresh`]. A request that never
    /// finished (its process died) can be taken over once it started before `abandoned_before`, and as long after `now` too: then
    /// the clock was ahead.
    ///
    /// # Errors
    /// Those of any write.
    pub fn begin_idempotent(
        &self,
        request: IdempotentRequest<'_>,
        now: Timestamp,
        expires: Timestamp,
        abandoned_before: Timestamp,
    ) -> Result<Idempotency, StoreError> {
        let key = (request.actor, request.key);
        self.db.write(|link| {
            query!(link, |conn| diesel::delete(
                idempotency_keys::table
                    .find(key)
                    .filter(idempotency_keys::expires.le(micros(now)))
            )
            .execute(conn))?;
            if reserve(link, request, now, expires)? {
                return Ok(Idempotency::Fresh);
            }
            let Some(stored) = select(link, request)? else {
                // It was given back just now.
                return Ok(Idempotency::InProgress);
            };
            if !stored.is_of(request) {
                return Ok(Idempotency::Mismatch);
            }
            if let (Some(status), Some(response)) = (stored.status, stored.response) {
                return Ok(Idempotency::Replay { status, response });
            }
            let unfinished = idempotency_keys::table
                .find(key)
                .filter(idempotency_keys::status.is_null())
                .filter(
                    idempotency_keys::started
                        .lt(micros(abandoned_before))
                        .or(idempotency_keys::started.gt(micros(now + now.since(abandoned_before)))),
                );
            let taken = query!(link, |conn| diesel::update(unfinished)
                .set(idempotency_keys::started.eq(micros(now)))
                .execute(conn))?;
            Ok(if taken == 1 {
                Idempotency::Fresh
            } else {
                Idempotency::InProgress
            })
        })
    }

    /// Keeps the answer for those who ask again.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when the key isn't reserved.
    pub fn finish_idempotent(
        &self,
        actor: &str,
        key: &str,
        status: u16,
        response: &[u8],
    ) -> Result<(), StoreError> {
        let changed = self.db.write(|link| {
            Ok::<_, StoreError>(query!(link, |conn| diesel::update(
                idempotency_keys::table.find((actor, key))
            )
            .set((
                idempotency_keys::status.eq(i32::from(status)),
                idempotency_keys::response.eq(response),
            ))
            .execute(conn))?)
        })?;
        if changed == 1 {
            Ok(())
        } else {
            Err(StoreError::NotFound)
        }
    }

    /// Gives a reserved key back after a failure that the caller may repeat.
    ///
    /// # Errors
    /// Those of any write.
    pub fn abandon_idempotent(&self, actor: &str, key: &str) -> Result<(), StoreError> {
        self.db.write(|link| {
            query!(link, |conn| diesel::delete(
                idempotency_keys::table
                    .find((actor, key))
                    .filter(idempotency_keys::status.is_null())
            )
            .execute(conn))?;
            Ok(())
        })
    }

    /// Forgets the keys that expired by `now`. Returns how many there were.
    ///
    /// # Errors
    /// Those of any write.
    pub fn prune_idempotent(&self, now: Timestamp) -> Result<usize, StoreError> {
        self.db.write(|link| {
            Ok(query!(link, |conn| diesel::delete(
                idempotency_keys::table.filter(idempotency_keys::expires.le(micros(now)))
            )
            .execute(conn))?)
        })
    }
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = idempotency_keys)]
struct Stored {
    route: String,
    #[diesel(deserialize_as = Bytes32)]
    body_hash: [u8; 32],
    #[diesel(deserialize_as = MaybeHalf)]
    status: Option<u16>,
    response: Option<Vec<u8>>,
}

impl Stored {
    fn is_of(&self, request: IdempotentRequest<'_>) -> bool {
        self.route == request.route && self.body_hash == *request.body_hash
    }
}

fn reserve(
    link: &mut Link<'_>,
    request: IdempotentRequest<'_>,
    now: Timestamp,
    expires: Timestamp,
) -> Result<bool, StoreError> {
    let inserted = query!(link, |conn| diesel::insert_into(idempotency_keys::table)
        .values((
            idempotency_keys::actor.eq(request.actor),
            idempotency_keys::key.eq(request.key),
            idempotency_keys::route.eq(request.route),
            idempotency_keys::body_hash.eq(request.body_hash.as_slice()),
            idempotency_keys::started.eq(micros(now)),
            idempotency_keys::expires.eq(micros(expires)),
        ))
        .on_conflict_do_nothing()
        .execute(conn))?;
    Ok(inserted == 1)
}

fn select(link: &mut Link<'_>, request: IdempotentRequest<'_>) -> Result<Option<Stored>, StoreError> {
    Ok(query!(link, |conn| idempotency_keys::table
        .find((request.actor, request.key))
        .select(Stored::as_select())
        .first(conn)
        .optional())?)
}
