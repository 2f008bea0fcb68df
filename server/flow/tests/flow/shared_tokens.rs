//! A token that more entries share than one answer tells of: the answer leaves the verdict what it is.

use std::sync::Arc;
use std::time::Duration;

use lianfang_flow::Node;
use lianfang_wire::entry::{Entry, NewEntry, NewEvent, Source, Subject};
use lianfang_wire::vocabulary::{BasisType, EventType, VerdictName};

use crate::alerts::{alerts, watch};
use crate::harness::{BACKENDS, Federation, code, company, entry, id, identifier, operator, screening};

const CODE: &str = "91110108661572276L";
const ENTRIES: usize = 100;
/// Of which so many aren't told beside the others.
const WEAKER: usize = 8;

async fn record_many(node: &Arc<Node>, change: impl Fn(usize, &mut NewEntry)) -> Vec<Entry> {
    let mut recorded = Vec::new();
    for number in 0..ENTRIES {
        let mut new = entry(company(CODE), node.now());
        new.client_reference = Some(number.to_string());
        change(number, &mut new);
        recorded.push(node.record_entry(&operator(), new).await.unwrap().entry);
    }
    node.build_digests().await.unwrap();
    recorded
}

fn named(number: usize) -> String {
    format!("Invented Goods {} Trading Co., Ltd.", code(number as u32))
}

async fn verdict(node: &Arc<Node>, subject: Subject) -> VerdictName {
    let answer = node.screen(&operator(), screening(subject)).await.unwrap();
    assert!(answer.complete, "{answer:?}");
    answer.verdict
}

/// Records of A that B keeps of the token that all its entries share.
fn kept(federation: &Federation, a: &Arc<Node>, entry: &Entry) -> usize {
    let tokens = federation.store("platform-a").tokens_of(&[entry.id]).unwrap();
    let kept = tokens.iter().map(|row| {
        let token = lianfang_token::Token::from_bytes(row.token);
        let key_id = lianfang_token::TokenKeyId(row.key_id);
        let fed = a.trust().federation();
        let key = lianfang_token::confirm_key(&token, &fed, &id("platform-a"), &key_id);
        let store = federation.store("platform-b");
        store
            .cached_records(&id("platform-a"), &key, a.now())
            .unwrap()
            .len()
    });
    kept.max().unwrap()
}

#[tokio::test]
async fn of_entries_that_share_a_token_so_many_are_told_as_decide() {
    for backend in BACKENDS {
        let mut federation = Federation::found(backend).await;
        let a = federation.join("platform-a", "CN", &[]).await;
        let b = federation.join("platform-b", "CN", &[]).await;
        let recorded = record_many(&a, |number, new| {
            new.basis.kind = match number {
                50 => BasisType::CourtFinal,
                _ => BasisType::AdministrativePending,
            };
        })
        .await;
        b.sync(None, false).await.unwrap();
        federation.clock.advance(Duration::from_secs(1));
        assert_eq!(verdict(&b, company(CODE)).await, VerdictName::Block);
        assert_eq!(kept(&federation, &a, &recorded[0]), 64);
        let ends = NewEvent {
            kind: EventType::Withdrawn,
            reason: None,
            reference: None,
        };
        let decisive = &recorded[50];
        a.apply_event(&operator(), decisive.id, decisive.revision, ends)
            .await
            .unwrap();
        b.sync(None, false).await.unwrap();
        assert_eq!(verdict(&b, company(CODE)).await, VerdictName::Review);
    }
}

/// Another that blocks may not have been told.
#[tokio::test]
async fn when_one_that_was_told_changes_the_others_are_asked_for() {
    for backend in BACKENDS {
        let mut federation = Federation::found(backend).await;
        let a = federation.join("platform-a", "CN", &[]).await;
        let b = federation.join("platform-b", "CN", &["platform-a"]).await;
        let recorded = record_many(&a, |_, _| ()).await;
        b.sync(None, false).await.unwrap();
        federation.clock.advance(Duration::from_secs(1));
        assert_eq!(verdict(&b, company(CODE)).await, VerdictName::Block);
        assert_eq!(kept(&federation, &a, &recorded[0]), 64);
        let contested = |entry: &Entry| {
            let (a, id, revision) = (Arc::clone(&a), entry.id, entry.revision);
            async move {
                let kind = EventType::Contested;
                let event = NewEvent {
                    kind,
                    reason: None,
                    reference: None,
                };
                a.apply_event(&operator(), id, revision, event).await.unwrap();
            }
        };
        for entry in &recorded[1..] {
            contested(entry).await;
        }
        b.sync(None, false).await.unwrap();
        assert_eq!(verdict(&b, company(CODE)).await, VerdictName::Block);
        contested(&recorded[0]).await;
        b.sync(None, false).await.unwrap();
        assert_eq!(verdict(&b, company(CODE)).await, VerdictName::Review);
    }
}

/// Shops of one brand; what was found of the first is weaker than what was found of the others.
fn of_one_brand(number: usize, new: &mut NewEntry) {
    new.subject = shop("Inventia", Some(&named(number)));
    if number >= WEAKER {
        new.basis.kind = BasisType::CourtFinal;
    }
}

