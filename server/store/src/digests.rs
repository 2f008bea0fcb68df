use std::time::Duration;

use diesel::dsl::auto_type;
use diesel::prelude::*;
use lianfang_encoding::{Audience, NodeId, Timestamp};
use uuid::Uuid;

use crate::columns::{At, AudienceName, Bytes32, Count, MaybeCount, NodeName, Word, count, limit, micros};
use crate::database::{Link, query};
use crate::list_difference::{RecordSource, fingerprints, replace_records};
use crate::list_records::replace_records_of;
use crate::locks::{Lock, lock};
use crate::schema::digest_heads;
use crate::{ListRecord, ListVersion, Store, StoreError, digests_taken};

/// A head that a newer one has followed is kept for so long at most.
const LONGEST_LIFE: Duration = Duration::from_secs(30 * 86_400);

/// A digest list: what one publisher says to one audience about one subject type under one epoch of the key.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ListKey {
    pub publisher: NodeId,
    pub audience: Audience,
    pub subject_type: i16,
    pub epoch: u32,
}

/// A signed head and where its body is.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = digest_heads, treat_none_as_default_value = false)]
pub struct HeadRow {
    #[diesel(serialize_as = NodeName, deserialize_as = NodeName)]
    pub publisher: NodeId,
    #[diesel(serialize_as = AudienceName, deserialize_as = AudienceName)]
    pub audience: Audience,
    pub subject_type: i16,
    #[diesel(serialize_as = Word, deserialize_as = Word)]
    pub epoch: u32,
    #[diesel(serialize_as = Word, deserialize_as = Word)]
    pub incarnation: u32,
    #[diesel(serialize_as = Count, deserialize_as = Count)]
    pub sequence: u64,
    /// Base or delta.
    pub kind: i16,
    /// Header and signature, byte for byte.
    pub head: Vec<u8>,
    #[diesel(serialize_as = Bytes32, deserialize_as = Bytes32)]
    pub head_hash: [u8; 32],
    #[diesel(serialize_as = Bytes32, deserialize_as = Bytes32)]
    pub body_hash: [u8; 32],
    #[diesel(serialize_as = Count, deserialize_as = Count)]
    pub body_length: u64,
    #[diesel(serialize_as = At, deserialize_as = At)]
    pub created: Timestamp,
    #[diesel(serialize_as = At, deserialize_as = At)]
    pub expires: Timestamp,
    /// Whether this is the newest head of the list. Set by the store when the head is taken in.
    pub in_force: bool,
    /// A base: the last sequence whose changes are in it. A delta: the sequence of the base it rests on.
    #[diesel(serialize_as = Count, deserialize_as = Count)]
    pub base_sequence: u64,
    /// Whether its body is part of what the list says now. Set by the store.
    pub live: bool,
    /// Different tokens in the list, without padding; known for this node's own lists only.
    #[diesel(serialize_as = MaybeCount, deserialize_as = MaybeCount)]
    pub tokens: Option<u64>,
}

impl HeadRow {
    /// [`HeadRow::kind`] of a base.
    pub const BASE: i16 = 0;
    /// [`HeadRow::kind`] of a delta.
    pub const DELTA: i16 = 1;

    /// The sequence of the base that the list rests on with this head.
    pub fn base(&self) -> u64 {
        match self.kind {
            Self::BASE => self.sequence,
            _ => self.base_sequence,
        }
    }

    /// The list this head belongs to.
    pub fn list(&self) -> ListKey {
        ListKey {
            publisher: self.publisher.clone(),
            audience: self.audience.clone(),
            subject_type: self.subject_type,
            epoch: self.epoch,
        }
    }
}

/// What became of a head.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Adoption {
    /// It is in force now and the heads before it aren't.
    Adopted,
    /// It was taken in before.
    Known,
    /// A head of a higher incarnation or sequence is stored; nothing changed.
    Older,
    /// Another head is stored at the same incarnation and sequence: both together prove a fork. Nothing changed.
    Fork { stored: Box<HeadRow> },
}

