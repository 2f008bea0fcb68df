//! An alert follows its subject: it shows the identifiers that the subject has, and ends with those that justified it.

use std::collections::BTreeSet;
use std::sync::Arc;

use lianfang_flow::Node;
use lianfang_store::testing::Backend;
use lianfang_wire::alert::AlertState;
use lianfang_wire::entry::{Identifier, Subject};
use lianfang_wire::peer::BrakeDecision;
use lianfang_wire::vocabulary::{BrakeAction, Role};

use crate::alerts::{CODE, alerts, publish, states, watch};
use crate::harness::{BACKENDS, Federation, company, entry, identifier, operator};

/// Another valid code.
const NEIGHBOUR: &str = "91130105MA0FRNGTXX";
const SHOP: &str = "shop-1";

fn with(identifiers: Vec<Identifier>) -> Subject {
    Subject {
        identifiers,
        ..company(CODE)
    }
}

fn code(code: &str) -> Identifier {
    identifier("cn_uscc", code)
}

fn name() -> Identifier {
    identifier("legal_name_en", "Invented Trading Co., Ltd.")
}

fn brand() -> Identifier {
    identifier("brand", "Kvarnbolt")
}

/// A publisher with an entry about a company that has these, and a reader that has synced.
async fn listed(backend: Backend, identifiers: Vec<Identifier>) -> (Federation, Arc<Node>) {
    let mut federation = Federation::found(backend).await;
    let a = federation.join("platform-a", "CN", &[]).await;
    let c = federation.join("platform-c", "CN", &[]).await;
    a.record_entry(&operator(), entry(with(identifiers), a.now()))
        .await
        .unwrap();
    a.build_digests().await.unwrap();
    c.sync(None, false).await.unwrap();
    (federation, c)
}

/// The places of the identifiers that the only alert names.
async fn named(node: &Arc<Node>) -> BTreeSet<u32> {
    let alerts = alerts(node).await;
    assert_eq!(alerts.len(), 1, "{alerts:?}");
    assert_eq!(alerts[0].state, AlertState::Open);
    let matches = alerts[0].matches.iter();
    matches.map(|found| found.identifier_index).collect()
}

#[tokio::test]
async fn an_alert_does_not_stay_on_a_name_alone_once_the_identifier_behind_it_was_corrected() {
    for backend in BACKENDS {
        let (_federation, c) = listed(backend, vec![name(), code(CODE)]).await;
        watch(&c, SHOP, with(vec![name(), code(CODE)])).await;
        assert_eq!(states(&c).await, [AlertState::Open], "{backend:?}");
        watch(&c, SHOP, with(vec![name(), code(NEIGHBOUR)])).await;
        let alert = alerts(&c).await.remove(0);
        assert_eq!(
            (alert.state, alert.ended_by.as_deref()),
            (AlertState::Closed, Some("subject_changed")),
            "{backend:?}"
        );
        // Nobody had decided about it: with the identifier it comes back.
        watch(&c, SHOP, with(vec![name(), code(CODE)])).await;
        assert_eq!(
            states(&c).await,
            [AlertState::Closed, AlertState::Open],
            "{backend:?}"
        );
    }
}

#[tokio::test]
async fn an_alert_about_a_name_and_a_brand_ends_with_either_and_one_about_a_code_with_neither() {
    for backend in BACKENDS {
        let (_federation, c) = listed(backend, vec![name(), brand(), code(CODE)]).await;
        for gone in [name(), brand()] {
            let of_both = |more| with([vec![name(), brand()], more].concat());
            let without = |more: Vec<_>| {
                let kept = of_both(more).identifiers.into_iter();
                with(kept.filter(|identifier| *identifier != gone).collect())
            };
            let told = [
                (vec![code(NEIGHBOUR)], AlertState::Closed),
                (vec![code(CODE)], AlertState::Open),
            ];
            for (own, expected) in told {
                watch(&c, SHOP, of_both(own.clone())).await;
                let opened = alerts(&c).await.pop().unwrap();
                assert_eq!(opened.state, AlertState::Open, "{backend:?}");
                watch(&c, SHOP, without(own)).await;
                let left = alerts(&c).await.pop().unwrap();
                assert_eq!(
                    (left.id, left.state),
                    (opened.id, expected),
                    "{backend:?}: {gone:?}"
                );
                c.delete_subject(&operator(), SHOP.to_owned()).await.unwrap();
            }
        }
    }
}

