use std::path::Path;

use lianfang_encoding::PublicKey;
use lianfang_flow::Trust;
use lianfang_store::{DatabaseSettings, EventHead, EventRow, Store, StoreError};
use lianfang_wire::event::EventHeader;

use super::{Finding, Patient, roughly};
use crate::wiring::stored_memberships;

/// Events that are read at once.
const PART: usize = 1_000;

/// The database can be reached, and its schema is this program's.
pub(super) fn open(patient: &mut Patient<'_>) -> Finding {
    let url = patient.config.database.url.expose();
    let file = url.strip_prefix("sqlite:").map(Path::new);
    // To look is not to create.
    if let Some(file) = file.filter(|file| !file.exists()) {
        return Finding::wrong("database_missing").with("path", file.display());
    }
    let settings = DatabaseSettings {
        connections: 1,
        ..DatabaseSettings::new(url)
    };
    let opened = Store::open(&settings).and_then(|store| Ok((store.needs_migration()?, store)));
    match opened {
        Ok((false, store)) => {
            patient.store = Some(store);
            Finding::fine("database_fine")
        }
        Ok((true, _)) => Finding::wrong("database_old"),
        Err(error) => Finding::wrong("database_unreachable").with("reason", error),
    }
}

/// The membership documents hold together, and the newest is in force for long enough.
pub(super) fn membership(patient: &mut Patient<'_>) -> Option<Finding> {
    let store = patient.store.as_ref()?;
    let trust = match stored_memberships(store) {
        Ok(documents) if documents.is_empty() => return Some(Finding::warning("membership_none")),
        Ok(documents) => Trust::load(documents),
        Err(error) => return Some(Finding::wrong("membership_broken").with("reason", error)),
    };
    let trust = match trust {
        Ok(trust) => trust,
        Err(error) => return Some(Finding::wrong("membership_broken").with("reason", error)),
    };
    let (document, now) = (trust.current(), patient.now);
    let left = document.document.expires.since(now);
    let own = document
        .document
        .members
        .iter()
        .find(|member| member.id == patient.config.node.id);
    let finding = if !own.is_some_and(|member| member.is_active()) {
        Finding::wrong("membership_removed")
    } else if left.is_zero() {
        Finding::wrong("membership_over")
    } else if left <= patient.config.tls.membership_alarm() {
        Finding::warning("membership_soon")
    } else {
        Finding::fine("membership_fine")
    };
    patient.trust = Some(trust);
    Some(
        finding
            .with("version", document.document.version)
            .with("left", roughly(left)),
    )
}

/// Every event follows the one before and is signed by this node.
pub(super) fn chain(patient: &Patient<'_>) -> Option<Finding> {
    let (store, trust) = (patient.store.as_ref()?, patient.trust.as_ref()?);
    let document = trust.current();
    let own = &patient.config.node.id;
    let member = document
        .document
        .members
        .iter()
        .find(|member| member.id == *own)?;
    let mut walk = Walk {
        last: (0, [0; 32]),
        keys: &member.signing_keys,
        header: EventHeader {
            fed: document.federation,
            publisher: own.clone(),
            seq: 0,
            at: lianfang_encoding::Timestamp::default(),
            previous: [0; 32],
            commitment: [0; 32],
        },
    };
    Some(match walk.through(store) {
        Ok(true) => Finding::fine("chain_fine").with("events", walk.last.0),
        Ok(false) => Finding::wrong("chain_broken").with("event", walk.last.0 + 1),
        Err(error) => Finding::wrong("database_unreachable").with("reason", error),
    })
}

struct Walk<'a> {
    /// Sequence and hash of the last event that was good.
    last: (u64, [u8; 32]),
    keys: &'a [PublicKey],
    header: EventHeader,
}

/// What the walk reads of a store, which may be in use.
trait Chain {
    fn head(&self) -> Result<EventHead, StoreError>;
    fn part_after(&self, seq: u64) -> Result<Vec<EventRow>, StoreError>;
}

impl Chain for Store {
    fn head(&self) -> Result<EventHead, StoreError> {
        self.event_head()
    }

    fn part_after(&self, seq: u64) -> Result<Vec<EventRow>, StoreError> {
        self.events_after(seq, PART)
    }
}

