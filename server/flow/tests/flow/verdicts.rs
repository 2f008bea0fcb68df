//! A block needs every one of its conditions: with each that is missing the answer is review or clear.

use lianfang_encoding::{SubjectType, Timestamp};
use lianfang_wire::entry::{NewEntry, Source, Subject};
use lianfang_wire::screening::{NewScreening, Reason, ReasonCode};
use lianfang_wire::vocabulary::{BasisType, Category, EventType, Purpose, Role, VerdictName};

use crate::alerts::publish;
use crate::harness::{
    BACKENDS, Federation, company, entry, event, id, identifier, operator, product, screening,
};

const CODE: &str = "91110108661572276L";

/// Records `new` at A and screens `asked` at B, which trusts A unless told otherwise.
async fn verdict(trusted: &[&str], change: impl FnOnce(&mut NewEntry), asked: Subject) -> VerdictName {
    let mut federation = Federation::found(BACKENDS[0]).await;
    let a = federation.join("platform-a", "CN", &[]).await;
    let b = federation.join("platform-b", "CN", trusted).await;
    let mut new = entry(company(CODE), a.now());
    change(&mut new);
    a.record_entry(&operator(), new).await.unwrap();
    a.build_digests().await.unwrap();
    b.sync(None, false).await.unwrap();
    b.screen(&operator(), screening(asked)).await.unwrap().verdict
}

const TRUSTED: &[&str] = &["platform-a"];

#[tokio::test]
async fn with_every_condition_it_blocks() {
    assert_eq!(verdict(TRUSTED, |_| {}, company(CODE)).await, VerdictName::Block);
}

#[tokio::test]
async fn a_single_publisher_that_nobody_trusts_is_review() {
    assert_eq!(verdict(&[], |_| {}, company(CODE)).await, VerdictName::Review);
}

#[tokio::test]
async fn a_final_judgment_in_my_jurisdiction_blocks_without_trust() {
    let change = |new: &mut NewEntry| new.basis.kind = BasisType::CourtFinal;
    assert_eq!(verdict(&[], change, company(CODE)).await, VerdictName::Block);
}

#[tokio::test]
async fn a_final_judgment_elsewhere_is_review() {
    let change = |new: &mut NewEntry| {
        new.basis.kind = BasisType::CourtFinal;
        new.basis.jurisdiction = "US".to_owned();
    };
    assert_eq!(verdict(&[], change, company(CODE)).await, VerdictName::Review);
}

#[tokio::test]
async fn interim_and_default_findings_are_review() {
    let interim = |new: &mut NewEntry| new.basis.kind = BasisType::CourtInterim;
    assert_eq!(
        verdict(TRUSTED, interim, company(CODE)).await,
        VerdictName::Review
    );
    let default = |new: &mut NewEntry| {
        new.basis.kind = BasisType::CourtFinal;
        new.basis.default_judgment = true;
    };
    assert_eq!(
        verdict(TRUSTED, default, company(CODE)).await,
        VerdictName::Review
    );
}

#[tokio::test]
async fn an_identifier_that_the_publisher_has_not_verified_is_review() {
    let change = |new: &mut NewEntry| new.subject.identifiers[0].verified = false;
    assert_eq!(verdict(TRUSTED, change, company(CODE)).await, VerdictName::Review);
}

#[tokio::test]
async fn an_identifier_that_the_platform_has_not_verified_is_review() {
    let mut asked = company(CODE);
    asked.identifiers[0].verified = false;
    assert_eq!(verdict(TRUSTED, |_| {}, asked).await, VerdictName::Review);
}

#[tokio::test]
async fn somebody_elses_identifier_is_review_on_either_side() {
    let change = |new: &mut NewEntry| new.subject.identifiers[0].role = Role::LegalRepresentative;
    assert_eq!(verdict(TRUSTED, change, company(CODE)).await, VerdictName::Review);
    let mut asked = company(CODE);
    asked.identifiers[0].role = Role::Payee;
    assert_eq!(verdict(TRUSTED, |_| {}, asked).await, VerdictName::Review);
}

#[tokio::test]
async fn natural_persons_and_parallel_imports_are_review() {
    let person = |new: &mut NewEntry| new.subject.natural_person = true;
    assert_eq!(verdict(TRUSTED, person, company(CODE)).await, VerdictName::Review);
    let parallel = |new: &mut NewEntry| {
        if let Some(violation) = &mut new.violation {
            violation.category = Category::ParallelImport;
        }
    };
    assert_eq!(
        verdict(TRUSTED, parallel, company(CODE)).await,
        VerdictName::Review
    );
}

#[tokio::test]
async fn a_picture_or_a_tune_never_lists_the_seller_who_offered_it() {
    let listing = || identifier("listing_url", "https://item.taobao.com/item.htm?id=610123456789");
    let change = |new: &mut NewEntry| {
        new.subject.kind = SubjectType::Content;
        new.subject.identifiers.push(listing());
    };
    assert_eq!(verdict(TRUSTED, change, company(CODE)).await, VerdictName::Clear);
    let mut offer = company(CODE);
    offer.identifiers = vec![listing()];
    assert_eq!(verdict(TRUSTED, change, offer).await, VerdictName::Block);
}

