//! Who isn't in an audience can't tell that it exists.

use lianfang_digest::ListId;
use lianfang_encoding::SubjectType;
use lianfang_flow::FlowError;
use lianfang_wire::confirm::{ConfirmRequest, Prefix};
use lianfang_wire::entry::Source;
use lianfang_wire::vocabulary::VerdictName;

use crate::harness::{BACKENDS, Federation, company, entry, id, operator, screening, shared_with, withdraw};

const CODE: &str = "91110108661572276L";

#[tokio::test]
async fn an_entry_for_others_leaves_no_trace_for_a_member_outside_its_audience() {
    for backend in BACKENDS {
        let (mut federation, a, b) = Federation::of_two(backend).await;
        let outsider = federation.join("platform-d", "DE", &["platform-a"]).await;
        let before = a.info(&id("platform-d")).await.unwrap();
        a.record_entry(&operator(), shared_with("cn", entry(company(CODE), a.now())))
            .await
            .unwrap();
        a.build_digests().await.unwrap();
        assert_eq!(a.info(&id("platform-d")).await.unwrap(), before);
        assert!(!a.info(&id("platform-b")).await.unwrap().lists.is_empty());
        let member = id("platform-d");
        let head = a.digest_head(&id("platform-b"), &list("cn")).await.unwrap();
        let hash = lianfang_digest::SignedHead::decode(&head)
            .unwrap()
            .header()
            .body
            .sha256;
        for audience in ["cn", "fr", "regulators", "guessed"] {
            let (list, name) = (list(audience), audience.parse().unwrap());
            assert_not_found(a.digest_head(&member, &list).await);
            assert_not_found(a.digest_heads(&member, &list, 0).await);
            assert_not_found(a.status(&member, name, 0, 10).await);
            let request = ConfirmRequest {
                list,
                confirm_bits: 0,
                prefixes: vec![Prefix::of(&[0; 32], 0)],
            };
            assert_not_found(a.confirm(&member, request).await);
        }
        for hash in [hash, [7; 32]] {
            assert_not_found(a.digest_body(&member, hash).await);
        }
        b.sync(None, false).await.unwrap();
        outsider.sync(None, false).await.unwrap();
        let inside = b.screen(&operator(), screening(company(CODE))).await.unwrap();
        let outside = outsider
            .screen(&operator(), screening(company(CODE)))
            .await
            .unwrap();
        assert_eq!(inside.verdict, VerdictName::Block);
        assert_eq!((outside.verdict, outside.complete), (VerdictName::Clear, true));
    }
}

#[tokio::test]
async fn an_unknown_audience_is_refused_when_an_entry_is_recorded() {
    let mut federation = Federation::found(BACKENDS[0]).await;
    let a = federation.join("platform-a", "CN", &[]).await;
    let refused = a
        .record_entry(&operator(), shared_with("nobody", entry(company(CODE), a.now())))
        .await
        .unwrap_err();
    assert_eq!(
        refused.problem().kind(),
        Some(lianfang_wire::ProblemType::UnknownAudience)
    );
}

#[tokio::test]
async fn an_incomplete_entry_stays_local_and_takes_no_place_in_any_feed() {
    for backend in BACKENDS {
        let mut federation = Federation::found(backend).await;
        let a = federation.join("platform-a", "CN", &[]).await;
        let mut incomplete = entry(company(CODE), a.now());
        incomplete.evidence.clear();
        let recorded = a.record_entry(&operator(), incomplete).await.unwrap().entry;
        assert_eq!(recorded.local_reason.as_deref(), Some("incomplete"));
        let report = a.build_digests().await.unwrap();
        assert!(report.published.is_empty());
        assert!(a.info(&id("regulator")).await.unwrap().feeds.is_empty());
    }
}

#[tokio::test]
async fn an_entry_that_rests_on_another_member_s_alone_never_goes_out_with_the_changes_either() {
    for backend in BACKENDS {
        let (_federation, a, b) = Federation::of_two(backend).await;
        let first = entry(company("91130105MA0FRNGTXX"), a.now());
        a.record_entry(&operator(), first).await.unwrap();
        a.publish_changes().await.unwrap();
        let mut echo = entry(company(CODE), a.now());
        echo.derived_from = vec![Source {
            publisher: id("platform-b"),
            entry: uuid::Uuid::from_u128(1),
        }];
        let recorded = a.record_entry(&operator(), echo).await.unwrap().entry;
        assert_eq!(recorded.local_reason.as_deref(), Some("derived"));
        let report = a.publish_changes().await.unwrap();
        assert!(report.published.is_empty(), "{report:?}");
        assert_eq!(report.withheld, [("derived".to_owned(), 2)].into());
        b.sync(None, false).await.unwrap();
        let answer = b.screen(&operator(), screening(company(CODE))).await.unwrap();
        assert_eq!(answer.verdict, VerdictName::Clear);
    }
}

#[tokio::test]
async fn whoever_isn_t_in_the_audience_of_what_happened_isn_t_told_that_anything_has() {
    for backend in BACKENDS {
        let mut federation = Federation::found(backend).await;
        let a = federation.join("platform-a", "CN", &[]).await;
        let b = federation.join("platform-b", "CN", &[]).await;
        let d = federation.join("platform-d", "DE", &[]).await;
        let network = &federation.network;
        let told = || [&b, &d].map(|node| !network.notices_to(node.id()).is_empty());
        let heard = async || assert!(network.is_told(a.id(), d.id(), 0).await, "{backend:?}");
        told();

        let mut incomplete = entry(company(CODE), a.now());
        incomplete.evidence.clear();
        let incomplete = a.record_entry(&operator(), incomplete).await.unwrap().entry;
        assert!(incomplete.local_reason.is_some());
        a.publish_changes().await.unwrap();
        withdraw(&a, &incomplete).await;
        a.publish_changes().await.unwrap();
        // Whoever is told of something that is for D alone.
        let new = shared_with("de", entry(company(CODE), a.now()));
        let german = a.record_entry(&operator(), new).await.unwrap().entry;
        a.publish_changes().await.unwrap();
        heard().await;
        assert_eq!(told(), [false, true], "{backend:?}: what came");
        withdraw(&a, &german).await;
        heard().await;
        assert_eq!(told(), [false, true], "{backend:?}: what was withdrawn");
        a.publish_changes().await.unwrap();
        heard().await;
        assert_eq!(told(), [false, true], "{backend:?}: the digest without it");

        let other = entry(company("91130105MA0FRNGTXX"), a.now());
        a.record_entry(&operator(), other).await.unwrap();
        a.build_digests().await.unwrap();
        heard().await;
        assert_eq!(told(), [true; 2], "{backend:?}: what is for all");
    }
}

fn list(audience: &str) -> ListId {
    ListId {
        publisher: id("platform-a"),
        audience: audience.parse().unwrap(),
        subject_type: SubjectType::Seller,
        epoch: 1,
    }
}

fn assert_not_found<T>(answer: Result<T, FlowError>) {
    let problem = answer.err().expect("the answer must be a refusal").problem();
    assert_eq!(problem, FlowError::NotFound.problem());
}
