//! A sanctioned seller who comes back as another company is found as review, with the link explained.

use lianfang_flow::Node;
use lianfang_wire::entry::{Identifier, NewEntry, NewEvent, Subject};
use lianfang_wire::screening::{Reason, ReasonCode, Screening};
use lianfang_wire::vocabulary::{EventType, Role, VerdictName};
use std::sync::Arc;
use std::time::Duration;

use crate::harness::{BACKENDS, Federation, company, entry, identifier, operator, screening};

const OLD: &str = "91110108661572276L";
const NEW: &str = "91130105MA0FRNGTXX";

fn with_role(role: Role, identifier: Identifier) -> Identifier {
    Identifier { role, ..identifier }
}

/// A company with one more identifier.
fn company_with(code: &str, more: Vec<Identifier>) -> Subject {
    let mut subject = company(code);
    subject.identifiers.extend(more);
    subject
}

/// What an old shop closure without evidence looks like: it stays with its publisher.
fn local(new: NewEntry) -> NewEntry {
    NewEntry {
        evidence: Vec::new(),
        subject_notice: None,
        ..new
    }
}

async fn node_with(more: Vec<Identifier>) -> (Federation, Arc<Node>, uuid::Uuid) {
    let mut federation = Federation::found(BACKENDS[0]).await;
    let node = federation.join("platform-a", "CN", &[]).await;
    let new = local(entry(company_with(OLD, more), node.now()));
    let recorded = node.record_entry(&operator(), new).await.unwrap().entry;
    assert_eq!(recorded.local_reason.as_deref(), Some("incomplete"));
    (federation, node, recorded.id)
}

async fn screened(node: &Arc<Node>, more: Vec<Identifier>) -> Screening {
    node.screen(&operator(), screening(company_with(NEW, more)))
        .await
        .unwrap()
}

fn link_of(answer: &Screening) -> &Reason {
    answer
        .reasons
        .iter()
        .find(|reason| reason.link.is_some())
        .unwrap()
}

#[tokio::test]
async fn an_old_identifier_under_a_new_company_is_review_and_the_link_is_explained() {
    let payee = || with_role(Role::Payee, identifier("payee", "wechatpay:wxid_kqzvjxwpqdnr"));
    for (old, dressed) in [
        (
            payee(),
            with_role(Role::Payee, identifier("payee", "微信：WXID_KQZVJXWPQDNR")),
        ),
        (
            with_role(
                Role::LegalRepresentative,
                identifier("cn_ric", "440305198504126130"),
            ),
            with_role(
                Role::BeneficialOwner,
                identifier("cn_ric", "440305 19850412 6130"),
            ),
        ),
        (
            identifier("phone_cn", "18615020612"),
            identifier("phone_cn", "+86 186-1502-0612"),
        ),
        (
            identifier("domain", "xinlan-goods.com"),
            identifier("domain", "HTTPS://www.xinlan-goods.com/?a=1"),
        ),
        (
            identifier("shop_url", "https://shop61234567.taobao.com"),
            identifier("shop_url", "shop61234567.taobao.com/?spm=1"),
        ),
    ] {
        let (_federation, node, id) = node_with(vec![old.clone()]).await;
        let answer = screened(&node, vec![dressed.clone()]).await;
        assert_eq!(answer.verdict, VerdictName::Review, "{}", old.kind);
        let reason = link_of(&answer);
        assert_eq!(reason.code, ReasonCode::LinkedToOwnEntry);
        assert_eq!((reason.entry, reason.identifier_index), (Some(id), Some(1)));
        let link = reason.link.as_ref().unwrap();
        assert_eq!((link.role, link.entry_role), (dressed.role, old.role));
        assert_eq!((link.entry_identifier_index, link.score), (1, None));
        assert!(
            answer.appeal_reference.is_some(),
            "an adverse answer can be contested"
        );
    }
}

#[tokio::test]
async fn who_shares_nothing_is_clear() {
    let (_federation, node, _) = node_with(vec![identifier("phone_cn", "18615020612")]).await;
    let answer = screened(&node, vec![identifier("phone_cn", "18615020613")]).await;
    assert_eq!(answer.verdict, VerdictName::Clear);
    assert_eq!(answer.reasons, []);
}

