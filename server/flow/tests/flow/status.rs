//! A publisher's status feed on a hostile way: each fault is refused by its own name, and nothing of it is applied.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use lianfang_wire::feed::{StatusItem, StatusPage};
use lianfang_wire::vocabulary::VerdictName;

use crate::harness::{BACKENDS, Federation, code, company, entry, id, operator, screening, signing_key};

/// An item as A itself would have signed it.
fn signed_by_a(raw: &[u8], change: impl Fn(&mut StatusItem)) -> Vec<u8> {
    let mut item = StatusItem::read(raw).unwrap();
    change(&mut item);
    item.sign(&signing_key(2))
}

/// Changes the items of a page that B gets of A's feed after it holds the first, and says how the refusal was called.
async fn refusal_of(change: impl Fn(Vec<Vec<u8>>) -> Vec<Vec<u8>> + Send + Sync + 'static) -> Option<String> {
    let (federation, a, b) = Federation::of_two(BACKENDS[0]).await;
    let mut last = None;
    for number in 0..3 {
        let new = entry(company(&code(number)), a.now());
        last = Some(a.record_entry(&operator(), new).await.unwrap().entry);
        if number == 0 {
            assert!(b.sync(None, false).await.unwrap().is_complete());
        }
    }
    assert!(last.is_some());
    federation.network.tamper(Box::new(move |asked, answer| {
        if asked != "status" {
            return answer;
        }
        let page: StatusPage = serde_json::from_slice(&answer).unwrap();
        let items = page.items.iter().map(|item| STANDARD.decode(item).unwrap());
        let items = change(items.collect())
            .iter()
            .map(|item| STANDARD.encode(item))
            .collect();
        serde_json::to_vec(&StatusPage { items, ..page }).unwrap()
    }));
    let report = b.sync(Some(id("platform-a")), false).await.unwrap();
    assert_eq!(report.peers[0].status_items, 0, "nothing of it was applied");
    let answer = b.screen(&operator(), screening(company(&code(1)))).await.unwrap();
    assert_eq!(answer.verdict, VerdictName::Clear);
    report.peers[0].error.clone()
}

#[tokio::test]
async fn each_fault_of_a_status_item_is_refused_by_its_own_name() {
    let cut = refusal_of(|mut items| {
        items[0].truncate(80);
        items
    });
    assert_eq!(cut.await.as_deref(), Some("status-malformed"));
    let bent = refusal_of(|mut items| {
        *items[0].last_mut().unwrap() ^= 1;
        items
    });
    assert_eq!(bent.await.as_deref(), Some("status-signature"));
    let foreign = refusal_of(|items| vec![signed_by_a(&items[0], |item| item.publisher = id("platform-b"))]);
    assert_eq!(foreign.await.as_deref(), Some("status-foreign"));
    let gap = refusal_of(|items| items[1..].to_vec());
    assert_eq!(gap.await.as_deref(), Some("status-gap"));
    let fork = refusal_of(|items| {
        let first = signed_by_a(&items[0], |item| item.seq = 1);
        [vec![first], items].concat()
    });
    assert_eq!(fork.await.as_deref(), Some("status-fork"));
}
