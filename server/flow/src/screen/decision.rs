use lianfang_store::Decision;
use lianfang_wire::ProblemType;
use lianfang_wire::screening::{DecisionOutcome, Screening, ScreeningDecision};
use uuid::Uuid;

use crate::{Actor, FlowError, Node};

impl Node {
    /// Records what a person decided about a screening. Once.
    ///
    /// # Errors
    /// Not found, or another decision stands.
    pub async fn decide(
        &self,
        actor: &Actor,
        id: Uuid,
        decision: ScreeningDecision,
    ) -> Result<Screening, FlowError> {
        let text = serde_json::to_string(&serde_json::json!({
            "decision": decision,
            "actor": actor.name,
        }))
        .map_err(|_| FlowError::Internal("a decision can't be written as JSON"))?;
        let outcome = match decision.outcome {
            DecisionOutcome::Accepted => "accepted",
            DecisionOutcome::Rejected => "rejected",
            DecisionOutcome::Escalated => "escalated",
        };
        let line = self.audit_row(actor, "decide", id.to_string(), "screenings", outcome);
        let outcome = self
            .gateway
            .store(move |store| store.decide_screening(id, &text, line))
            .await?;
        match outcome {
            Decision::Recorded | Decision::Repeated => self.screening(id).await,
            Decision::Conflict { .. } => Err(FlowError::because(
                ProblemType::Conflict,
                "Another decision is on record; it stays. Screen again to decide anew.",
            )),
        }
    }
}
