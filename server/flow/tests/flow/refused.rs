//! A record that its reader refuses says nothing: nobody is clear because of it, and nothing that was known is forgotten.

use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use lianfang_digest::SignedHead;
use lianfang_flow::Node;
use lianfang_token::{Token, TokenKeyId, record_key};
use lianfang_wire::alert::AlertState;
use lianfang_wire::confirm::ConfirmResponse;
use lianfang_wire::entry::{Identifier, Subject};
use lianfang_wire::record::seal;
use lianfang_wire::screening::Screening;
use lianfang_wire::vocabulary::{Role, VerdictName};
use uuid::Uuid;

use crate::alerts::{publish, states, watch};
use crate::brake::brake_of;
use crate::harness::{BACKENDS, Federation, Tampering, company, entry, id, identifier, operator, screening};

const CODE: &str = "91110108661572276L";
const NEW: &str = "91130105MA0FRNGTXX";
const HOUR: Duration = Duration::from_secs(3_600);

async fn screen(node: &Arc<Node>, subject: Subject) -> Screening {
    node.screen(&operator(), screening(subject)).await.unwrap()
}

#[tokio::test]
async fn a_record_that_a_clock_ahead_takes_for_old_is_no_clear() {
    for backend in BACKENDS {
        let mut federation = Federation::found(backend).await;
        (
            federation.brake.hits_per_million,
            federation.brake.least_unfounded,
        ) = (1_000_000, 1);
        let a = federation.join("platform-a", "CN", &[]).await;
        let b = federation.join("platform-b", "CN", &["platform-a"]).await;
        publish(&a, CODE).await;
        b.sync(None, false).await.unwrap();
        federation.clock.advance(Duration::from_secs(1));
        assert_eq!(screen(&b, company(CODE)).await.verdict, VerdictName::Block);
        // Fewer have told B what time it is than it takes to know that its clock is wrong.
        federation.put_ahead("platform-b", 25 * HOUR);
        let answer = screen(&b, company(CODE)).await;
        assert_eq!(answer.verdict, VerdictName::Review, "{backend:?}");
        assert!(!answer.complete, "{backend:?}");
        b.apply_brake().await.unwrap();
        assert_eq!(
            brake_of(&b, "platform-a").await,
            None,
            "{backend:?}: its publisher did nothing"
        );
        federation.put_ahead("platform-b", Duration::ZERO);
        federation.network.stop(&id("platform-a"));
        let answer = screen(&b, company(CODE)).await;
        assert_eq!(
            (answer.verdict, answer.complete),
            (VerdictName::Block, true),
            "{backend:?}"
        );
    }
}

/// Beside the records of A's company there comes something that is sealed to whoever asks about it and is no record.
fn with_something_else(federation: &Federation, entry: Uuid) -> Tampering {
    let store = federation.store("platform-a");
    let token = store.tokens_of(&[entry]).unwrap().remove(0);
    let head = store.heads_in_force(Some(&id("platform-a"))).unwrap().remove(0);
    let list = SignedHead::decode(&head.head).unwrap().header().list.clone();
    let fed = federation.node("platform-a").trust().federation();
    let (key_id, token) = (TokenKeyId(token.key_id), Token::from_bytes(token.token));
    let key = record_key(&token, &fed, &list.publisher, &key_id);
    let sealed = seal("no record", key.as_bytes(), &list, &fed, &mut rand_core::OsRng).unwrap();
    Box::new(move |asked, answer| {
        if asked != "confirm" {
            return answer;
        }
        let mut answer: ConfirmResponse = serde_json::from_slice(&answer).unwrap();
        answer.records.push(STANDARD.encode(&sealed));
        serde_json::to_vec(&answer).unwrap()
    })
}

