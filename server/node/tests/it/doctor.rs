//! `lianfang doctor`: each thing is broken once, and the line that says so is there.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use lianfang_certs::NodeKey;
use lianfang_flow::Actor;
use lianfang_node::config::Config;
use lianfang_node::data::DataFolder;
use lianfang_node::wiring::open_store;
use lianfang_store::testing::{Backend, TestDatabase};
use lianfang_wire::renewal::Renewal;
use serde_json::Value;
use tempfile::TempDir;

use crate::harness::authority::{list, renewed};
use crate::harness::command::{Said, lianfang};
use crate::harness::entries::typed;
use crate::harness::federation::{now, past};
use crate::harness::node::{TestNode, founded};

const HOUR: Duration = Duration::from_secs(3_600);
const DAY: Duration = Duration::from_secs(86_400);

/// A node that has founded a federation and doesn't run.
fn node() -> (TempDir, Config) {
    let folder = tempfile::tempdir().unwrap();
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o700)).unwrap();
    let config = founded(&folder, |text| text);
    let file = folder.path().join("lianfang.toml");
    fs::set_permissions(file, fs::Permissions::from_mode(0o600)).unwrap();
    (folder, config)
}

async fn doctor(data: &Path, more: &[&str]) -> Said {
    let config = data.join("lianfang.toml");
    let mut arguments = vec!["doctor", "--config", config.to_str().unwrap()];
    arguments.extend(more);
    lianfang(data, &arguments, "").await
}

