//! The roster, what waits to be confirmed, and alerts.

use std::time::Duration;

use lianfang_encoding::Timestamp;
use lianfang_store::{
    AlertFilter, AlertMatch, AlertState, EntryChange, HitRow, MonitoredSubject, MonitoredToken, NewAlert,
    Opening, Resolution, RosterCounts, Store, StoreError, SubjectUpdate, Telling, Weight,
};
use uuid::Uuid;

use crate::both::both;
use crate::sample::{at, audience, line, node, race};

const WITHDRAWN: i16 = 12;

pub(crate) fn put_subjects(
    store: &Store,
    updates: Vec<SubjectUpdate>,
    now: Timestamp,
) -> Result<(), StoreError> {
    store.put_subjects(
        updates,
        |_, left| !left.is_empty(),
        now,
        line(Uuid::new_v4().as_u128()),
    )
}

pub(crate) fn subject(reference: &str, forms: &[u8]) -> SubjectUpdate {
    let token = |form: &u8| MonitoredToken {
        client_reference: reference.to_owned(),
        form: [*form; 32],
        key_id: [1; 16],
        identifier_index: 0,
        kind: 1,
        level: 1,
        token: [*form; 32],
    };
    SubjectUpdate {
        subject: MonitoredSubject {
            client_reference: reference.to_owned(),
            subject_type: 1,
            natural_person: false,
            body_sealed: vec![1],
            content_hash: [forms.len() as u8; 32],
            retry_at: None,
            created_at: at(0),
            updated_at: at(0),
        },
        forms: forms.iter().map(|form| ([*form; 32], 0)).collect(),
        tokens: forms.iter().map(token).collect(),
    }
}

pub(crate) fn hit(reference: &str, publisher: &str, seconds: u64) -> HitRow {
    HitRow {
        client_reference: reference.to_owned(),
        form: [1; 32],
        key_id: [1; 16],
        publisher: node(publisher),
        audience: audience("all"),
        subject_type: 1,
        epoch: 1,
        found_at: at(0),
        due_at: at(seconds),
        attempts: 0,
        last_found_at: at(0),
    }
}

pub(crate) fn alert(number: u128, reference: &str) -> NewAlert {
    NewAlert {
        id: Uuid::from_u128(number),
        client_reference: reference.to_owned(),
        publisher: node("platform-a"),
        entry_id: Uuid::from_u128(7),
        record_seq: 1,
        entry_state: 3,
        deadline: None,
        rule: None,
        expires_at: at(100),
        ends_at: at(100),
        record: "{}".to_owned(),
        found: AlertMatch {
            form: [1; 32],
            identifier_index: 0,
            kind: 1,
            level: 1,
        },
        found_at: at(1),
        weight: Weight::Alone,
    }
}

fn heard(seq: u64, ended_by: Option<&str>) -> EntryChange {
    EntryChange {
        entry_id: Uuid::from_u128(7),
        seq,
        state: if ended_by.is_some() { WITHDRAWN } else { 4 },
        deadline: Some(at(50)),
        rule: Some(1),
        lapses_at: Some(at(50)),
        ended_by: ended_by.map(str::to_owned),
    }
}

pub(crate) fn resolve(store: &Store, id: u128) -> Resolution {
    store
        .resolve_alert(
            Uuid::from_u128(id),
            "{}",
            |stored| stored == "{}",
            at(5),
            audit(id),
        )
        .unwrap()
}

/// A row in each of these tables.
pub(crate) fn fill(store: &Store) {
    put_subjects(store, vec![subject("shop", &[1])], at(0)).unwrap();
    store.queue_hits(&[hit("shop", "platform-a", 0)]).unwrap();
    store.open_alert(&alert(1, "shop"), at(1)).unwrap();
    resolve(store, 1);
}

both! {
    fn of_many_who_want_a_free_reference_one_gets_it_and_keeps_it(database) {
        let store = database.store();
        let forms = |number: u128| [u8::try_from(number).unwrap()];
        let put = |number| store.put_new_subjects(vec![subject("shop", &forms(number))], at(0), line(number));
        let outcomes = race(put);
        let winner = outcomes.iter().position(Result::is_ok).unwrap();
        let others = outcomes.iter().filter(|outcome| **outcome == Err(StoreError::Conflict));
        assert_eq!(others.count(), outcomes.len() - 1, "{outcomes:?}");
        let tokens = store.tokens_of_subjects(&["shop".to_owned()]).unwrap();
        assert_eq!(tokens.len(), 1);
        assert_eq!(usize::from(tokens[0].form[0]), winner);
        let both = vec![subject("free", &[9]), subject("shop", &[9])];
        assert_eq!(store.put_new_subjects(both, at(1), line(99)), Err(StoreError::Conflict));
        assert!(store.monitored_subjects(&["free".to_owned()]).unwrap().is_empty());
    }
}

