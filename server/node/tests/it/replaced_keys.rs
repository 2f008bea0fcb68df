//! A member's TLS key is replaced: the old one counts for as long as it was said to, and not a request longer, on open
//! connections too.

use std::time::Duration;

use lianfang_certs::{NodeKey, certificate};
use lianfang_encoding::{FederationId, SigningKey};
use lianfang_node::data::DataFolder;
use lianfang_store::testing::Backend;
use lianfang_wire::ProblemType;
use lianfang_wire::membership::Hash32;
use lianfang_wire::renewal::{Renewal, RenewalRequest};
use reqwest::Client;

use crate::harness::command::lianfang;
use crate::harness::federation::{Papers, now};
use crate::harness::node::TestNode;

const HOUR: Duration = Duration::from_secs(3_600);

/// A member's new key and its request for a certificate.
pub(crate) struct Asked {
    key: NodeKey,
    renewal: Renewal,
    pub(crate) signed: RenewalRequest,
}

/// The signing key of members that [`TestNode::admit`] admits.
fn signing() -> SigningKey {
    SigningKey::from_seed(&[7; 32])
}

fn pin_of(node: &TestNode, member: &str) -> Hash32 {
    let current = node.node().trust().current();
    let members = &current.document.members;
    members.iter().find(|one| one.id.as_str() == member).unwrap().pin
}

pub(crate) fn asked(node: &TestNode, member: &str) -> Asked {
    let key = NodeKey::generate().unwrap();
    let (id, hosts) = (member.parse().unwrap(), vec!["127.0.0.1".to_owned()]);
    let renewal = Renewal {
        fed: node.node().trust().federation(),
        replaces: pin_of(node, member),
        csr: key.request(&id, &hosts).unwrap(),
        iss: id,
        hosts,
    };
    signed_by(&signing(), key, renewal)
}

fn signed_by(signer: &SigningKey, key: NodeKey, renewal: Renewal) -> Asked {
    let signed = RenewalRequest {
        node: renewal.iss.clone(),
        request: renewal.sign(signer).unwrap(),
    };
    Asked { key, renewal, signed }
}

pub(crate) async fn replaced(node: &TestNode, member: &str, overlap: Duration) -> Papers {
    let asked = asked(node, member);
    let renewed = node
        .operator()
        .replace_certificate(&asked.signed, overlap)
        .await
        .unwrap();
    Papers {
        certificate: renewed.certificate,
        key: asked.key.to_pem().unwrap().to_string(),
    }
}

/// The status, or none when the connection was refused.
async fn status(node: &TestNode, client: &Client) -> Option<u16> {
    let answer = client.get(node.federation_url("/info")).send().await;
    answer.ok().map(|answer| answer.status().as_u16())
}

