use std::io::BufRead;

use lianfang_identifier::Region;
use lianfang_sdk::{Client, Error};
use lianfang_wire::Problem;
use lianfang_wire::entry::Subject;
use serde::de::DeserializeOwned;

use super::{KindNames, Mapping, Rejects, TableError, groups, reason, rows};
use crate::cli::Fault;

/// What files are loaded of, and how the node takes it.
pub(in crate::cli) trait Load {
    /// What one line of JSON holds.
    type Item: DeserializeOwned;
    /// Items of one request.
    const SIZE: usize;
    /// Why a line of JSON is left out that holds none.
    const NOT_ONE: &'static str;

    /// Sends a batch; one result for each, in order.
    async fn send(client: &Client, batch: &[(u64, Self::Item)]) -> Result<Vec<Sent>, Error>;
}

/// What became of one item.
pub(in crate::cli) struct Sent {
    pub(in crate::cli) problem: Option<Problem>,
    /// It wasn't there before.
    pub(in crate::cli) is_new: bool,
    /// Something of it is still to be done by the node.
    pub(in crate::cli) is_incomplete: bool,
}

/// What became of the lines of a file.
#[derive(Debug, Default)]
pub(in crate::cli) struct Tally {
    pub(in crate::cli) added: u64,
    pub(in crate::cli) present: u64,
    pub(in crate::cli) incomplete: u64,
    pub(in crate::cli) rejected: u64,
    pub(in crate::cli) skipped: u64,
}

/// Sends what a file holds in batches, and keeps count.
pub(in crate::cli) struct Batches<L: Load> {
    client: Client,
    rejects: Rejects,
    waiting: Vec<(u64, L::Item)>,
    tally: Tally,
}

impl<L: Load> Batches<L> {
    pub(in crate::cli) fn new(client: Client, rejects: Rejects) -> Self {
        Self {
            client,
            rejects,
            waiting: Vec::with_capacity(L::SIZE),
            tally: Tally::default(),
        }
    }

    /// Takes a file of one JSON document per line.
    pub(in crate::cli) async fn lines(&mut self, source: impl BufRead) -> Result<(), Fault> {
        for (number, line) in (1..).zip(source.split(b'\n')) {
            let line = line.map_err(Fault::plain)?;
            if line.trim_ascii().is_empty() {
                continue;
            }
            match serde_json::from_slice(&line) {
                Ok(item) => self.add(number, item).await?,
                Err(error) => {
                    self.reject(number, &format!("{} (column {})", L::NOT_ONE, error.column()))?;
                }
            }
        }
        Ok(())
    }

    /// Takes a CSV file of one identifier per row; `item` makes something of each reference and its subject.
    pub(in crate::cli) async fn table(
        &mut self,
        source: impl BufRead,
        maps: &[Mapping],
        region: Option<Region>,
        item: impl Fn(String, Subject) -> L::Item,
    ) -> Result<(), Fault> {
        let kinds = KindNames::new(maps).map_err(Fault::plain)?;
        let rows = rows(source, maps).map_err(Fault::plain)?;
        for group in groups(rows, &kinds, region) {
            let group = match group {
                Ok(group) => group,
                Err(TableError::Row { line, .. }) => {
                    self.reject(line, "not CSV")?;
                    continue;
                }
                Err(other) => return Err(Fault::plain(other)),
            };
            for left in &group.left {
                if left.unknown_kind {
                    self.tally.skipped += 1;
                    self.rejects.add(left.line, &left.reason)?;
                } else {
                    self.reject(left.line, &left.reason)?;
                }
            }
            if let Some(subject) = group.subject {
                self.add(group.line, item(group.reference, subject)).await?;
            }
        }
        Ok(())
    }

    /// Sends what is left.
    pub(in crate::cli) async fn finish(mut self) -> Result<(Tally, Rejects), Fault> {
        self.send().await?;
        self.rejects.close()?;
        Ok((self.tally, self.rejects))
    }

    async fn add(&mut self, line: u64, item: L::Item) -> Result<(), Fault> {
        self.waiting.push((line, item));
        if self.waiting.len() == L::SIZE {
            self.send().await
        } else {
            Ok(())
        }
    }

    fn reject(&mut self, line: u64, reason: &str) -> Result<(), Fault> {
        self.tally.rejected += 1;
        self.rejects.add(line, reason)
    }

    async fn send(&mut self) -> Result<(), Fault> {
        let waiting = std::mem::take(&mut self.waiting);
        if waiting.is_empty() {
            return Ok(());
        }
        let results = L::send(&self.client, &waiting).await?;
        for ((line, _), sent) in waiting.iter().zip(results) {
            if let Some(problem) = sent.problem {
                self.reject(*line, &reason(&problem))?;
                continue;
            }
            let count = if sent.is_new {
                &mut self.tally.added
            } else {
                &mut self.tally.present
            };
            *count += 1;
            self.tally.incomplete += u64::from(sent.is_incomplete);
        }
        Ok(())
    }
}
