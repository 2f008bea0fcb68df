use lianfang_digest::Header;
use lianfang_encoding::Timestamp;
use serde_json::{Value, json};

use super::replay::in_force;
use super::vector;
use crate::fixture::Chain;

pub(super) fn make() -> Vec<Value> {
    [accepted(), refused()].concat()
}

fn case(name: &str, result: &str, chain: &Chain, held: &[Header], heads: &[Header]) -> Value {
    let wire = |headers: &[Header]| -> Vec<String> {
        headers
            .iter()
            .map(|header| hex::encode(chain.publisher.sign(header.clone()).to_wire()))
            .collect()
    };
    let mut fields = json!({"held": wire(held), "heads": wire(heads)});
    if result == "ok" {
        let before = (!held.is_empty()).then(|| chain.accept(None, held).unwrap());
        let state = chain.accept(before.as_ref(), heads).unwrap();
        fields["in_force"] = in_force(&state);
    }
    vector("chain", name, result, fields)
}

fn accepted() -> Vec<Value> {
    let mut chain = Chain::new();
    let all = [
        chain.base(10, 0),
        chain.delta(),
        chain.delta(),
        chain.base(12, 2),
        chain.delta(),
    ];
    let mut restored = Chain::new();
    let first = restored.base(10, 0);
    let _lost = restored.delta();
    (restored.next.incarnation, restored.next.previous) = (1, [0; 32]);
    let reborn = restored.base(12, 2);
    let ok = |name, held: &[Header], heads: &[Header]| case(name, "ok", &chain, held, heads);
    vec![
        ok("a first base", &[], &all[..1]),
        ok("a base and a delta at first contact", &[], &all[..2]),
        ok("a delta on a held base", &all[..1], &all[1..2]),
        ok("two deltas at once", &all[..1], &all[1..3]),
        ok("a base that folds one of two deltas in", &all[..3], &all[3..4]),
        ok("first contact at the oldest delta not folded in", &[], &all[2..]),
        case(
            "a new incarnation with a base",
            "ok",
            &restored,
            &[first],
            &[reborn],
        ),
        ok("a broken chain healed by a later base", &all[..1], &all[2..]),
    ]
}

fn refused() -> Vec<Value> {
    let mut chain = Chain::new();
    let all = [
        chain.base(10, 0),
        chain.delta(),
        chain.delta(),
        chain.base(12, 3),
        chain.delta(),
    ];
    let changed = |at: usize, change: fn(&mut Header)| {
        let mut header = all[at].clone();
        change(&mut header);
        header
    };
    let reborn = changed(1, |header| header.incarnation = 1);
    let cases: Vec<(&str, &str, &[Header], Vec<Header>)> = vec![
        (
            "the same head again",
            "digest_replayed",
            &all[..2],
            vec![all[1].clone()],
        ),
        (
            "an older head",
            "digest_replayed",
            &all[..2],
            vec![all[0].clone()],
        ),
        (
            "another head at the held sequence",
            "digest_fork",
            &all[..2],
            vec![changed(1, |header| {
                header.expires = Timestamp::from_secs(2_000_000)
            })],
        ),
        (
            "a delta after a missing one",
            "digest_gap",
            &all[..1],
            vec![all[2].clone()],
        ),
        (
            "a base without a delta that it leaves out",
            "digest_gap",
            &[],
            vec![changed(3, |header| header.base_sequence = 2)],
        ),
        (
            "another hash of the head before",
            "digest_chain",
            &all[..1],
            vec![changed(1, |header| header.previous = [1; 32])],
        ),
        (
            "a delta at first contact",
            "digest_base_missing",
            &[],
            vec![all[1].clone()],
        ),
        (
            "a delta on an older base",
            "digest_other_base",
            &all[..4],
            vec![changed(4, |header| header.base_sequence = 1)],
        ),
        (
            "another state hash",
            "digest_state",
            &all[..1],
            vec![changed(1, |header| header.state = [1; 32])],
        ),
        (
            "a new incarnation without a base",
            "digest_gap",
            &all[..1],
            vec![reborn],
        ),
    ];
    let mut vectors: Vec<Value> = cases
        .into_iter()
        .map(|(name, result, held, heads)| case(name, result, &chain, held, &heads))
        .collect();
    let mut second = Chain::new();
    second.next.incarnation = 1;
    let held = second.base(10, 0);
    vectors.push(case(
        "an older incarnation",
        "digest_incarnation",
        &second,
        &[held],
        &[all[1].clone()],
    ));
    vectors
}
