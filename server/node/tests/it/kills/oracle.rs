//! What the client was told, held against what the nodes say after a kill.

use std::collections::{BTreeMap, BTreeSet};

use lianfang_flow::SyncReport;
use lianfang_node::data::DataFolder;
use lianfang_wire::entry::NewEntry;
use lianfang_wire::event::EventHeader;
use lianfang_wire::screening::{NewScreening, OnUnavailable};
use lianfang_wire::vocabulary::{Purpose, StateName, VerdictName};
use uuid::Uuid;

use super::federation::Site;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Told {
    Recorded,
    /// The answer didn't come: either state is right.
    Withdrawing,
    Withdrawn,
}

/// Everything that was acknowledged.
#[derive(Default)]
pub(super) struct Oracle {
    entries: BTreeMap<Uuid, (NewEntry, Told)>,
    /// Not yet looked up at the reader.
    unseen: BTreeSet<Uuid>,
}

impl Oracle {
    pub(super) fn recorded(&mut self, id: Uuid, entry: NewEntry) {
        if self.entries.contains_key(&id) {
            return;
        }
        self.entries.insert(id, (entry, Told::Recorded));
        self.unseen.insert(id);
    }

    pub(super) fn withdrawing(&mut self, id: Uuid) {
        self.tell(id, Told::Withdrawing);
    }

    pub(super) fn withdrawn(&mut self, id: Uuid) {
        self.tell(id, Told::Withdrawn);
    }

    fn tell(&mut self, id: Uuid, told: Told) {
        if let Some(entry) = self.entries.get_mut(&id) {
            entry.1 = told;
        }
        self.unseen.insert(id);
    }

    pub(super) fn first_active(&self) -> Option<Uuid> {
        let mut entries = self.entries.iter();
        entries
            .find(|(_, (_, told))| *told == Told::Recorded)
            .map(|(id, _)| *id)
    }

    /// Nothing acknowledged is lost, nothing is there twice, what is served verifies, and the reader finds it.
    pub(super) async fn check(&mut self, publisher: &Site, reader: &Site) {
        self.check_entries(publisher);
        check_chain(publisher);
        let operator = publisher.operator();
        operator.build_digests::<serde_json::Value>().await.unwrap();
        let report: SyncReport = reader.operator().sync(None, false).await.unwrap();
        assert!(report.is_complete(), "{report:?}");
        let lists = report.peers.iter().flat_map(|peer| &peer.lists);
        assert!(lists.into_iter().all(|list| list.refused.is_none()), "{report:?}");
        check_feed(publisher, reader);
        self.check_reader(reader).await;
    }

    fn check_entries(&mut self, publisher: &Site) {
        let store = publisher.store();
        let ids: Vec<_> = self.entries.keys().copied().collect();
        let rows = store.entries(&ids).unwrap();
        assert_eq!(rows.len(), ids.len(), "an acknowledged entry is lost");
        for row in rows {
            let state = u8::try_from(row.state)
                .ok()
                .and_then(StateName::from_number)
                .unwrap();
            let told = &mut self.entries.get_mut(&row.id).unwrap().1;
            match *told {
                Told::Recorded => assert_eq!(state, StateName::Active),
                Told::Withdrawn => assert_eq!(state, StateName::Withdrawn),
                Told::Withdrawing if state == StateName::Withdrawn => *told = Told::Withdrawn,
                Told::Withdrawing => *told = Told::Recorded,
            }
        }
        let filter = lianfang_store::EntryFilter::default();
        let all = store.entries_page(&filter, 0, usize::MAX).unwrap();
        let references: BTreeSet<_> = all.iter().map(|row| row.client_reference.clone()).collect();
        assert_eq!(references.len(), all.len(), "an entry is there twice");
    }

    /// Looks up what has changed since the last check.
    async fn check_reader(&mut self, reader: &Site) {
        let operator = reader.operator();
        for id in std::mem::take(&mut self.unseen) {
            let (entry, told) = &self.entries[&id];
            let asked = NewScreening {
                purpose: Purpose::Onboarding,
                client_reference: None,
                subject: entry.subject.clone(),
                on_unavailable: OnUnavailable::Review,
            };
            let answer = operator.screen(&asked).await.unwrap();
            let expected = match told {
                Told::Withdrawn => VerdictName::Clear,
                _ => VerdictName::Block,
            };
            assert_eq!((answer.verdict, answer.complete), (expected, true), "{answer:?}");
        }
    }
}

/// Gapless, chained, signed; one event for each revision.
fn check_chain(site: &Site) {
    let (store, config) = (site.store(), site.config());
    let key = DataFolder::at(&config.node.data_dir)
        .secrets()
        .unwrap()
        .signing
        .public();
    let membership = store.membership(1).unwrap().unwrap();
    let trust = lianfang_flow::Trust::load([membership.envelope]).unwrap();
    let (mut previous, mut events) = ([0; 32], BTreeMap::<Uuid, u64>::new());
    for (place, event) in store.events_after(0, usize::MAX).unwrap().into_iter().enumerate() {
        let header = EventHeader {
            fed: trust.federation(),
            publisher: config.node.id.clone(),
            seq: event.seq,
            at: event.at,
            previous: event.previous_hash,
            commitment: event.commitment,
        };
        assert_eq!((event.seq, event.previous_hash), (place as u64 + 1, previous));
        header.verify(&key, &event.signature).unwrap();
        previous = header.hash();
        *events.entry(event.entry_id).or_default() += 1;
    }
    for row in store
        .entries(&events.keys().copied().collect::<Vec<_>>())
        .unwrap()
    {
        assert_eq!(row.revision, events[&row.id]);
    }
}

/// The reader has every status item, as the publisher signed it.
fn check_feed(publisher: &Site, reader: &Site) {
    let all = "all".parse().unwrap();
    let own = publisher.store().status_after(&all, 0, usize::MAX).unwrap();
    let name = publisher.config().node.id;
    let heard = reader.store().heard_status(&name, &all, 0, usize::MAX).unwrap();
    assert!(own == heard, "{} items of {}", heard.len(), own.len());
}
