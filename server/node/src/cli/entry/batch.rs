use lianfang_sdk::Client;
use lianfang_wire::entry::NewEntry;

use crate::cli::Fault;
use crate::cli::table::{Rejects, reason};

/// Entries of one request.
const SIZE: usize = 500;

/// What became of the lines of a file.
#[derive(Debug, Default)]
pub(super) struct Tally {
    pub(super) recorded: u64,
    pub(super) present: u64,
    pub(super) rejected: u64,
    pub(super) skipped: u64,
}

/// Sends entries in batches and keeps count.
pub(super) struct Batches {
    client: Client,
    rejects: Rejects,
    waiting: Vec<(u64, NewEntry)>,
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

    /// Takes the entry of a line.
    pub(super) async fn add(&mut self, line: u64, entry: NewEntry) -> Result<(), Fault> {
        self.waiting.push((line, entry));
        if self.waiting.len() == SIZE {
            self.send().await
        } else {
            Ok(())
        }
    }

    /// Notes a line that holds no entry.
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
            .record_entries(waiting.iter().map(|(_, entry)| entry))
            .await?;
        for ((line, _), result) in waiting.iter().zip(results) {
            match (result.problem, result.created) {
                (Some(problem), _) => self.reject(*line, &reason(&problem))?,
                (None, Some(false)) => self.tally.present += 1,
                (None, _) => self.tally.recorded += 1,
            }
        }
        Ok(())
    }
}
