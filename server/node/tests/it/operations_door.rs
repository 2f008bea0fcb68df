use crate::harness::node::TestNode;

async fn get(node: &TestNode, path: &str) -> (u16, String) {
    let answer = node.raw().get(node.operations_url(path)).send().await.unwrap();
    (answer.status().as_u16(), answer.text().await.unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_node_that_is_up_is_alive_ready_and_counts_what_it_does() {
    let node = TestNode::start().await;
    assert_eq!(
        get(&node, "/healthz").await,
        (200, r#"{"status":"alive"}"#.to_owned())
    );
    assert_eq!(
        get(&node, "/readyz").await,
        (200, r#"{"status":"ready"}"#.to_owned())
    );
    let (status, text) = get(&node, "/metrics").await;
    assert_eq!(status, 200);
    assert!(text.contains(r#"route="/healthz",status="200"} 1"#), "{text}");
}

#[tokio::test(flavor = "multi_thread")]
async fn methods_that_somebody_makes_up_make_no_series() {
    let node = TestNode::start().await;
    let made_up = reqwest::Method::from_bytes(b"BREW").unwrap();
    let answer = node
        .raw()
        .request(made_up, node.operations_url("/healthz"))
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status(), 405);
    let (_, text) = get(&node, "/metrics").await;
    assert!(
        !text.contains("BREW") && text.contains(r#"method="other""#),
        "{text}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn kinds_that_are_off_with_a_peer_are_counted() {
    let node = TestNode::start().await;
    node.admit("platform-b").await;
    let (_, text) = get(&node, "/metrics").await;
    let line = r#"lianfang_peer_kinds_disabled{peer="platform-b"} 0"#;
    assert!(text.contains(line), "{text}");
}