both! {
    fn a_subject_replaces_the_one_with_its_reference_and_keeps_when_it_came(database) {
        let store = database.store();
        put_subjects(store, vec![subject("shop", &[1, 2])], at(0)).unwrap();
        let mut later = subject("shop", &[2, 3, 4]);
        later.subject.created_at = at(9);
        later.subject.updated_at = at(9);
        put_subjects(store, vec![subject("other", &[1]), later], at(9)).unwrap();
        let rows = store.monitored_subjects(&["shop".to_owned()]).unwrap();
        assert_eq!((rows[0].created_at, rows[0].updated_at), (at(0), at(9)));
        let tokens = store.tokens_of_subjects(&["shop".to_owned()]).unwrap();
        let forms: Vec<_> = tokens.iter().map(|row| row.form[0]).collect();
        assert_eq!(forms, [2, 3, 4]);
        assert_eq!(store.monitored_tokens_page(None, 3).unwrap(), [[1; 32], [2; 32], [3; 32]]);
        assert_eq!(store.monitored_tokens_page(Some(&[3; 32]), 3).unwrap(), [[4; 32]]);
        let owners = store.owners_of_tokens(&[[1; 32], [9; 32]]).unwrap();
        assert_eq!(owners.len(), 1);
        assert_eq!(owners[0].client_reference, "other");
    }
}

both! {
    fn a_deleted_subject_takes_everything_of_it_along(database) {
        let store = database.store();
        fill(store);
        store.open_alert(&NewAlert { record_seq: 2, ..alert(2, "shop") }, at(6)).unwrap();
        store.delete_subject("shop", at(8), line(8)).unwrap();
        assert_eq!(store.roster_counts().unwrap(), RosterCounts::default());
        let (ended, _) = store.alert(Uuid::from_u128(2)).unwrap();
        assert_eq!(
            (ended.state, ended.ended_by.as_deref(), ended.ended_at),
            (AlertState::Closed as i16, Some("subject_removed"), Some(at(8)))
        );
        assert_eq!(store.delete_subject("shop", at(9), line(9)), Err(StoreError::NotFound));
        assert_eq!(store.open_alert(&alert(3, "shop"), at(9)).unwrap(), Opening::Gone);
    }
}

both! {
    fn missing_tokens_are_added_unless_the_subject_has_changed_meanwhile(database) {
        let store = database.store();
        let mut waiting = subject("shop", &[1]);
        waiting.subject.retry_at = Some(at(5));
        put_subjects(store, vec![waiting], at(0)).unwrap();
        assert!(store.subjects_to_tokenise(at(4), 10).unwrap().is_empty());
        let read = store.subjects_to_tokenise(at(5), 10).unwrap().remove(0);
        let done = MonitoredSubject { retry_at: None, ..read };
        let of_new_key = MonitoredToken { key_id: [2; 16], ..subject("shop", &[1]).tokens.remove(0) };
        let other = MonitoredSubject { content_hash: [9; 32], ..done.clone() };
        assert!(!store.add_subject_tokens(&other, vec![of_new_key.clone()], &[[2; 16]]).unwrap());
        assert!(store.add_subject_tokens(&done, vec![of_new_key.clone()], &[[2; 16]]).unwrap());
        assert!(store.subjects_to_tokenise(at(9), 10).unwrap().is_empty());
        assert_eq!(store.tokens_of_subjects(&["shop".to_owned()]).unwrap(), [of_new_key]);
        assert_eq!(store.tokenise_all_subjects(at(9)).unwrap(), 1);
        assert_eq!(store.roster_counts().unwrap().incomplete, 1);
    }
}