/// It alone is a second publisher beside another's.
#[tokio::test]
async fn one_that_rests_on_nobody_else_s_entry_is_told_among_many_that_do() {
    for backend in BACKENDS {
        let mut federation = Federation::found(backend).await;
        let a = federation.join("platform-a", "CN", &[]).await;
        let c = federation.join("platform-c", "CN", &[]).await;
        let b = federation.join("platform-b", "CN", &[]).await;
        let other = entry(company(CODE), c.now());
        let other = c.record_entry(&operator(), other).await.unwrap().entry;
        c.build_digests().await.unwrap();
        record_many(&a, |number, new| {
            new.basis.kind = BasisType::RightsHolderNotice;
            if number == 0 {
                // Of what is alike otherwise the newest are told.
                if let Some(decision) = &mut new.decision {
                    decision.decided_at = decision.decided_at - Duration::from_secs(86_400);
                }
            } else {
                new.derived_from = vec![Source {
                    publisher: id("platform-c"),
                    entry: other.id,
                }];
            }
        })
        .await;
        b.sync(None, false).await.unwrap();
        federation.clock.advance(Duration::from_secs(1));
        assert_eq!(verdict(&b, company(CODE)).await, VerdictName::Block);
    }
}

fn shop(brand: &str, name: Option<&str>) -> Subject {
    let mut subject = company(CODE);
    subject.identifiers = vec![identifier("brand", brand)];
    subject
        .identifiers
        .extend(name.map(|name| identifier("legal_name_en", name)));
    subject
}

#[tokio::test]
async fn an_entry_that_two_tokens_speak_for_is_told_however_many_share_one_of_them() {
    for backend in BACKENDS {
        let mut federation = Federation::found(backend).await;
        let a = federation.join("platform-a", "CN", &[]).await;
        let b = federation.join("platform-b", "CN", &[]).await;
        record_many(&a, of_one_brand).await;
        b.sync(None, false).await.unwrap();
        federation.clock.advance(Duration::from_secs(1));
        assert_eq!(verdict(&b, shop("Inventia", None)).await, VerdictName::Clear);
        // What was told for the brand alone needn't hold the entry.
        for number in [0, 1, 37, 99] {
            let subject = shop("Inventia", Some(&named(number)));
            assert_eq!(verdict(&b, subject).await, VerdictName::Review, "{number}");
        }
    }
}

/// Who has more hits than one question has room for lists brands that others were sanctioned for beside his own.
#[tokio::test]
async fn an_entry_that_two_tokens_speak_for_is_told_though_one_question_has_no_room_for_both() {
    const ROOM: usize = 16;
    for backend in BACKENDS {
        let mut federation = Federation::found(backend).await;
        let a = federation.join("platform-a", "CN", &[]).await;
        let b = federation.join("platform-b", "CN", &[]).await;
        let brands: Vec<_> = (1..ROOM)
            .map(|number| format!("Brandish {}", code(number as u32)))
            .collect();
        for brand in &brands {
            let new = entry(shop(brand, None), a.now());
            a.record_entry(&operator(), new).await.unwrap();
        }
        record_many(&a, of_one_brand).await;
        b.sync(None, false).await.unwrap();
        federation.clock.advance(Duration::from_secs(1));
        let evading = |name: Option<&str>| {
            let mut subject = company(CODE);
            let name = name.map(|name| identifier("legal_name_en", name));
            let brands = brands.iter().map(|brand| identifier("brand", brand));
            subject.identifiers = name.into_iter().chain(brands).collect();
            subject.identifiers.push(identifier("brand", "Inventia"));
            subject
        };
        assert_eq!(
            verdict(&b, evading(None)).await,
            VerdictName::Clear,
            "{backend:?}"
        );
        for number in [0, 1, 2, 37] {
            let found = verdict(&b, evading(Some(&named(number)))).await;
            assert_eq!(found, VerdictName::Review, "{backend:?} {number}");
        }
    }
}

#[tokio::test]
async fn a_token_that_more_share_than_can_be_looked_through_holds_up_no_other() {
    for backend in BACKENDS {
        let mut federation = Federation::found(backend).await;
        federation.most_read = ENTRIES - 1;
        // Nearly all of the roster is found, which would call for a person.
        federation.brake.least_hits = 2 * ENTRIES as u64;
        let a = federation.join("platform-a", "CN", &[]).await;
        let b = federation.join("platform-b", "CN", &["platform-a"]).await;
        let rare: Vec<_> = (0..64).map(code).collect();
        for rare in &rare {
            let new = entry(company(rare), a.now());
            a.record_entry(&operator(), new).await.unwrap();
        }
        record_many(&a, |_, _| ()).await;
        b.sync(None, false).await.unwrap();
        watch(&b, "shared", company(CODE)).await;
        let mut found = 0;
        for rare in &rare {
            let mut both = company(CODE);
            both.identifiers.push(identifier("cn_uscc", rare));
            let both = b.screen(&operator(), screening(both)).await.unwrap();
            assert!(
                !both.complete,
                "{backend:?}: of the one that they share nothing is known"
            );
            let alone = b.screen(&operator(), screening(company(rare))).await.unwrap();
            // Those under the same prefix aren't to be had.
            assert_eq!(both.verdict, alone.verdict, "{backend:?}");
            if alone.verdict == VerdictName::Block {
                found += 1;
                watch(&b, rare, company(rare)).await;
            }
        }
        // The list states one bit or two: half of them or a quarter are under its prefix, give or take.
        assert!(found >= 16, "{backend:?} {found}");
        b.watch_roster().await.unwrap();
        assert_eq!(alerts(&b).await.len(), found, "{backend:?}");
    }
}