#[tokio::test]
async fn an_entry_that_has_ended_leads_nowhere() {
    let (federation, node, _) = node_with(vec![identifier("phone_cn", "18615020612")]).await;
    let phone = || vec![identifier("phone_cn", "18615020612")];
    federation.clock.advance(Duration::from_secs(301 * 86_400));
    let answer = screened(&node, phone()).await;
    assert_eq!(
        answer.verdict,
        VerdictName::Clear,
        "its time is over, though nobody wrote it down yet"
    );
    let (_federation, node, id) = node_with(phone()).await;
    let withdrawn = NewEvent {
        kind: EventType::Withdrawn,
        reason: None,
        reference: None,
    };
    node.apply_event(&operator(), id, 1, withdrawn).await.unwrap();
    assert_eq!(screened(&node, phone()).await.verdict, VerdictName::Clear);
}

#[tokio::test]
async fn a_contested_entry_links_and_says_that_it_is_disputed() {
    let (_federation, node, id) = node_with(vec![identifier("phone_cn", "18615020612")]).await;
    let contested = NewEvent {
        kind: EventType::Contested,
        reason: None,
        reference: None,
    };
    node.apply_event(&operator(), id, 1, contested).await.unwrap();
    let answer = screened(&node, vec![identifier("phone_cn", "18615020612")]).await;
    assert_eq!(answer.verdict, VerdictName::Review);
    assert!(link_of(&answer).disputed);
}

#[tokio::test]
async fn the_same_company_in_a_local_entry_is_review_and_never_a_block() {
    let (_federation, node, _) = node_with(Vec::new()).await;
    let answer = node.screen(&operator(), screening(company(OLD))).await.unwrap();
    assert_eq!(answer.verdict, VerdictName::Review);
    assert_eq!(link_of(&answer).code, ReasonCode::LinkedToOwnEntry);
}

#[tokio::test]
async fn a_shared_mailbox_or_a_genuine_article_alone_is_no_link() {
    for shared in [
        identifier("email", "info@xinlan-goods.com"),
        identifier("gtin", "4006381333931"),
        identifier("brand", "Kvarnbolt"),
    ] {
        let (_federation, node, _) = node_with(vec![shared.clone()]).await;
        let answer = screened(&node, vec![shared.clone()]).await;
        assert_eq!(answer.verdict, VerdictName::Clear, "{}", shared.kind);
        assert_eq!(link_of(&answer).code, ReasonCode::CandidateMatch);
    }
}

#[tokio::test]
async fn nothing_of_a_local_entry_passes_between_nodes() {
    let (_federation, a, b) = Federation::of_two(BACKENDS[0]).await;
    let phone = || vec![identifier("phone_cn", "18615020612")];
    a.record_entry(&operator(), local(entry(company_with(OLD, phone()), a.now())))
        .await
        .unwrap();
    a.build_digests().await.unwrap();
    b.sync(None, false).await.unwrap();
    assert_eq!(screened(&a, phone()).await.verdict, VerdictName::Review);
    assert_eq!(screened(&b, phone()).await.verdict, VerdictName::Clear);
}

#[tokio::test]
async fn links_are_made_anew_when_they_were_made_by_other_rules() {
    for backend in BACKENDS {
        let mut federation = Federation::found(backend).await;
        let node = federation.join("platform-a", "CN", &[]).await;
        let phone = || vec![identifier("phone_cn", "18615020612")];
        let new = local(entry(company_with(OLD, phone()), node.now()));
        let id = node.record_entry(&operator(), new).await.unwrap().entry.id;
        let store = federation.store("platform-a");
        store.replace_own_links(&[(id, Vec::new())].into()).unwrap();
        let restarted = federation.restart("platform-a").await;
        assert_eq!(
            screened(&restarted, phone()).await.verdict,
            VerdictName::Clear,
            "the note says all is well"
        );
        store.set_meta("own_links", "of older rules").unwrap();
        let restarted = federation.restart("platform-a").await;
        assert_eq!(screened(&restarted, phone()).await.verdict, VerdictName::Review);
    }
}