#[tokio::test]
async fn a_genuine_articles_number_never_blocks() {
    let change = |new: &mut NewEntry| new.subject = product("4006381333931");
    assert_eq!(
        verdict(TRUSTED, change, product("4006381333931")).await,
        VerdictName::Review
    );
}

#[tokio::test]
async fn a_name_alone_is_clear_and_never_blocks() {
    let named = || Subject {
        identifiers: vec![identifier("legal_name_en", "Invented Trading Co., Ltd.")],
        ..company(CODE)
    };
    let change = |new: &mut NewEntry| new.subject = named();
    assert_eq!(verdict(TRUSTED, change, named()).await, VerdictName::Clear);
}

#[tokio::test]
async fn a_contested_entry_is_review() {
    let mut federation = Federation::found(BACKENDS[0]).await;
    let a = federation.join("platform-a", "CN", &[]).await;
    let b = federation.join("platform-b", "CN", TRUSTED).await;
    let recorded = a
        .record_entry(&operator(), entry(company(CODE), a.now()))
        .await
        .unwrap()
        .entry;
    a.build_digests().await.unwrap();
    let contested = lianfang_wire::entry::NewEvent {
        kind: EventType::Contested,
        reason: None,
        reference: None,
    };
    a.apply_event(&operator(), recorded.id, recorded.revision, contested)
        .await
        .unwrap();
    b.sync(None, false).await.unwrap();
    let answer = b.screen(&operator(), screening(company(CODE))).await.unwrap();
    assert_eq!(answer.verdict, VerdictName::Review);
    assert!(answer.reasons[0].disputed);
}

/// The record that was heard meanwhile says that it is disputed.
#[tokio::test]
async fn a_dispute_that_is_over_blocks_again_as_soon_as_that_is_said() {
    for backend in BACKENDS {
        for (begins, ends) in [
            (EventType::Contested, EventType::Upheld),
            (EventType::Suspended, EventType::Resumed),
        ] {
            let (federation, a, b) = Federation::of_two(backend).await;
            let recorded = publish(&a, CODE).await;
            let disputed = event(&a, &recorded, begins).await;
            b.sync(None, false).await.unwrap();
            federation.clock.advance(std::time::Duration::from_secs(1));
            let answer = b.screen(&operator(), screening(company(CODE))).await.unwrap();
            assert_eq!(answer.verdict, VerdictName::Review, "{backend:?} {begins}");
            assert!(answer.reasons[0].disputed, "{backend:?} {begins}");
            event(&a, &disputed, ends).await;
            b.sync(None, false).await.unwrap();
            let answer = b.screen(&operator(), screening(company(CODE))).await.unwrap();
            assert_eq!(answer.verdict, VerdictName::Block, "{backend:?} {ends}");
            assert!(!answer.reasons[0].disputed, "{backend:?} {ends}");
        }
    }
}

#[tokio::test]
async fn two_independent_publishers_block_without_trust() {
    let mut federation = Federation::found(BACKENDS[0]).await;
    let a = federation.join("platform-a", "CN", &[]).await;
    let c = federation.join("platform-c", "CN", &[]).await;
    let b = federation.join("platform-b", "CN", &[]).await;
    for publisher in [&a, &c] {
        publisher
            .record_entry(&operator(), entry(company(CODE), publisher.now()))
            .await
            .unwrap();
        publisher.build_digests().await.unwrap();
    }
    let report = b.sync(None, false).await.unwrap();
    assert!(report.is_complete(), "{report:?}");
    let answer = b.screen(&operator(), screening(company(CODE))).await.unwrap();
    assert_eq!(answer.verdict, VerdictName::Block, "{answer:?}");
}

/// Whatever ground of its own it has: a notice that tells of what another member decided is that member's finding again.
#[tokio::test]
async fn who_rests_on_another_member_s_entry_is_no_second_publisher() {
    for backend in BACKENDS {
        let mut federation = Federation::found(backend).await;
        let a = federation.join("platform-a", "CN", &[]).await;
        let c = federation.join("platform-c", "CN", &[]).await;
        let b = federation.join("platform-b", "CN", &[]).await;
        let trusting = federation.join("platform-d", "CN", &["platform-c"]).await;
        let first = entry(company(CODE), a.now());
        let first = a.record_entry(&operator(), first).await.unwrap().entry;
        let mut echo = entry(company(CODE), c.now());
        echo.basis.kind = BasisType::RightsHolderNotice;
        echo.derived_from = vec![Source {
            publisher: id("platform-a"),
            entry: first.id,
        }];
        let echo = c.record_entry(&operator(), echo).await.unwrap().entry;
        assert_eq!(echo.local_reason, None);
        a.build_digests().await.unwrap();
        c.build_digests().await.unwrap();
        for (node, expected) in [(&b, VerdictName::Review), (&trusting, VerdictName::Block)] {
            node.sync(None, false).await.unwrap();
            let answer = node.screen(&operator(), screening(company(CODE))).await.unwrap();
            assert_eq!(answer.verdict, expected, "{answer:?}");
            for publisher in [a.id(), c.id()] {
                let told = |reason: &Reason| reason.publisher.as_ref() == Some(publisher);
                assert!(answer.reasons.iter().any(told), "{answer:?}");
            }
        }
    }
}