#[tokio::test]
async fn an_alert_names_the_identifier_at_the_place_that_it_has_now() {
    for backend in BACKENDS {
        let mut federation = Federation::found(backend).await;
        let a = federation.join("platform-a", "CN", &[]).await;
        watch(&a, SHOP, with(vec![code(CODE), code(NEIGHBOUR)])).await;
        publish(&a, NEIGHBOUR).await;
        assert_eq!(named(&a).await, [1].into(), "{backend:?}");
        watch(&a, SHOP, with(vec![code(NEIGHBOUR), code(CODE)])).await;
        assert_eq!(named(&a).await, [0].into(), "{backend:?}");
    }
}

#[tokio::test]
async fn an_alert_names_no_identifier_that_the_subject_has_lost() {
    for backend in BACKENDS {
        let both = || vec![code(CODE), code(NEIGHBOUR)];
        let (_federation, c) = listed(backend, both()).await;
        watch(&c, SHOP, with(both())).await;
        assert_eq!(named(&c).await, [0, 1].into(), "{backend:?}");
        watch(&c, SHOP, with(vec![code(NEIGHBOUR)])).await;
        let alert = alerts(&c).await.remove(0);
        let codes = alert.matches.iter().filter(|found| found.kind == "cn_uscc");
        assert_eq!(codes.count(), 1, "{backend:?}: {alert:?}");
        assert_eq!(named(&c).await, [0].into(), "{backend:?}");
    }
}

#[tokio::test]
async fn a_subject_that_is_corrected_while_the_publisher_is_asked_is_not_alerted_about_for_its_name_alone() {
    for backend in BACKENDS {
        let (federation, c) = listed(backend, vec![name(), code(CODE)]).await;
        let publisher = federation.node("platform-a");
        federation.network.hold("confirm", publisher.id());
        let put = |own| {
            let (node, subject) = (Arc::clone(&c), with(vec![name(), code(own)]));
            tokio::spawn(async move { watch(&node, SHOP, subject).await })
        };
        let first = put(CODE);
        federation.network.is_held("confirm", publisher.id()).await;
        let mut news = c.alert_news();
        let corrected = put(NEIGHBOUR);
        // It waits for the answer, too; the correction stands by then.
        news.changed().await.unwrap();
        let now = c.monitored_subject(SHOP.to_owned()).await.unwrap();
        assert_eq!(now.subject.identifiers[1].value, NEIGHBOUR, "{backend:?}");
        federation.network.let_go();
        first.await.unwrap();
        corrected.await.unwrap();
        assert_eq!(states(&c).await, [], "{backend:?}");
    }
}

#[tokio::test]
async fn an_alert_about_two_names_in_different_roles_stays_when_something_else_is_added() {
    for backend in BACKENDS {
        for is_held_back in [false, true] {
            let payee = Identifier {
                role: Role::Payee,
                ..identifier("legal_name_en", "Other Holdings Ltd.")
            };
            let names = || vec![name(), payee.clone()];
            let (_federation, c) = listed(backend, names()).await;
            watch(&c, SHOP, with(names())).await;
            let opened = alerts(&c).await.remove(0);
            assert_eq!(opened.state, AlertState::Open, "{backend:?}");
            if is_held_back {
                let (action, reason) = (BrakeAction::Quarantine, "asked them about a case".to_owned());
                let hold = BrakeDecision { action, reason };
                let publisher = "platform-a".parse().unwrap();
                c.decide_brake(&operator(), &publisher, hold).await.unwrap();
            }
            let telephone = identifier("phone", "+86 10 6552 9988");
            watch(&c, SHOP, with([names(), vec![telephone]].concat())).await;
            let left = alerts(&c).await;
            let left: Vec<_> = left.iter().map(|alert| (alert.id, alert.state)).collect();
            assert_eq!(
                left,
                [(opened.id, AlertState::Open)],
                "{backend:?}: {is_held_back}"
            );
        }
    }
}
