use std::time::Duration;

use lianfang_encoding::NodeId;
use lianfang_store::PeerRow;

use super::peers::TOLERANCE;
use super::{Finding, Patient, roughly};
use crate::config::ClockSource;

/// How this node's clock stood to those of the others when they last answered: most of them are right, so that a clock
/// far from their median is this one, and one far from this is that member's.
pub(super) fn of_peers(patient: &Patient<'_>) -> Vec<Finding> {
    if patient.config.clock != ClockSource::System {
        return Vec::new();
    }
    let mut heard = heard(patient);
    heard.sort_by_key(|(_, offset)| *offset);
    let Some(median) = median(&heard) else {
        return Vec::new();
    };
    let finding = if median.unsigned_abs() > tolerance() {
        Finding::wrong("clock_off")
    } else {
        Finding::fine("clock_agrees")
    };
    let own = finding.with("offset", signed(median)).with("count", heard.len());
    let others = heard
        .iter()
        .filter(|(_, offset)| offset.abs_diff(median) > tolerance())
        .map(|(peer, offset)| {
            Finding::warning("peer_clock")
                .with("peer", peer)
                .with("offset", signed(*offset))
        });
    std::iter::once(own).chain(others).collect()
}

/// Active members whose clock was heard, with its offset in microseconds.
fn heard(patient: &Patient<'_>) -> Vec<(NodeId, i64)> {
    let (Some(store), Some(trust)) = (&patient.store, &patient.trust) else {
        return Vec::new();
    };
    let document = trust.current();
    let is_active = |row: &PeerRow| {
        let mut members = document.document.members.iter();
        members.any(|member| member.id == row.node && member.is_active())
    };
    // A database that can't be read has a line of its own.
    let rows = store.peers().unwrap_or_default().into_iter();
    rows.filter(is_active)
        .filter_map(|row| Some((row.node, row.clock_offset_micros?)))
        .collect()
}

/// Of two in the middle the one nearer to this clock: two members that differ don't say which of them is right.
fn median(sorted: &[(NodeId, i64)]) -> Option<i64> {
    let middle = [sorted.len().checked_sub(1)? / 2, sorted.len() / 2];
    let offsets = middle.iter().filter_map(|place| sorted.get(*place));
    offsets
        .map(|(_, offset)| *offset)
        .min_by_key(|offset| offset.unsigned_abs())
}

fn tolerance() -> u64 {
    u64::try_from(TOLERANCE.as_micros()).unwrap_or(u64::MAX)
}

/// With the sign that a clock ahead has.
fn signed(micros: i64) -> String {
    let sign = if micros < 0 { '-' } else { '+' };
    format!("{sign}{}", roughly(Duration::from_micros(micros.unsigned_abs())))
}
