//! The standing watch over who trades here already: the roster is matched against whatever arrives, hits are confirmed
//! with their publishers, and what is confirmed becomes an alert until its entry ends or a person decides.
//!
//! Nothing is lost over a restart: hits that wait are stored, and what arrived without having been matched is made up
//! for by the first [`crate::Node::watch_roster`] after a start, which matches the whole roster once.

mod alerts;
mod asked;
mod closing;
mod confirming;
mod events;
mod forms;
mod keys;
mod matching;
mod roster;
mod standing;
mod telling;
mod tokens;
mod upkeep;

use std::sync::atomic::AtomicBool;

pub use alerts::AlertFilter;
pub use matching::{Arrival, ArrivalChange};
pub use roster::PutSubject;
pub use upkeep::WatchReport;

pub(crate) use closing::{heard, heard_of_own};

use lianfang_encoding::NodeId;

use crate::sync::Turns;

/// What the watch keeps in memory.
pub(crate) struct Watch {
    /// The roster's tokens; none until they are first needed.
    tokens: tokio::sync::Mutex<Option<tokens::WatchedTokens>>,
    /// One run of confirmations at a time for each publisher.
    confirming: Turns<NodeId>,
    /// Wakes whoever follows the alerts.
    news: tokio::sync::watch::Sender<()>,
    /// Something may have arrived without having been matched.
    behind: AtomicBool,
    /// The peers didn't confirm this node's clock: lists may have seemed to have expired, and findings to be over.
    clock_in_doubt: AtomicBool,
}

impl Default for Watch {
    fn default() -> Self {
        Self {
            tokens: tokio::sync::Mutex::default(),
            confirming: Turns::default(),
            news: tokio::sync::watch::Sender::new(()),
            behind: AtomicBool::new(true),
            clock_in_doubt: AtomicBool::default(),
        }
    }
}
