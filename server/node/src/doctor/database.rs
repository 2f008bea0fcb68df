use std::path::Path;

use lianfang_encoding::PublicKey;
use lianfang_flow::Trust;
use lianfang_store::{DatabaseSettings, EventRow, Store, StoreError};
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

impl Walk<'_> {
    fn through(&mut self, store: &Store) -> Result<bool, StoreError> {
        loop {
            let rows = store.events_after(self.last.0, PART)?;
            if rows.is_empty() {
                let head = store.event_head()?;
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
