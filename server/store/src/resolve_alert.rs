use diesel::prelude::*;
use diesel::upsert::excluded;
use lianfang_encoding::Timestamp;
use uuid::Uuid;

use crate::alert_events::{AlertChange, tell};
use crate::alerts::{AlertState, matches, select_alert};
use crate::audit::append;
use crate::columns::{count, micros};
use crate::database::{Link, query};
use crate::locks::{Lock, lock};
use crate::schema::{alerts, cleared_hits};
use crate::{AlertRow, AuditRow, Store, StoreError};

/// What became of a decision about an alert.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Resolution {
    Recorded,
    /// The same decision was recorded before.
    Repeated,
    /// Another decision stands.
    Conflict,
    /// It had ended by itself.
    Closed,
}

impl Store {
    /// Records what a person decided about an open alert, and that what was found is cleared until the record
    /// changes. `same` tells whether a stored decision is the one that is recorded now; `audit` is written with it.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub fn resolve_alert(
        &self,
        id: Uuid,
        decision: &str,
        same: impl Fn(&str) -> bool,
        now: Timestamp,
        audit: AuditRow,
    ) -> Result<Resolution, StoreError> {
        self.db.write(|link| {
            lock(link, Lock::Alerts)?;
            let alert = select_alert(link, id)?;
            if alert.state == AlertState::Closed as i16 {
                return Ok(Resolution::Closed);
            }
            if let Some(stored) = &alert.decision {
                return Ok(if same(stored) {
                    Resolution::Repeated
                } else {
                    Resolution::Conflict
                });
            }
            query!(link, |conn| diesel::update(
                alerts::table.find(id.as_bytes().as_slice())
            )
            .set((
                alerts::state.eq(AlertState::Resolved as i16),
                alerts::ended_at.eq(micros(now)),
                alerts::decision.eq(decision),
            ))
            .execute(conn))?;
            clear(link, &alert, now)?;
            tell(link, id, AlertChange::Resolved, now)?;
            append(link, audit)?;
            Ok(Resolution::Recorded)
        })
    }
}

fn clear(link: &mut Link<'_>, alert: &AlertRow, now: Timestamp) -> Result<(), StoreError> {
    for found in matches(link, alert.id)? {
        query!(link, |conn| diesel::insert_into(cleared_hits::table)
            .values((
                cleared_hits::client_reference.eq(&alert.client_reference),
                cleared_hits::publisher.eq(alert.publisher.as_str()),
                cleared_hits::entry_id.eq(alert.entry_id.as_bytes().as_slice()),
                cleared_hits::form.eq(found.form.as_slice()),
                cleared_hits::record_seq.eq(count(alert.record_seq)),
                cleared_hits::cleared_at.eq(micros(now)),
            ))
            .on_conflict((
                cleared_hits::client_reference,
                cleared_hits::publisher,
                cleared_hits::entry_id,
                cleared_hits::form,
            ))
            .do_update()
            .set((
                cleared_hits::record_seq.eq(excluded(cleared_hits::record_seq)),
                cleared_hits::cleared_at.eq(excluded(cleared_hits::cleared_at)),
            ))
            .execute(conn))?;
    }
    Ok(())
}
