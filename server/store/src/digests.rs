use diesel::dsl::{auto_type, exists};
use diesel::prelude::*;
use lianfang_encoding::{Audience, NodeId, Timestamp};

use crate::columns::{At, AudienceName, Bytes32, Count, NodeName, Word, count, micros};
use crate::database::{Link, query};
use crate::list_records::replace_records;
use crate::locks::{Lock, lock};
use crate::schema::digest_heads;
use crate::{ListRecord, Store, StoreError};

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
    /// Whether this is what the list says now. Set by the store when the head is taken in.
    pub in_force: bool,
}

impl HeadRow {
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
    /// transaction. Unless the outcome is [`Adoption::Adopted`], nothing changed.
    ///
    /// # Errors
    /// Those of any write.
    pub fn publish_list(&self, head: HeadRow, records: Vec<ListRecord>) -> Result<Adoption, StoreError> {
        self.db.write(|link| {
            let list = head.list();
            let adoption = adopt(link, head)?;
            if adoption == Adoption::Adopted {
                replace_records(link, &list, records)?;
            }
            Ok(adoption)
        })
    }

    /// Puts a peer's base in force, after its body has been verified. Sequence and incarnation only rise.
    ///
    /// # Errors
    /// Those of any write.
    pub fn adopt_head(&self, head: HeadRow) -> Result<Adoption, StoreError> {
        self.db.write(|link| adopt(link, head))
    }

    /// The heads in force, of one publisher or of all, in order of list.
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

    /// The head of a list that is in force.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub fn head(&self, list: &ListKey) -> Result<HeadRow, StoreError> {
        self.db.read(|link| {
            Ok(query!(link, |conn| of_list(list)
                .filter(digest_heads::in_force.eq(true))
                .select(HeadRow::as_select())
                .first(conn))?)
        })
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

    /// Forgets heads that are not in force and expired before `time`. Returns the hashes of bodies that no head
    /// names any more, whose files may go.
    ///
    /// # Errors
    /// Those of any write.
    pub fn prune_heads(&self, time: Timestamp) -> Result<Vec<[u8; 32]>, StoreError> {
        self.db.write(|link| {
            let gone: Vec<Bytes32> = query!(link, |conn| diesel::delete(
                digest_heads::table
                    .filter(digest_heads::in_force.eq(false))
                    .filter(digest_heads::expires.lt(micros(time)))
            )
            .returning(digest_heads::body_hash)
            .get_results(conn))?;
            let mut gone: Vec<[u8; 32]> = gone.into_iter().map(<[u8; 32]>::from).collect();
            gone.sort_unstable();
            gone.dedup();
            let mut unnamed = Vec::new();
            for hash in gone {
                if !is_named(link, &hash)? {
                    unnamed.push(hash);
                }
            }
            Ok(unnamed)
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
    query!(link, |conn| diesel::update(of_list(&list))
        .set(digest_heads::in_force.eq(false))
        .execute(conn))?;
    head.in_force = true;
    query!(link, |conn| diesel::insert_into(digest_heads::table)
        .values(head)
        .execute(conn))?;
    Ok(Adoption::Adopted)
}

fn newest(link: &mut Link<'_>, list: &ListKey) -> Result<Option<HeadRow>, StoreError> {
    Ok(query!(link, |conn| of_list(list)
        .order((digest_heads::incarnation.desc(), digest_heads::sequence.desc()))
        .select(HeadRow::as_select())
        .first(conn)
        .optional())?)
}

fn compare_with_stored(link: &mut Link<'_>, list: &ListKey, head: &HeadRow) -> Result<Adoption, StoreError> {
    let stored: Option<HeadRow> = query!(link, |conn| of_list(list)
        .filter(digest_heads::incarnation.eq(i64::from(head.incarnation)))
        .filter(digest_heads::sequence.eq(count(head.sequence)))
        .select(HeadRow::as_select())
        .first(conn)
        .optional())?;
    Ok(match stored {
        None => Adoption::Older,
        Some(stored) if stored.head_hash == head.head_hash => Adoption::Known,
        Some(stored) => Adoption::Fork {
            stored: Box::new(stored),
        },
    })
}

fn is_named(link: &mut Link<'_>, body_hash: &[u8; 32]) -> Result<bool, StoreError> {
    Ok(query!(link, |conn| diesel::select(exists(
        digest_heads::table.filter(digest_heads::body_hash.eq(body_hash.as_slice()))
    ))
    .get_result(conn))?)
}
