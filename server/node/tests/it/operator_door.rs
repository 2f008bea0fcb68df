use std::os::unix::fs::PermissionsExt as _;

use lianfang_flow::{MembershipView, SyncReport};
use lianfang_node::auth::Scope;
use lianfang_wire::ProblemType;
use lianfang_wire::entry::Identifier;
use lianfang_wire::explanation::Explanation;
use lianfang_wire::names::RankNames;

use crate::harness::command::lianfang;
use crate::harness::entries::typed;
use crate::harness::node::TestNode;

#[tokio::test(flavor = "multi_thread")]
async fn only_the_owner_can_open_the_operator_s_socket() {
    let node = TestNode::start().await;
    let mode = std::fs::metadata(node.doors.socket().unwrap())
        .unwrap()
        .permissions()
        .mode();
    assert_eq!(mode & 0o777, 0o600);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_member_is_invited_once_admitted_and_removed() {
    let node = TestNode::start().await;
    node.admit("platform-b").await;
    let operator = node.operator();
    let id = "platform-b".parse().unwrap();
    let refused = operator.invite(&id).await.unwrap_err();
    assert_eq!(refused.kind(), Some(ProblemType::Conflict));
    operator.remove(&id).await.unwrap();
    let view: MembershipView = operator.members().await.unwrap();
    let active: Vec<_> = view.members.iter().filter(|member| member.is_active()).collect();
    assert_eq!((active.len(), view.version), (1, 4));
    assert_eq!(
        operator.remove(&id).await.unwrap_err().kind(),
        Some(ProblemType::NotFound)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sync_says_what_became_of_each_peer() {
    let node = TestNode::start().await;
    node.admit("platform-b").await;
    let report: SyncReport = node.operator().sync(None, true).await.unwrap();
    assert!(report.dry_run);
    assert_eq!(report.peers[0].error.as_deref(), Some("unreachable"));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_entry_a_member_and_a_screening_are_explained_to_the_operator() {
    let node = TestNode::start().await;
    node.admit("platform-b").await;
    let operator = node.operator();
    let entry = operator.record_entry(&typed("case-1")).await.unwrap();
    let explained = operator.explain(&entry.id.to_string()).await.unwrap();
    assert!(matches!(explained, Explanation::Entry(about) if about.entry == entry.id));
    let explained = operator.explain("platform-b").await.unwrap();
    assert!(matches!(explained, Explanation::Peer(about) if about.peer.id.as_str() == "platform-b"));
    let refused = operator.explain("platform-q").await.unwrap_err();
    assert_eq!(refused.kind(), Some(ProblemType::NotFound));
    // It may have gone out already, on commit.
    operator.build_digests::<serde_json::Value>().await.unwrap();
    for (lang, said) in [("en", "in the digest"), ("zh", "已在摘要中")] {
        let id = entry.id.to_string();
        let shown = lianfang(node.data(), &["--lang", lang, "explain", &id], "").await;
        assert_eq!(shown.code, 0, "{}", shown.err);
        assert!(
            shown.out.contains(said) && !shown.out.contains('{'),
            "{}",
            shown.out
        );
    }
    let refused = lianfang(node.data(), &["explain", "no such thing"], "").await;
    assert_eq!((refused.code, refused.out.as_str()), (1, ""));
}

#[tokio::test(flavor = "multi_thread")]
async fn names_are_ranked_for_the_operator_alone() {
    let node = TestNode::start().await;
    let mut new = typed("case-1");
    new.subject.identifiers.push(Identifier {
        kind: "legal_name_cn".to_owned(),
        value: "深圳市鑫澜科技有限公司".to_owned(),
        ..new.subject.identifiers[0].clone()
    });
    let recorded = node.operator().record_entry(&new).await.unwrap();
    let asked = |kind: &str| RankNames {
        kind: kind.to_owned(),
        value: "深圳鑫瀾電子商務有限公司".to_owned(),
        region: None,
    };
    let ranked = node.operator().rank_names(&asked("legal_name_cn")).await.unwrap();
    assert_eq!(ranked.len(), 1);
    assert_eq!((ranked[0].entry, ranked[0].core), (recorded.id, 100));
    let refused = node.operator().rank_names(&asked("nothing")).await.unwrap_err();
    assert_eq!(refused.kind(), Some(ProblemType::Malformed));
    let platform = node.platform(Scope::ALL);
    let refused = platform.rank_names(&asked("legal_name_cn")).await.unwrap_err();
    assert_eq!(refused.kind(), Some(ProblemType::NotFound));
}
