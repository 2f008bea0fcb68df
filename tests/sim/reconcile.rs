//! After a node has come back: what it had acknowledged is there, and what it had not is there whole or not at all.

use std::collections::{BTreeMap, BTreeSet};

use lianfang_flow::EntryFilter;
use lianfang_wire::ProblemType;
use lianfang_wire::entry::Entry;
use uuid::Uuid;

use crate::attempt::{Attempt, Planned, watched};
use crate::life::Life;

/// What was under way when a node died.
#[derive(Default)]
pub(crate) struct Doubts {
    planned: BTreeMap<String, Planned>,
    moved: BTreeSet<Uuid>,
    watched: BTreeSet<u32>,
}

impl Doubts {
    pub(crate) fn about(&mut self, attempt: &Attempt) {
        if let Attempt::Record(planned) | Attempt::Correct(_, planned) | Attempt::Complete(_, planned) =
            attempt
        {
            self.planned.insert(planned.reference.clone(), planned.clone());
        }
        if let Attempt::Move(case, _) | Attempt::Correct(case, _) | Attempt::Complete(case, _) = attempt {
            self.moved.insert(*case);
        }
        if let Attempt::Watch(number) | Attempt::Unwatch(number) = attempt {
            self.watched.insert(*number);
        }
    }
}

impl Life {
    /// Compares what a node has stored with what it had acknowledged, and settles what was in doubt.
    pub(crate) async fn reconcile(&mut self, name: &'static str) {
        let doubts = self.doubts.remove(name).unwrap_or_default();
        let stored = self.entries_of(name).await;
        let now = self.now();
        for (case, known) in self.cases.of(name) {
            let entry = stored.get(&case);
            let entry = entry.unwrap_or_else(|| panic!("{name} has lost {}", known.reference));
            let is_same = entry.state == known.state_at(now) || doubts.moved.contains(&case);
            assert!(
                is_same,
                "{name}: {} is {}: {known:?}",
                known.reference, entry.state
            );
        }
        for (case, entry) in stored {
            if self.cases.find(case).is_none() {
                let reference = entry.content.client_reference.as_ref().unwrap();
                let planned = doubts.planned.get(reference);
                let planned = planned.unwrap_or_else(|| panic!("{name} has {reference} of nowhere"));
                self.cases.insert(case, planned.case(name, &entry));
            } else if doubts.moved.contains(&case) {
                self.cases.update(&entry);
            }
        }
        for number in doubts.watched {
            let found = self.node(name).monitored_subject(watched(number)).await;
            let roster = self.watched.entry(name).or_default();
            match found {
                Ok(_) => roster.insert(number),
                Err(error) if error.problem().kind() == Some(ProblemType::NotFound) => roster.remove(&number),
                Err(error) => panic!("{name}: {error:?}"),
            };
        }
    }

    /// Takes over what a node has after it was restored from a backup and has repeated what others knew of it. What it
    /// recorded later is lost.
    pub(crate) async fn accept_loss(&mut self, name: &'static str) {
        let stored = self.entries_of(name).await;
        let known: Vec<_> = self
            .cases
            .of(name)
            .map(|(case, known)| (case, known.clone()))
            .collect();
        let now = self.now();
        for (case, known) in known {
            let Some(entry) = stored.get(&case) else {
                self.cases.remove(case);
                self.lost.insert(case);
                continue;
            };
            let was_told = self
                .up()
                .into_iter()
                .any(|node| node != name && self.told.has_ended(node, case, now));
            assert!(
                !was_told || entry.state.is_terminal(),
                "{name}: {} was told to have ended and is {}",
                known.reference,
                entry.state
            );
            self.cases.update(entry);
        }
    }

    async fn entries_of(&self, name: &str) -> BTreeMap<Uuid, Entry> {
        let (node, mut filter) = (self.node(name), EntryFilter::default());
        filter.limit = 500;
        let mut entries = BTreeMap::new();
        loop {
            let page = node.entries(filter.clone()).await.unwrap();
            entries.extend(page.items.into_iter().map(|entry| (entry.id, entry)));
            match page.next_cursor {
                Some(cursor) => filter.cursor = Some(cursor),
                None => return entries,
            }
        }
    }
}