/// Codes of what isn't fine.
async fn complaints(data: &Path) -> Vec<String> {
    let said = doctor(data, &["--json"]).await;
    let lines: Vec<Value> = serde_json::from_str(&said.out).unwrap();
    let ill: Vec<_> = lines.iter().filter(|line| line["state"] != "fine").collect();
    assert_eq!(said.code, i32::from(!ill.is_empty()), "{}", said.out);
    assert!(
        ill.iter()
            .all(|line| !line["advice"].as_str().unwrap().is_empty()),
        "{}",
        said.out
    );
    ill.iter()
        .map(|line| line["code"].as_str().unwrap().to_owned())
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_node_that_is_well_is_told_so_in_both_languages() {
    let (folder, _) = node();
    assert_eq!(complaints(folder.path()).await, Vec::<String>::new());
    for (lang, word) in [("en", "fine\t"), ("zh", "正常\t")] {
        let said = doctor(folder.path(), &["--lang", lang]).await;
        assert_eq!(said.code, 0, "{}", said.err);
        assert!(said.out.lines().count() > 10, "{}", said.out);
        assert!(
            said.out.lines().all(|line| line.starts_with(word)),
            "{}",
            said.out
        );
        assert!(!said.out.contains('{'), "every blank is filled: {}", said.out);
    }
}

fn shares(data: &Path) -> Vec<PathBuf> {
    let files = fs::read_dir(data.join("keys/shares")).unwrap();
    files.map(|file| file.unwrap().path()).collect()
}

/// What is done to a node, and what is said about it.
type Harm = fn(&Path, &Config);

#[tokio::test(flavor = "multi_thread")]
async fn each_thing_that_is_broken_has_its_line() {
    let harms: [(&str, Harm); 23] = [
        ("config_broken", |data, _| append(data, "[colour]\nred = 1\n")),
        ("permissions_open", |data, _| {
            open_to_others(&data.join("keys/signing.key"))
        }),
        ("permissions_open", |data, _| open_to_others(data)),
        ("keys_broken", |data, _| {
            fs::remove_file(data.join("keys/data.key")).unwrap()
        }),
        ("keys_broken", |data, _| {
            fs::write(data.join("keys/signing.key"), "nonsense").unwrap()
        }),
        ("keys_signing", |data, _| {
            fs::write(data.join("keys/signing.key"), "07".repeat(32)).unwrap()
        }),
        ("keys_pin", |data, config| {
            let key = NodeKey::generate().unwrap();
            fs::write(
                &config.tls.federation.certificate,
                renewed(data, Some(&key), now(), 40 * DAY),
            )
            .unwrap();
            fs::write(&config.tls.federation.key, key.to_pem().unwrap().as_bytes()).unwrap();
        }),
        ("certificate_broken", |_, config| {
            fs::write(&config.tls.federation.certificate, "x").unwrap()
        }),
        ("certificate_soon", |data, config| {
            fs::write(
                &config.tls.federation.certificate,
                renewed(data, None, now(), 10 * DAY),
            )
            .unwrap();
        }),
        ("certificate_over", |data, config| {
            fs::write(
                &config.tls.federation.certificate,
                renewed(data, None, past(20 * DAY), 10 * DAY),
            )
            .unwrap();
        }),
        ("membership_none", |_, config| {
            execute(config, "DELETE FROM memberships")
        }),
        ("membership_broken", |_, config| {
            execute(config, "UPDATE memberships SET envelope = X'7B7D'");
        }),
        ("membership_removed", |data, _| {
            change(data, "id = \"platform-a\"", "id = \"platform-z\"");
        }),
        ("membership_soon", |data, _| {
            change(data, "[tls]\n", "[tls]\nmembership_alarm_days = 400\n")
        }),
        ("folder_missing", |data, _| {
            change(data, "[node]\n", "[node]\ndata_dir = \"gone\"\n");
        }),
        ("shares_missing", |data, _| {
            fs::remove_file(shares(data).remove(0)).unwrap()
        }),
        ("shares_foreign", |data, _| {
            let [one, other, ..] = &shares(data)[..] else {
                panic!("a share of each class")
            };
            fs::copy(one, other).unwrap();
        }),
        ("tokens_broken", |data, _| {
            fs::write(data.join("keys/access-retired.json"), "{").unwrap();
        }),
        ("revocations_over", |data, _| {
            fs::write(
                data.join("tls/authority.crl"),
                list(data, &[], past(2 * HOUR), HOUR),
            )
            .unwrap();
            revocations(data);
        }),
        ("revocations_soon", |data, _| {
            fs::write(data.join("tls/authority.crl"), list(data, &[], now(), 2 * HOUR)).unwrap();
            revocations(data);
        }),
        ("revocations_broken", |data, _| {
            fs::write(data.join("tls/authority.crl"), "x").unwrap();
            revocations(data);
        }),
        ("database_missing", |data, _| {
            fs::remove_file(data.join("lianfang.db")).unwrap()
        }),
        ("database_unreachable", |data, _| {
            for end in ["-wal", "-shm"] {
                let _ = fs::remove_file(data.join(format!("lianfang.db{end}")));
            }
            fs::write(data.join("lianfang.db"), "this is no database at all".repeat(100)).unwrap();
        }),
    ];
    for (code, harm) in harms {
        let (folder, config) = node();
        harm(folder.path(), &config);
        let said = complaints(folder.path()).await;
        assert!(said.iter().any(|line| line == code), "{code}: {said:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_schema_that_is_behind_is_said_and_left_as_it_is() {
    let (folder, config) = node();
    open_store(&config).unwrap().revert_all().unwrap();
    assert_eq!(complaints(folder.path()).await, ["database_old"]);
    assert_eq!(complaints(folder.path()).await, ["database_old"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_peer_that_was_never_synced_and_one_that_waits_for_a_person_are_named() {
    let node = TestNode::start().await;
    fs::set_permissions(node.data(), fs::Permissions::from_mode(0o700)).unwrap();
    fs::set_permissions(
        node.data().join("lianfang.toml"),
        fs::Permissions::from_mode(0o600),
    )
    .unwrap();
    node.admit("platform-b").await;
    assert_eq!(complaints(node.data()).await, ["peer_never"]);
    let (peer, store) = ("platform-b".parse().unwrap(), &node.assembled.store);
    store.peer_answered(&peer, now(), 0).unwrap();
    store
        .peer_synced(&peer, past(2 * HOUR), Duration::ZERO, now())
        .unwrap();
    assert_eq!(complaints(node.data()).await, Vec::<String>::new());
    store.peer_failed(&peer, now(), "unreachable").unwrap();
    assert_eq!(complaints(node.data()).await, ["peer_error"]);
    store
        .peer_synced(&peer, past(3 * DAY), Duration::ZERO, now())
        .unwrap();
    assert_eq!(complaints(node.data()).await, ["peer_stale"]);
    store.quarantine_peer(&peer, now(), "flood").unwrap();
    assert_eq!(complaints(node.data()).await, ["peer_quarantined"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_that_is_on_its_way_out_is_said() {
    let node = TestNode::start().await;
    let document = node.node().trust().current();
    let own = &document.document.members[0];
    let hosts = vec!["127.0.0.1".to_owned()];
    let key = NodeKey::generate().unwrap();
    let asked = Renewal {
        iss: own.id.clone(),
        fed: document.federation,
        replaces: own.pin,
        csr: key.request(&own.id, &hosts).unwrap(),
        hosts,
    };
    let signing = DataFolder::at(node.data()).secrets().unwrap().signing;
    let request = asked.sign(&signing).unwrap();
    let by = Actor::operator();
    let replaced = node
        .node()
        .replace_certificate(&by, &own.id, &request, HOUR)
        .await;
    replaced.unwrap();
    assert!(complaints(node.data()).await.contains(&"pin_retiring".to_owned()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clock_that_is_behind_what_was_recorded_is_said() {
    let node = TestNode::start().await;
    node.admit("platform-b").await;
    let peer = "platform-b".parse().unwrap();
    node.assembled
        .store
        .peer_answered(&peer, now() + HOUR, 0)
        .unwrap();
    assert!(complaints(node.data()).await.contains(&"clock_behind".to_owned()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clock_far_from_most_others_is_this_node_s_and_one_far_from_the_rest_is_that_member_s() {
    let node = TestNode::start().await;
    let minute = 60_000_000;
    for (peer, offset) in [
        ("platform-b", 0),
        ("platform-c", 2 * minute),
        ("platform-d", minute),
    ] {
        node.admit(peer).await;
        let (peer, store) = (peer.parse().unwrap(), &node.assembled.store);
        store.peer_synced(&peer, now(), Duration::ZERO, now()).unwrap();
        store.peer_answered(&peer, now(), offset).unwrap();
    }
    let about_clocks = async || {
        let mut said = complaints(node.data()).await;
        said.retain(|line| line.contains("clock"));
        said
    };
    assert_eq!(about_clocks().await, Vec::<String>::new());
    let answered = |peer: &str, offset| {
        let store = &node.assembled.store;
        store
            .peer_answered(&peer.parse().unwrap(), now(), offset)
            .unwrap();
    };
    answered("platform-c", 2 * minute + 1);
    assert_eq!(about_clocks().await, ["peer_clock"]);
    answered("platform-d", minute + 1);
    assert_eq!(about_clocks().await, ["clock_off", "peer_clock"]);
    for peer in ["platform-b", "platform-c", "platform-d"] {
        answered(peer, -90 * minute);
    }
    let said = doctor(node.data(), &[]).await;
    assert!(
        said.out
            .contains("3 other members differ from this one by -90 min"),
        "{}",
        said.out
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_that_was_changed_breaks_the_chain() {
    let node = TestNode::start_on(Backend::Postgres).await;
    for case in ["case-1", "case-2", "case-3"] {
        node.operator().record_entry(&typed(case)).await.unwrap();
    }
    let said = doctor(node.data(), &["--json"]).await;
    assert!(said.out.contains("3 events"), "{}", said.out);
    node.execute("UPDATE events SET previous_hash = commitment WHERE seq = 2");
    let said = doctor(node.data(), &["--json"]).await;
    assert!(said.out.contains("event 2 doesn't follow"), "{}", said.out);
    assert!(complaints(node.data()).await.contains(&"chain_broken".to_owned()));
}

fn append(data: &Path, text: &str) {
    let file = data.join("lianfang.toml");
    let before = fs::read_to_string(&file).unwrap();
    fs::write(file, format!("{before}{text}")).unwrap();
}

fn change(data: &Path, this: &str, that: &str) {
    let file = data.join("lianfang.toml");
    let text = fs::read_to_string(&file).unwrap();
    fs::write(file, text.replacen(this, that, 1)).unwrap();
}

fn revocations(data: &Path) {
    change(data, "# revocations = ", "revocations = ");
}

/// On the database of a node that doesn't run.
fn execute(config: &Config, sql: &str) {
    let store = open_store(config).unwrap();
    TestDatabase::around(store, config.database.url.expose()).execute(sql);
}

fn open_to_others(path: &Path) {
    let mode = fs::metadata(path).unwrap().permissions().mode();
    fs::set_permissions(path, fs::Permissions::from_mode(mode | 0o040)).unwrap();
}