both! {
    fn of_each_publisher_a_bounded_number_of_hits_is_due_and_the_rest_keeps_its_place(database) {
        let store = database.store();
        let hits = [
            hit("one", "platform-a", 3), hit("two", "platform-a", 1), hit("three", "platform-a", 2),
            hit("one", "platform-b", 1), hit("two", "platform-b", 9),
        ];
        store.queue_hits(&hits).unwrap();
        store.queue_hits(&[hit("one", "platform-a", 9)]).unwrap();
        assert_eq!(store.roster_counts().unwrap().pending_hits, 5);
        let due = store.hits_due(at(5), 2).unwrap();
        let named: Vec<_> = due.iter().map(|hit| (hit.publisher.as_str(), hit.client_reference.as_str())).collect();
        assert_eq!(named, [("platform-a", "two"), ("platform-a", "three"), ("platform-b", "one")]);
        store.settle_hits(&due[..1]).unwrap();
        store.postpone_hits(&due[1..2], at(5), Duration::from_secs(60)).unwrap();
        let due = store.hits_due(at(5), 9).unwrap();
        assert_eq!(due.len(), 2);
        let postponed = store.hits_due(at(65), 9).unwrap().into_iter().find(|hit| hit.attempts == 1).unwrap();
        assert_eq!(postponed.due_at, at(65));
        store.postpone_hits(&[postponed], at(65), Duration::from_secs(60)).unwrap();
        assert_eq!(store.hits_due(at(184), 9).unwrap().iter().filter(|hit| hit.attempts == 2).count(), 0);
        assert_eq!(store.next_hit_due().unwrap(), Some(at(1)));
    }
}

both! {
    fn a_hit_that_is_found_again_while_its_publisher_is_asked_waits_on(database) {
        let store = database.store();
        let first = hit("shop", "platform-a", 1);
        let again = HitRow { found_at: at(5), last_found_at: at(5), due_at: at(9), ..first.clone() };
        store.queue_hits(&[first.clone(), first]).unwrap();
        let asked = store.hits_due(at(2), 9).unwrap();
        store.queue_hits(&[again]).unwrap();
        store.settle_hits(&asked).unwrap();
        let waiting = store.hits_due(at(2), 9).unwrap();
        assert_eq!((waiting[0].found_at, waiting[0].last_found_at, waiting[0].due_at), (at(0), at(5), at(1)));
        store.settle_hits(&waiting).unwrap();
        assert_eq!(store.roster_counts().unwrap().pending_hits, 0);
    }
}

both! {
    fn a_finding_about_a_subject_is_open_at_most_once(database) {
        let store = database.store();
        put_subjects(store, vec![subject("shop", &[1, 2])], at(0)).unwrap();
        let outcomes = race(|number| store.open_alert(&alert(number, "shop"), at(1)).unwrap());
        let opened = outcomes.iter().filter(|outcome| matches!(outcome, Opening::Opened(_))).count();
        assert_eq!(opened, 1, "{outcomes:?}");
        let mut second = alert(99, "shop");
        second.found.form = [2; 32];
        assert!(matches!(store.open_alert(&second, at(2)).unwrap(), Opening::Known(_)));
        let page = store.alerts_page(&AlertFilter::default(), 0, 10).unwrap();
        assert_eq!((page.len(), page[0].1.len()), (1, 2));
        assert_eq!(store.last_alert_event().unwrap(), 1);
    }
}

both! {
    fn an_identifier_that_the_subject_no_longer_has_opens_nothing(database) {
        let store = database.store();
        put_subjects(store, vec![subject("shop", &[1])], at(0)).unwrap();
        put_subjects(store, vec![subject("shop", &[2])], at(1)).unwrap();
        assert_eq!(store.open_alert(&alert(1, "shop"), at(2)).unwrap(), Opening::Gone);
        let mut present = alert(2, "shop");
        present.found.form = [2; 32];
        assert_eq!(store.open_alert(&present, at(3)).unwrap(), Opening::Opened(present.id));
        assert_eq!(store.open_alert(&alert(3, "shop"), at(4)).unwrap(), Opening::Gone, "nor is it added to another's alert");
    }
}