#[tokio::test(flavor = "multi_thread")]
async fn both_keys_count_until_the_overlap_is_over_and_then_the_old_one_is_out_on_open_connections_too() {
    for http2 in [false, true] {
        // Not before the federation is founded, by the system's clock, which TLS goes by.
        let start = now() + Duration::from_secs(60);
        let node = TestNode::start_with_clock(&start.to_string()).await;
        let old = node.admit("platform-b").await;
        let open = node.member(&old, http2);
        assert_eq!(status(&node, &open).await, Some(200));
        let new = replaced(&node, "platform-b", HOUR).await;
        for client in [&open, &node.member(&old, http2), &node.member(&new, http2)] {
            assert_eq!(
                status(&node, client).await,
                Some(200),
                "both count (HTTP/2 {http2})"
            );
        }
        node.set_clock(&(start + HOUR / 2).to_string());
        assert_eq!(status(&node, &open).await, Some(200));
        node.set_clock(&(start + HOUR * 2).to_string());
        assert_eq!(status(&node, &open).await, Some(403), "open (HTTP/2 {http2})");
        assert_eq!(status(&node, &open).await, None, "new (HTTP/2 {http2})");
        assert_eq!(status(&node, &node.member(&new, http2)).await, Some(200));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn without_an_overlap_the_old_key_is_out_at_once() {
    let node = TestNode::start().await;
    let old = node.admit("platform-b").await;
    let open = node.member(&old, true);
    assert_eq!(status(&node, &open).await, Some(200));
    let new = replaced(&node, "platform-b", Duration::ZERO).await;
    assert_eq!(status(&node, &open).await, Some(403));
    assert_eq!(status(&node, &open).await, None);
    assert_eq!(status(&node, &node.member(&new, true)).await, Some(200));
}

/// What is wrong with a request, and the problem it meets.
type Wrong = (&'static str, ProblemType, fn(Asked) -> Asked);

#[tokio::test(flavor = "multi_thread")]
async fn a_request_counts_for_its_member_its_federation_and_the_key_in_force_only() {
    let node = TestNode::start().await;
    node.admit("platform-b").await;
    let wrong: [Wrong; 6] = [
        (
            "without the host where others find the member",
            ProblemType::Invalid,
            |asked| {
                let hosts = vec!["0.0.0.0".to_owned(), "b.example".to_owned()];
                signed_by(
                    &signing(),
                    asked.key,
                    Renewal {
                        hosts,
                        ..asked.renewal
                    },
                )
            },
        ),
        ("signed by somebody else", ProblemType::Invalid, |asked| {
            signed_by(&SigningKey::from_seed(&[8; 32]), asked.key, asked.renewal)
        }),
        ("another member's", ProblemType::Invalid, |asked| {
            let iss = "platform-c".parse().unwrap();
            let mut asked = signed_by(&signing(), asked.key, Renewal { iss, ..asked.renewal });
            asked.signed.node = "platform-b".parse().unwrap();
            asked
        }),
        ("of another federation", ProblemType::Invalid, |asked| {
            let fed = FederationId([9; 16]);
            signed_by(&signing(), asked.key, Renewal { fed, ..asked.renewal })
        }),
        (
            "about a key that isn't in force",
            ProblemType::Conflict,
            |asked| {
                let replaces = Hash32([9; 32]);
                signed_by(
                    &signing(),
                    asked.key,
                    Renewal {
                        replaces,
                        ..asked.renewal
                    },
                )
            },
        ),
        (
            "about somebody who is no member",
            ProblemType::NotFound,
            |mut asked| {
                asked.signed.node = "nobody".parse().unwrap();
                asked
            },
        ),
    ];
    let before = node.node().trust().current().document.version;
    for (what, expected, spoil) in wrong {
        let asked = spoil(asked(&node, "platform-b"));
        let refused = node
            .operator()
            .replace_certificate(&asked.signed, HOUR)
            .await
            .unwrap_err();
        assert_eq!(refused.kind(), Some(expected), "{what}");
    }
    let months = node
        .operator()
        .replace_certificate(&asked(&node, "platform-b").signed, HOUR * 24 * 31)
        .await;
    assert!(months.is_err(), "no key stays for months");
    assert_eq!(node.node().trust().current().document.version, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_changes_the_document_once_and_counts_until_its_key_is_replaced() {
    let node = TestNode::start().await;
    let operator = node.operator();
    let version = || node.node().trust().current().document.version;
    let old = node.admit("platform-b").await;
    let (before, first) = (version(), asked(&node, "platform-b"));
    let renewed = operator.replace_certificate(&first.signed, HOUR).await.unwrap();
    let again = operator
        .replace_certificate(&first.signed, Duration::ZERO)
        .await
        .unwrap();
    assert_eq!(version(), before + 1);
    assert_eq!(
        (again.membership_version, again.until),
        (renewed.membership_version, renewed.until)
    );
    let serial = |pem: &str| certificate::serial(&certificate::der(pem).unwrap()).unwrap();
    assert_eq!(serial(&again.certificate), serial(&renewed.certificate));
    let papers = Papers {
        certificate: again.certificate,
        key: first.key.to_pem().unwrap().to_string(),
    };
    for shown in [&papers, &old] {
        assert_eq!(status(&node, &node.member(shown, true)).await, Some(200));
    }
    replaced(&node, "platform-b", Duration::ZERO).await;
    for outdated in [HOUR, Duration::ZERO] {
        let refused = operator.replace_certificate(&first.signed, outdated).await;
        assert_eq!(refused.unwrap_err().kind(), Some(ProblemType::Conflict));
    }
    assert_eq!(version(), before + 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn whichever_statement_fails_a_member_gets_its_certificate_when_it_is_asked_for_again() {
    for backend in [Backend::Sqlite, Backend::Postgres] {
        let node = TestNode::start_on(backend).await;
        node.admit("platform-b").await;
        let (store, before) = (
            &node.assembled.store,
            node.node().trust().current().document.version,
        );
        for n in 1.. {
            let asked = asked(&node, "platform-b");
            store.fail_statement(n);
            let first = node.operator().replace_certificate(&asked.signed, HOUR).await;
            let reached = store.stop_failing();
            let again = node.operator().replace_certificate(&asked.signed, HOUR).await;
            let again = again.unwrap_or_else(|error| panic!("{backend:?}: statement {n}: {error}"));
            assert_eq!(again.membership_version, before + n, "one document each");
            if let Ok(first) = first {
                assert_eq!(first.until, again.until);
            }
            if !reached {
                break;
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_node_renews_its_own_key_by_the_command_line_and_shows_it_without_a_restart() {
    // It listens everywhere, and others find it at 127.0.0.1.
    let everywhere = |text: String| text.replacen("127.0.0.1:0", "0.0.0.0:0", 1);
    let node = TestNode::start_with(everywhere).await;
    let member = node.admit("platform-b").await;
    let data = node.data();
    let before = pin_of(&node, "platform-a");
    let file = |name: &str| data.join(name).to_str().unwrap().to_owned();
    let (request, answer) = (file("request.json"), file("renewed.json"));
    let run = async |words: &[&str]| {
        let mut words: Vec<_> = ["federation"].into_iter().chain(words.iter().copied()).collect();
        words.extend(["--data", data.to_str().unwrap()]);
        let said = lianfang(data, &words, "").await;
        assert_eq!(said.code, 0, "{words:?}: {}", said.err);
    };
    run(&["renew", "--out", &request]).await;
    std::fs::write(&answer, "kept").unwrap();
    let words = ["federation", "replace", "--request", &request, "--out", &answer];
    assert_ne!(lianfang(data, &words, "").await.code, 0);
    assert_eq!(pin_of(&node, "platform-a"), before, "nowhere to write the answer");
    std::fs::remove_file(&answer).unwrap();
    run(&[
        "replace",
        "--request",
        &request,
        "--overlap",
        "1",
        "--out",
        &answer,
    ])
    .await;
    run(&["renew", "--certificate", &answer]).await;
    // As after an interruption.
    run(&["renew", "--certificate", &answer]).await;
    assert_ne!(pin_of(&node, "platform-a"), before);
    let folder = DataFolder::at(data);
    let request = std::fs::read_to_string(folder.request()).unwrap();
    assert_eq!(
        lianfang_certs::request_pin(&request).unwrap(),
        pin_of(&node, "platform-a").0
    );
    node.doors.upkeep().look().await;
    assert_eq!(
        status(&node, &node.member(&member, true)).await,
        Some(200),
        "others still find it under its name"
    );
    let metrics = node.metrics().await;
    assert!(
        metrics.contains("lianfang_renewal_failed{file=\"federation\"} 0"),
        "{metrics}"
    );
    let doctor = lianfang(
        data,
        &["doctor", "--config", &file("lianfang.toml"), "--json"],
        "",
    )
    .await;
    assert!(doctor.out.contains("\"pin_fine\""), "{}", doctor.out);
}
