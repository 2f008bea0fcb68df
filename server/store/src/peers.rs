use std::time::Duration;

use diesel::prelude::*;
use lianfang_encoding::{NodeId, Timestamp};

use crate::columns::{MaybeAt, MaybeCount, NodeName, count, micros};
use crate::database::{Link, query};
use crate::schema::peer_status;
use crate::{AuditRow, Store, StoreError, audit, brake, roster_hits};

/// How contact with another member stands.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = peer_status)]
pub struct PeerRow {
    #[diesel(deserialize_as = NodeName)]
    pub node: NodeId,
    /// When it last answered.
    #[diesel(deserialize_as = MaybeAt)]
    pub last_contact: Option<Timestamp>,
    /// When everything it publishes was last up to date here.
    #[diesel(deserialize_as = MaybeAt)]
    pub last_sync: Option<Timestamp>,
    /// How old, in microseconds, the newest of its heads was at the last sync.
    #[diesel(deserialize_as = MaybeCount)]
    pub lag_micros: Option<u64>,
    /// Reason code of the last failure since the last sync.
    pub last_error: Option<String>,
    #[diesel(deserialize_as = MaybeAt)]
    pub last_error_at: Option<Timestamp>,
    /// Reason code while its digests are held back for a person to look at.
    pub quarantine: Option<String>,
    #[diesel(deserialize_as = MaybeAt)]
    pub quarantined_at: Option<Timestamp>,
    /// How far ahead of this node's clock its own was when it last answered, in microseconds; negative when behind.
    pub clock_offset_micros: Option<i64>,
}

impl Store {
    /// Every member that was ever contacted, in order of id.
    ///
    /// # Errors
    /// Those of any read.
    pub fn peers(&self) -> Result<Vec<PeerRow>, StoreError> {
        self.db.read(all)
    }

    /// Notes that `node` answered, and by how many microseconds its clock was ahead.
    ///
    /// # Errors
    /// Those of any write.
    pub fn peer_answered(
        &self,
        node: &NodeId,
        now: Timestamp,
        clock_offset_micros: i64,
    ) -> Result<(), StoreError> {
        self.note_peer(&Note {
            last_contact: Some(micros(now)),
            clock_offset_micros: Some(clock_offset_micros),
            ..Note::about(node)
        })
    }

    /// Notes that everything `node` publishes is up to date, and forgets its last error. After one, hits of the roster that
    /// waited for it are asked about from `ask_from` on.
    ///
    /// # Errors
    /// Those of any write.
    pub fn peer_synced(
        &self,
        node: &NodeId,
        now: Timestamp,
        lag: Duration,
        ask_from: Timestamp,
    ) -> Result<(), StoreError> {
        let lag = u64::try_from(lag.as_micros()).unwrap_or(u64::MAX);
        self.write_peers(|link| {
            if has_failed(link, node)? {
                roster_hits::hasten(link, node, ask_from)?;
            }
            let synced = Note {
                last_contact: Some(micros(now)),
                last_sync: Some(micros(now)),
                lag_micros: Some(count(lag)),
                last_error: Some(None),
                last_error_at: Some(None),
                ..Note::about(node)
            };
            note(link, &synced)
        })
    }

    /// Notes that contact with `node` failed, by a reason code.
    ///
    /// # Errors
    /// Those of any write.
    pub fn peer_failed(&self, node: &NodeId, now: Timestamp, code: &str) -> Result<(), StoreError> {
        self.note_peer(&Note {
            last_error: Some(Some(code)),
            last_error_at: Some(Some(micros(now))),
            ..Note::about(node)
        })
    }

    /// Holds back what `node` publishes from now on, by a reason code.
    ///
    /// # Errors
    /// Those of any write.
    pub fn quarantine_peer(&self, node: &NodeId, now: Timestamp, code: &str) -> Result<(), StoreError> {
        self.note_peer(&Note::held_back(node, now, code))
    }

    /// A person holds back what `node` publishes, with the line of the audit log.
    ///
    /// # Errors
    /// Those of any write; nothing is written then.
    pub fn hold_back(&self, node: &NodeId, now: Timestamp, line: AuditRow) -> Result<(), StoreError> {
        self.write_peers(|link| {
            note(link, &Note::held_back(node, now, "operator"))?;
            audit::append(link, line)
        })
    }