both! {
    fn what_was_cleared_stays_away_until_the_record_changes(database) {
        let store = database.store();
        fill(store);
        assert_eq!(resolve(store, 1), Resolution::Repeated);
        let other = store.resolve_alert(Uuid::from_u128(1), "no", |stored| stored == "no", at(6), audit(9)).unwrap();
        assert_eq!(other, Resolution::Conflict);
        assert_eq!(store.open_alert(&alert(2, "shop"), at(7)).unwrap(), Opening::Cleared);
        let outdated = store.entries_heard(&node("platform-a"), &[heard(2, None)], at(8)).unwrap();
        assert_eq!(outdated, ["shop"]);
        let changed = NewAlert { record_seq: 2, ..alert(2, "shop") };
        assert_eq!(store.open_alert(&changed, at(9)).unwrap(), Opening::Opened(changed.id));
    }
}

both! {
    fn an_entry_that_lives_on_although_time_had_ended_its_alert_is_looked_at_again(database) {
        let store = database.store();
        let publisher = node("platform-a");
        for (number, ended_by, again) in [(1, "released", true), (2, "expired", true), (3, "subject_changed", false)] {
            let shop = format!("shop-{number}");
            put_subjects(store, vec![subject(&shop, &[1])], at(0)).unwrap();
            store.open_alert(&alert(number, &shop), at(1)).unwrap();
            assert!(store.close_alert(Uuid::from_u128(number), ended_by, at(2)).unwrap());
            let heard_of = |seq, ended| store.entries_heard(&publisher, &[heard(seq, ended)], at(3)).unwrap();
            assert!(!heard_of(1, None).contains(&shop), "{ended_by}: known when it ended");
            assert_eq!(heard_of(2, None).contains(&shop), again, "{ended_by}");
            assert!(!heard_of(3, Some("withdrawn")).contains(&shop), "{ended_by}");
        }
    }
}

both! {
    fn an_alert_follows_its_entry_to_the_end(database) {
        let store = database.store();
        put_subjects(store, vec![subject("shop", &[1])], at(0)).unwrap();
        store.open_alert(&alert(1, "shop"), at(1)).unwrap();
        let publisher = node("platform-a");
        assert!(store.entries_heard(&node("platform-b"), &[heard(2, Some("withdrawn"))], at(2)).unwrap().is_empty());
        store.entries_heard(&publisher, &[heard(2, None), heard(2, None)], at(2)).unwrap();
        let (open, _) = store.alert(Uuid::from_u128(1)).unwrap();
        assert_eq!((open.state, open.entry_state, open.ends_at), (AlertState::Open as i16, 4, at(50)));
        assert!(store.alerts_ending(at(49), 10).unwrap().is_empty());
        assert_eq!(store.alerts_ending(at(50), 10).unwrap().len(), 1);
        store.entries_heard(&publisher, &[heard(3, Some("withdrawn"))], at(3)).unwrap();
        let (ended, _) = store.alert(Uuid::from_u128(1)).unwrap();
        assert_eq!((ended.state, ended.ended_by.as_deref()), (AlertState::Closed as i16, Some("withdrawn")));
        assert!(!store.close_alert(ended.id, "expired", at(4)).unwrap());
        assert_eq!(resolve(store, 1), Resolution::Closed);
        let changes: Vec<_> = store.alert_events_after(0, 10).unwrap().iter().map(|event| event.change).collect();
        assert_eq!(changes, [1, 2, 4]);
        assert_eq!(store.alert_events_after(1, 1).unwrap()[0].change, 2);
    }
}

both! {
    fn a_candidate_adds_to_an_alert_about_its_own_entry_and_opens_none(database) {
        let store = database.store();
        put_subjects(store, vec![subject("shop", &[1, 2])], at(0)).unwrap();
        let mut named = NewAlert { weight: Weight::Beside(Vec::new()), entry_id: Uuid::from_u128(8), ..alert(2, "shop") };
        named.found.identifier_index = 1;
        assert_eq!(store.open_alert(&named, at(1)).unwrap(), Opening::Candidate);
        let open = alert(1, "shop");
        store.open_alert(&open, at(1)).unwrap();
        assert_eq!(store.open_alert(&named, at(2)).unwrap(), Opening::Candidate);
        named.entry_id = open.entry_id;
        assert_eq!(store.open_alert(&named, at(3)).unwrap(), Opening::Known(open.id));
    }
}

