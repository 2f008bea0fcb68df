//! What Prometheus reads, and the dashboard and alarms that are shipped for it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use lianfang_node::metrics::{DESCRIBED, Figure};
use lianfang_store::HitRow;
use lianfang_store::testing::Backend;
use lianfang_wire::screening::NewScreening;
use serde_json::{Value, json};

use crate::harness::entries::{OFFENDER, typed};
use crate::harness::node::TestNode;

/// Series and their values.
fn series(text: &str) -> BTreeMap<&str, f64> {
    let lines = text
        .lines()
        .filter(|line| !line.starts_with('#') && !line.is_empty());
    lines
        .map(|line| line.rsplit_once(' ').unwrap())
        .map(|(series, value)| (series, value.parse().unwrap()))
        .collect()
}

fn screening() -> NewScreening {
    serde_json::from_value(json!({
        "purpose": "onboarding",
        "subject": { "type": "seller", "identifiers": [{ "kind": "cn_uscc", "value": OFFENDER, "verified": true }] },
    }))
    .unwrap()
}

/// A node with a member that can't be reached, which has recorded, screened, published and synced.
async fn busy(backend: Backend) -> TestNode {
    let node = TestNode::start_on(backend).await;
    node.admit("platform-b").await;
    let operator = node.operator();
    let credit = json!({ "member": "platform-b", "class": "goods", "elements": 7 });
    let credit = serde_json::from_value(credit).unwrap();
    operator.grant_credit(&credit).await.unwrap();
    operator.record_entry(&typed("case-1")).await.unwrap();
    operator.build_digests::<Value>().await.unwrap();
    operator.screen(&screening()).await.unwrap();
    let report = node.node().sync(None, false).await.unwrap();
    assert!(!report.is_complete());
    node
}

