//! What the brake counts as a hit, and what it leaves to chance.

use std::sync::Arc;

use lianfang_encoding::SubjectType;
use lianfang_flow::Node;
use lianfang_store::testing::Backend;
use lianfang_wire::entry::Subject;
use lianfang_wire::vocabulary::VerdictName;

use crate::alerts::watch;
use crate::brake::brake_of;
use crate::harness::{BACKENDS, Federation, code, company, entry, identifier, operator, screening};

const GTIN: &str = "4006381333931";

fn offer(identifiers: &[(&str, &str)]) -> Subject {
    Subject {
        kind: SubjectType::Product,
        natural_person: false,
        identifiers: identifiers
            .iter()
            .map(|(kind, value)| identifier(kind, value))
            .collect(),
    }
}

/// The same at an address of its own.
fn offered_at(number: u32, identifiers: &[(&str, &str)]) -> Subject {
    let mut offer = offer(identifiers);
    let address = format!("https://item.taobao.com/item.htm?id=61012345678{number}");
    offer.identifiers.push(identifier("listing_url", &address));
    offer
}

/// A federation in which A has listed this subject, and B and its roster.
async fn listed(backend: Backend, subject: Subject) -> (Federation, Arc<Node>) {
    let mut federation = Federation::found(backend).await;
    (federation.brake.least_hits, federation.brake.least_unfounded) = (3, 3);
    let a = federation.join("platform-a", "CN", &[]).await;
    let b = federation.join("platform-b", "CN", &["platform-a"]).await;
    a.record_entry(&operator(), entry(subject, a.now()))
        .await
        .unwrap();
    a.publish_changes().await.unwrap();
    (federation, b)
}

#[tokio::test]
async fn a_brand_that_many_offers_carry_holds_nobody_back() {
    let fake = [("gtin", GTIN), ("brand", "Marlowe")];
    for backend in BACKENDS {
        let (_federation, b) = listed(backend, offer(&fake)).await;
        for reference in ["offer-1", "offer-2", "offer-3"] {
            watch(&b, reference, offer(&fake[1..])).await;
        }
        b.sync(None, false).await.unwrap();
        for _ in 0..3 {
            b.screen(&operator(), screening(offer(&fake[1..]))).await.unwrap();
        }
        b.apply_brake().await.unwrap();
        assert_eq!(brake_of(&b, "platform-a").await, None);
        for number in 0..3 {
            let asked = screening(offered_at(number, &fake));
            b.screen(&operator(), asked).await.unwrap();
        }
        b.apply_brake().await.unwrap();
        assert_eq!(
            brake_of(&b, "platform-a").await.as_deref(),
            Some("brake_too_many_hits"),
            "what the entry is about counts"
        );
    }
}

#[tokio::test]
async fn two_names_of_one_entry_that_send_to_review_together_count() {
    let named = [("brand", "Marlowe"), ("legal_name_en", "Marlowe Trading Ltd")];
    for backend in BACKENDS {
        let (_federation, b) = listed(backend, offer(&named)).await;
        b.sync(None, false).await.unwrap();
        for number in [0, 0, 1, 1, 1] {
            let asked = screening(offered_at(number, &named));
            let answer = b.screen(&operator(), asked).await.unwrap();
            assert_eq!(answer.verdict, VerdictName::Review);
        }
        b.apply_brake().await.unwrap();
        assert_eq!(
            brake_of(&b, "platform-a").await,
            None,
            "who asks again is no further hit"
        );
        let asked = screening(offered_at(2, &named));
        b.screen(&operator(), asked).await.unwrap();
        b.apply_brake().await.unwrap();
        assert_eq!(
            brake_of(&b, "platform-a").await.as_deref(),
            Some("brake_too_many_hits")
        );
    }
}

#[tokio::test]
async fn one_wrong_hit_counts_once_however_often_it_is_hit_and_several_brake() {
    for backend in BACKENDS {
        let mut federation = Federation::found(backend).await;
        (
            federation.brake.hits_per_million,
            federation.brake.least_unfounded,
        ) = (1_000_000, 3);
        let a = federation.join("platform-a", "CN", &[]).await;
        let b = federation.join("platform-b", "CN", &["platform-a"]).await;
        for number in 1..=3 {
            a.record_entry(&operator(), entry(company(&code(number)), a.now()))
                .await
                .unwrap();
        }
        a.publish_changes().await.unwrap();
        b.sync(None, false).await.unwrap();
        federation.network.tamper(Box::new(|asked, answer| match asked {
            "confirm" => br#"{"records":[]}"#.to_vec(),
            _ => answer,
        }));
        for number in [1, 1, 1, 1, 1, 2] {
            b.screen(&operator(), screening(company(&code(number))))
                .await
                .unwrap();
        }
        b.apply_brake().await.unwrap();
        assert_eq!(brake_of(&b, "platform-a").await, None);
        let days = federation.store("platform-b").brake_days(a.id(), 0).unwrap();
        assert_eq!((days[0].unfounded, days[0].lookups), (2, 6));
        b.screen(&operator(), screening(company(&code(3)))).await.unwrap();
        b.apply_brake().await.unwrap();
        assert_eq!(
            brake_of(&b, "platform-a").await.as_deref(),
            Some("brake_unfounded_hits")
        );
    }
}