both! {
    fn pages_of_alerts_are_in_the_order_they_were_opened(database) {
        let store = database.store();
        for number in (1..=5_u128).rev() {
            let reference = format!("shop-{number}");
            put_subjects(store, vec![subject(&reference, &[1])], at(0)).unwrap();
            store.open_alert(&alert(number, &reference), at(1)).unwrap();
        }
        resolve(store, 4);
        let filter = AlertFilter { state: Some(AlertState::Open), client_reference: None };
        let page = store.alerts_page(&filter, 0, 2).unwrap();
        let names = |page: &[(lianfang_store::AlertRow, Vec<AlertMatch>)]| -> Vec<_> {
            page.iter().map(|(row, _)| row.client_reference.clone()).collect()
        };
        assert_eq!(names(&page), ["shop-5", "shop-3"]);
        let page = store.alerts_page(&filter, page[1].0.opened_seq, 10).unwrap();
        assert_eq!(names(&page), ["shop-2", "shop-1"]);
        let one = AlertFilter { state: None, client_reference: Some("shop-4".to_owned()) };
        assert_eq!(names(&store.alerts_page(&one, 0, 10).unwrap()), ["shop-4"]);
    }
}

fn audit(id: u128) -> lianfang_store::AuditRow {
    lianfang_store::AuditRow {
        id: Uuid::from_u128(0xa0d1_0000 + id),
        at: at(5),
        actor: String::new(),
        action: String::new(),
        object: String::new(),
        purpose: String::new(),
        outcome: String::new(),
    }
}

both! {
    fn what_a_publisher_hits_in_the_roster_counts_each_subject_once_and_from_its_release_on(database) {
        let store = database.store();
        put_subjects(store, ["a", "b", "c"].map(|reference| subject(reference, &[1])).to_vec(), at(1)).unwrap();
        let publisher = node("platform-a");
        let mut waiting = hit("a", "platform-a", 5);
        waiting.found_at = at(10);
        let mut again = waiting.clone();
        again.form = [2; 32];
        let alerted = HitRow { client_reference: "b".to_owned(), ..waiting.clone() };
        store.queue_hits(&[waiting, again, alerted, hit("c", "platform-b", 5)]).unwrap();
        store.open_alert(&alert(1, "b"), at(20)).unwrap();
        let seen = |since| store.roster_hit_by(&publisher, at(since), &telling()).unwrap();
        assert_eq!((seen(0), store.subjects_monitored().unwrap()), (2, 3));
        store.delete_subject("b", at(30), line(30)).unwrap();
        assert_eq!((seen(0), store.subjects_monitored().unwrap()), (1, 2), "who has left counts no more");
        assert_eq!(seen(1_000), 0, "only what came since");
        store.release(&publisher, 0, at(1_000), line(2)).unwrap();
        assert_eq!(seen(0), 0, "only what came since the release");
    }
}

pub(crate) fn telling() -> Telling {
    Telling {
        level: 1,
        subject_type: 1,
        without: vec![40],
    }
}

both! {
    fn what_alarms_nobody_by_itself_counts_for_nothing_while_it_waits(database) {
        let store = database.store();
        let of = |reference: &str, kind, level| {
            let mut subject = subject(reference, &[1]);
            subject.tokens = subject.tokens.into_iter().map(|token| MonitoredToken { kind, level, ..token }).collect();
            subject
        };
        put_subjects(store, vec![of("name", 1, 2), of("goods", 40, 1), of("seller", 1, 1)], at(1)).unwrap();
        let waiting = |reference, subject_type| HitRow {
            found_at: at(10),
            subject_type,
            ..hit(reference, "platform-a", 5)
        };
        let seen = || store.roster_hit_by(&node("platform-a"), at(0), &telling()).unwrap();
        store.queue_hits(&[waiting("name", 1), waiting("name", 2), waiting("goods", 1)]).unwrap();
        assert_eq!(seen(), 0);
        store.queue_hits(&[waiting("goods", 2), waiting("seller", 1)]).unwrap();
        assert_eq!(seen(), 2);
    }
}

both! {
    fn hits_that_waited_for_a_release_can_be_asked_about_at_once(database) {
        let store = database.store();
        store.queue_hits(&[hit("a", "platform-a", 100), hit("a", "platform-b", 100)]).unwrap();
        store.release(&node("platform-a"), 0, at(7), line(1)).unwrap();
        let due = store.hits_due(at(7), 10).unwrap();
        assert_eq!(due.len(), 1);
        assert_eq!((due[0].publisher.as_str(), due[0].due_at), ("platform-a", at(7)));
    }
}
