//! Recorded at one, blocked at another, and what passes between them.

use lianfang_identifier::{InputKind, canonicalise};
use lianfang_token::message::Purpose;
use lianfang_wire::screening::ReasonCode;
use lianfang_wire::vocabulary::{EventType, VerdictName};

use crate::harness::{BACKENDS, Federation, company, entry, id, operator, screening};

const OFFENDER: &str = "91990003LF0000032U";
const CODE: &str = "91110108661572276L";

#[tokio::test]
async fn recorded_at_one_platform_blocked_at_another_in_one_process() {
    for backend in BACKENDS {
        let (_federation, a, b) = Federation::of_two(backend).await;
        a.record_entry(&operator(), entry(company(CODE), a.now()))
            .await
            .unwrap();
        a.build_digests().await.unwrap();
        assert!(b.sync(None, false).await.unwrap().is_complete());
        let answer = b
            .screen(&operator(), screening(company("９１１１-0108 661572276l")))
            .await
            .unwrap();
        assert_eq!(answer.verdict, VerdictName::Block, "{answer:?}");
        assert!(answer.complete);
        assert_eq!(answer.reasons[0].code, ReasonCode::TrustedPublisher);
        assert_eq!(answer.reasons[0].publisher, Some(id("platform-a")));
        let stored = b.screening(answer.id).await.unwrap();
        assert_eq!(stored, answer);
    }
}

#[tokio::test]
async fn nothing_that_passes_between_nodes_names_the_identifier() {
    let (federation, a, b) = Federation::of_two(BACKENDS[0]).await;
    a.record_entry(&operator(), entry(company(CODE), a.now()))
        .await
        .unwrap();
    a.build_digests().await.unwrap();
    b.sync(None, false).await.unwrap();
    let answer = b.screen(&operator(), screening(company(CODE))).await.unwrap();
    assert_eq!(answer.verdict, VerdictName::Block);
    let capture = federation.network.capture();
    let said = |secret: &[u8]| {
        let hex: String = secret.iter().map(|byte| format!("{byte:02x}")).collect();
        let holds = |part: &[u8]| capture.windows(part.len()).any(|window| window == part);
        holds(secret) || holds(hex.as_bytes())
    };
    let kind: InputKind = "cn_uscc".parse().unwrap();
    for form in canonicalise(kind, CODE, None).unwrap() {
        assert!(!said(form.value.as_bytes()), "a canonical value was sent");
    }
    let entries = a
        .entries(lianfang_flow::EntryFilter {
            limit: 10,
            ..Default::default()
        })
        .await
        .unwrap();
    let tokens = federation
        .store("platform-a")
        .tokens_of(&[entries.items[0].id])
        .unwrap();
    assert!(!tokens.is_empty());
    for row in tokens {
        assert!(!said(&row.token), "a token was sent");
        let token = lianfang_token::Token::from_bytes(row.token);
        let fed = a.trust().federation();
        let key_id = lianfang_token::TokenKeyId(row.key_id);
        let whole = lianfang_token::confirm_key(&token, &fed, &id("platform-a"), &key_id);
        assert!(!said(&whole), "a whole confirmation key was sent");
    }
    assert!(said(b"confirm_bits"), "the capture holds the confirmation at all");
}

#[tokio::test]
async fn a_withdrawal_counts_at_the_next_sync_although_the_record_is_cached() {
    for backend in BACKENDS {
        let (_federation, a, b) = Federation::of_two(backend).await;
        let recorded = a
            .record_entry(&operator(), entry(company(CODE), a.now()))
            .await
            .unwrap()
            .entry;
        a.build_digests().await.unwrap();
        b.sync(None, false).await.unwrap();
        let blocked = b.screen(&operator(), screening(company(CODE))).await.unwrap();
        assert_eq!(blocked.verdict, VerdictName::Block);
        let withdrawn = lianfang_wire::entry::NewEvent {
            kind: EventType::Withdrawn,
            reason: None,
            reference: None,
        };
        a.apply_event(&operator(), recorded.id, recorded.revision, withdrawn)
            .await
            .unwrap();
        b.sync(None, false).await.unwrap();
        let cleared = b.screen(&operator(), screening(company(CODE))).await.unwrap();
        assert_eq!((cleared.verdict, cleared.reasons.len()), (VerdictName::Clear, 0));
    }
}

