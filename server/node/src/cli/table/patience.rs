//! A node that is busy for a moment says when to come back; what it didn't take then is sent again.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use lianfang_sdk::Error;
use lianfang_wire::Problem;

use super::loading::Loading;
use super::task::{Load, Sent};
use crate::cli::Fault;

/// How long a batch is sent again, at most.
const PATIENCE: Duration = Duration::from_secs(120);

impl<L: Load> Loading<'_, L> {
    /// What became of each item in the end, of which `answer` is the first that the node gave.
    pub(super) async fn in_the_end(
        &self,
        items: &[(u64, L::Item)],
        mut answer: Result<Vec<Sent>, Error>,
    ) -> Result<Vec<Sent>, Fault> {
        let begun = Instant::now();
        let mut left: Vec<usize> = (0..items.len()).collect();
        let mut done = BTreeMap::new();
        loop {
            let is_patient = begun.elapsed() < PATIENCE;
            let pause = match answer {
                Ok(sent) if sent.len() != left.len() => return Err(Fault::new("lost_batch")),
                Ok(sent) => sort(&mut left, &mut done, sent, is_patient),
                Err(Error::Refused(problem)) if is_patient && pause(&problem).is_some() => pause(&problem),
                Err(error) => return Err(error.into()),
            };
            let Some(seconds) = pause else {
                return Ok(done.into_values().collect());
            };
            let with = [
                ("seconds", seconds.to_string()),
                ("count", left.len().to_string()),
            ];
            self.terminal.note("busy", &with);
            tokio::time::sleep(Duration::from_secs(seconds)).await;
            let again = left.iter().filter_map(|place| items.get(*place).cloned());
            answer = L::send(self.client.clone(), again.collect()).await;
        }
    }
}

/// Puts what is done where it belongs and leaves the places of what is to be sent again; returns when, if anything is.
fn sort(
    left: &mut Vec<usize>,
    done: &mut BTreeMap<usize, Sent>,
    sent: Vec<Sent>,
    is_patient: bool,
) -> Option<u64> {
    let mut longest = None;
    for (place, sent) in std::mem::take(left).into_iter().zip(sent) {
        match sent.problem.as_ref().filter(|_| is_patient).and_then(pause) {
            Some(seconds) => {
                longest = longest.max(Some(seconds));
                left.push(place);
            }
            None => {
                done.insert(place, sent);
            }
        }
    }
    longest
}

/// When to come back, where the node says so.
fn pause(problem: &Problem) -> Option<u64> {
    let is_busy = problem.status == 503 || problem.status == 429;
    problem.retry_after.filter(|_| is_busy)
}
