use lianfang_node::wiring::{StartError, open};
use tokio_util::sync::CancellationToken;

use crate::harness::node::TestNode;

#[tokio::test(flavor = "multi_thread")]
async fn a_second_node_on_the_same_folder_is_refused() {
    let node = TestNode::start().await;
    let refused = open(&node.config, &node.assembled, CancellationToken::new()).await;
    assert!(matches!(refused, Err(StartError::Listen(..))));
    assert!(node.operator().peers().await.is_ok(), "the first one goes on");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stopped_node_leaves_no_socket_and_can_be_opened_again() {
    let mut node = TestNode::start().await;
    let socket = node.doors.socket().unwrap().to_owned();
    node.close().await;
    assert!(!socket.exists());
    node.open_again().await;
    assert!(node.operator().peers().await.is_ok());
}
