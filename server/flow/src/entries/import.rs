use std::sync::Arc;

use lianfang_store as store;
use lianfang_wire::entry::{BatchResult, NewEntry};
use lianfang_wire::{Problem, ProblemType};
use uuid::Uuid;

use super::RequestName;
use super::record::AUDITED;
use crate::{Actor, FlowError, Node};

impl Node {
    /// Records many entries in one transaction. Every line gets its own answer, in order; a bad line doesn't
    /// hold up the others.
    ///
    /// # Errors
    /// When the store fails, in which case no line was recorded.
    pub async fn record_entries(
        self: &Arc<Self>,
        actor: &Actor,
        lines: Vec<(u64, Result<NewEntry, Problem>)>,
    ) -> Result<Vec<BatchResult>, FlowError> {
        self.record_entries_once(actor, lines, None).await
    }

    /// The same by a request that may be sent again: under one name a line records one entry, however the first ended.
    ///
    /// # Errors
    /// Those of [`Node::record_entries`].
    pub async fn record_entries_once(
        self: &Arc<Self>,
        actor: &Actor,
        lines: Vec<(u64, Result<NewEntry, Problem>)>,
        name: Option<RequestName>,
    ) -> Result<Vec<BatchResult>, FlowError> {
        let count = format!("{} lines", lines.len());
        let audit = self.audit_row(actor, "record_entries", count, AUDITED, "done");
        let ids = self.entry_ids(name, lines.iter().map(|(line, _)| *line).collect());
        let lines = ids.await?.into_iter().zip(lines).collect();
        let node = Arc::clone(self);
        let actor = actor.clone();
        let prepared = self
            .gateway
            .compute_each(lines, move |(id, (line, new))| {
                node.prepare_line(&actor, line, new, id)
            })
            .await?;
        let (mut results, rows): (Vec<_>, Vec<_>) = prepared.into_iter().unzip();
        let places: Vec<(usize, Option<String>)> = rows
            .iter()
            .enumerate()
            .filter_map(|(place, row)| Some((place, row.as_ref()?.local_reason.clone())))
            .collect();
        let rows = rows.into_iter().flatten().collect();
        let outcomes = self.write_entries(rows, |_| Some(audit)).await?;
        for ((place, local_reason), outcome) in places.into_iter().zip(&outcomes) {
            if let Some(result) = results.get_mut(place) {
                say(result, outcome, local_reason);
            }
        }
        Ok(results)
    }

    fn prepare_line(
        &self,
        actor: &Actor,
        line: u64,
        new: Result<NewEntry, Problem>,
        id: Uuid,
    ) -> (BatchResult, Option<store::NewEntry>) {
        let mut result = BatchResult {
            line,
            client_reference: None,
            id: None,
            created: None,
            completed: false,
            local_reason: None,
            problem: None,
        };
        let new = match new {
            Ok(new) => new,
            Err(problem) => {
                result.problem = Some(problem);
                return (result, None);
            }
        };
        result.client_reference.clone_from(&new.client_reference);
        match self.prepare_entry(actor, new, id) {
            Ok(row) => (result, Some(row)),
            Err(error) => {
                result.problem = Some(error.problem());
                (result, None)
            }
        }
    }
}

/// What is there has the line's content, and so the same reason to stay.
fn say(result: &mut BatchResult, outcome: &store::Created, local_reason: Option<String>) {
    let (id, created) = match outcome {
        store::Created::New { id, .. } | store::Created::Completed { id, .. } => (*id, true),
        store::Created::Existing { id } => (*id, false),
        store::Created::Conflict => {
            result.problem = Some(
                Problem::new(ProblemType::Conflict)
                    .detail("This client_reference was used for another entry."),
            );
            return;
        }
    };
    (result.id, result.created, result.local_reason) = (Some(id), Some(created), local_reason);
    result.completed = matches!(outcome, store::Created::Completed { .. });
}