impl Walk<'_> {
    fn through(&mut self, chain: &impl Chain) -> Result<bool, StoreError> {
        loop {
            // The head first: what it stands for is among the events that are read after it, however many come meanwhile.
            let head = chain.head()?;
            let rows = chain.part_after(self.last.0)?;
            if rows.is_empty() {
                return Ok(head.seq == self.last.0 && (head.seq == 0 || head.hash == self.last.1));
            }
            for row in &rows {
                if !self.follows(row) {
                    return Ok(false);
                }
                self.last = (row.seq, row.hash);
            }
        }
    }

    fn follows(&mut self, row: &EventRow) -> bool {
        self.header.seq = row.seq;
        self.header.at = row.at;
        self.header.previous = row.previous_hash;
        self.header.commitment = row.commitment;
        row.seq == self.last.0 + 1
            && row.previous_hash == self.last.1
            && row.hash == self.header.hash()
            && self
                .keys
                .iter()
                .any(|key| self.header.verify(key, &row.signature).is_ok())
    }
}

#[cfg(test)]
mod tests {
    use std::cell::{Cell, RefCell};

    use lianfang_encoding::{FederationId, SigningKey, Timestamp};
    use uuid::Uuid;

    use super::*;

    /// A chain to which somebody appends after the reads that `appends` tells, as often as is left.
    struct InUse {
        events: RefCell<Vec<EventRow>>,
        head: RefCell<EventHead>,
        left: Cell<u32>,
        appends: Appends,
    }

    /// After which reads somebody appends.
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    enum Appends {
        Heads,
        Ends,
    }

    impl InUse {
        fn appended_to(times: u32, appends: Appends) -> Self {
            let chain = Self {
                events: RefCell::default(),
                head: RefCell::new(EventHead {
                    seq: 0,
                    hash: [0; 32],
                    at: Timestamp::default(),
                }),
                left: Cell::new(1),
                appends,
            };
            chain.append();
            chain.left.set(times);
            chain
        }

        fn append(&self) {
            let Some(left) = self.left.get().checked_sub(1) else {
                return;
            };
            self.left.set(left);
            let before = *self.head.borrow();
            let header = EventHeader {
                seq: before.seq + 1,
                previous: before.hash,
                ..header()
            };
            *self.head.borrow_mut() = EventHead {
                seq: header.seq,
                hash: header.hash(),
                at: header.at,
            };
            self.events.borrow_mut().push(EventRow {
                seq: header.seq,
                entry_id: Uuid::nil(),
                event_type: 1,
                at: header.at,
                previous_hash: header.previous,
                hash: header.hash(),
                commitment: header.commitment,
                signature: header.sign(&key()),
                audience: "all".parse().unwrap(),
                audience_seq: None,
                state: 1,
                deadline: None,
                rule: None,
                status_bytes: None,
            });
        }
    }

    impl Chain for InUse {
        fn head(&self) -> Result<EventHead, StoreError> {
            let head = *self.head.borrow();
            if self.appends == Appends::Heads {
                self.append();
            }
            Ok(head)
        }

        fn part_after(&self, seq: u64) -> Result<Vec<EventRow>, StoreError> {
            let rows: Vec<_> = self
                .events
                .borrow()
                .iter()
                .filter(|row| row.seq > seq)
                .cloned()
                .collect();
            if self.appends == Appends::Ends && rows.is_empty() {
                self.append();
            }
            Ok(rows)
        }
    }

    fn key() -> SigningKey {
        SigningKey::from_seed(&[1; 32])
    }

    fn header() -> EventHeader {
        EventHeader {
            fed: FederationId([1; 16]),
            publisher: "platform-a".parse().unwrap(),
            seq: 0,
            at: Timestamp::from_secs(1),
            previous: [0; 32],
            commitment: [2; 32],
        }
    }

    fn walk(chain: &InUse) -> bool {
        let mut walk = Walk {
            last: (0, [0; 32]),
            keys: &[key().public()],
            header: header(),
        };
        walk.through(chain).unwrap()
    }

    #[test]
    fn a_chain_is_whole_however_often_somebody_appends_between_two_reads() {
        for appends in [Appends::Heads, Appends::Ends] {
            for times in 0..10 {
                assert!(walk(&InUse::appended_to(times, appends)), "{appends:?} {times}");
            }
        }
    }

    #[test]
    fn a_chain_is_broken_that_lacks_its_end_or_has_another_one() {
        for times in [0, 3] {
            let lacking = InUse::appended_to(times, Appends::Heads);
            lacking.events.borrow_mut().clear();
            lacking.head.borrow_mut().seq += 1;
            assert!(!walk(&lacking), "{times}");
        }
        for change in [
            |head: &mut EventHead| head.hash = [9; 32],
            |head: &mut EventHead| head.seq = 0,
        ] {
            let other = InUse::appended_to(0, Appends::Heads);
            change(&mut other.head.borrow_mut());
            assert!(!walk(&other));
        }
    }
}
