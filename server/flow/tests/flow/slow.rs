//! A member that takes its time to answer holds up nobody else's news.

use std::sync::Arc;

use lianfang_wire::alert::AlertState;

use crate::alerts::{CODE, alerts, publish, states, watch};
use crate::dropped::alerts_become;
use crate::harness::{BACKENDS, Federation, company};

const OTHER: &str = "91130105MA0FRNGTXX";

#[tokio::test]
async fn what_others_have_brought_is_in_force_while_one_is_still_being_asked() {
    for backend in BACKENDS {
        let mut federation = Federation::found(backend).await;
        let a = federation.join("platform-a", "CN", &[]).await;
        let b = federation.join("platform-b", "CN", &[]).await;
        let c = federation.join("platform-c", "CN", &[]).await;
        watch(&c, "shop-1", company(CODE)).await;
        watch(&c, "shop-2", company(OTHER)).await;
        publish(&a, CODE).await;
        publish(&b, OTHER).await;
        federation.network.hold("info", a.id());
        let node = Arc::clone(&c);
        let syncing = tokio::spawn(async move { node.sync(None, false).await });
        alerts_become(&c, &[AlertState::Open]).await;
        assert_eq!(alerts(&c).await[0].client_reference, "shop-2");
        assert!(!syncing.is_finished());
        federation.network.let_go();
        let report = syncing.await.unwrap().unwrap();
        assert_eq!(report.peers.len(), 3, "{report:?}");
        assert!(report.is_complete(), "{report:?}");
        assert_eq!(states(&c).await, [AlertState::Open; 2]);
    }
}
