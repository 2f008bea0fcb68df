//! Certificates that are exchanged while the node runs.

use std::fs;
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;
use std::time::Duration;

use actix_web::web::{self, ServiceConfig};
use lianfang_certs::{NodeKey, certificate};
use lianfang_node::config::Limits;
use lianfang_node::doors::Caller;
use lianfang_peer::{HttpsPeers, Identity, NoneRevoked, Peers as _};
use lianfang_wire::membership::{Hash32, Member, Quotas};
use lianfang_wire::vocabulary::{MemberRole, MemberStatus};
use rustls::ClientConnection;

use crate::harness::authority::renewed;
use crate::harness::door::open;
use crate::harness::federation::{Federation, Papers, now, past, tls};
use crate::harness::node::TestNode;
use crate::harness::process::Process;

const DAY: Duration = Duration::from_secs(86_400);

/// The certificate that a door shows at a new handshake.
fn shown(door: SocketAddr, authority: &str, papers: Option<&Papers>) -> Vec<u8> {
    let config = Arc::new(tls(authority, papers, rustls::DEFAULT_VERSIONS));
    let mut session = ClientConnection::new(config, "127.0.0.1".try_into().unwrap()).unwrap();
    let mut socket = TcpStream::connect(door).unwrap();
    while session.is_handshaking() {
        session.complete_io(&mut socket).unwrap();
    }
    session.peer_certificates().unwrap()[0].to_vec()
}

fn write(node: &TestNode, pem: &str) -> Vec<u8> {
    fs::write(&node.config.tls.federation.certificate, pem).unwrap();
    certificate::der(pem).unwrap()
}

