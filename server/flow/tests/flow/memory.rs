//! What a node says of the memory that each publisher costs it.

use lianfang_flow::{MemoryFigures, Node};
use lianfang_wire::peer::PeerList;

use crate::harness::{BACKENDS, Federation, company, entry, id, operator};

/// A's only list at `node`, which has to agree with the figures.
async fn list_of_a(node: &Node) -> PeerList {
    let peers = node.peers().await.unwrap();
    let a = peers
        .into_iter()
        .find(|peer| peer.id == id("platform-a"))
        .unwrap();
    let [list] = <[PeerList; 1]>::try_from(a.lists).unwrap();
    let members = node.member_figures().await.unwrap();
    for member in members {
        let expected = if member.id == id("platform-a") {
            MemoryFigures {
                base: list.base_bytes,
                changes: list.changes_bytes,
            }
        } else {
            MemoryFigures::default()
        };
        assert_eq!(member.memory, expected, "{}", member.id);
    }
    list
}

#[tokio::test]
async fn each_list_says_what_its_base_and_its_changes_take_in_the_index() {
    for backend in BACKENDS {
        let (_federation, a, b) = Federation::of_two(backend).await;
        let record = async |code: &str| {
            let new = entry(company(code), a.now());
            a.record_entry(&operator(), new).await.unwrap();
            a.publish_changes().await.unwrap();
            assert!(b.sync(None, false).await.unwrap().is_complete());
        };
        record("91110108661572276L").await;
        let first = list_of_a(&b).await;
        assert!(
            first.base_bytes >= 59_000,
            "the smallest class has 59 KB: {first:?}"
        );
        assert_eq!(first.changes_bytes, 0);
        record("91130105MA0FRNGTXX").await;
        let second = list_of_a(&b).await;
        assert_eq!(second.base_bytes, first.base_bytes);
        assert!(second.changes_bytes > 0, "{second:?}");
        let own = a.member_figures().await.unwrap();
        let own = own.iter().find(|member| member.id == id("platform-a")).unwrap();
        assert_eq!(
            own.memory.base, first.base_bytes,
            "its own list costs a node as much"
        );
    }
}
