//! What members may have evaluated beside their budgets: granted by the operator of a committee member, once.

use std::sync::Arc;
use std::time::Duration;

use lianfang_encoding::{Class, Timestamp};
use lianfang_flow::{FlowError, Node, RequestName};
use lianfang_store::testing::Backend;
use lianfang_store::{BudgetRate, Purse, Store};
use lianfang_token::message::{EvalRequest, Purpose, RequestSection, SignedEvalResponse};
use lianfang_wire::budget::{CreditGranted, GrantCredit, MemberBudget};
use lianfang_wire::screening::ReasonCode;
use lianfang_wire::vocabulary::VerdictName;
use rand_core::SeedableRng as _;

use crate::harness::{BACKENDS, Federation, company, entry, id, operator, screening};

const CODE: &str = "91110108661572276L";
const OTHER: &str = "91350100M000100Y43";
/// What each bucket of the harness holds.
const FULL: u64 = 1_000_000;
const DAY: Duration = Duration::from_secs(86_400);
/// No flow here has as many statements.
const MOST: u64 = 200;

fn credit(member: &str, elements: u64) -> GrantCredit {
    GrantCredit {
        member: id(member),
        class: Class::Organisation,
        elements,
        days: None,
    }
}

async fn grant(node: &Arc<Node>, member: &str, elements: u64) -> CreditGranted {
    node.grant_credit(&operator(), credit(member, elements), None)
        .await
        .unwrap()
}

/// A request for 8 elements of the class of organisations.
fn request(node: &Node, purpose: Purpose) -> EvalRequest {
    let document = node.trust().current();
    let mut keys = document.document.keys.iter();
    let key = keys
        .find(|key| key.fields().class == Class::Organisation)
        .unwrap();
    let mut rng = rand_chacha::ChaCha20Rng::seed_from_u64(1);
    let blinded = lianfang_token::Blinded::new(vec![b"x".as_slice(); 8], &mut rng).unwrap();
    let section = RequestSection {
        key_id: key.key_id(),
        generation: key.generation(),
        elements: blinded.elements().to_vec(),
    };
    EvalRequest::new(purpose, vec![section]).unwrap()
}

async fn budget(node: &Arc<Node>, member: &str) -> MemberBudget {
    let budgets = node.budgets().await.unwrap().items;
    let of = |budget: &&MemberBudget| budget.member == id(member) && budget.class == Class::Organisation;
    budgets.iter().find(of).unwrap().clone()
}

/// The broken rule's field, and what to do about it.
fn refusal(error: &FlowError) -> (u16, Vec<String>) {
    let problem = error.problem();
    assert!(problem.errors.iter().all(|error| !error.fix.is_empty()));
    let fields = problem.errors.iter().map(|error| error.field.clone());
    (problem.status, fields.collect())
}

#[tokio::test]
async fn what_is_published_and_watched_draws_on_the_credit_first_and_what_is_screened_never() {
    for backend in BACKENDS {
        let (federation, _, _) = Federation::of_two(backend).await;
        let regulator = federation.node("regulator");
        let full = budget(&regulator, "platform-b").await.left;
        grant(&regulator, "platform-b", 20).await;
        for (purpose, credit, bucket) in [
            (Purpose::Publish, 12, full),
            (Purpose::Screen, 12, full - 8),
            (Purpose::Roster, 4, full - 8),
            (Purpose::Roster, 0, full - 12),
            (Purpose::Publish, 0, full - 20),
        ] {
            let request = request(&regulator, purpose);
            let answer = regulator.evaluate(&id("platform-b"), &request.encode()).await;
            let (fed, key) = (
                regulator.trust().federation(),
                federation.signing_key("regulator").public(),
            );
            let answer = SignedEvalResponse::decode(&answer.unwrap()).unwrap();
            let answer = answer.verify(&request, &fed, &id("regulator"), &key).unwrap();
            let told = u64::from(answer.sections()[0].budget_left);
            assert_eq!(
                told, bucket,
                "{backend:?} {purpose}: what is told is the bucket's"
            );
            let budget = budget(&regulator, "platform-b").await;
            assert_eq!((budget.credit_left, budget.left), (credit, bucket), "{purpose}");
        }
        let other = budget(&regulator, "platform-a").await;
        assert_eq!((other.credit_left, other.credit_until), (0, None));
    }
}