#[tokio::test(flavor = "multi_thread")]
async fn a_node_shows_how_it_stands_with_each_peer_and_what_it_has_done() {
    for backend in [Backend::Sqlite, Backend::Postgres] {
        let node = busy(backend).await;
        let text = node.metrics().await;
        let shown = series(&text);
        for (series, value) in [
            (r#"lianfang_peer_active{peer="platform-b"}"#, 1.0),
            (r#"lianfang_peer_failing{peer="platform-b"}"#, 1.0),
            (r#"lianfang_peer_quarantined{peer="platform-b"}"#, 0.0),
            (r#"lianfang_roster_hits_waiting{peer="platform-b"}"#, 0.0),
            (
                r#"lianfang_peer_freshness_seconds{peer="platform-b"}"#,
                f64::INFINITY,
            ),
            (r#"lianfang_entry_events_total{event="created"}"#, 1.0),
            ("lianfang_index_lists", 1.0),
            (r#"lianfang_index_bytes{peer="platform-b",part="base"}"#, 0.0),
            (r#"lianfang_index_bytes{peer="platform-a",part="changes"}"#, 0.0),
            (
                r#"lianfang_evaluation_credit_left{peer="platform-b",class="goods"}"#,
                7.0,
            ),
            ("lianfang_recovering", 0.0),
            ("lianfang_superseded", 0.0),
            ("lianfang_peer_stale_after_seconds", 48.0 * 3_600.0),
        ] {
            let found = shown.get(series).copied().unwrap_or(f64::NAN);
            assert!(found.total_cmp(&value).is_eq(), "{series} is {found}:\n{text}");
        }
        for series in [
            r#"lianfang_peer_failures_total{peer="platform-b",code="unreachable"}"#,
            r#"lianfang_token_batches_total{outcome="given"}"#,
            r#"lianfang_evaluations_total{peer="platform-a",outcome="answered"}"#,
            r#"lianfang_evaluated_elements_total{peer="platform-a"}"#,
            r#"lianfang_evaluation_budget_left{peer="platform-a",class="organisation"}"#,
            "lianfang_store_calls_total",
            "lianfang_store_call_microseconds_total",
            "lianfang_index_identifiers",
            r#"lianfang_index_bytes{peer="platform-a",part="base"}"#,
        ] {
            assert!(
                shown.get(series).is_some_and(|value| *value >= 1.0),
                "{series}:\n{text}"
            );
        }
        let screenings = shown
            .iter()
            .filter(|(series, _)| series.starts_with("lianfang_screenings_total"));
        assert!(
            screenings
                .map(|(_, count)| count)
                .sum::<f64>()
                .total_cmp(&1.0)
                .is_eq()
        );
        assert!(!text.contains(OFFENDER) && !text.contains("case-1"), "{text}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn hits_that_wait_for_a_publisher_are_counted_with_the_age_of_the_oldest() {
    for backend in [Backend::Sqlite, Backend::Postgres] {
        let node = TestNode::start_on(backend).await;
        node.admit("platform-b").await;
        let found_at = crate::harness::federation::past(std::time::Duration::from_secs(600));
        let hits = (1..=3).map(|number| HitRow {
            client_reference: format!("shop-{number}"),
            form: [number; 32],
            key_id: [1; 16],
            publisher: "platform-b".parse().unwrap(),
            audience: "all".parse().unwrap(),
            subject_type: 1,
            epoch: 1,
            found_at,
            due_at: lianfang_encoding::Timestamp::MAX,
            attempts: 0,
            last_found_at: found_at,
        });
        let (store, hits) = (node.assembled.store.clone(), hits.collect::<Vec<_>>());
        assert_eq!(
            tokio::task::spawn_blocking(move || store.queue_hits(&hits))
                .await
                .unwrap(),
            Ok(())
        );
        let text = node.metrics().await;
        let shown = series(&text);
        let of = |name: &str| shown[format!("{name}{{peer=\"platform-b\"}}").as_str()];
        assert!(
            of("lianfang_roster_hits_waiting").total_cmp(&3.0).is_eq(),
            "{text}"
        );
        assert!(of("lianfang_roster_hits_oldest_seconds") >= 600.0, "{text}");
        assert!(!text.contains("shop-1"), "{text}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn trouble_of_the_database_is_counted_by_its_code() {
    let node = TestNode::start().await;
    node.assembled.store.fail_statement(1);
    assert!(node.assembled.store.ping().is_err());
    let text = node.metrics().await;
    let shown = series(&text);
    let counted = shown.get(r#"lianfang_store_failures_total{code="store_unavailable"}"#);
    assert!(counted.is_some_and(|count| *count >= 1.0), "{text}");
}

/// Names as series carry them, with those of a distribution.
fn described() -> BTreeSet<String> {
    let names = DESCRIBED.iter().flat_map(|(name, figure, _)| match figure {
        Figure::Histogram => ["_bucket", "_sum", "_count"]
            .map(|suffix| format!("{name}{suffix}"))
            .to_vec(),
        _ => vec![(*name).to_owned()],
    });
    names.collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_figure_that_is_shown_is_described_and_of_its_kind() {
    let node = busy(Backend::Sqlite).await;
    let text = node.metrics().await;
    let text = format!("{text}{}", node.metrics().await);
    let names = described();
    for shown in series(&text).keys() {
        let name = shown.split('{').next().unwrap();
        assert!(names.contains(name), "{name} isn't in DESCRIBED");
    }
    for line in text.lines().filter_map(|line| line.strip_prefix("# TYPE ")) {
        let (name, kind) = line.split_once(' ').unwrap();
        let (_, figure, about) = DESCRIBED.iter().find(|(known, ..)| *known == name).unwrap();
        assert_eq!(kind, format!("{figure:?}").to_lowercase(), "{name}");
        assert!(text.contains(&format!("# HELP {name} {about}")), "{name}");
    }
}

fn repository(path: &str) -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    std::fs::read_to_string(root.join(path)).unwrap()
}

/// Names of ours in an expression of PromQL.
fn names_in(expression: &str) -> BTreeSet<String> {
    let part_of_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let words = expression.split(|c| !part_of_name(c));
    words
        .filter(|word| word.starts_with("lianfang_"))
        .map(str::to_owned)
        .collect()
}

pub(crate) fn alarms() -> Vec<Value> {
    let rules: Value = serde_yaml_ng::from_str(&repository("ops/prometheus/alerts.yml")).unwrap();
    let groups = rules["groups"].as_array().unwrap().iter();
    let rules = groups.flat_map(|group| group["rules"].as_array().unwrap().clone());
    rules.collect()
}

/// The expressions of every panel, those inside rows too.
fn queries(dashboard: &Value) -> Vec<String> {
    match dashboard {
        Value::Object(fields) => fields
            .iter()
            .flat_map(|(name, value)| match value {
                Value::String(text) if name == "expr" || name == "query" => vec![text.clone()],
                other => queries(other),
            })
            .collect(),
        Value::Array(items) => items.iter().flat_map(queries).collect(),
        _ => Vec::new(),
    }
}

#[test]
fn every_alarm_asks_for_figures_that_exist_and_has_its_place_in_the_runbook() {
    let (names, runbook) = (described(), repository("docs/runbook.md"));
    let anchors: BTreeSet<_> = runbook
        .lines()
        .filter_map(|line| line.strip_prefix("## "))
        .map(|title| title.to_lowercase().replace(' ', "-"))
        .collect();
    let alarms = alarms();
    assert!(alarms.len() >= 15);
    for alarm in &alarms {
        let name = alarm["alert"].as_str().unwrap();
        let asked = names_in(alarm["expr"].as_str().unwrap());
        assert!(!asked.is_empty() && asked.is_subset(&names), "{name}: {asked:?}");
        for note in ["summary", "description"] {
            assert!(alarm["annotations"][note].is_string(), "{name} has no {note}");
        }
        assert!(alarm["labels"]["severity"].is_string(), "{name} has no severity");
        let link = alarm["annotations"]["runbook_url"].as_str().unwrap();
        let (page, anchor) = link.split_once('#').unwrap();
        assert!(page.ends_with("docs/runbook.md"), "{name}: {link}");
        assert_eq!(anchor, name.to_lowercase(), "{link}");
        assert!(anchors.contains(anchor), "docs/runbook.md has no section {name}");
    }
}

#[test]
fn every_panel_of_the_dashboard_asks_for_figures_that_exist_through_the_chosen_data_source() {
    let dashboard: Value = serde_json::from_str(&repository("ops/grafana/lianfang.json")).unwrap();
    let names = described();
    let queries = queries(&dashboard);
    assert!(queries.len() >= 20);
    for query in queries.iter().filter(|query| *query != "prometheus") {
        let asked = names_in(query);
        assert!(!asked.is_empty() && asked.is_subset(&names), "{query}");
    }
    let variables = dashboard["templating"]["list"].as_array().unwrap();
    assert!(variables.iter().any(|variable| variable["type"] == "datasource"));
    for panel in dashboard["panels"].as_array().unwrap() {
        if panel["type"] != "row" {
            assert_eq!(panel["datasource"]["uid"], "${datasource}", "{}", panel["title"]);
        }
    }
}

#[test]
fn no_figure_is_collected_that_neither_dashboard_nor_alarms_show() {
    let dashboard: Value = serde_json::from_str(&repository("ops/grafana/lianfang.json")).unwrap();
    let expressions = alarms()
        .iter()
        .map(|alarm| alarm["expr"].as_str().unwrap().to_owned())
        .chain(queries(&dashboard))
        .collect::<Vec<_>>()
        .join(" ");
    for (name, ..) in DESCRIBED {
        assert!(expressions.contains(name), "{name} is shown nowhere");
    }
}
