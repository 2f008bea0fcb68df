use std::collections::BTreeMap;

use lianfang_wire::screening::{Reason, ReasonCode};

use super::{Confirmed, Unanswered};

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
        disputed: confirmed.is_disputed(),
        link: None,
    }
}

/// One reason for each publisher that couldn't be asked.
pub(super) fn of_unanswered(unanswered: &[Unanswered]) -> impl Iterator<Item = Reason> {
    let mut first = BTreeMap::new();
    for hit in unanswered {
        first.entry(&hit.publisher).or_insert(hit.identifier);
    }
    first.into_iter().map(|(publisher, identifier)| Reason {
        publisher: Some(publisher.clone()),
        identifier_index: Some(identifier.index),
        ..Reason::of(ReasonCode::PublisherUnavailable)
    })
}
