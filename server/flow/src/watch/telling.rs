//! Whether an alert still has what it was opened for, once its subject was corrected.

use lianfang_domain::verdict::{speak_for_several, speaks_alone};
use lianfang_identifier::{Kind, Level};
use lianfang_store::{AlertMatch, AlertRow};
use lianfang_wire::record::Record;

/// Whether what is left of an alert's matches could open it: one of them by itself, or several that say more than one thing.
/// The role is that of the record that opened it: two names are rather taken for one, since what does open an alert is
/// found again.
pub(super) fn still_tells(alert: &AlertRow, left: &[AlertMatch]) -> bool {
    let Ok(record) = serde_json::from_str::<Record>(&alert.record) else {
        return !left.is_empty();
    };
    let said = left.iter().filter_map(|found| {
        let kind = Kind::from_number(found.kind)?;
        Some((kind, Level::from_number(found.level)?, found.identifier_index))
    });
    let alone = |(kind, level, _)| speaks_alone(kind, level, record.list.subject_type);
    said.clone().any(alone)
        || speak_for_several(said.map(|(kind, level, index)| (kind, level, record.role, index.into())))
}
