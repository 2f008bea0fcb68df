use lianfang_screener::{Index, ListHandle};

use crate::fixture::{Known, index, token, tokens, world};

fn found(index: &Index, token: &[u8; 32]) -> Vec<usize> {
    index
        .lookup(token)
        .into_iter()
        .map(ListHandle::position)
        .collect()
}

#[test]
fn every_answer_is_that_of_the_lists_one_by_one() {
    for count in [1, 2, 3, 9, 40] {
        let lists = world(count);
        let index = index(&lists);
        for token in tokens(0, count * 50 + 1_000) {
            let expected: Vec<usize> = (0..lists.len()).filter(|i| lists[*i].may_hold(&token)).collect();
            assert_eq!(found(&index, &token), expected, "{count}");
        }
    }
}

#[test]
fn a_batch_answers_as_single_lookups_do() {
    let lists = world(12);
    let index = index(&lists);
    for length in [0, 1, 15, 16, 17, 1_003] {
        let tokens = tokens(0, length);
        let mut batched = Vec::new();
        index.lookup_batch(&tokens, |place, list| batched.push((place, list)));
        let single = tokens.iter().enumerate();
        let single: Vec<_> = single
            .flat_map(|(place, token)| index.lookup(token).into_iter().map(move |list| (place, list)))
            .collect();
        assert_eq!(batched, single);
        assert_eq!(length < 20, single.is_empty());
    }
}

#[test]
fn a_crowd_of_neighbours_is_found_in_a_batch_too() {
    let neighbour = |i: u64| {
        let mut token = [0; 32];
        token[..8].copy_from_slice(&((1 << 40 | i) << 20).to_be_bytes());
        token
    };
    let crowd: Vec<_> = (0..300).map(neighbour).collect();
    let index = index(&[Known::new("a", 10, &[], &crowd, &[])]);
    let mut batched = Vec::new();
    index.lookup_batch(&crowd, |place, _| batched.push(place));
    assert_eq!(batched, Vec::from_iter(0..300));
}

#[test]
fn a_removal_hides_the_base_of_its_own_list_only() {
    let gone = token("gone");
    let lists = [
        Known::new("a", 10, &[gone], &[], &[gone]),
        Known::new("b", 10, &[gone], &[], &[]),
    ];
    assert_eq!(found(&index(&lists), &gone), [1]);
}

#[test]
fn an_addition_wins_over_the_base_and_the_masks() {
    let (new, other) = (token("new"), token("other"));
    let lists = [
        Known::new("a", 10, &[], &[new], &[other]),
        Known::new("b", 10, &[new, other], &[], &[]),
    ];
    let index = index(&lists);
    assert_eq!(
        (found(&index, &new), found(&index, &other)),
        (vec![0, 1], vec![1])
    );
}

#[test]
fn more_than_255_lists_share_one_index() {
    let lists: Vec<_> = (0..300)
        .map(|i| {
            Known::new(
                &format!("shop-{i}"),
                10,
                &tokens(i, i + 1),
                &tokens(1_000 + i, 1_001 + i),
                &[],
            )
        })
        .collect();
    let index = index(&lists);
    for i in [0, 1, 254, 255, 256, 299] {
        assert_eq!(found(&index, &tokens(i, i + 1)[0]), [i as usize]);
        assert_eq!(found(&index, &tokens(1_000 + i, 1_001 + i)[0]), [i as usize]);
    }
}

#[test]
fn an_index_without_lists_finds_nothing() {
    let index = index(&[]);
    assert!(index.lookup(&token("any")).is_empty());
    index.lookup_batch(&tokens(0, 20), |_, _| panic!("nothing to find"));
}

#[test]
fn half_full_filters_of_every_width_answer_as_one_by_one() {
    for lists in [1, 2, 4, 8, 16, 30, 60, 120, 200, 300] {
        let lists: Vec<_> = (0..lists).map(Known::half_full).collect();
        let index = index(&lists);
        let mut near = 0;
        for token in tokens(0, 200) {
            let expected: Vec<usize> = (0..lists.len()).filter(|i| lists[*i].may_hold(&token)).collect();
            assert_eq!(found(&index, &token), expected);
            near += expected.len();
        }
        assert!(near <= 2, "{near}");
    }
}

#[test]
fn memory_is_reported_for_each_list() {
    let lists = world(9);
    let index = index(&lists);
    for (memory, list) in index.memory().into_iter().zip(&lists) {
        assert_eq!(memory.list, list.list);
        let ratio = memory.base as f64 / list.body.len() as f64;
        assert!((0.99..=1.6).contains(&ratio), "{ratio}");
        assert!(
            memory.changes >= 60 * 5 + 20 * 8 && memory.changes < 60 * 7 + 20 * 8,
            "{}",
            memory.changes
        );
    }
}