#[tokio::test]
async fn a_shop_on_an_old_domain_and_a_mailbox_at_it_lead_to_the_entry_but_not_the_other_way() {
    let domain = || identifier("domain", "xinlan-goods.com");
    let beside = [
        identifier("shop_url", "https://www.xinlan-goods.com/store"),
        identifier("email", "wang.fang@xinlan-goods.com"),
        identifier("email", "sales@xinlan-goods.com"),
    ];
    for asked in beside {
        let (_federation, node, _) = node_with(vec![domain()]).await;
        let answer = screened(&node, vec![asked.clone()]).await;
        assert_eq!(answer.verdict, VerdictName::Review, "{}", asked.value);
        assert_eq!(link_of(&answer).link.as_ref().unwrap().kind, "domain");
        let (_federation, node, _) = node_with(vec![asked]).await;
        let answer = screened(&node, vec![identifier("email", "li.na@xinlan-goods.com")]).await;
        assert_eq!(answer.verdict, VerdictName::Clear);
    }
}

/// Entries of these companies, each with what else it is known by.
async fn record_each(federation: &Federation, numbers: std::ops::Range<u32>, more: &[Identifier]) {
    let node = federation.node("platform-a");
    for number in numbers {
        let subject = company_with(&crate::harness::code(number), more.to_vec());
        let mut new = local(entry(subject, node.now()));
        new.client_reference = Some(number.to_string());
        node.record_entry(&operator(), new).await.unwrap();
    }
}

#[tokio::test]
async fn a_name_and_a_brand_of_one_own_entry_are_review_however_many_entries_share_either() {
    let name = || identifier("legal_name_en", "Invented Goods Trading Co., Ltd.");
    let (brand, other) = (
        || identifier("brand", "Inventia"),
        || identifier("brand", "Kvarnbolt"),
    );
    for backend in BACKENDS {
        let mut federation = Federation::found(backend).await;
        let node = federation.join("platform-a", "CN", &[]).await;
        record_each(&federation, 0..60, &[brand()]).await;
        record_each(&federation, 60..72, &[other()]).await;
        record_each(&federation, 72..132, &[name()]).await;
        record_each(&federation, 132..133, &[name(), brand()]).await;
        let verdict = async |more| screened(&node, more).await.verdict;
        assert_eq!(verdict(vec![name()]).await, VerdictName::Clear, "{backend:?}");
        let apart = verdict(vec![name(), other()]).await;
        assert_eq!(apart, VerdictName::Clear, "{backend:?}: no entry has both");
        let both = verdict(vec![name(), brand()]).await;
        assert_eq!(both, VerdictName::Review, "{backend:?}");
    }
}

#[tokio::test]
async fn a_name_of_one_own_entry_counts_beside_a_brand_that_many_have() {
    let name = || identifier("legal_name_en", "Invented Goods Trading Co., Ltd.");
    let alike = || identifier("legal_name_en", "Invented Good Trading Co., Ltd.");
    let brand = || identifier("brand", "Inventia");
    for backend in BACKENDS {
        let mut federation = Federation::found(backend).await;
        let node = federation.join("platform-a", "CN", &[]).await;
        record_each(&federation, 0..12, &[brand()]).await;
        record_each(&federation, 12..13, &[name(), brand()]).await;
        for name in [name(), alike()] {
            let answer = screened(&node, vec![name.clone(), brand()]).await;
            assert_eq!(answer.verdict, VerdictName::Review, "{backend:?} {}", name.value);
            let links = answer
                .reasons
                .iter()
                .filter(|reason| reason.link.is_some())
                .count();
            assert!(links <= 10, "{backend:?} shows {links}");
        }
    }
}

#[tokio::test]
async fn a_name_that_an_own_entry_has_in_two_roles_is_one_signal() {
    let name = |role| {
        with_role(
            role,
            identifier("legal_name_en", "Invented Goods Trading Co., Ltd."),
        )
    };
    let (_federation, node, _) = node_with(vec![name(Role::Payee), name(Role::Own)]).await;
    let answer = screened(&node, vec![name(Role::Own)]).await;
    assert_eq!(answer.verdict, VerdictName::Clear, "{answer:?}");
}
