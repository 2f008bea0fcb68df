//! The membership document is extended, in time and after its day; and what was issued with it is known from it.

use std::sync::Arc;
use std::time::Duration;

use lianfang_domain::MembershipError;
use lianfang_flow::{FlowError, Node};
use lianfang_wire::ProblemType;
use lianfang_wire::alert::AlertState;
use lianfang_wire::membership::Membership;
use lianfang_wire::vocabulary::VerdictName;

use crate::admission::applicant;
use crate::alerts::{CODE, publish, states, watch};
use crate::brake::brake_of;
use crate::harness::{BACKENDS, Federation, code, company, entry, id, operator, screening, signing_key};

const DAY: Duration = Duration::from_secs(86_400);
const MINUTE: Duration = Duration::from_secs(60);

fn document(node: &Node) -> Membership {
    node.trust().current().document.clone()
}

/// The verdict of B about a company that A has just recorded.
async fn told(a: &Arc<Node>, b: &Arc<Node>, number: u32) -> VerdictName {
    a.record_entry(&operator(), entry(company(&code(number)), a.now()))
        .await
        .unwrap();
    spread(a, b).await;
    verdict(b, number).await
}

async fn spread(a: &Arc<Node>, b: &Arc<Node>) {
    a.build_digests().await.unwrap();
    b.sync(None, false).await.unwrap();
}

async fn verdict(node: &Arc<Node>, number: u32) -> VerdictName {
    let asked = screening(company(&code(number)));
    node.screen(&operator(), asked).await.unwrap().verdict
}

/// The detail with which something was refused as a problem of this type.
fn refused<T>(answer: Result<T, FlowError>, kind: ProblemType) -> String {
    let problem = answer.err().unwrap().problem();
    assert_eq!(problem.kind(), Some(kind), "{problem:?}");
    problem.detail.unwrap_or_default()
}

#[tokio::test]
async fn extended_in_time_the_federation_goes_on_past_the_day_with_the_same_token_keys() {
    for backend in BACKENDS {
        let (federation, a, b) = Federation::of_two(backend).await;
        let governor = federation.node("regulator");
        let before = document(&a);
        federation.clock.advance(364 * DAY);
        let view = governor.extend_membership(&operator(), 365).await.unwrap();
        assert_eq!(
            (view.version, view.expires),
            (before.version + 1, governor.now() + 365 * DAY)
        );
        for node in [&a, &b] {
            assert_eq!(document(node).version, before.version, "not told yet");
            node.sync(None, false).await.unwrap();
            let after = document(node);
            assert_eq!((after.version, after.expires), (view.version, view.expires));
            for (old, new) in before.keys.iter().zip(&after.keys) {
                assert_eq!((old.key_id(), old.generation()), (new.key_id(), new.generation()));
                assert_eq!(new.fields().valid_until, view.expires);
            }
        }
        federation.clock.advance(2 * DAY);
        assert_eq!(told(&a, &b, 1).await, VerdictName::Block, "{backend:?}");
        assert_eq!(b.ready().await, Ok(()));
    }
}

#[tokio::test]
async fn past_the_day_it_can_still_be_extended_and_until_then_nothing_else_is_signed_or_blocked() {
    for backend in BACKENDS {
        let (federation, a, b) = Federation::of_two(backend).await;
        let governor = federation.node("regulator");
        let applicant = applicant(&governor, "platform-c").await;
        federation.clock.advance(364 * DAY);
        assert_eq!(told(&a, &b, 1).await, VerdictName::Block);
        federation.clock.advance(2 * DAY);
        assert_ne!(verdict(&b, 1).await, VerdictName::Block, "{backend:?}");
        assert_ne!(told(&a, &b, 2).await, VerdictName::Block);
        let version = document(&governor).version;
        let tried = [
            governor.remove(&operator(), id("platform-a")).await,
            governor.approve(&operator(), applicant.clone()).await.map(drop),
        ];
        for refusal in tried {
            let detail = refused(refusal, ProblemType::Conflict);
            assert!(detail.contains("lianfang federation extend"), "{detail}");
        }
        assert_eq!(document(&governor).version, version);
        governor.extend_membership(&operator(), 365).await.unwrap();
        for node in [&a, &b] {
            node.sync(None, false).await.unwrap();
            assert_eq!(document(node), document(&governor));
        }
        spread(&a, &b).await;
        for number in [1, 2] {
            assert_eq!(
                verdict(&b, number).await,
                VerdictName::Block,
                "{number}, {backend:?}"
            );
        }
        governor.remove(&operator(), id("platform-a")).await.unwrap();
    }
}

#[tokio::test]
async fn past_the_day_lists_stay_as_they_are_and_after_the_extension_nobody_is_held_back() {
    for backend in BACKENDS {
        let mut federation = Federation::found(backend).await;
        (federation.brake.free_growth, federation.brake.growth_factor) = (20, 1);
        let a = federation.join("platform-a", "CN", &[]).await;
        let b = federation.join("platform-b", "CN", &["platform-a"]).await;
        let governor = federation.node("regulator");
        federation.clock.advance(363 * DAY);
        for number in 1..=16 {
            a.record_entry(&operator(), entry(company(&code(number)), a.now()))
                .await
                .unwrap();
        }
        spread(&a, &b).await;
        federation.clock.advance(DAY);
        assert_eq!(told(&a, &b, 17).await, VerdictName::Block, "{backend:?}");
        federation.clock.advance(2 * DAY);
        assert_ne!(told(&a, &b, 18).await, VerdictName::Block);
        a.publish_changes().await.unwrap();
        governor.extend_membership(&operator(), 365).await.unwrap();
        for node in [&a, &b] {
            node.sync(None, false).await.unwrap();
        }
        assert_eq!(verdict(&b, 1).await, VerdictName::Block, "{backend:?}");
        tokio::time::timeout(10 * MINUTE, a.entries_have_changed())
            .await
            .unwrap();
        a.publish_changes().await.unwrap();
        b.sync(None, false).await.unwrap();
        assert_eq!(brake_of(&b, "platform-a").await, None, "{backend:?}");
        for number in [1, 17, 18] {
            assert_eq!(
                verdict(&b, number).await,
                VerdictName::Block,
                "{number}, {backend:?}"
            );
        }
    }
}

