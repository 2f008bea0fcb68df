use lianfang_sdk::Client;
use lianfang_wire::roster::RosterLine;

use crate::cli::Fault;
use crate::cli::table::{Rejects, reason};

/// Subjects of one request.
const SIZE: usize = 1_000;

/// What became of the lines of a file.
#[derive(Debug, Default)]
pub(super) struct Tally {
    pub(super) added: u64,
    pub(super) present: u64,
    /// Watched in part: the committee gave no tokens, and the node goes on trying.
    pub(super) incomplete: u64,
    pub(super) rejected: u64,
    pub(super) skipped: u64,
}

/// Sends subjects in batches and keeps count.
pub(super) struct Batches {
    client: Client,
    rejects: Rejects,
    waiting: Vec<(u64, RosterLine)>,
    tally: Tally,
}

impl Batches {
    pub(super) fn new(client: Client, rejects: Rejects) -> Self {
        Self {
            client,
            rejects,
            waiting: Vec::with_capacity(SIZE),
            tally: Tally::default(),
        }
    }

    /// Takes the subject of a line.
    pub(super) async fn add(&mut self, line: u64, subject: RosterLine) -> Result<(), Fault> {
        self.waiting.push((line, subject));
        if self.waiting.len() == SIZE {
            self.send().await
        } else {
            Ok(())
        }
    }

    /// Notes a line that holds no subject.
    pub(super) fn reject(&mut self, line: u64, reason: &str) -> Result<(), Fault> {
        self.tally.rejected += 1;
        self.rejects.add(line, reason)
    }

    /// Notes a line whose kind isn't known here.
    pub(super) fn skip(&mut self, line: u64, reason: &str) -> Result<(), Fault> {
        self.tally.skipped += 1;
        self.rejects.add(line, reason)
    }

    /// Sends what is left.
    pub(super) async fn finish(mut self) -> Result<(Tally, Rejects), Fault> {
        self.send().await?;
        self.rejects.close()?;
        Ok((self.tally, self.rejects))
    }

    async fn send(&mut self) -> Result<(), Fault> {
        let waiting = std::mem::take(&mut self.waiting);
        if waiting.is_empty() {
            return Ok(());
        }
        let results = self
            .client
            .monitor_all(waiting.iter().map(|(_, subject)| subject))
            .await?;
        for ((line, _), result) in waiting.iter().zip(results) {
            if let Some(problem) = result.problem {
                self.reject(*line, &reason(&problem))?;
                continue;
            }
            match result.created {
                Some(false) => self.tally.present += 1,
                _ => self.tally.added += 1,
            }
            self.tally.incomplete += u64::from(result.complete == Some(false));
        }
        Ok(())
    }
}
