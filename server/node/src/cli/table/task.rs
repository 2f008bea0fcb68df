use std::future::Future;
use std::path::{Path, PathBuf};

use lianfang_sdk::{Client, Error};
use lianfang_wire::Problem;
use lianfang_wire::entry::Subject;
use serde::de::DeserializeOwned;

use super::source::Reading;
use crate::cli::Terminal;
use crate::data::DataFolder;

/// What files are loaded of, and how the node takes it.
pub(in crate::cli) trait Load {
    /// What one line of JSON holds.
    type Item: DeserializeOwned + Clone + Send + Sync + 'static;
    /// What is done, so that the checkpoints of two commands differ.
    const WHAT: &'static str;
    /// Items of one request.
    const SIZE: usize;

    /// Gives an item that has none a reference, by which it is found when it is sent twice.
    fn name(_item: &mut Self::Item, _reference: impl FnOnce() -> String) {}

    /// Sends a batch, whose items stand on these lines of the file; one result for each, in order.
    fn send(
        client: Client,
        batch: Vec<(u64, Self::Item)>,
    ) -> impl Future<Output = Result<Vec<Sent>, Error>> + Send + 'static;
}

/// A seller of a table, of which an item is made.
pub(in crate::cli) struct Seller {
    pub(in crate::cli) reference: String,
    pub(in crate::cli) subject: Subject,
    /// Every row of it says something of the subject, but for what is passed over.
    pub(in crate::cli) is_whole: bool,
}

impl Seller {
    /// With its identifiers verified to be its own, or none of them.
    pub(in crate::cli) fn verified(mut self, is_verified: bool) -> Self {
        for identifier in &mut self.subject.identifiers {
            identifier.verified = is_verified;
        }
        self
    }
}

/// What became of one item.
#[derive(Debug, Default)]
pub(in crate::cli) struct Sent {
    pub(in crate::cli) problem: Option<Problem>,
    /// It wasn't there before.
    pub(in crate::cli) is_new: bool,
    /// It was there, and lacked something that was sent.
    pub(in crate::cli) is_completed: bool,
    /// Something of it is still to be done by the node.
    pub(in crate::cli) is_incomplete: bool,
    /// It is told to nobody else.
    pub(in crate::cli) is_local: bool,
    /// How severe the answer is; more is more severe.
    pub(in crate::cli) severity: u8,
    /// The answer as one line.
    pub(in crate::cli) answer: Vec<u8>,
}

/// What is loaded, and where what comes of it is kept.
pub(in crate::cli) struct Task<'a> {
    pub(super) client: Client,
    pub(super) data: DataFolder,
    pub(super) terminal: &'a Terminal,
    /// Everything beside the file that decides whom its items are about.
    pub(super) meaning: String,
    /// What makes another run of the same items, which have the same names in it.
    pub(super) otherwise: Vec<String>,
    /// Where rejects are kept; beside the file when it isn't said.
    pub(super) rejects: Option<PathBuf>,
    /// Where answers go; `None` when the node's answers hold nothing of interest.
    pub(super) answers: Option<AnswersTo>,
    pub(super) again: bool,
}

impl<'a> Task<'a> {
    /// As the command line says.
    pub(in crate::cli) fn new(
        client: Client,
        data: DataFolder,
        terminal: &'a Terminal,
        reading: &Reading,
        meaning: String,
        answers: Option<AnswersTo>,
    ) -> Self {
        Self {
            client,
            data,
            terminal,
            meaning,
            otherwise: reading.ignored.clone(),
            rejects: reading.rejects.clone(),
            answers,
            again: reading.again,
        }
    }

    /// With what is said of every item alike.
    pub(in crate::cli) fn filled_with(mut self, template: String) -> Self {
        self.otherwise.push(template);
        self
    }
}

/// Where answers go.
#[derive(Debug, Clone)]
pub(in crate::cli) enum AnswersTo {
    /// From where nothing can be taken back: an interrupted run begins anew.
    Standard,
    File(PathBuf),
}

impl AnswersTo {
    pub(super) fn path(&self) -> Option<&Path> {
        match self {
            Self::Standard => None,
            Self::File(path) => Some(path),
        }
    }
}
