use std::os::unix::fs::PermissionsExt as _;

use lianfang_flow::{MembershipView, SyncLine, SyncReport};
use lianfang_node::auth::Scope;
use lianfang_wire::ProblemType;
use lianfang_wire::entry::Identifier;
use lianfang_wire::explanation::Explanation;
use lianfang_wire::names::RankNames;
use lianfang_wire::peer::BrakeDecision;
use lianfang_wire::vocabulary::{BrakeAction, MemberRole};

use crate::harness::command::lianfang;
use crate::harness::entries::typed;
use crate::harness::node::{TestNode, without_jobs};

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
async fn a_sync_that_takes_longer_than_an_answer_may_says_how_it_ended_and_a_release_waits_for_none() {
    let impatient = |text| {
        let text = without_jobs(text).replace("#answer_seconds = 60", "answer_seconds = 1");
        text.replace("#body_seconds = 60", "body_seconds = 1")
    };
    let node = TestNode::start_with(impatient).await;
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let endpoint = format!("https://{}", silent.local_addr().unwrap());
    node.admit_at("platform-b", MemberRole::Platform, &endpoint).await;
    let sync = async || {
        let mut lines: Vec<SyncLine> = Vec::new();
        let ended = node
            .operator()
            .sync_lines(None, false, |line| lines.push(line))
            .await;
        ended.unwrap();
        lines
    };
    // One waits for the other, and that for a member that lets everybody connect and says nothing.
    let (one, other) = tokio::join!(sync(), sync());
    for lines in [one, other] {
        assert!(matches!(lines.last(), Some(SyncLine::Done(_))), "{lines:?}");
    }
    let release = BrakeDecision {
        action: BrakeAction::Release,
        reason: "looked at it".to_owned(),
    };
    let admin = node.platform(&[Scope::Admin]);
    admin
        .decide_brake(&"platform-b".parse().unwrap(), &release)
        .await
        .unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sync_tells_of_each_peer_as_it_is_done_and_of_the_whole_at_the_end() {
    let node = TestNode::start().await;
    for name in ["platform-b", "platform-c"] {
        node.admit(name).await;
    }
    let mut lines = Vec::new();
    let operator = node.operator();
    operator
        .sync_lines(None, false, |line| lines.push(line))
        .await
        .unwrap();
    let [SyncLine::Peer(one), SyncLine::Peer(other), SyncLine::Done(report)] = &lines[..] else {
        panic!("{lines:?}");
    };
    assert_ne!(one.peer, other.peer);
    assert_eq!((report.peers.len(), report.version), (2, 2));
    let stranger = "platform-q".parse().unwrap();
    let refused = operator.sync_lines(Some(&stranger), false, |line: SyncLine| panic!("{line:?}"));
    assert_eq!(refused.await.unwrap_err().kind(), Some(ProblemType::NotFound));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dry_run_is_told_in_both_languages_with_its_progress_beside_the_result() {
    let node = TestNode::start().await;
    node.admit("platform-b").await;
    let mut incomplete = typed("case-1");
    incomplete.evidence.clear();
    node.operator().record_entry(&incomplete).await.unwrap();
    for (lang, fetched, kept, progress) in [
        (
            "en",
            "would fetch 0 lists",
            "1 entries stay here\tcategory, decision",
            "1 done: platform-b",
        ),
        (
            "zh",
            "将取得 0 个清单",
            "1 个条目只在本地\t缺少类别",
            "已完成 1 个：platform-b",
        ),
    ] {
        let said = lianfang(node.data(), &["--lang", lang, "sync", "--dry-run"], "").await;
        // The peer can't be reached.
        assert_eq!(said.code, 1, "{}", said.err);
        assert!(
            said.out.contains(fetched) && said.out.contains(kept),
            "{}",
            said.out
        );
        assert!(
            said.err.contains(progress) && !said.out.contains(progress),
            "{}",
            said.err
        );
        assert!(
            !said.out.contains('{') && !said.out.contains("sync."),
            "{}",
            said.out
        );
    }
    let said = lianfang(node.data(), &["--lang", "en", "sync", "--dry-run", "--json"], "").await;
    let report: SyncReport = serde_json::from_str(&said.out).unwrap();
    let local = report.sends.unwrap().local;
    assert_eq!((report.version, local.get("incomplete")), (2, Some(&1)));
    assert!(said.err.contains("1 done: platform-b"), "{}", said.err);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_node_without_news_says_so() {
    let node = TestNode::start().await;
    let said = lianfang(node.data(), &["--lang", "en", "sync", "--dry-run"], "").await;
    assert_eq!(
        (said.code, said.out.as_str(), said.err.as_str()),
        (0, "nothing to fetch and nothing to send\n", "")
    );
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
        let never = if lang == "en" {
            "never said, and can't be asked now"
        } else {
            "从未答复"
        };
        assert!(
            shown.out.contains(never) && !shown.out.contains("explain."),
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