#[tokio::test]
async fn an_expired_membership_document_makes_no_new_blocks() {
    let mut federation = Federation::found(BACKENDS[0]).await;
    let a = federation.join("platform-a", "CN", &[]).await;
    let b = federation.join("platform-b", "CN", TRUSTED).await;
    federation
        .clock
        .advance(std::time::Duration::from_secs(364 * 86_400));
    a.record_entry(&operator(), entry(company(CODE), a.now()))
        .await
        .unwrap();
    a.build_digests().await.unwrap();
    b.sync(None, false).await.unwrap();
    assert_eq!(
        b.screen(&operator(), screening(company(CODE)))
            .await
            .unwrap()
            .verdict,
        VerdictName::Block
    );
    federation
        .clock
        .advance(std::time::Duration::from_secs(2 * 86_400));
    let answer = b.screen(&operator(), screening(company(CODE))).await.unwrap();
    assert_ne!(answer.verdict, VerdictName::Block);
}

#[tokio::test]
async fn the_audit_trail_names_every_purpose_and_verdict() {
    for backend in BACKENDS {
        let mut federation = Federation::found(backend).await;
        let a = federation.join("platform-a", "CN", &[]).await;
        let blocks = federation.join("platform-b", "CN", TRUSTED).await;
        let reviews = federation.join("platform-c", "CN", &[]).await;
        a.record_entry(&operator(), entry(company(CODE), a.now()))
            .await
            .unwrap();
        a.build_digests().await.unwrap();
        for (node, name) in [
            (&a, "platform-a"),
            (&blocks, "platform-b"),
            (&reviews, "platform-c"),
        ] {
            node.sync(None, false).await.unwrap();
            let mut answers = Vec::new();
            for purpose in Purpose::ALL {
                for code in [CODE, "91130105MA0FRNGTXX"] {
                    let asked = NewScreening {
                        purpose: *purpose,
                        ..screening(company(code))
                    };
                    let answer = node.screen(&operator(), asked).await.unwrap();
                    answers.push((
                        answer.id.to_string(),
                        purpose.to_string(),
                        answer.verdict.to_string(),
                    ));
                }
            }
            let trail = federation
                .store(name)
                .audit_page(Timestamp::default(), None, usize::MAX)
                .unwrap();
            for (id, purpose, verdict) in answers {
                let told: Vec<_> = trail.iter().filter(|line| line.object == id).collect();
                assert_eq!(told.len(), 1);
                assert_eq!(
                    (told[0].action.as_str(), &told[0].purpose, &told[0].outcome),
                    ("screen", &purpose, &verdict)
                );
            }
        }
    }
}

/// A name, or the genuine article, could have called for a person only together.
#[tokio::test]
async fn what_an_absent_publisher_could_not_have_settled_holds_nobody_up() {
    const NAME: &str = "莆田市鑫骏澜鞋业有限公司";
    const GTIN: &str = "6901234567892";
    for backend in BACKENDS {
        let (federation, a, b) = Federation::of_two(backend).await;
        let mut listed = entry(company(CODE), a.now());
        let said = [identifier("legal_name_cn", NAME), identifier("gtin", GTIN)];
        listed.subject.identifiers.extend(said);
        a.record_entry(&operator(), listed).await.unwrap();
        a.build_digests().await.unwrap();
        b.sync(None, false).await.unwrap();
        federation.network.stop(a.id());
        let of = |said: &[(&str, &str)]| {
            let mut subject = company("91130105MA0FRNGTXX");
            let said = said.iter().map(|(kind, value)| identifier(kind, value));
            subject.identifiers.extend(said);
            subject
        };
        for (asked, expected) in [
            (of(&[("legal_name_cn", NAME)]), VerdictName::Clear),
            (of(&[("gtin", GTIN)]), VerdictName::Clear),
            (
                of(&[("legal_name_cn", NAME), ("gtin", GTIN)]),
                VerdictName::Review,
            ),
            (company(CODE), VerdictName::Review),
        ] {
            let answer = b.screen(&operator(), screening(asked)).await.unwrap();
            assert_eq!(answer.verdict, expected, "{:?}", answer.reasons);
            assert!(!answer.complete);
            let codes: Vec<_> = answer.reasons.iter().map(|reason| reason.code).collect();
            assert_eq!(codes, [ReasonCode::PublisherUnavailable]);
        }
    }
}