fn drain(store: &Store, member: &str, now: Timestamp) {
    let rate = BudgetRate {
        capacity: FULL,
        per_day: FULL,
    };
    let left = store.budget_left(&id(member), 1, rate, now).unwrap();
    store
        .charge(&id(member), 1, left, Purse::Bucket, rate, now)
        .unwrap();
}

/// Without the credit its entry would come to nobody before the bucket has refilled.
#[tokio::test]
async fn a_member_whose_bucket_is_empty_publishes_by_a_credit_and_still_screens_nothing_new() {
    for backend in BACKENDS {
        let (federation, a, b) = Federation::of_two(backend).await;
        let regulator = federation.node("regulator");
        drain(federation.store("regulator"), "platform-a", a.now());
        a.record_entry(&operator(), entry(company(CODE), a.now()))
            .await
            .unwrap();
        assert!(a.build_digests().await.is_err(), "{backend:?}");
        grant(&regulator, "platform-a", 1_000).await;
        a.build_digests().await.unwrap();
        b.sync(None, false).await.unwrap();
        let answer = b.screen(&operator(), screening(company(CODE))).await.unwrap();
        assert_eq!(answer.verdict, VerdictName::Block, "{backend:?}");
        assert!(budget(&regulator, "platform-a").await.credit_left < 1_000);
        let answer = a.screen(&operator(), screening(company(OTHER))).await.unwrap();
        assert_eq!(
            answer.reasons[0].code,
            ReasonCode::TokensUnavailable,
            "{backend:?}"
        );
    }
}

#[tokio::test]
async fn a_node_without_a_key_share_grants_nothing_and_keeps_no_budgets() {
    for backend in BACKENDS {
        let (_federation, a, b) = Federation::of_two(backend).await;
        let refused = b.grant_credit(&operator(), credit("platform-a", 8), None).await;
        assert_eq!(refusal(&refused.unwrap_err()), (422, vec!["/class".to_owned()]));
        assert!(a.budgets().await.unwrap().items.is_empty());
    }
}

#[tokio::test]
async fn each_broken_rule_of_a_credit_is_named_with_its_field_and_fix() {
    let (federation, _, b) = Federation::of_two(Backend::Sqlite).await;
    let regulator = federation.node("regulator");
    let with = |days, elements| GrantCredit {
        days: Some(days),
        ..credit("platform-b", elements)
    };
    for (asked, fields) in [
        (credit("nobody", 8), vec!["/member"]),
        (credit("platform-b", 0), vec!["/elements"]),
        (credit("platform-b", 20_000_001), vec!["/elements"]),
        (credit("platform-b", u64::MAX), vec!["/elements"]),
        (with(0, 8), vec!["/days"]),
        (with(91, 8), vec!["/days"]),
        (with(u32::MAX, 0), vec!["/elements", "/days"]),
    ] {
        let refused = regulator
            .grant_credit(&operator(), asked, None)
            .await
            .unwrap_err();
        let fields = fields.into_iter().map(str::to_owned).collect();
        assert_eq!(refusal(&refused), (422, fields));
    }
    for _ in 0..2 {
        grant(&regulator, "platform-b", 20_000_000).await;
    }
    let more = regulator
        .grant_credit(&operator(), credit("platform-b", 1), None)
        .await;
    assert_eq!(refusal(&more.unwrap_err()), (422, vec!["/elements".to_owned()]));
    assert_eq!(budget(&regulator, "platform-b").await.credit_left, 40_000_000);
    regulator.remove(&operator(), b.id().clone()).await.unwrap();
    let gone = regulator
        .grant_credit(&operator(), credit("platform-b", 8), None)
        .await;
    assert_eq!(refusal(&gone.unwrap_err()), (422, vec!["/member".to_owned()]));
}

