//! Tokens of keys that are shared by several members.

use std::sync::Arc;

use lianfang_encoding::Class;
use lianfang_flow::{FlowError, Node};
use lianfang_store::testing::Backend;
use lianfang_wire::ProblemType;
use lianfang_wire::vocabulary::VerdictName;

use crate::harness::{BACKENDS, Federation, company, entry, id, operator, screening};

const CODE: &str = "91110108661572276L";

/// Two of platform A, B and C make a token; platform D asks them. Whoever screens trusts platform A.
async fn federation(backend: Backend) -> Federation {
    let mut federation = Federation::found(backend).await;
    federation.join("platform-a", "CN", &[]).await;
    for name in ["platform-b", "platform-c", "platform-d"] {
        federation.join(name, "CN", &["platform-a"]).await;
    }
    let committee = ["platform-a", "platform-b", "platform-c"];
    federation.share_keys(&committee, 2).await;
    federation
}

async fn publish(federation: &Federation) -> Result<(), FlowError> {
    let a = federation.node("platform-a");
    let new = entry(company(CODE), a.now());
    a.record_entry(&operator(), new).await.unwrap();
    a.build_digests().await.map(drop)
}

async fn verdict(federation: &Federation, name: &str) -> VerdictName {
    let node = federation.node(name);
    node.sync(None, false).await.unwrap();
    let answer = node.screen(&operator(), screening(company(CODE))).await.unwrap();
    assert!(answer.complete, "{name}: {answer:?}");
    answer.verdict
}

/// What `member` has left of its bucket for organisations at `node`.
async fn left(node: &Arc<Node>, member: &str) -> u64 {
    let budgets = node.budgets().await.unwrap().items;
    let mut of = budgets.iter();
    let is = |class, name| class == Class::Organisation && name == id(member);
    of.find(|budget| is(budget.class, budget.member.clone()))
        .unwrap()
        .left
}

#[tokio::test]
async fn members_of_the_committee_and_others_find_what_one_of_them_has_published() {
    for backend in BACKENDS {
        let federation = federation(backend).await;
        publish(&federation).await.unwrap();
        for name in ["platform-b", "platform-c", "platform-d"] {
            assert_eq!(
                verdict(&federation, name).await,
                VerdictName::Block,
                "{backend:?}: {name}"
            );
        }
    }
}

#[tokio::test]
async fn who_evaluates_with_a_share_of_his_own_is_charged_as_everybody_is() {
    for backend in BACKENDS {
        let federation = federation(backend).await;
        let (a, b) = (federation.node("platform-a"), federation.node("platform-b"));
        let before = (left(&a, "platform-a").await, left(&b, "platform-a").await);
        publish(&federation).await.unwrap();
        let after = (left(&a, "platform-a").await, left(&b, "platform-a").await);
        assert!(after.0 < before.0, "{backend:?}");
        assert_eq!(before.0 - after.0, before.1 - after.1, "{backend:?}");
    }
}

#[tokio::test]
async fn a_member_who_holds_another_share_than_its_own_asks_the_others() {
    for backend in BACKENDS {
        let spoil: [fn(&mut Federation); 2] = [
            |federation| federation.spoil_shares("platform-a"),
            |federation| federation.take_shares_of("platform-b", "platform-a"),
        ];
        for spoil in spoil {
            let mut federation = federation(backend).await;
            spoil(&mut federation);
            federation.restart("platform-a").await;
            publish(&federation).await.unwrap();
            let d = verdict(&federation, "platform-d").await;
            assert_eq!(d, VerdictName::Block, "{backend:?}");
        }
    }
}

#[tokio::test]
async fn one_of_three_who_is_away_is_done_without_and_two_are_not() {
    for backend in BACKENDS {
        let federation = federation(backend).await;
        federation.network.stop(&id("platform-b"));
        publish(&federation).await.unwrap();
        let d = verdict(&federation, "platform-d").await;
        assert_eq!(d, VerdictName::Block, "{backend:?}");

        federation.network.stop(&id("platform-c"));
        let a = federation.node("platform-a");
        let other = entry(company("91350100M000100Y43"), a.now());
        a.record_entry(&operator(), other).await.unwrap();
        let refused = a.build_digests().await.unwrap_err();
        let kind = refused.problem().kind();
        assert_eq!(kind, Some(ProblemType::Unavailable), "{backend:?}: {refused}");
    }
}
