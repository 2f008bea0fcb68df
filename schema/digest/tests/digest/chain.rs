use lianfang_digest::gcs::MAX_PREFIXES;
use lianfang_digest::{Header, MAX_DELTA_PREFIXES, MAX_DELTAS, Refusal, SignedHead};
use lianfang_encoding::Timestamp;

use crate::fixture::Chain;

#[test]
fn heads_apply_one_by_one_or_all_at_once_to_the_same_state() {
    let mut chain = Chain::new();
    let headers = [
        chain.base(10, 0),
        chain.delta(),
        chain.delta(),
        chain.base(12, 2),
        chain.delta(),
    ];
    let at_once = chain.accept(None, &headers).unwrap();
    let one_by_one = headers.iter().fold(None, |held, header| {
        Some(chain.accept(held.as_ref(), std::slice::from_ref(header)).unwrap())
    });
    assert_eq!(one_by_one.as_ref(), Some(&at_once));
    let in_force: Vec<u64> = at_once.deltas().iter().map(|delta| delta.sequence).collect();
    assert_eq!((at_once.base().sequence, in_force), (4, vec![3, 5]));
}

#[test]
fn a_first_contact_may_start_at_the_oldest_delta_that_the_base_leaves_out() {
    let mut chain = Chain::new();
    let headers = [
        chain.base(10, 0),
        chain.delta(),
        chain.delta(),
        chain.base(12, 2),
        chain.delta(),
    ];
    assert_eq!(chain.accept(None, &headers[2..]), chain.accept(None, &headers));
    assert_eq!(chain.accept(None, &headers[3..]), Err(Refusal::Gap));
    assert_eq!(chain.accept(None, &headers[4..]), Err(Refusal::BaseMissing));
    assert_eq!(chain.accept(None, &[]), Err(Refusal::BaseMissing));
}

#[test]
fn an_older_an_equal_and_a_different_head_are_told_apart() {
    let mut chain = Chain::new();
    let headers = [chain.base(10, 0), chain.delta(), chain.delta()];
    let held = chain.accept(None, &headers).unwrap();
    assert_eq!(chain.accept(Some(&held), &headers[..1]), Err(Refusal::Replayed));
    assert_eq!(chain.accept(Some(&held), &headers), Err(Refusal::Replayed));
    let mut other = headers.clone();
    other[2].confirm_bits = 0;
    other[2].expires = Timestamp::from_secs(2_000_000);
    assert_eq!(chain.accept(Some(&held), &other), Err(Refusal::Fork));
}

#[test]
fn missing_and_foreign_links_are_refused() {
    let mut chain = Chain::new();
    let first = chain.base(10, 0);
    let held = chain.accept(None, std::slice::from_ref(&first)).unwrap();
    let (second, third) = (chain.delta(), chain.delta());
    assert_eq!(
        chain.accept(Some(&held), std::slice::from_ref(&third)),
        Err(Refusal::Gap)
    );
    assert_eq!(
        chain.accept(Some(&held), &[second.clone(), second.clone()]),
        Err(Refusal::Replayed)
    );
    assert_eq!(chain.accept(None, &[first.clone(), third]), Err(Refusal::Gap));

    let broken = |change: fn(&mut Header)| {
        let mut header = second.clone();
        change(&mut header);
        (
            chain.accept(Some(&held), &[header.clone()]).err(),
            chain.accept(None, &[first.clone(), header]).err(),
        )
    };
    let both = |refusal| (Some(refusal), Some(refusal));
    assert_eq!(broken(|_| ()), (None, None));
    assert_eq!(broken(|header| header.previous = [1; 32]), both(Refusal::Chain));
    assert_eq!(broken(|header| header.state = [1; 32]), both(Refusal::State));
    assert_eq!(
        broken(|header| header.expires = Timestamp::from_secs(1_000_100)),
        both(Refusal::Expired)
    );
}

#[test]
fn a_delta_on_another_base_is_refused() {
    let mut chain = Chain::new();
    let headers = [chain.base(10, 0), chain.delta(), chain.base(12, 2)];
    let held = chain.accept(None, &headers).unwrap();
    let mut stray = chain.delta();
    stray.base_sequence = 1;
    assert_eq!(chain.accept(Some(&held), &[stray]), Err(Refusal::OtherBase));
}

#[test]
fn a_broken_chain_heals_with_a_newer_base() {
    let mut chain = Chain::new();
    let first = chain.base(10, 0);
    let held = chain.accept(None, &[first]).unwrap();
    let _missed = (chain.delta(), chain.delta());
    let base = chain.base(12, 3);
    let state = chain.accept(Some(&held), &[base]).unwrap();
    assert_eq!((state.sequence(), state.deltas().len()), (4, 0));
}

#[test]
fn a_new_incarnation_brings_a_base_and_the_old_one_is_over() {
    let mut chain = Chain::new();
    let first = chain.base(10, 0);
    let held = chain.accept(None, &[first]).unwrap();
    let old_delta = chain.delta();
    chain.next.incarnation = 1;
    let delta = chain.delta();
    assert_eq!(chain.accept(Some(&held), &[delta]), Err(Refusal::Gap));
    chain.next.previous = [0; 32];
    let base = chain.base(12, 3);
    let restored = chain.accept(Some(&held), &[base]).unwrap();
    assert_eq!(restored.incarnation(), 1);
    assert_eq!(
        chain.accept(Some(&restored), &[old_delta]),
        Err(Refusal::Incarnation)
    );
}

#[test]
fn a_head_that_fails_leaves_the_held_state_as_it_was() {
    let mut chain = Chain::new();
    let first = chain.base(10, 0);
    let held = chain.accept(None, &[first]).unwrap();
    let before = held.clone();
    let mut bad = chain.delta();
    bad.state = [9; 32];
    assert!(chain.accept(Some(&held), &[bad]).is_err());
    assert_eq!(held, before);
    let unsigned = SignedHead::decode(&[0; 700]);
    assert_eq!(unsigned, Err(Refusal::Magic));
}

#[test]
fn a_base_carries_no_more_deltas_and_prefixes_than_a_reader_can_hold() {
    let mut chain = Chain::new();
    let first = chain.base(10, 0);
    let mut held = chain.accept(None, &[first]).unwrap();
    for _ in 0..MAX_DELTAS {
        let next = chain.delta();
        held = chain.accept(Some(&held), &[next]).unwrap();
    }
    let more = chain.delta();
    assert_eq!(chain.accept(Some(&held), &[more]), Err(Refusal::TooManyPrefixes));

    let mut chain = Chain::new();
    let first = chain.base(10, 0);
    let mut held = chain.accept(None, &[first]).unwrap();
    for _ in 0..MAX_DELTA_PREFIXES / u64::from(MAX_PREFIXES) {
        // One body serves for all of them: nothing has to be sent.
        let next = chain.removal_of_everything();
        held = chain.accept(Some(&held), &[next]).unwrap();
    }
    let more = chain.delta();
    assert_eq!(chain.accept(Some(&held), &[more]), Err(Refusal::TooManyPrefixes));
}
