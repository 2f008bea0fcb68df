//! Two processes of a node on one database publish beside each other, and nothing is left out.

use std::sync::Arc;

use lianfang_wire::vocabulary::VerdictName;

use crate::harness::{BACKENDS, Federation, code, company, entry, id, operator, screening};

#[tokio::test]
async fn a_base_leaves_out_nothing_that_another_process_published_while_it_was_read() {
    for backend in BACKENDS {
        let mut federation = Federation::found(backend).await;
        let first = federation.join("platform-a", "CN", &[]).await;
        let b = federation.join("platform-b", "CN", &["platform-a"]).await;
        let second = federation.beside("platform-a").await;
        let record = async |number| {
            let new = entry(company(&code(number)), first.now());
            let recorded = first.record_entry(&operator(), new).await;
            recorded.unwrap().entry.id
        };
        record(1).await;
        first.publish_changes().await.unwrap();
        // The second has the tokens of what comes already, the first has to ask for them.
        for number in 2..=20 {
            let asked = screening(company(&code(number)));
            second.screen(&operator(), asked).await.unwrap();
        }
        let read = record(2).await;
        let regulator = id("regulator");
        federation.network.hold("evaluate", &regulator);
        let building = {
            let first = Arc::clone(&first);
            tokio::spawn(async move { first.build_digests().await })
        };
        federation.network.is_held("evaluate", &regulator).await;
        // Ids are random, and a base is read in their order.
        let mut last = 3;
        while record(last).await > read {
            last += 1;
        }
        assert!(last <= 20, "none came to lie behind where the base was read");
        second.publish_changes().await.unwrap();
        federation.network.let_go();
        building.await.unwrap().unwrap();
        assert!(b.sync(None, false).await.unwrap().is_complete(), "{backend:?}");
        for number in 1..=last {
            let asked = screening(company(&code(number)));
            let answer = b.screen(&operator(), asked).await.unwrap();
            assert_eq!(
                answer.verdict,
                VerdictName::Block,
                "{backend:?} {number} of {last}"
            );
        }
    }
}
