//! A peer that reads a kind of identifiers by other rules: the kind is off, with an alarm, and nothing is mistaken.

use lianfang_digest::SignedHead;
use lianfang_encoding::SigningKey;
use lianfang_wire::peer::{DisabledReason, Peer};
use lianfang_wire::screening::ExceptionReason;
use lianfang_wire::vocabulary::VerdictName;

use crate::harness::{BACKENDS, Federation, Tampering, company, entry, operator, product, screening};

const CODE: &str = "91110108661572276L";
const USCC: u16 = 1;

/// Signs A's heads anew after a change, as A itself would if its rules were others.
fn heads_changed(
    key: SigningKey,
    change: impl Fn(&mut lianfang_digest::RulesDigest) + Send + Sync + 'static,
) -> Tampering {
    Box::new(move |asked, answer| {
        if asked != "head" {
            return answer;
        }
        let mut header = SignedHead::decode(&answer).unwrap().header().clone();
        header
            .rules
            .iter_mut()
            .filter(|rules| rules.kind == USCC)
            .for_each(&change);
        SignedHead::sign(header, &key).unwrap().to_wire()
    })
}

fn seen(peers: &[Peer], id: &str) -> Vec<(String, DisabledReason)> {
    let peer = peers.iter().find(|peer| peer.id.as_str() == id).unwrap();
    let off = peer.disabled_kinds.iter();
    off.map(|off| (off.kind.clone(), off.reason)).collect()
}

async fn after(
    change: impl Fn(&mut lianfang_digest::RulesDigest) + Send + Sync + 'static,
) -> (VerdictName, VerdictName, Vec<(String, DisabledReason)>, bool) {
    let (federation, a, b) = Federation::of_two(BACKENDS[0]).await;
    for subject in [company(CODE), product("4006381333931")] {
        a.record_entry(&operator(), entry(subject, a.now()))
            .await
            .unwrap();
    }
    a.build_digests().await.unwrap();
    let key = federation.signing_key("platform-a");
    federation.network.tamper(heads_changed(key, change));
    assert!(b.sync(None, false).await.unwrap().is_complete());
    let seller = b.screen(&operator(), screening(company(CODE))).await.unwrap();
    let other = b
        .screen(&operator(), screening(product("4006381333931")))
        .await
        .unwrap();
    let told = seller
        .publishers
        .exceptions
        .iter()
        .any(|exception| exception.reason == ExceptionReason::RulesDiffer);
    (
        seller.verdict,
        other.verdict,
        seen(&b.peers().await.unwrap(), "platform-a"),
        told,
    )
}

#[tokio::test]
async fn the_same_rules_are_compared() {
    let (seller, other, off, told) = after(|_| {}).await;
    assert_eq!((seller, other), (VerdictName::Block, VerdictName::Review));
    assert_eq!((off, told), (vec![], false));
}

#[tokio::test]
async fn a_kind_with_another_digest_is_off_and_the_others_go_on() {
    let (seller, other, off, told) = after(|rules| rules.digest = [9; 32]).await;
    assert_eq!((seller, other), (VerdictName::Clear, VerdictName::Review));
    assert_eq!(off, [("cn_uscc".to_owned(), DisabledReason::RulesDiffer)]);
    assert!(told, "the screening says with whom it wasn't compared");
}

#[tokio::test]
async fn a_kind_without_a_common_version_is_off() {
    let (seller, _, off, _) = after(|rules| rules.norm_version = 2).await;
    assert_eq!(seller, VerdictName::Clear);
    assert_eq!(off, [("cn_uscc".to_owned(), DisabledReason::NoCommonVersion)]);
}

#[tokio::test]
async fn both_sides_learn_of_other_rules_before_any_digest_is_exchanged() {
    let mut federation = Federation::found(BACKENDS[0]).await;
    let a = federation.join("platform-a", "CN", &[]).await;
    let b = federation.join("platform-b", "CN", &[]).await;
    // Each hears the other announce rules that aren't its own.
    federation.network.tamper(Box::new(|asked, answer| {
        if asked != "info" {
            return answer;
        }
        let mut info: serde_json::Value = serde_json::from_slice(&answer).unwrap();
        info["rules"][0]["digest"] = serde_json::json!("09".repeat(32));
        serde_json::to_vec(&info).unwrap()
    }));
    let off = [("cn_uscc".to_owned(), DisabledReason::RulesDiffer)];
    for (node, other) in [(&a, "platform-b"), (&b, "platform-a")] {
        node.sync(None, false).await.unwrap();
        assert_eq!(seen(&node.peers().await.unwrap(), other), off);
    }
    federation.network.tamper(Box::new(|_, answer| answer));
    b.sync(None, false).await.unwrap();
    assert_eq!(
        seen(&b.peers().await.unwrap(), "platform-a"),
        [],
        "the alarm ends with its cause"
    );
}

#[tokio::test]
async fn two_versions_of_a_kind_in_one_head_share_the_one_both_have() {
    let (federation, a, b) = Federation::of_two(BACKENDS[0]).await;
    a.record_entry(&operator(), entry(company(CODE), a.now()))
        .await
        .unwrap();
    a.build_digests().await.unwrap();
    let key = federation.signing_key("platform-a");
    federation.network.tamper(Box::new(move |asked, answer| {
        if asked != "head" {
            return answer;
        }
        let mut header = SignedHead::decode(&answer).unwrap().header().clone();
        let place = header.rules.iter().position(|rules| rules.kind == USCC).unwrap();
        let newer = lianfang_digest::RulesDigest {
            norm_version: 2,
            digest: [9; 32],
            ..header.rules[place]
        };
        header.rules.insert(place + 1, newer);
        SignedHead::sign(header, &key).unwrap().to_wire()
    }));
    b.sync(None, false).await.unwrap();
    let answer = b.screen(&operator(), screening(company(CODE))).await.unwrap();
    assert_eq!(answer.verdict, VerdictName::Block);
}
