//! Budgets and credits of a committee member, through the operator's socket and by the command line.

use lianfang_encoding::Class;
use lianfang_store::testing::Backend;
use lianfang_wire::budget::{GrantCredit, MemberBudget};
use lianfang_wire::{Problem, ProblemType};
use serde_json::{Value, json};

use crate::harness::command::lianfang;
use crate::harness::federation::unix_client;
use crate::harness::node::TestNode;

const BACKENDS: [Backend; 2] = [Backend::Sqlite, Backend::Postgres];

fn credit(elements: u64) -> GrantCredit {
    GrantCredit {
        member: "platform-b".parse().unwrap(),
        class: Class::Organisation,
        elements,
        days: None,
    }
}

async fn budget(node: &TestNode) -> MemberBudget {
    let budgets = node.operator().budgets().await.unwrap();
    let asked = credit(1);
    let of = |budget: &MemberBudget| budget.member == asked.member && budget.class == asked.class;
    budgets.into_iter().find(of).unwrap()
}

fn told(node: &TestNode, action: &str) -> Vec<(String, String)> {
    let store = &node.assembled.store;
    let audit = store.audit_page(lianfang_encoding::Timestamp::default(), None, 1_000);
    let audit = audit.unwrap().into_iter();
    let told = audit.filter(|row| row.action == action);
    told.map(|row| (row.object, row.outcome)).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_active_member_s_budget_is_shown_for_each_class_with_its_credit() {
    for backend in BACKENDS {
        let node = TestNode::start_on(backend).await;
        node.admit("platform-b").await;
        let budgets = node.operator().budgets().await.unwrap();
        let shown: Vec<_> = budgets
            .iter()
            .map(|budget| (budget.member.as_str(), budget.class, budget.left, budget.per_day))
            .collect();
        let classes = [
            (Class::Organisation, 16_000),
            (Class::Person, 50_000),
            (Class::Goods, 16_000),
        ];
        let expected = ["platform-a", "platform-b"]
            .into_iter()
            .flat_map(|member| classes.map(|(class, full)| (member, class, full, full)));
        assert_eq!(shown, expected.collect::<Vec<_>>());
        assert!(
            budgets
                .iter()
                .all(|budget| budget.capacity == budget.left && budget.credit_left == 0)
        );
        node.operator().grant_credit(&credit(1_000)).await.unwrap();
        let budget = budget(&node).await;
        assert_eq!((budget.left, budget.credit_left), (16_000, 1_000));
        assert!(budget.credit_granted_at < budget.credit_until);
        node.operator().remove(&budget.member).await.unwrap();
        assert_eq!(node.operator().budgets().await.unwrap().len(), 3);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_credit_is_granted_once_under_a_key_and_adds_to_what_stands_without_one() {
    for backend in BACKENDS {
        let node = TestNode::start_on(backend).await;
        node.admit("platform-b").await;
        let keyed = node.operator().keyed("k1");
        let first = keyed.grant_credit(&credit(1_000)).await.unwrap();
        assert_eq!(keyed.grant_credit(&credit(1_000)).await.unwrap(), first);
        assert_eq!(
            (first.credit_left, first.threshold, first.share_holders),
            (1_000, 1, 1)
        );
        let other = keyed.grant_credit(&credit(2_000)).await.unwrap_err();
        assert_eq!(other.kind(), Some(ProblemType::IdempotencyMismatch));
        let second = node.operator().grant_credit(&credit(500)).await.unwrap();
        assert_eq!(second.credit_left, 1_500);
        let told = told(&node, "grant_credit");
        let told: Vec<_> = told.iter().map(|(of, how)| (of.as_str(), how.as_str())).collect();
        assert_eq!(
            told,
            [
                ("platform-b", "1000 organisation elements for 30 days"),
                ("platform-b", "500 organisation elements for 30 days"),
            ]
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_credit_that_breaks_a_rule_is_refused_with_field_rule_and_fix_and_nothing_is_granted() {
    for backend in BACKENDS {
        let node = TestNode::start_on(backend).await;
        node.admit("platform-b").await;
        let client = unix_client(node.doors.socket().unwrap());
        for (field, value) in [
            ("member", json!("platform-q")),
            ("member", json!("NOBODY!")),
            ("class", json!("everybody")),
            ("elements", json!(0)),
            ("elements", json!(-1)),
            ("elements", json!(20_000_001)),
            ("days", json!(0)),
            ("days", json!(91)),
            ("colour", json!("red")),
        ] {
            let mut asked = serde_json::to_value(credit(8)).unwrap();
            asked[field] = value;
            let request = client
                .post("http://operator/v1/admin/budgets/credits")
                .json(&asked);
            let refused = request.send().await.unwrap();
            assert_eq!(refused.status(), 422, "{asked}");
            let text = refused.text().await.unwrap();
            let problem: Problem = serde_json::from_str(&text).unwrap();
            let broken = &problem.errors[0];
            assert_eq!(broken.field, format!("/{field}"), "{text}");
            assert!(!broken.rule.is_empty() && !broken.fix.is_empty(), "{text}");
        }
        assert_eq!(
            (budget(&node).await.credit_left, told(&node, "grant_credit").len()),
            (0, 0)
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_credit_by_the_command_line_is_called_what_it_is_in_both_languages() {
    let node = TestNode::start().await;
    node.admit("platform-b").await;
    let asked = "--member platform-b --class goods --elements 500 --days 7";
    for (lang, allowance, of_all, status, stands) in [
        (
            "en",
            "try out 500 goods elements",
            "once 1 of the 1 members",
            "16000 of 16000 elements left",
            "an enumeration allowance",
        ),
        (
            "zh",
            "试用 1000 个 goods 元素",
            "1 个成员中须有 1 个",
            "16000 个元素中剩余 16000 个",
            "枚举许可",
        ),
    ] {
        let command = format!("--lang {lang} budget credit {asked}");
        let said = lianfang(node.data(), &command.split(' ').collect::<Vec<_>>(), "").await;
        assert_eq!(said.code, 0, "{}", said.err);
        assert!(
            said.err.contains(allowance) && said.err.contains(of_all) && said.err.contains(stands),
            "{}",
            said.err
        );
        let said = lianfang(node.data(), &["--lang", lang, "budget", "status"], "").await;
        assert_eq!((said.code, said.out.lines().count()), (0, 6), "{}", said.err);
        assert!(
            said.out.contains(status) && !said.out.contains('{'),
            "{}",
            said.out
        );
    }
    let said = lianfang(node.data(), &["budget", "status", "--json"], "").await;
    let lines = said.out.lines().map(|line| serde_json::from_str(line).unwrap());
    let credits: u64 = lines.map(|budget: MemberBudget| budget.credit_left).sum();
    assert_eq!(credits, 1_000);
    let nobody = "budget credit --member platform-q --class goods --elements 5";
    let said = lianfang(node.data(), &nobody.split(' ').collect::<Vec<_>>(), "").await;
    assert_eq!(said.code, 1);
    assert!(
        said.err.contains("/member") && said.err.contains("lianfang federation members"),
        "{}",
        said.err
    );
    let unknown = "budget credit --member platform-b --class everybody --elements 5";
    let said = lianfang(node.data(), &unknown.split(' ').collect::<Vec<_>>(), "").await;
    assert_eq!(said.code, 2, "{}", said.err);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_credit_that_was_granted_by_mistake_is_withdrawn_and_the_audit_trail_says_both() {
    for backend in BACKENDS {
        let node = TestNode::start_on(backend).await;
        node.admit("platform-b").await;
        let granted = credit(1_000);
        node.operator().grant_credit(&granted).await.unwrap();
        for left in [1_000, 0] {
            let withdrawn = node
                .operator()
                .withdraw_credit(&granted.member, granted.class)
                .await
                .unwrap();
            assert_eq!(
                (withdrawn.member, withdrawn.class, withdrawn.elements),
                (granted.member.clone(), granted.class, left)
            );
        }
        let budget = budget(&node).await;
        assert_eq!((budget.left, budget.credit_left), (16_000, 0));
        let told = told(&node, "withdraw_credit");
        let of = "platform-b".to_owned();
        assert_eq!(
            told,
            [
                (of.clone(), "1000 organisation elements".to_owned()),
                (of, "0 organisation elements".to_owned()),
            ]
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_withdrawal_by_the_command_line_says_what_was_left_in_both_languages() {
    let node = TestNode::start().await;
    node.admit("platform-b").await;
    for (lang, was_left, none) in [
        ("en", "1000 organisation elements", "no credit"),
        ("zh", "1000 个 organisation", "没有"),
    ] {
        node.operator().grant_credit(&credit(1_000)).await.unwrap();
        let command = format!("--lang {lang} budget withdraw --member platform-b --class organisation");
        for expected in [was_left, none] {
            let said = lianfang(node.data(), &command.split(' ').collect::<Vec<_>>(), "").await;
            assert!(said.code == 0 && said.err.contains(expected), "{}", said.err);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_document_of_the_operator_s_socket_bounds_a_credit() {
    let node = TestNode::start().await;
    let client = unix_client(node.doors.socket().unwrap());
    let answer = client.get("http://operator/v1/admin/openapi.json").send().await;
    let document: Value = answer.unwrap().json().await.unwrap();
    let fields = &document["components"]["schemas"]["GrantCredit"]["properties"];
    assert_eq!(fields["elements"]["maximum"], 20_000_000);
    assert_eq!(fields["days"]["maximum"], 90);
}