impl Store {
    /// Puts a new base of one of this node's own lists in force and replaces what confirmations look up, in one
    /// transaction. Of the records that are stored already none is written. Unless the outcome is [`Adoption::Adopted`],
    /// nothing changed.
    ///
    /// # Errors
    /// Those of any write, and of reading `records`; nothing changed then.
    pub fn publish_list(
        &self,
        head: HeadRow,
        records: &mut dyn RecordSource,
    ) -> Result<Adoption, StoreError> {
        let wanted = fingerprints(records)?;
        self.db.write(|link| {
            let (list, version) = (head.list(), ListVersion::from(&head));
            let adoption = adopt(link, head)?;
            if adoption == Adoption::Adopted {
                replace_records(link, &list, records, wanted, version)?;
            }
            Ok(adoption)
        })
    }

    /// Puts a delta of one of this node's own lists in force and replaces the records of `entries` in that list, in one
    /// transaction. Unless the outcome is [`Adoption::Adopted`], nothing changed.
    ///
    /// # Errors
    /// Those of any write.
    pub fn publish_delta(
        &self,
        head: HeadRow,
        entries: &[Uuid],
        records: Vec<ListRecord>,
    ) -> Result<Adoption, StoreError> {
        self.db.write(|link| {
            let (list, version) = (head.list(), ListVersion::from(&head));
            let adoption = adopt(link, head)?;
            if adoption == Adoption::Adopted {
                replace_records_of(link, &list, entries, records, version)?;
            }
            Ok(adoption)
        })
    }

    /// Replaces the records of `entries` in one of this node's own lists whose digest stays as it is.
    ///
    /// # Errors
    /// Those of any write; [`StoreError::NotFound`] for a list without a head.
    pub fn replace_list_records(
        &self,
        list: &ListKey,
        entries: &[Uuid],
        records: Vec<ListRecord>,
    ) -> Result<(), StoreError> {
        self.db.write(|link| {
            lock(link, Lock::List(list))?;
            let newest = newest(link, list)?.ok_or(StoreError::NotFound)?;
            replace_records_of(link, list, entries, records, ListVersion::from(&newest))
        })
    }

    /// Puts a publisher's heads of one list in force, oldest first, after their bodies have been verified, in one
    /// transaction. Sequence and incarnation only rise; the outcome is that of the newest head, or the first fork. What
    /// is taken over counts for [`Store::digests_taken`].
    ///
    /// # Errors
    /// Those of any write.
    pub fn adopt_heads(&self, heads: Vec<HeadRow>, now: Timestamp) -> Result<Adoption, StoreError> {
        let publisher = heads.first().map(|head| head.publisher.clone());
        self.db.write(|link| {
            let (mut outcome, mut taken) = (Adoption::Older, 0);
            for head in heads {
                outcome = adopt(link, head)?;
                taken += u64::from(outcome == Adoption::Adopted);
                if matches!(outcome, Adoption::Fork { .. }) {
                    break;
                }
            }
            if let Some(publisher) = publisher.filter(|_| taken > 0) {
                digests_taken::count(link, &publisher, taken, now)?;
            }
            Ok(outcome)
        })
    }

    /// The newest heads, of one publisher or of all, in order of list.
    ///
    /// # Errors
    /// Those of any read.
    pub fn heads_in_force(&self, publisher: Option<&NodeId>) -> Result<Vec<HeadRow>, StoreError> {
        self.db.read(|link| {
            Ok(query!(link, |conn| {
                let mut heads = digest_heads::table
                    .filter(digest_heads::in_force.eq(true))
                    .order((
                        digest_heads::publisher,
                        digest_heads::audience,
                        digest_heads::subject_type,
                        digest_heads::epoch,
                    ))
                    .select(HeadRow::as_select())
                    .into_boxed();
                if let Some(publisher) = publisher {
                    heads = heads.filter(digest_heads::publisher.eq(publisher.as_str()));
                }
                heads.load(conn)
            })?)
        })
    }

