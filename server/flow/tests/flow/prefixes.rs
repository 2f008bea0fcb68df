//! What one confirmation may ask for, and how long the prefixes of a list that grows are.

use std::sync::Arc;

use lianfang_digest::{ListId, SignedHead, max_confirm_bits};
use lianfang_encoding::SubjectType;
use lianfang_flow::Node;
use lianfang_store::HeadRow;
use lianfang_wire::ProblemType;
use lianfang_wire::confirm::{ConfirmRequest, Prefix};
use lianfang_wire::vocabulary::VerdictName;

use crate::harness::{BACKENDS, Federation, code, company, entry, id, operator, screening};

async fn record(node: &Arc<Node>, numbers: std::ops::Range<u32>) {
    let lines = numbers.map(|number| (u64::from(number), Ok(entry(company(&code(number)), node.now()))));
    let results = node.record_entries(&operator(), lines.collect()).await.unwrap();
    assert!(results.iter().all(|result| result.problem.is_none()));
}

struct Stated {
    /// Sequence of the base that the list rests on.
    base: u64,
    bits: u8,
    tokens: u32,
}

/// What platform-a's newest head says.
fn stated(federation: &Federation) -> Stated {
    let heads = federation
        .store("platform-a")
        .heads_in_force(Some(&id("platform-a")))
        .unwrap();
    let head = &heads[0];
    let is_base = head.kind == HeadRow::BASE;
    Stated {
        base: if is_base {
            head.sequence
        } else {
            head.base_sequence
        },
        bits: SignedHead::decode(&head.head).unwrap().header().confirm_bits,
        tokens: head.tokens.unwrap() as u32,
    }
}

#[tokio::test]
async fn a_prefix_is_asked_for_once_in_a_request() {
    for backend in BACKENDS {
        let (_federation, a, b) = Federation::of_two(backend).await;
        record(&a, 0..3).await;
        a.publish_changes().await.unwrap();
        let ask = async |times| {
            let request = ConfirmRequest {
                list: ListId {
                    publisher: a.id().clone(),
                    audience: "all".parse().unwrap(),
                    subject_type: SubjectType::Seller,
                    epoch: 1,
                },
                confirm_bits: 0,
                prefixes: vec![Prefix::of(&[0; 32], 0); times],
            };
            a.confirm(b.id(), request).await
        };
        assert_eq!(ask(1).await.unwrap().records.len(), 3);
        for times in [2, 16] {
            let refused = ask(times).await.unwrap_err().problem();
            assert_eq!(refused.kind(), Some(ProblemType::ConfirmBits));
        }
    }
}

#[tokio::test]
async fn a_list_that_grew_from_a_few_records_gets_longer_prefixes_by_a_new_base() {
    for backend in BACKENDS {
        let (federation, a, b) = Federation::of_two(backend).await;
        record(&a, 0..2).await;
        a.publish_changes().await.unwrap();
        let (first, mut count) = (stated(&federation), 2);
        assert_eq!(first.bits, 0);
        let second = loop {
            record(&a, count..count + 100).await;
            count += 100;
            a.publish_changes().await.unwrap();
            let now = stated(&federation);
            if now.base > first.base {
                break now;
            }
            assert!(max_confirm_bits(now.tokens) < 6, "{} tokens", now.tokens);
        };
        assert!(second.tokens >= 512 && second.bits >= 3, "{} bits", second.bits);
        record(&a, count..count + 20).await;
        a.publish_changes().await.unwrap();
        assert_eq!(stated(&federation).base, second.base, "a delta again");
        assert!(b.sync(None, false).await.unwrap().is_complete());
        for number in [0, count - 1, count + 19] {
            let answer = b.screen(&operator(), screening(company(&code(number)))).await;
            assert_eq!(answer.unwrap().verdict, VerdictName::Block);
        }
    }
}
