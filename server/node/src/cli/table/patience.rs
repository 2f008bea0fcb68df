//! A node that is busy for a moment says when to come back; what it didn't take then is sent again.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use lianfang_sdk::Error;
use lianfang_wire::Problem;

use super::loading::Loading;
use super::task::{Load, Sent};
use crate::cli::Fault;

/// How long a batch is sent again, at most. Who is asked to wait longer is told so instead.
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
            let patience = PATIENCE.saturating_sub(begun.elapsed());
            let pause = |problem: &Problem| pause(problem).filter(|pause| *pause <= patience);
            let longest = match answer {
                Ok(sent) if sent.len() != left.len() => return Err(Fault::new("lost_batch")),
                Ok(sent) => sort(&mut left, &mut done, sent, pause),
                Err(Error::Refused(problem)) if pause(&problem).is_some() => pause(&problem),
                Err(error) => return Err(error.into()),
            };
            let Some(longest) = longest else {
                return Ok(done.into_values().collect());
            };
            let with = [
                ("seconds", longest.as_secs().to_string()),
                ("count", left.len().to_string()),
            ];
            self.terminal.note("busy", &with);
            tokio::time::sleep(longest).await;
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
    pause: impl Fn(&Problem) -> Option<Duration>,
) -> Option<Duration> {
    let mut longest = None;
    for (place, sent) in std::mem::take(left).into_iter().zip(sent) {
        match sent.problem.as_ref().and_then(&pause) {
            Some(pause) => {
                longest = longest.max(Some(pause));
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
fn pause(problem: &Problem) -> Option<Duration> {
    let is_busy = problem.status == 503 || problem.status == 429;
    problem.retry_after.filter(|_| is_busy).map(Duration::from_secs)
}
