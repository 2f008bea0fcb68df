//! A revocation list beside the membership document.

use std::fs;
use std::path::Path;
use std::time::Duration;

use reqwest::Client;

use crate::harness::authority::{good_list, list};
use crate::harness::federation::{now, past};
use crate::harness::node::TestNode;

const HOUR: Duration = Duration::from_secs(3_600);
const DAY: Duration = Duration::from_secs(86_400);

fn configured(text: String) -> String {
    text.replace("# revocations = ", "revocations = ")
}

async fn with_list(first: impl FnOnce(&Path) -> String) -> TestNode {
    TestNode::start_prepared(configured, |data| {
        let text = first(data);
        fs::write(data.join("tls/authority.crl"), text).unwrap();
    })
    .await
}

async fn replace(node: &TestNode, text: &str) {
    fs::write(node.data().join("tls/authority.crl"), text).unwrap();
    node.doors.upkeep().look().await;
}

async fn status(node: &TestNode, client: &Client) -> Option<u16> {
    let answer = client.get(node.federation_url("/info")).send().await.ok()?;
    Some(answer.status().as_u16())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_certificate_that_comes_onto_the_list_is_out_on_open_and_new_connections() {
    let node = with_list(|data| good_list(data, &[])).await;
    for http2 in [false, true] {
        let name = format!("platform-{http2}");
        let (revoked, other) = (node.admit(&name).await, node.admit(&format!("{name}-2")).await);
        let (client, stays) = (node.member(&revoked, http2), node.member(&other, http2));
        assert_eq!(
            (status(&node, &client).await, status(&node, &stays).await),
            (Some(200), Some(200))
        );
        replace(&node, &good_list(node.data(), &[&revoked.certificate])).await;
        assert_eq!(status(&node, &client).await, Some(403), "open");
        assert_eq!(status(&node, &client).await, None, "new");
        assert_eq!(
            status(&node, &node.member(&revoked, http2)).await,
            None,
            "a client of its own"
        );
        assert_eq!(
            (
                status(&node, &stays).await,
                status(&node, &node.member(&other, http2)).await
            ),
            (Some(200), Some(200))
        );
    }
}

/// A list says until when it is to be believed; after that nobody is, until there is a new one.
#[tokio::test(flavor = "multi_thread")]
async fn a_list_that_is_out_of_date_refuses_everybody_until_it_is_renewed() {
    let node = with_list(|data| list(data, &[], past(2 * HOUR), HOUR)).await;
    let papers = node.admit("platform-b").await;
    assert_eq!(status(&node, &node.member(&papers, true)).await, None);
    let metrics = node.metrics().await;
    let left = metrics
        .lines()
        .find(|line| line.starts_with("lianfang_revocation_list_expiry_seconds"));
    let left: f64 = left.unwrap().split_whitespace().last().unwrap().parse().unwrap();
    assert!(left < 0.0, "{left}");
    replace(&node, &good_list(node.data(), &[])).await;
    assert_eq!(status(&node, &node.member(&papers, true)).await, Some(200));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_that_cannot_be_used_keeps_the_old_one_in_force_and_raises_the_alarm() {
    let node = with_list(|data| good_list(data, &[])).await;
    let (revoked, other) = (node.admit("platform-b").await, node.admit("platform-c").await);
    replace(&node, &good_list(node.data(), &[&revoked.certificate])).await;
    let foreign = {
        let stranger = lianfang_certs::Authority::create("Somebody else", 30 * DAY, now()).unwrap();
        stranger.revoke(None, &[], now(), DAY).unwrap()
    };
    let older = list(node.data(), &[], past(HOUR), DAY);
    for (what, text) in [
        ("nonsense", "nonsense"),
        ("nothing", ""),
        ("a stranger's", &foreign),
        ("an older one", &older),
    ] {
        replace(&node, text).await;
        assert_eq!(status(&node, &node.member(&revoked, true)).await, None, "{what}");
        assert_eq!(
            status(&node, &node.member(&other, true)).await,
            Some(200),
            "{what}"
        );
        let metrics = node.metrics().await;
        assert!(
            metrics.contains("lianfang_renewal_failed{file=\"revocations\"} 1"),
            "{what}: {metrics}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_revoked_certificate_is_not_shown_by_the_node_that_holds_it() {
    let node = with_list(|data| good_list(data, &[])).await;
    let next = crate::harness::authority::renewed(node.data(), None, now(), 40 * DAY);
    replace(&node, &good_list(node.data(), &[&next])).await;
    fs::write(&node.config.tls.federation.certificate, &next).unwrap();
    node.doors.upkeep().look().await;
    assert!(
        node.metrics()
            .await
            .contains("lianfang_renewal_failed{file=\"federation\"} 1")
    );
}