#[tokio::test]
async fn past_the_day_the_roster_keeps_its_tokens_and_after_the_extension_it_is_matched_without_the_committee()
 {
    for backend in BACKENDS {
        let (federation, a, b) = Federation::of_two(backend).await;
        let governor = federation.node("regulator");
        watch(&b, "shop-1", company(CODE)).await;
        b.watch_roster().await.unwrap();
        let tokens = b.roster_status().await.unwrap().tokens;
        assert!(tokens > 0);
        federation.clock.advance(366 * DAY);
        b.watch_roster().await.unwrap();
        assert_eq!(b.roster_status().await.unwrap().tokens, tokens, "{backend:?}");
        governor.extend_membership(&operator(), 365).await.unwrap();
        for node in [&a, &b] {
            node.sync(None, false).await.unwrap();
        }
        publish(&a, CODE).await;
        federation.network.stop(governor.id());
        drop(b);
        let b = federation.restart("platform-b").await;
        b.watch_roster().await.unwrap();
        b.sync(None, false).await.unwrap();
        assert_eq!(states(&b).await, [AlertState::Open], "{backend:?}");
        let status = b.roster_status().await.unwrap();
        assert_eq!((status.tokens, status.incomplete), (tokens, 0), "{backend:?}");
    }
}

#[tokio::test]
async fn an_invitation_that_was_answered_too_late_is_good_again_after_the_extension() {
    for backend in BACKENDS {
        let (federation, ..) = Federation::of_two(backend).await;
        let governor = federation.node("regulator");
        federation.clock.advance(366 * DAY);
        let applicant = applicant(&governor, "platform-c").await;
        refused(
            governor.approve(&operator(), applicant.clone()).await,
            ProblemType::Conflict,
        );
        governor.extend_membership(&operator(), 1).await.unwrap();
        governor.approve(&operator(), applicant).await.unwrap();
    }
}

#[tokio::test]
async fn who_is_no_governor_extends_nothing_and_nothing_is_shortened() {
    for backend in BACKENDS {
        let (federation, a, _) = Federation::of_two(backend).await;
        let governor = federation.node("regulator");
        let before = document(&governor);
        for late in [false, true] {
            if late {
                federation.clock.advance(366 * DAY);
            }
            let detail = refused(a.extend_membership(&operator(), 730).await, ProblemType::Conflict);
            assert!(detail.contains("isn't a governor"), "{detail}");
            for days in [0, 731, u32::MAX] {
                refused(
                    governor.extend_membership(&operator(), days).await,
                    ProblemType::Invalid,
                );
            }
        }
        assert_eq!(document(&governor), before);
        governor.extend_membership(&operator(), 300).await.unwrap();
        let detail = refused(
            governor.extend_membership(&operator(), 300).await,
            ProblemType::Invalid,
        );
        assert!(detail.contains("nothing is shortened"), "{detail}");
    }
}

/// What a governor of a lapsed document might sign by hand: its peers don't take it.
#[tokio::test]
async fn a_successor_that_has_expired_when_it_is_issued_is_refused_by_every_member() {
    let (federation, a, _) = Federation::of_two(BACKENDS[0]).await;
    let governor = federation.node("regulator");
    governor.extend_membership(&operator(), 400).await.unwrap();
    let row = federation
        .store("regulator")
        .latest_membership()
        .unwrap()
        .unwrap();
    let spoilt = String::from_utf8(row.envelope).unwrap();
    let parsed = lianfang_wire::membership::Envelope::from_json(spoilt.as_bytes())
        .unwrap()
        .parse()
        .unwrap();
    let mut lapsed = parsed.document;
    lapsed.expires = lapsed.issued;
    let sealed = lianfang_wire::membership::Envelope::seal(&lapsed, &[&signing_key(1)]).unwrap();
    let refusal = a.adopt_membership(&sealed.to_json()).await.unwrap_err();
    assert!(matches!(refusal, FlowError::Membership(MembershipError::Expiry)));
}

#[tokio::test]
async fn two_changes_at_once_are_made_one_after_the_other() {
    for backend in BACKENDS {
        let (federation, ..) = Federation::of_two(backend).await;
        let governor = federation.node("regulator");
        let (c, d) = (
            applicant(&governor, "platform-c").await,
            applicant(&governor, "platform-d").await,
        );
        let version = document(&governor).version;
        let by = operator();
        let (c, d, extended) = tokio::join!(
            governor.approve(&by, c),
            governor.approve(&by, d),
            governor.extend_membership(&by, 400)
        );
        c.unwrap();
        d.unwrap();
        extended.unwrap();
        assert_eq!(document(&governor).version, version + 3);
    }
}
