//! A committee that gives a part of what is asked for, because a bucket has run out: what was paid for is kept.

use std::sync::Arc;
use std::time::Duration;

use lianfang_encoding::{Class, SubjectType};
use lianfang_flow::Node;
use lianfang_store::{BudgetRate, Purse};
use lianfang_wire::budget::GrantCredit;
use lianfang_wire::entry::Subject;
use lianfang_wire::vocabulary::VerdictName;

use crate::harness::{BACKENDS, Federation, entry, id, identifier, operator, screening};

/// What each bucket of the harness holds.
const FULL: u64 = 1_000_000;
/// What a bucket of the harness gains in 4 s.
const IN_FOUR_SECONDS: u64 = 46;
/// What a few identifiers are padded to.
const FEW: u64 = 8;
/// The sections of an import that is too small for large ones.
const SMALL: u64 = 64;
/// A right in two classes.
const BOTH: (&str, &str) = ("trademark", "CN | 5135781 | 18, 25");

fn seller(number: u64) -> Subject {
    Subject {
        kind: SubjectType::Seller,
        natural_person: false,
        identifiers: vec![identifier("duns", &format!("{}", 214_500_000 + number))],
    }
}

/// What platform-a has left at the committee's only member.
async fn left(federation: &Federation, class: Class) -> u64 {
    let budgets = federation.node("regulator").budgets().await.unwrap().items;
    let mut of = budgets.iter().filter(|budget| budget.class == class);
    of.find(|budget| budget.member == id("platform-a")).unwrap().left
}

async fn leave(federation: &Federation, class: Class, rest: u64) {
    let rate = BudgetRate {
        capacity: FULL,
        per_day: FULL,
    };
    let (node, number) = (federation.node("regulator"), i16::from(class.number()));
    let spent = left(federation, class).await - rest;
    federation
        .store("regulator")
        .charge(&id("platform-a"), number, spent, Purse::Bucket, rate, node.now())
        .unwrap();
}

async fn is_blocked(node: &Arc<Node>, subject: Subject) -> bool {
    let answer = node.screen(&operator(), screening(subject)).await.unwrap();
    answer.complete && answer.verdict == VerdictName::Block
}

/// It never has enough for all of them at once.
#[tokio::test]
async fn an_import_beyond_the_bucket_goes_out_as_that_refills_and_pays_for_nothing_twice() {
    for backend in BACKENDS {
        let (federation, a, b) = Federation::of_two(backend).await;
        let lines = (1..=2 * SMALL).map(|line| (line, Ok(entry(seller(line), a.now()))));
        let recorded = a.record_entries(&operator(), lines.collect()).await.unwrap();
        let ids: Vec<_> = recorded.iter().filter_map(|line| line.id).collect();
        leave(&federation, Class::Organisation, SMALL + 36).await;

        assert!(a.publish_changes().await.is_err(), "{backend:?}");
        assert_eq!(left(&federation, Class::Organisation).await, 36);
        let kept = federation.store("platform-a").tokens_of(&ids).unwrap();
        assert_eq!(kept.len() as u64, SMALL, "{backend:?}");

        federation.clock.advance(Duration::from_secs(4));
        let report = a.publish_changes().await.unwrap();
        let listed: u64 = report.published.iter().map(|list| list.identifiers).sum();
        assert_eq!(listed, 2 * SMALL, "{backend:?}");
        let rest = left(&federation, Class::Organisation).await;
        assert_eq!(rest, 36 + IN_FOUR_SECONDS - SMALL, "{backend:?}");
        b.sync(None, false).await.unwrap();
        for number in (1..=2 * SMALL).step_by(16) {
            assert!(is_blocked(&b, seller(number)).await, "{backend:?}: {number}");
        }
    }
}

#[tokio::test]
async fn a_bucket_that_is_empty_costs_those_of_other_classes_nothing_however_often_it_is_tried() {
    for backend in BACKENDS {
        let (federation, a, b) = Federation::of_two(backend).await;
        let mut branded = seller(1);
        branded.identifiers.push(identifier("brand", "Kvarnbolt"));
        a.record_entry(&operator(), entry(branded, a.now()))
            .await
            .unwrap();
        leave(&federation, Class::Goods, 0).await;
        let full = left(&federation, Class::Organisation).await;
        for attempt in 1..=3 {
            assert!(a.publish_changes().await.is_err(), "{backend:?}");
            let rest = left(&federation, Class::Organisation).await;
            assert_eq!(rest, full - FEW, "{backend:?}: attempt {attempt}");
        }
        let credit = GrantCredit {
            member: id("platform-a"),
            class: Class::Goods,
            elements: FEW,
            days: None,
        };
        let regulator = federation.node("regulator");
        regulator.grant_credit(&operator(), credit, None).await.unwrap();
        a.publish_changes().await.unwrap();
        assert_eq!(left(&federation, Class::Organisation).await, full - FEW);
        b.sync(None, false).await.unwrap();
        assert!(is_blocked(&b, seller(1)).await, "{backend:?}");
    }
}

/// Nothing says which of the two the one is that was kept.
#[tokio::test]
async fn forms_that_share_kind_and_level_are_asked_for_together_when_one_of_them_is_lacking() {
    for backend in BACKENDS {
        let (federation, a, _) = Federation::of_two(backend).await;
        let subject = Subject {
            kind: SubjectType::Product,
            natural_person: false,
            identifiers: vec![identifier(BOTH.0, BOTH.1)],
        };
        let new = entry(subject, a.now());
        let id = a.record_entry(&operator(), new).await.unwrap().entry.id;
        a.publish_changes().await.unwrap();
        let store = federation.store("platform-a");
        let mut whole = store.tokens_of(&[id]).unwrap();
        whole.sort_by_key(|row| row.token);
        assert_eq!(whole.len(), 2, "{backend:?}");
        for kept in &whole {
            store.delete_tokens(id).unwrap();
            store.put_tokens(vec![kept.clone()]).unwrap();
            let before = left(&federation, Class::Goods).await;
            let report = a.build_digests().await.unwrap();
            assert!(report.published.is_empty(), "{backend:?}: {report:?}");
            assert_eq!(left(&federation, Class::Goods).await, before - FEW);
            let mut rows = store.tokens_of(&[id]).unwrap();
            rows.sort_by_key(|row| row.token);
            assert_eq!(rows, whole, "{backend:?}");
        }
    }
}
