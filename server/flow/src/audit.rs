use lianfang_store::AuditRow;

use crate::randomness::timed_id;
use crate::{Actor, FlowError, Node};

impl Node {
    /// Writes down who did what to what, for which purpose, and how it ended. `object` is an id or a number of
    /// things, never an identifier of a subject.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn audit(
        &self,
        actor: &Actor,
        action: &str,
        object: String,
        purpose: &str,
        outcome: &str,
    ) -> Result<(), FlowError> {
        let row = self.audit_row(actor, action, object, purpose, outcome);
        self.gateway.store(move |store| store.append_audit(row)).await
    }

    /// The row that [`Node::audit`] writes, for a transaction that writes more.
    pub(crate) fn audit_row(
        &self,
        actor: &Actor,
        action: &str,
        object: String,
        purpose: &str,
        outcome: &str,
    ) -> AuditRow {
        let now = self.now();
        AuditRow {
            id: timed_id(self.randomness.as_ref(), now),
            at: now,
            actor: actor.name.clone(),
            action: action.to_owned(),
            object,
            purpose: purpose.to_owned(),
            outcome: outcome.to_owned(),
        }
    }
}
