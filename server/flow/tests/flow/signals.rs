//! Who trades already is alerted about what says little alone only beside a second signal about the same entry, as who
//! applies is screened.

use std::sync::Arc;

use lianfang_flow::Node;
use lianfang_store::testing::Backend;
use lianfang_wire::entry::{Entry, Identifier};

use crate::alerts::{alerts, watch};
use crate::harness::{BACKENDS, Federation, entry, identifier, operator};
use crate::names::company_with;

const OLD: &str = "91110108661572276L";
const NEW: &str = "91130105MA0FRNGTXX";
const OTHER: &str = "91350100M000100Y43";
const GTIN: &str = "4006381333931";

fn name() -> Identifier {
    identifier("legal_name_cn", "深圳市鑫澜科技有限公司")
}

fn brand() -> Identifier {
    identifier("brand", "Kvarnbolt")
}

async fn two(backend: Backend) -> (Federation, Arc<Node>, Arc<Node>) {
    let mut federation = Federation::found(backend).await;
    // One hit a run: what belongs together is found at different times.
    federation.confirmations_per_run = 1;
    let a = federation.join("platform-a", "CN", &[]).await;
    let c = federation.join("platform-c", "CN", &[]).await;
    (federation, a, c)
}

async fn record(node: &Arc<Node>, code: &str, more: &[Identifier]) -> Entry {
    let new = entry(company_with(code, more.to_vec()), node.now());
    node.record_entry(&operator(), new).await.unwrap().entry
}

/// Publishes what was recorded and has the reader ask about every hit.
async fn everything_is_asked(publisher: &Arc<Node>, reader: &Arc<Node>) {
    publisher.build_digests().await.unwrap();
    reader.sync(None, false).await.unwrap();
    let most = 20;
    for _ in 0..most {
        if reader.roster_status().await.unwrap().pending_hits == 0 {
            return;
        }
        reader.watch_roster().await.unwrap();
    }
    panic!("hits still wait after {most} runs");
}

#[tokio::test]
async fn a_name_and_a_brand_of_one_entry_alert_though_they_are_asked_about_one_by_one() {
    for backend in BACKENDS {
        let (_federation, a, c) = two(backend).await;
        let recorded = record(&a, OLD, &[name(), brand()]).await;
        watch(&c, "returned", company_with(NEW, vec![name(), brand()])).await;
        watch(&c, "namesake", company_with(OTHER, vec![name()])).await;
        everything_is_asked(&a, &c).await;
        let alerts = alerts(&c).await;
        assert_eq!(alerts.len(), 1, "{backend:?}");
        assert_eq!(alerts[0].client_reference, "returned");
        assert_eq!(alerts[0].finding.entry, recorded.id);
        let kinds: Vec<_> = alerts[0]
            .matches
            .iter()
            .map(|found| found.kind.as_str())
            .collect();
        assert!(
            kinds.contains(&"legal_name_cn") && kinds.contains(&"brand"),
            "{kinds:?}"
        );
    }
}

#[tokio::test]
async fn a_genuine_item_in_an_entry_about_a_seller_alerts_about_nobody_who_sells_it() {
    for backend in BACKENDS {
        let (_federation, a, c) = two(backend).await;
        record(&a, OLD, &[identifier("gtin", GTIN)]).await;
        watch(&c, "honest", company_with(NEW, vec![identifier("gtin", GTIN)])).await;
        everything_is_asked(&a, &c).await;
        assert!(alerts(&c).await.is_empty(), "{backend:?}");
    }
}

#[tokio::test]
async fn an_alert_about_one_entry_is_no_second_signal_about_another() {
    let (_federation, a, c) = two(BACKENDS[0]).await;
    let about_it = record(&a, NEW, &[]).await;
    record(&a, OLD, &[name()]).await;
    watch(&c, "offender", company_with(NEW, vec![name()])).await;
    everything_is_asked(&a, &c).await;
    let alerts = alerts(&c).await;
    let entries: Vec<_> = alerts.iter().map(|alert| alert.finding.entry).collect();
    assert_eq!(entries, [about_it.id]);
}
