use std::time::Duration;

use lianfang_store::PeerRow;

use super::{Finding, Patient, roughly};
use crate::config::ClockSource;

/// What two clocks may differ by (PROTOCOL.md §6).
pub(super) const TOLERANCE: Duration = Duration::from_secs(60);

/// Nothing that has happened lies ahead.
pub(super) fn clock(patient: &Patient<'_>) -> Option<Finding> {
    if patient.config.clock != ClockSource::System {
        return Some(Finding::fine("clock_of_tests"));
    }
    let store = patient.store.as_ref()?;
    let (head, peers) = (store.event_head().ok()?, store.peers().ok()?);
    let heard = peers.iter().filter_map(|peer| peer.last_contact).max();
    let last = heard.map_or(head.at, |heard| heard.max(head.at));
    let ahead = last.since(patient.now);
    Some(if ahead > TOLERANCE {
        Finding::wrong("clock_behind").with("ahead", roughly(ahead))
    } else {
        Finding::fine("clock_fine")
    })
}

/// Every other member is as fresh here as screening wants it.
pub(super) fn all(patient: &Patient<'_>) -> Vec<Finding> {
    let (Some(store), Some(trust)) = (&patient.store, &patient.trust) else {
        return Vec::new();
    };
    let rows = match store.peers() {
        Ok(rows) => rows,
        Err(error) => return vec![Finding::wrong("database_unreachable").with("reason", error)],
    };
    let document = trust.current();
    let others = document.document.members.iter();
    let others = others.filter(|member| member.is_active() && member.id != patient.config.node.id);
    let found: Vec<_> = others
        .map(|member| {
            let row = rows.iter().find(|row| row.node == member.id);
            peer(patient, row).with("peer", &member.id)
        })
        .collect();
    if found.is_empty() {
        vec![Finding::fine("peers_none")]
    } else {
        found
    }
}

fn peer(patient: &Patient<'_>, row: Option<&PeerRow>) -> Finding {
    let Some(row) = row else {
        return Finding::warning("peer_never");
    };
    if let Some(reason) = &row.quarantine {
        return Finding::warning("peer_quarantined").with("reason", reason);
    }
    let Some(synced) = row.last_sync else {
        return Finding::warning("peer_never");
    };
    let age = patient.now.since(synced);
    let finding = if age > patient.config.screening.max_staleness() {
        Finding::wrong("peer_stale").with("reason", row.last_error.as_deref().unwrap_or("-"))
    } else if let Some(reason) = &row.last_error {
        Finding::warning("peer_error").with("reason", reason)
    } else {
        Finding::fine("peer_fine")
    };
    finding.with("age", roughly(age))
}
