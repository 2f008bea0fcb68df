//! What a node had it has again.

use lianfang_wire::vocabulary::VerdictName;

use crate::harness::{BACKENDS, Federation, company, entry, id, operator, screening};

const CODE: &str = "91110108661572276L";

#[tokio::test]
async fn digests_and_confirmed_records_survive_a_restart_while_the_publisher_is_down() {
    for backend in BACKENDS {
        let mut federation = Federation::found(backend).await;
        let a = federation.join("platform-a", "CN", &[]).await;
        let b = federation.join("platform-b", "CN", &["platform-a"]).await;
        a.record_entry(&operator(), entry(company(CODE), a.now()))
            .await
            .unwrap();
        a.build_digests().await.unwrap();
        b.sync(None, false).await.unwrap();
        assert_eq!(
            b.screen(&operator(), screening(company(CODE)))
                .await
                .unwrap()
                .verdict,
            VerdictName::Block
        );
        drop(b);
        federation.network.stop(&id("platform-a"));
        let b = federation.restart("platform-b").await;
        let answer = b.screen(&operator(), screening(company(CODE))).await.unwrap();
        assert_eq!((answer.verdict, answer.complete), (VerdictName::Block, true));
    }
}

#[tokio::test]
async fn building_again_without_a_change_publishes_nothing_and_syncing_again_moves_nothing() {
    let mut federation = Federation::found(BACKENDS[0]).await;
    let a = federation.join("platform-a", "CN", &[]).await;
    let b = federation.join("platform-b", "CN", &["platform-a"]).await;
    a.record_entry(&operator(), entry(company(CODE), a.now()))
        .await
        .unwrap();
    assert_eq!(a.build_digests().await.unwrap().published.len(), 1);
    b.sync(None, false).await.unwrap();
    assert!(a.build_digests().await.unwrap().published.is_empty());
    let again = b.sync(None, false).await.unwrap();
    assert!(
        again
            .peers
            .iter()
            .all(|peer| peer.bytes == 0 && peer.lists.is_empty()),
        "{again:?}"
    );
}

#[tokio::test]
async fn an_entry_whose_time_is_over_is_written_down_once() {
    for backend in BACKENDS {
        let mut federation = Federation::found(backend).await;
        let a = federation.join("platform-a", "CN", &[]).await;
        a.record_entry(&operator(), entry(company(CODE), a.now()))
            .await
            .unwrap();
        assert_eq!(a.expire_entries().await.unwrap(), 0);
        federation
            .clock
            .advance(std::time::Duration::from_secs(301 * 86_400));
        assert_eq!(a.expire_entries().await.unwrap(), 1);
        assert_eq!(a.expire_entries().await.unwrap(), 0);
    }
}