    /// The newest head of a list.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub fn head(&self, list: &ListKey) -> Result<HeadRow, StoreError> {
        self.db
            .read(|link| newest(link, list)?.ok_or(StoreError::NotFound))
    }

    /// The heads of a list above `sequence`, of its newest incarnation, in order.
    ///
    /// # Errors
    /// Those of any read.
    pub fn heads_after(&self, list: &ListKey, sequence: u64) -> Result<Vec<HeadRow>, StoreError> {
        self.db.read(|link| {
            let Some(newest) = newest(link, list)? else {
                return Ok(Vec::new());
            };
            Ok(query!(link, |conn| of_list(list)
                .filter(digest_heads::incarnation.eq(i64::from(newest.incarnation)))
                .filter(digest_heads::sequence.gt(count(sequence)))
                .order(digest_heads::sequence)
                .select(HeadRow::as_select())
                .load(conn))?)
        })
    }

    /// What a reader who holds a list up to `sequence` lacks, oldest first: the heads after it when they rest on what
    /// the reader has, otherwise the base and every delta on it. At most `rows`.
    ///
    /// # Errors
    /// Those of any read.
    pub fn live_heads(&self, list: &ListKey, sequence: u64, rows: usize) -> Result<Vec<HeadRow>, StoreError> {
        self.db.read(|link| {
            let Some(newest) = newest(link, list)? else {
                return Ok(Vec::new());
            };
            let incarnation = i64::from(newest.incarnation);
            // What lives begins where the base's own changes end: everything before it is passed over unread.
            let after = match base_under(link, newest)? {
                Some(base) if sequence < base.sequence => base.base_sequence,
                _ => sequence,
            };
            let lacking = of_list(list)
                .filter(digest_heads::incarnation.eq(incarnation))
                .filter(digest_heads::sequence.gt(count(after)))
                .filter(digest_heads::live.eq(true))
                .order(digest_heads::sequence);
            link.admit()?;
            Ok(match link {
                // A bound limit makes SQLite prepare the statement again for each call.
                Link::Sqlite(conn, _) => {
                    let found = lacking.select(HeadRow::as_select());
                    let found = found.load_iter::<HeadRow, _>(*conn)?;
                    found.take(rows).collect::<Result<_, _>>()?
                }
                Link::Postgres(conn, _) => {
                    let found = lacking.limit(limit(rows));
                    found.select(HeadRow::as_select()).load(*conn)?
                }
            })
        })
    }

    /// The live heads whose bodies are longer than `length` bytes, of every list.
    ///
    /// # Errors
    /// Those of any read.
    pub fn live_heads_longer_than(&self, length: u64) -> Result<Vec<HeadRow>, StoreError> {
        self.db.read(|link| {
            Ok(query!(link, |conn| digest_heads::table
                .filter(digest_heads::live.eq(true))
                .filter(digest_heads::body_length.gt(count(length)))
                .select(HeadRow::as_select())
                .load(conn))?)
        })
    }

    /// The bodies that live heads of any list name.
    ///
    /// # Errors
    /// Those of any read.
    pub fn live_bodies(&self) -> Result<Vec<[u8; 32]>, StoreError> {
        self.db.read(|link| {
            let bodies: Vec<Bytes32> = query!(link, |conn| digest_heads::table
                .filter(digest_heads::live.eq(true))
                .select(digest_heads::body_hash)
                .load(conn))?;
            Ok(bodies.into_iter().map(<[u8; 32]>::from).collect())
        })
    }

    /// The lists whose heads name this body: who isn't in the audience of one of them must not learn that the
    /// body exists.
    ///
    /// # Errors
    /// Those of any read.
    pub fn lists_of_body(&self, body_hash: &[u8; 32]) -> Result<Vec<HeadRow>, StoreError> {
        self.db.read(|link| {
            Ok(query!(link, |conn| digest_heads::table
                .filter(digest_heads::body_hash.eq(body_hash.as_slice()))
                .select(HeadRow::as_select())
                .load(conn))?)
        })
    }

    /// Forgets heads that are neither in force nor live and expired before `time`, or were made 30 days before it: when one
    /// expires is its publisher's word. Returns how many there were.
    ///
    /// # Errors
    /// Those of any write.
    pub fn prune_heads(&self, time: Timestamp) -> Result<usize, StoreError> {
        self.db.write(|link| {
            Ok(query!(link, |conn| diesel::delete(
                digest_heads::table
                    .filter(digest_heads::in_force.eq(false))
                    .filter(digest_heads::live.eq(false))
                    .filter(
                        digest_heads::expires
                            .lt(micros(time))
                            .or(digest_heads::created.lt(micros(time - LONGEST_LIFE)))
                    )
            )
            .execute(conn))?)
        })
    }
}

