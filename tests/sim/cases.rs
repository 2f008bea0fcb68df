//! What publishers were told that they hold: the oracle, kept apart from what the nodes store.

use std::collections::BTreeMap;

use lianfang_encoding::Timestamp;
use lianfang_wire::entry::Entry;
use lianfang_wire::vocabulary::StateName;
use uuid::Uuid;

use crate::attempt::Planned;
use crate::life::country;

/// An entry as its publisher last acknowledged it.
#[derive(Debug, Clone)]
pub(crate) struct Case {
    pub(crate) publisher: &'static str,
    pub(crate) company: u32,
    pub(crate) audience: String,
    pub(crate) reference: String,
    pub(crate) state: StateName,
    pub(crate) deadline: Option<Timestamp>,
    pub(crate) expires: Timestamp,
    /// The publisher's status feed has said that it ended.
    pub(crate) said: bool,
    /// What would complete it. Until then it stays with its publisher.
    pub(crate) lacks: Option<Box<Planned>>,
}

impl Case {
    /// What counts at `now`, whatever anybody has written down.
    pub(crate) fn state_at(&self, now: Timestamp) -> StateName {
        if self.state.is_terminal() {
            self.state
        } else if self.deadline.is_some_and(|due| due <= now) {
            StateName::Released
        } else if self.expires <= now {
            StateName::Expired
        } else {
            self.state
        }
    }

    pub(crate) fn has_ended(&self, now: Timestamp) -> bool {
        self.state_at(now).is_terminal()
    }

    pub(crate) fn update(&mut self, entry: &Entry) {
        self.state = entry.state;
        self.deadline = entry.deadline;
        // What a lapsed deadline has ended nobody has said yet.
        self.said = entry.state.is_terminal() && entry.deadline.is_none();
    }

    /// Whether `node` may know of it.
    pub(crate) fn is_for(&self, node: &str) -> bool {
        let is_told = self.lacks.is_none()
            && match self.audience.as_str() {
                "all" => true,
                "regulators" => node == "regulator",
                own => country(node).eq_ignore_ascii_case(own),
            };
        node == self.publisher || is_told
    }
}

#[derive(Default)]
pub(crate) struct Cases(BTreeMap<Uuid, Case>);

impl Cases {
    pub(crate) fn insert(&mut self, id: Uuid, case: Case) {
        self.0.insert(id, case);
    }

    pub(crate) fn remove(&mut self, id: Uuid) -> Option<Case> {
        self.0.remove(&id)
    }

    pub(crate) fn find(&self, id: Uuid) -> Option<&Case> {
        self.0.get(&id)
    }

    pub(crate) fn update(&mut self, entry: &Entry) {
        if let Some(case) = self.0.get_mut(&entry.id) {
            case.update(entry);
        }
    }

    pub(crate) fn of<'a>(&'a self, publisher: &'a str) -> impl Iterator<Item = (Uuid, &'a Case)> {
        let all = self.0.iter().map(|(id, case)| (*id, case));
        all.filter(move |(_, case)| case.publisher == publisher)
    }

    pub(crate) fn about(&self, company: u32) -> impl Iterator<Item = (Uuid, &Case)> {
        let all = self.0.iter().map(|(id, case)| (*id, case));
        all.filter(move |(_, case)| case.company == company)
    }

    /// Whatever time has ended at `publisher` by `now` has been said by its feed. Returns how much is new.
    pub(crate) fn say_ended(&mut self, publisher: &str, now: Timestamp) -> u64 {
        let ended = self
            .0
            .values_mut()
            .filter(|case| case.publisher == publisher && !case.state.is_terminal() && case.has_ended(now));
        let mut count = 0;
        for case in ended {
            (case.state, case.said, count) = (case.state_at(now), true, count + 1);
        }
        count
    }
}
