use lianfang_wire::screening::{Reason, ReasonCode};

use super::Confirmed;

/// The reason that a confirmed record gives.
pub(super) fn of_record(code: ReasonCode, confirmed: &Confirmed) -> Reason {
    let record = confirmed.record();
    Reason {
        code,
        publisher: Some(record.iss.clone()),
        entry: Some(record.entry),
        state: Some(confirmed.state()),
        category: Some(record.category),
        basis: Some(record.basis.kind),
        identifier_index: Some(confirmed.identifier().index),
        level: Some(record.level.name().to_owned()),
        evidence_grade: Some(record.evidence_grade),
        since: Some(record.decided),
        expires: Some(record.expires),
        disputed: confirmed.state().is_disputed() || record.disputed,
        link: None,
    }
}