/// The heads of one list.
#[auto_type]
fn of_list<'a>(list: &'a ListKey) -> _ {
    let publisher: &'a str = list.publisher.as_str();
    let audience: &'a str = list.audience.as_str();
    let subject_type: i16 = list.subject_type;
    let epoch: i64 = list.epoch as i64;
    digest_heads::table
        .filter(digest_heads::publisher.eq(publisher))
        .filter(digest_heads::audience.eq(audience))
        .filter(digest_heads::subject_type.eq(subject_type))
        .filter(digest_heads::epoch.eq(epoch))
}

fn adopt(link: &mut Link<'_>, mut head: HeadRow) -> Result<Adoption, StoreError> {
    let list = head.list();
    lock(link, Lock::List(&list))?;
    if let Some(newest) = newest(link, &list)?
        && (head.incarnation, head.sequence) <= (newest.incarnation, newest.sequence)
    {
        return compare_with_stored(link, &list, &head);
    }
    query!(link, |conn| diesel::update(
        of_list(&list).filter(digest_heads::in_force.eq(true))
    )
    .set(digest_heads::in_force.eq(false))
    .execute(conn))?;
    fold(link, &list, &head)?;
    (head.in_force, head.live) = (true, true);
    query!(link, |conn| diesel::insert_into(digest_heads::table)
        .values(head)
        .execute(conn))?;
    Ok(Adoption::Adopted)
}

/// A base takes the place of the one before and of every delta that it folds in; a new incarnation, of everything.
/// Heads that live no more stay as they are: there are far more of them.
fn fold(link: &mut Link<'_>, list: &ListKey, head: &HeadRow) -> Result<(), StoreError> {
    let older = i64::from(head.incarnation);
    query!(link, |conn| diesel::update(
        of_list(list)
            .filter(digest_heads::incarnation.lt(older))
            .filter(digest_heads::live.eq(true))
    )
    .set(digest_heads::live.eq(false))
    .execute(conn))?;
    if head.kind == HeadRow::BASE {
        let folded = count(head.base_sequence);
        query!(link, |conn| diesel::update(
            of_list(list).filter(digest_heads::live.eq(true)).filter(
                digest_heads::sequence
                    .le(folded)
                    .or(digest_heads::kind.eq(HeadRow::BASE))
            )
        )
        .set(digest_heads::live.eq(false))
        .execute(conn))?;
    }
    Ok(())
}

/// The head in force: a list's primary key leads there, however many came before.
pub(crate) fn newest(link: &mut Link<'_>, list: &ListKey) -> Result<Option<HeadRow>, StoreError> {
    Ok(query!(link, |conn| of_list(list)
        .order((digest_heads::incarnation.desc(), digest_heads::sequence.desc()))
        .select(HeadRow::as_select())
        .first(conn)
        .optional())?)
}

/// The base that the newest head of a list rests on, or is.
fn base_under(link: &mut Link<'_>, newest: HeadRow) -> Result<Option<HeadRow>, StoreError> {
    if newest.kind == HeadRow::BASE {
        return Ok(Some(newest));
    }
    head_at(link, &newest.list(), newest.incarnation, newest.base_sequence)
}

pub(crate) fn head_at(
    link: &mut Link<'_>,
    list: &ListKey,
    incarnation: u32,
    sequence: u64,
) -> Result<Option<HeadRow>, StoreError> {
    Ok(query!(link, |conn| of_list(list)
        .filter(digest_heads::incarnation.eq(i64::from(incarnation)))
        .filter(digest_heads::sequence.eq(count(sequence)))
        .select(HeadRow::as_select())
        .first(conn)
        .optional())?)
}

fn compare_with_stored(link: &mut Link<'_>, list: &ListKey, head: &HeadRow) -> Result<Adoption, StoreError> {
    Ok(match head_at(link, list, head.incarnation, head.sequence)? {
        None => Adoption::Older,
        Some(stored) if stored.head_hash == head.head_hash => Adoption::Known,
        Some(stored) => Adoption::Fork {
            stored: Box::new(stored),
        },
    })
}
