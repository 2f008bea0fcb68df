use super::checkpoint::Tally;
use super::rejects::Reject;
use super::task::Sent;

/// One item and where it comes from.
pub(super) struct Origin {
    pub(super) line: u64,
    pub(super) rows: Vec<(u64, Vec<u8>)>,
}

/// What is read and not sent yet.
pub(super) struct Waiting<T> {
    pub(super) origins: Vec<Origin>,
    pub(super) items: Vec<(u64, T)>,
    pub(super) left: Vec<Reject>,
    pub(super) skipped: u64,
    pub(super) ignored: u64,
    pub(super) bytes: usize,
    pub(super) last: u64,
    /// As in [`super::checkpoint::Checkpoint`], behind `last`.
    pub(super) cut: Option<String>,
    /// How much of the file had been read.
    pub(super) position: u64,
}

impl<T> Waiting<T> {
    pub(super) fn new() -> Self {
        Self {
            origins: Vec::new(),
            items: Vec::new(),
            left: Vec::new(),
            skipped: 0,
            ignored: 0,
            bytes: 0,
            last: 0,
            cut: None,
            position: 0,
        }
    }
}

impl Origin {
    pub(super) fn refused(self, reason: &str) -> Vec<Reject> {
        let reject = |(line, text)| Reject {
            line,
            reason: reason.to_owned(),
            text,
        };
        match self.rows.is_empty() {
            true => vec![reject((self.line, Vec::new()))],
            false => self.rows.into_iter().map(reject).collect(),
        }
    }
}

/// Counts what became of an item.
pub(super) fn count(tally: &mut Tally, sent: &Sent) {
    if sent.problem.is_none() {
        tally.added += u64::from(sent.is_new);
        tally.completed += u64::from(sent.is_completed);
        tally.present += u64::from(!sent.is_new && !sent.is_completed);
        tally.incomplete += u64::from(sent.is_incomplete);
        tally.local += u64::from(sent.is_local);
        tally.worst = tally.worst.max(sent.severity);
    }
}