async fn with_every_door() -> TestNode {
    TestNode::start_with(|text| text.replace("enabled = false", "enabled = true")).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_certificate_is_shown_at_every_door_without_a_restart_and_connections_stay() {
    let node = with_every_door().await;
    let regulator = node.admit_as("regulator-x", MemberRole::Regulator).await;
    let member = node.member(&regulator, true);
    let ask = async || {
        member
            .get(node.federation_url("/info"))
            .send()
            .await
            .unwrap()
            .status()
    };
    assert_eq!(ask().await, 200);
    let next = write(&node, &renewed(node.data(), None, now(), 40 * DAY));
    node.doors.upkeep().look().await;
    for door in [node.doors.federation, node.doors.platform, node.doors.regulator] {
        assert!(shown(door.unwrap(), &node.authority(), Some(&regulator)) == next);
    }
    assert_eq!(ask().await, 200);
    let metrics = node.metrics().await;
    assert!(
        metrics.contains("lianfang_renewal_failed{file=\"federation\"} 0"),
        "{metrics}"
    );
}

/// What is written in place of a good certificate.
type Broken = fn(&TestNode) -> String;

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_cannot_be_used_keeps_the_old_certificate_in_force_and_raises_the_alarm() {
    let node = TestNode::start().await;
    let door = node.doors.platform.unwrap();
    let before = shown(door, &node.authority(), None);
    let broken: [(&str, Broken); 5] = [
        ("no certificate", |_| "-----BEGIN NONSENSE-----\n".to_owned()),
        ("half a file", |node| {
            let whole = renewed(node.data(), None, now(), DAY);
            whole[..whole.len() / 2].to_owned()
        }),
        ("another key's", |node| {
            renewed(node.data(), Some(&NodeKey::generate().unwrap()), now(), DAY)
        }),
        ("one that has expired", |node| {
            renewed(node.data(), None, past(3 * DAY), DAY)
        }),
        ("nothing", |_| String::new()),
    ];
    for (what, pem) in broken {
        fs::write(&node.config.tls.federation.certificate, pem(&node)).unwrap();
        node.doors.upkeep().look().await;
        assert!(shown(door, &node.authority(), None) == before, "{what}");
        let metrics = node.metrics().await;
        assert!(
            metrics.contains("lianfang_renewal_failed{file=\"federation\"} 1"),
            "{what}: {metrics}"
        );
        fs::write(&node.config.tls.federation.certificate, pem_of(&before)).unwrap();
        node.doors.upkeep().look().await;
        let metrics = node.metrics().await;
        assert!(
            metrics.contains("lianfang_renewal_failed{file=\"federation\"} 0"),
            "{what}: {metrics}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_certificate_whose_key_the_membership_does_not_pin_waits() {
    let node = TestNode::start().await;
    let door = node.doors.federation.unwrap();
    let member = node.admit("platform-b").await;
    let before = shown(door, &node.authority(), Some(&member));
    let key = NodeKey::generate().unwrap();
    write(&node, &renewed(node.data(), Some(&key), now(), DAY));
    fs::write(&node.config.tls.federation.key, key.to_pem().unwrap().as_bytes()).unwrap();
    node.doors.upkeep().look().await;
    assert!(shown(door, &node.authority(), Some(&member)) == before);
    assert!(
        node.metrics()
            .await
            .contains("lianfang_renewal_failed{file=\"federation\"} 1")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_time_that_is_left_is_a_metric_of_certificate_list_and_membership() {
    let node = TestNode::start().await;
    write(&node, &renewed(node.data(), None, now(), 10 * DAY));
    node.doors.upkeep().look().await;
    let metrics = node.metrics().await;
    let left = |name: &str| {
        let line = metrics.lines().find(|line| line.starts_with(name)).unwrap();
        line.split_whitespace().last().unwrap().parse::<f64>().unwrap()
    };
    let certificate = left("lianfang_certificate_expiry_seconds{certificate=\"federation\"}");
    assert!((0.0..=864_000.0).contains(&certificate), "{certificate}");
    assert!(left("lianfang_membership_expiry_seconds") > 0.0);
    assert!(!metrics.contains("lianfang_revocation_list_expiry_seconds"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_process_looks_by_itself_and_at_once_when_it_is_told_to() {
    for (seconds, told) in [("1", false), ("86400", true)] {
        let mut node =
            Process::serve(|text| text.replace("#check_seconds = 60", &format!("check_seconds = {seconds}")))
                .await;
        let pem = renewed(node.data(), None, now(), 10 * DAY);
        fs::write(&node.config.tls.federation.certificate, &pem).unwrap();
        if told {
            node.hang_up();
        }
        let line = node.logs("it ends soon").await;
        assert_eq!(line["expiry.of"], "federation certificate");
        assert!(shown(node.platform, &node.authority(), None) == certificate::der(&pem).unwrap());
    }
}

fn pem_of(der: &[u8]) -> String {
    use base64::Engine as _;
    let text = base64::engine::general_purpose::STANDARD.encode(der);
    let lines: Vec<_> = text
        .as_bytes()
        .chunks(64)
        .map(|line| std::str::from_utf8(line).unwrap())
        .collect();
    format!(
        "-----BEGIN CERTIFICATE-----\n{}\n-----END CERTIFICATE-----\n",
        lines.join("\n")
    )
}

fn info(config: &mut ServiceConfig) {
    config.route(
        "/federation/v1/membership",
        web::get().to(async |caller: Caller| caller.0.to_string()),
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn calls_to_other_members_show_the_new_certificate_too() {
    let federation = Federation::new("one");
    let door = open(&federation, Limits::default(), info);
    let old = federation.join("b");
    let identity = |papers: &Papers| Identity::from_pem(&papers.certificate, &papers.key).unwrap();
    let peers = HttpsPeers::new(
        federation.fed,
        "b".parse().unwrap(),
        identity(&old),
        Arc::new(NoneRevoked),
    );
    let members = [member(&federation, &door.url(""))];
    let adopt = || peers.adopt(&members, &[federation.authority_pem()]).unwrap();
    let ask = async || peers.membership(&members[0].id, None).await;
    adopt();
    assert_eq!(ask().await.unwrap(), b"b");
    let new = federation.join("b");
    assert!(ask().await.is_err(), "the old key counts no longer");
    peers.show(identity(&new));
    adopt();
    assert_eq!(ask().await.unwrap(), b"b");
}

/// The node behind the door, as a membership document names it.
fn member(federation: &Federation, endpoint: &str) -> Member {
    Member {
        id: "a".parse().unwrap(),
        name: "A".to_owned(),
        operator: "A Ltd".to_owned(),
        role: MemberRole::Platform,
        jurisdiction: "CN".to_owned(),
        endpoint: endpoint.to_owned(),
        pin: Hash32(federation.members.pinned("a")),
        retiring: None,
        signing_keys: Vec::new(),
        committee_index: None,
        quotas: Quotas::default(),
        status: MemberStatus::Active,
    }
}
