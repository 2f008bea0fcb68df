use diesel::prelude::*;
use lianfang_encoding::Timestamp;

use crate::columns::{At, Count, Word, count, micros};
use crate::database::{Link, query};
use crate::locks::{Lock, lock};
use crate::schema::{key_descriptors_seen, memberships};
use crate::{AuditRow, Store, StoreError, audit};

/// A membership document as received.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = memberships)]
pub struct MembershipRow {
    #[diesel(deserialize_as = Count)]
    pub version: u64,
    /// Payload and signatures, byte for byte.
    pub envelope: Vec<u8>,
    #[diesel(deserialize_as = At)]
    pub received_at: Timestamp,
}

/// What became of a membership document. Versions only rise.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MembershipAdoption {
    Adopted,
    /// The same bytes were adopted before.
    Known,
    /// A higher version is stored; nothing changed.
    Older {
        newest: u64,
    },
    /// Other bytes are stored under this version; nothing changed.
    Fork {
        stored: Vec<u8>,
    },
}

impl Store {
    /// Takes in a verified membership document, with the line that says who made it when it was made here.
    ///
    /// # Errors
    /// Those of any write.
    pub fn adopt_membership(
        &self,
        version: u64,
        envelope: &[u8],
        now: Timestamp,
        line: Option<AuditRow>,
    ) -> Result<MembershipAdoption, StoreError> {
        self.db.write(|link| {
            lock(link, Lock::Membership)?;
            if let Some(stored) = by_version(link, version)? {
                let same = stored.envelope == envelope;
                return Ok(if same {
                    MembershipAdoption::Known
                } else {
                    MembershipAdoption::Fork {
                        stored: stored.envelope,
                    }
                });
            }
            if let Some(newest) = newest(link)?.filter(|newest| newest.version > version) {
                return Ok(MembershipAdoption::Older {
                    newest: newest.version,
                });
            }
            query!(link, |conn| diesel::insert_into(memberships::table)
                .values((
                    memberships::version.eq(count(version)),
                    memberships::envelope.eq(envelope),
                    memberships::received_at.eq(micros(now)),
                ))
                .execute(conn))?;
            if let Some(line) = line {
                audit::append(link, line)?;
            }
            Ok(MembershipAdoption::Adopted)
        })
    }

    /// The highest version.
    ///
    /// # Errors
    /// Those of any read.
    pub fn latest_membership(&self) -> Result<Option<MembershipRow>, StoreError> {
        self.db.read(newest)
    }

    /// One version, to prove to others how the federation came about.
    ///
    /// # Errors
    /// Those of any read.
    pub fn membership(&self, version: u64) -> Result<Option<MembershipRow>, StoreError> {
        self.db.read(|link| by_version(link, version))
    }

    /// Every version from this one on, in order.
    ///
    /// # Errors
    /// Those of any read.
    pub fn memberships_from(&self, version: u64) -> Result<Vec<MembershipRow>, StoreError> {
        self.db.read(|link| {
            Ok(query!(link, |conn| memberships::table
                .filter(memberships::version.ge(count(version)))
                .order(memberships::version)
                .select(MembershipRow::as_select())
                .load(conn))?)
        })
    }

    /// Notes that a key descriptor of this generation was seen, and returns the highest generation ever seen for
    /// its class and epoch: what is lower must be refused.
    ///
    /// # Errors
    /// Those of any write.
    pub fn see_generation(&self, class: i16, epoch: u32, generation: u32) -> Result<u32, StoreError> {
        let (key, generation) = ((class, i64::from(epoch)), i64::from(generation));
        self.db.write(|link| {
            query!(link, |conn| diesel::insert_into(key_descriptors_seen::table)
                .values((
                    key_descriptors_seen::class.eq(key.0),
                    key_descriptors_seen::epoch.eq(key.1),
                    key_descriptors_seen::generation.eq(generation),
                ))
                .on_conflict_do_nothing()
                .execute(conn))?;
            let lower = key_descriptors_seen::table
                .find(key)
                .filter(key_descriptors_seen::generation.lt(generation));
            query!(link, |conn| diesel::update(lower)
                .set(key_descriptors_seen::generation.eq(generation))
                .execute(conn))?;
            let highest: Word = query!(link, |conn| key_descriptors_seen::table
                .find(key)
                .select(key_descriptors_seen::generation)
                .first(conn))?;
            Ok(highest.into())
        })
    }
}

fn newest(link: &mut Link<'_>) -> Result<Option<MembershipRow>, StoreError> {
    Ok(query!(link, |conn| memberships::table
        .order(memberships::version.desc())
        .select(MembershipRow::as_select())
        .first(conn)
        .optional())?)
}

fn by_version(link: &mut Link<'_>, version: u64) -> Result<Option<MembershipRow>, StoreError> {
    Ok(query!(link, |conn| memberships::table
        .find(count(version))
        .select(MembershipRow::as_select())
        .first(conn)
        .optional())?)
}