    /// A person ends a quarantine, and counting for the brake starts anew: days before `since` are forgotten of
    /// everybody, and hits of the roster that waited for it can be asked about. With the line of the audit log.
    ///
    /// # Errors
    /// Those of any write; nothing is written then.
    pub fn release(
        &self,
        node: &NodeId,
        since: u64,
        now: Timestamp,
        line: AuditRow,
    ) -> Result<(), StoreError> {
        self.write_peers(|link| {
            brake::date_back(link, node, now)?;
            brake::forget(link, node, since, now)?;
            roster_hits::hasten(link, node, now)?;
            let released = Note {
                quarantine: Some(None),
                quarantined_at: Some(None),
                ..Note::about(node)
            };
            note(link, &released)?;
            audit::append(link, line)
        })
    }

    fn note_peer(&self, noted: &Note<'_>) -> Result<(), StoreError> {
        self.write_peers(|link| note(link, noted))
    }

    pub(crate) fn write_peers<T>(
        &self,
        body: impl FnOnce(&mut Link<'_>) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let written = self.db.write(body);
        self.peers_seen.written();
        written
    }
}

/// Holds back what `node` publishes by a reason code that takes the place of another one; since when stays. Returns whether it
/// wasn't held back for that.
pub(crate) fn hold_back_for(
    link: &mut Link<'_>,
    node: &NodeId,
    now: Timestamp,
    code: &str,
) -> Result<bool, StoreError> {
    let held: Option<(Option<String>, Option<i64>)> = query!(link, |conn| peer_status::table
        .find(node.as_str())
        .select((peer_status::quarantine, peer_status::quarantined_at))
        .first(conn)
        .optional())?;
    let (reason, since) = held.unwrap_or_default();
    if reason.as_deref() == Some(code) {
        return Ok(false);
    }
    let mut held_back = Note::held_back(node, now, code);
    if reason.is_some() {
        held_back.quarantined_at = since.map(Some);
    }
    note(link, &held_back)?;
    Ok(true)
}

/// Whether contact has failed since the last sync.
fn has_failed(link: &mut Link<'_>, node: &NodeId) -> Result<bool, StoreError> {
    let error: Option<Option<String>> = query!(link, |conn| peer_status::table
        .find(node.as_str())
        .select(peer_status::last_error)
        .first(conn)
        .optional())?;
    Ok(error.flatten().is_some())
}

fn note(link: &mut Link<'_>, noted: &Note<'_>) -> Result<(), StoreError> {
    query!(link, |conn| diesel::insert_into(peer_status::table)
        .values(peer_status::node.eq(noted.node))
        .on_conflict_do_nothing()
        .execute(conn))?;
    query!(link, |conn| diesel::update(peer_status::table.find(noted.node))
        .set(noted)
        .execute(conn))?;
    Ok(())
}

/// What to set; `None` leaves a column as it is, `Some(None)` empties it.
#[derive(Default, AsChangeset)]
#[diesel(table_name = peer_status, primary_key(node))]
struct Note<'a> {
    node: &'a str,
    last_contact: Option<i64>,
    last_sync: Option<i64>,
    lag_micros: Option<i64>,
    last_error: Option<Option<&'a str>>,
    last_error_at: Option<Option<i64>>,
    quarantine: Option<Option<&'a str>>,
    quarantined_at: Option<Option<i64>>,
    clock_offset_micros: Option<i64>,
}

impl<'a> Note<'a> {
    fn about(node: &'a NodeId) -> Self {
        Self {
            node: node.as_str(),
            ..Self::default()
        }
    }

    fn held_back(node: &'a NodeId, now: Timestamp, code: &'a str) -> Self {
        Self {
            quarantine: Some(Some(code)),
            quarantined_at: Some(Some(micros(now))),
            ..Self::about(node)
        }
    }
}

pub(crate) fn all(link: &mut Link<'_>) -> Result<Vec<PeerRow>, StoreError> {
    let mut rows = query!(link, |conn| peer_status::table
        .select(PeerRow::as_select())
        .load(conn))?;
    // Here, because a server may order names otherwise.
    rows.sort_unstable_by(|a, b| a.node.cmp(&b.node));
    Ok(rows)
}
