use std::collections::VecDeque;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU32, Ordering};

use lianfang_wire::entry::Entry;

/// What lives at one node, as far as the load knows. Whoever takes something out has it alone until it is put back, so
/// that each answer is certain.
#[derive(Default)]
pub(crate) struct State {
    next: AtomicU32,
    entries: Mutex<VecDeque<Living>>,
    watched: Mutex<VecDeque<String>>,
    /// Where the reader of the feed goes on.
    pub(crate) feed: Mutex<Option<String>>,
}

/// An entry that hasn't ended.
pub(crate) struct Living {
    /// Its offender.
    pub(crate) number: u32,
    pub(crate) entry: Entry,
}

impl State {
    /// A number that this node hasn't had yet.
    pub(crate) fn number(&self) -> u32 {
        self.next.fetch_add(1, Ordering::Relaxed)
    }

    /// The entry that nobody has touched for longest.
    pub(crate) fn take_entry(&self) -> Option<Living> {
        self.entries.lock().unwrap().pop_front()
    }

    pub(crate) fn put_entry(&self, living: Living) {
        self.entries.lock().unwrap().push_back(living);
    }

    pub(crate) fn entries(&self) -> usize {
        self.entries.lock().unwrap().len()
    }

    pub(crate) fn take_watched(&self) -> Option<String> {
        self.watched.lock().unwrap().pop_front()
    }

    pub(crate) fn put_watched(&self, reference: String) {
        self.watched.lock().unwrap().push_back(reference);
    }

    pub(crate) fn watched(&self) -> usize {
        self.watched.lock().unwrap().len()
    }
}
