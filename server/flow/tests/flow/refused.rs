//! A record that its reader refuses says nothing: nobody is clear because of it, and nothing that was known is forgotten.

use std::sync::Arc;
use std::time::Duration;

use lianfang_flow::Node;
use lianfang_wire::entry::{Identifier, Subject};
use lianfang_wire::screening::Screening;
use lianfang_wire::vocabulary::{Role, VerdictName};

use crate::alerts::publish;
use crate::brake::brake_of;
use crate::harness::{BACKENDS, Federation, company, entry, id, identifier, operator, screening};

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