#[tokio::test]
async fn a_grant_says_what_stands_and_how_many_members_have_to_grant_it() {
    for backend in BACKENDS {
        let (federation, a, _) = Federation::of_two(backend).await;
        let regulator = federation.node("regulator");
        grant(&regulator, "platform-a", 10).await;
        let granted = grant(&regulator, "platform-a", 5).await;
        assert_eq!(
            (granted.credit_left, granted.credit_until),
            (15, a.now() + DAY * 30)
        );
        assert_eq!((granted.threshold, granted.share_holders), (1, 1));
    }
}

#[tokio::test]
async fn a_credit_whose_answer_was_lost_is_granted_once_under_the_name_of_its_request() {
    for backend in BACKENDS {
        let (federation, _, _) = Federation::of_two(backend).await;
        let regulator = federation.node("regulator");
        let store = federation.store("regulator");
        let named = |name| {
            let asked = credit("platform-b", 10);
            let regulator = Arc::clone(&regulator);
            async move {
                let name = Some(RequestName::new([name; 32]));
                regulator.grant_credit(&operator(), asked, name).await
            }
        };
        for n in 1.. {
            assert!(n < MOST, "no end");
            let name = u8::try_from(n).unwrap();
            store.fail_statement(n);
            let first = named(name).await;
            let reached = store.stop_failing();
            federation.clock.advance(Duration::from_secs(601));
            let again = named(name).await.unwrap();
            assert_eq!(again.credit_left, 10 * n, "{backend:?}: statement {n}");
            if !reached {
                assert_eq!(first.unwrap(), again);
                break;
            }
        }
    }
}

#[tokio::test]
async fn a_credit_is_granted_with_its_audit_row_or_not_at_all() {
    for backend in BACKENDS {
        let (federation, _, _) = Federation::of_two(backend).await;
        let regulator = federation.node("regulator");
        let store = federation.store("regulator");
        let told = || {
            let audit = store.audit_page(Timestamp::default(), None, usize::MAX).unwrap();
            let told = audit
                .iter()
                .filter(|row| row.action == "grant_credit" && row.object == "platform-b");
            told.count() as u64
        };
        for n in 1.. {
            assert!(n < MOST, "no end");
            store.fail_statement(n);
            let granted = regulator
                .grant_credit(&operator(), credit("platform-b", 1), None)
                .await;
            let reached = store.stop_failing();
            let stands = budget(&regulator, "platform-b").await.credit_left;
            assert_eq!(stands, told(), "{backend:?}: statement {n}");
            if !reached {
                granted.unwrap();
                assert!(stands > 0);
                break;
            }
        }
    }
}

#[tokio::test]
async fn an_expired_credit_pays_for_nothing_and_goes_with_the_night() {
    for backend in BACKENDS {
        let (federation, _, _) = Federation::of_two(backend).await;
        let regulator = federation.node("regulator");
        regulator.forget_old().await.unwrap();
        let asked = GrantCredit {
            days: Some(1),
            ..credit("platform-b", 10)
        };
        regulator.grant_credit(&operator(), asked, None).await.unwrap();
        federation.clock.advance(DAY - Duration::from_secs(1));
        assert_eq!(regulator.forget_old().await.unwrap().credits, 0);
        assert_eq!(budget(&regulator, "platform-b").await.credit_left, 10);
        federation.clock.advance(Duration::from_secs(1));
        let expired = budget(&regulator, "platform-b").await;
        assert_eq!((expired.credit_left, expired.credit_until), (0, None));
        let publish = request(&regulator, Purpose::Publish).encode();
        regulator.evaluate(&id("platform-b"), &publish).await.unwrap();
        assert_eq!(budget(&regulator, "platform-b").await.left, FULL - 8);
        assert_eq!(regulator.forget_old().await.unwrap().credits, 1, "{backend:?}");
    }
}