#[tokio::test]
async fn a_publisher_that_is_down_makes_an_uncached_hit_review() {
    let (federation, a, b) = Federation::of_two(BACKENDS[0]).await;
    a.record_entry(&operator(), entry(company(CODE), a.now()))
        .await
        .unwrap();
    a.build_digests().await.unwrap();
    b.sync(None, false).await.unwrap();
    federation.network.stop(&id("platform-a"));
    let answer = b.screen(&operator(), screening(company(CODE))).await.unwrap();
    assert_eq!((answer.verdict, answer.complete), (VerdictName::Review, false));
    assert_eq!(answer.reasons[0].code, ReasonCode::PublisherUnavailable);
}

#[tokio::test]
async fn without_a_committee_a_screening_is_review_and_says_so() {
    let mut federation = Federation::found(BACKENDS[0]).await;
    let b = federation.join("platform-b", "CN", &[]).await;
    federation.network.stop(&id("regulator"));
    let answer = b.screen(&operator(), screening(company(CODE))).await.unwrap();
    assert_eq!((answer.verdict, answer.complete), (VerdictName::Review, false));
    assert_eq!(answer.reasons[0].code, ReasonCode::TokensUnavailable);
}

#[tokio::test]
async fn a_member_over_its_budget_is_told_when_to_come_back() {
    let mut federation = Federation::found(BACKENDS[0]).await;
    let _ = federation.join("platform-b", "CN", &[]).await;
    let regulator = federation.node("regulator");
    let document = regulator.trust().current();
    let key = &document.document.keys[0];
    let inputs = vec![b"x".as_slice(); 4_096];
    let mut rng = <rand_chacha::ChaCha20Rng as rand_core::SeedableRng>::seed_from_u64(1);
    let blinded = lianfang_token::Blinded::new(inputs, &mut rng).unwrap();
    let section = lianfang_token::message::RequestSection {
        key_id: key.key_id(),
        generation: key.generation(),
        elements: blinded.elements().to_vec(),
    };
    let request = lianfang_token::message::EvalRequest::new(Purpose::Screen, vec![section])
        .unwrap()
        .encode();
    let member = id("platform-b");
    for _ in 0..3 {
        regulator.evaluate(&member, &request).await.unwrap();
    }
    federation
        .store("regulator")
        .charge(
            &member,
            1,
            1_000_000 - 3 * 4_096,
            lianfang_store::Purse::Bucket,
            lianfang_store::BudgetRate {
                capacity: 1_000_000,
                per_day: 1_000_000,
            },
            regulator.now(),
        )
        .unwrap();
    let problem = regulator.evaluate(&member, &request).await.unwrap_err().problem();
    assert_eq!(problem.kind(), Some(lianfang_wire::ProblemType::OverBudget));
    assert!(
        problem
            .retry_after
            .is_some_and(|seconds| (1..86_400).contains(&seconds))
    );
}

#[tokio::test]
async fn reserved_test_identifiers_give_each_outcome_on_every_node() {
    let mut federation = Federation::found(BACKENDS[0]).await;
    let b = federation.join("platform-b", "CN", &[]).await;
    let outcomes = [
        ("91990001LF00000169", VerdictName::Clear, true),
        ("91990002LF0000024J", VerdictName::Review, true),
        (OFFENDER, VerdictName::Block, true),
        ("91990004LF00000405", VerdictName::Review, false),
    ];
    for (code, verdict, complete) in outcomes {
        let answer = b.screen(&operator(), screening(company(code))).await.unwrap();
        assert_eq!(
            (answer.verdict, answer.complete, answer.test),
            (verdict, complete, true),
            "{code}"
        );
    }
}