#[tokio::test]
async fn what_counts_of_a_partly_refused_answer_blocks_and_alerts_and_the_rest_is_asked_for_again() {
    for backend in BACKENDS {
        let mut federation = Federation::found(backend).await;
        let a = federation.join("platform-a", "CN", &[]).await;
        let b = federation.join("platform-b", "CN", &["platform-a"]).await;
        watch(&b, "shop-1", company(CODE)).await;
        let recorded = publish(&a, CODE).await;
        federation
            .network
            .tamper(with_something_else(&federation, recorded.id));
        b.sync(None, false).await.unwrap();
        assert_eq!(states(&b).await, [AlertState::Open], "{backend:?}");
        assert!(b.roster_status().await.unwrap().pending_hits > 0, "{backend:?}");
        let answer = screen(&b, company(CODE)).await;
        assert_eq!(
            (answer.verdict, answer.complete),
            (VerdictName::Block, false),
            "{backend:?}"
        );
        federation.network.tamper(Box::new(|_, answer| answer));
        federation.clock.advance(HOUR);
        b.watch_roster().await.unwrap();
        assert_eq!(b.roster_status().await.unwrap().pending_hits, 0, "{backend:?}");
        assert_eq!(states(&b).await, [AlertState::Open], "{backend:?}: no second one");
    }
}

#[tokio::test]
async fn an_entry_that_has_ended_by_the_readers_clock_is_clear() {
    for backend in BACKENDS {
        let mut federation = Federation::found(backend).await;
        let a = federation.join("platform-a", "CN", &[]).await;
        let b = federation.join("platform-b", "CN", &["platform-a"]).await;
        let mut short = entry(company(CODE), a.now());
        short.expires = a.now() + 2 * HOUR;
        a.record_entry(&operator(), short).await.unwrap();
        a.build_digests().await.unwrap();
        b.sync(None, false).await.unwrap();
        federation.put_ahead("platform-b", 3 * HOUR);
        let answer = screen(&b, company(CODE)).await;
        assert_eq!(
            (answer.verdict, answer.complete),
            (VerdictName::Clear, true),
            "{backend:?}"
        );
    }
}

fn with_role(role: Role, identifier: Identifier) -> Identifier {
    Identifier { role, ..identifier }
}

/// What B answers, asking A and then from what it keeps, about a company that A has listed with these identifiers.
async fn answers(listed: Vec<Identifier>, asked: Vec<Identifier>) -> Vec<VerdictName> {
    let mut verdicts = Vec::new();
    for backend in BACKENDS {
        let mut federation = Federation::found(backend).await;
        let a = federation.join("platform-a", "CN", &[]).await;
        let b = federation.join("platform-b", "CN", &["platform-a"]).await;
        let of = |code: &str, identifiers: &[Identifier]| {
            let mut subject = company(code);
            subject.identifiers.extend(identifiers.iter().cloned());
            subject
        };
        a.record_entry(&operator(), entry(of(CODE, &listed), a.now()))
            .await
            .unwrap();
        a.build_digests().await.unwrap();
        b.sync(None, false).await.unwrap();
        federation.clock.advance(Duration::from_secs(1));
        for _ in 0..2 {
            let answer = screen(&b, of(NEW, &asked)).await;
            assert!(answer.complete);
            verdicts.push(answer.verdict);
            federation.network.stop(&id("platform-a"));
        }
    }
    verdicts
}

#[tokio::test]
async fn an_identifier_that_an_entry_has_in_several_roles_counts_as_its_own_heard_or_kept() {
    let code = |role| with_role(role, identifier("cn_uscc", "91350100M000100Y43"));
    for listed in [
        vec![code(Role::Payee), code(Role::Own)],
        vec![code(Role::Own), code(Role::Payee)],
    ] {
        let verdicts = answers(listed, vec![code(Role::Own)]).await;
        assert_eq!(verdicts, [VerdictName::Block; 4]);
    }
}

#[tokio::test]
async fn a_name_that_an_entry_has_in_two_roles_is_one_signal() {
    let name = |role| {
        with_role(
            role,
            identifier("legal_name_en", "Invented Goods Trading Co., Ltd."),
        )
    };
    let listed = vec![name(Role::Own), name(Role::Payee)];
    let verdicts = answers(listed, vec![name(Role::Own)]).await;
    assert!(
        verdicts.iter().all(|verdict| *verdict == VerdictName::Clear),
        "{verdicts:?}"
    );
}
