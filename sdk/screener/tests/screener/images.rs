use std::sync::Arc;

use lianfang_digest::{Bloom, Seed};
use lianfang_encoding::{FederationId, sha256};
use lianfang_screener::{
    BaseSource, Bases, ChangeSource, Changes, Current, ImageError, Index, IndexError, ListHandle, write_bases,
};

use crate::fixture::{Known, index, token, tokens, world};

fn bases(lists: &[Known]) -> Vec<BaseSource<'_>> {
    lists.iter().map(Known::base).collect()
}

fn changes(lists: &[Known]) -> Vec<ChangeSource<'_>> {
    lists.iter().map(Known::change).collect()
}

fn current(lists: &[Known]) -> Vec<Current> {
    let current = |known: &Known| Current {
        list: known.list.clone(),
        base: sha256(&known.body),
    };
    lists.iter().map(current).collect()
}

fn written(lists: &[Known]) -> Vec<u8> {
    let mut image = Vec::new();
    write_bases(&bases(lists), |block| {
        assert!(block.len() <= 1 << 18);
        image.extend_from_slice(block);
        Ok::<_, IndexError>(())
    })
    .unwrap();
    image
}

fn open(lists: &[Known], bases: &[&[Known]]) -> Result<Index<Vec<u8>, Vec<u8>>, IndexError> {
    let bases = bases
        .iter()
        .map(|lists| Arc::new(Bases::open(written(lists)).unwrap()))
        .collect();
    let changes = Changes::build(&changes(lists)).unwrap().as_bytes().to_vec();
    let index = Index::new(current(lists), bases)?;
    Ok(index.with_changes(Arc::new(Changes::open(changes).unwrap())))
}

#[test]
fn an_image_written_in_blocks_is_the_one_built_in_memory() {
    let lists = world(9);
    assert!(written(&lists) == Bases::build(&bases(&lists)).unwrap().as_bytes());
}

#[test]
fn an_index_over_opened_images_answers_as_the_built_one() {
    let lists = world(9);
    let opened = open(&lists, &[&lists]).unwrap();
    let built = index(&lists);
    for token in tokens(0, 1_500) {
        assert_eq!(opened.lookup(&token), built.lookup(&token));
    }
}

#[test]
fn a_newer_base_comes_in_an_image_of_its_own() {
    let (old, new) = (token("old"), token("new"));
    let before = [
        Known::new("a", 10, &[old], &[], &[]),
        Known::new("b", 10, &[old], &[], &[]),
    ];
    let newer = [Known::new("a", 20_480, &[new], &[], &[])];
    let [_, unchanged] = before;
    let now = [Known::new("a", 20_480, &[new], &[], &[]), unchanged];
    let before = [
        Known::new("a", 10, &[old], &[], &[]),
        Known::new("b", 10, &[old], &[], &[]),
    ];
    let index = open(&now, &[&before, &newer]).unwrap();
    let found = |token| {
        index
            .lookup(token)
            .into_iter()
            .map(ListHandle::position)
            .collect::<Vec<_>>()
    };
    assert_eq!((found(&old), found(&new)), (vec![1], vec![0]));
    assert_eq!(open(&now, &[&before]).err(), Some(IndexError::BaseMissing(0)));
}

#[test]
fn lists_that_are_in_force_no_more_are_not_found() {
    let gone = token("gone");
    let all = [
        Known::new("a", 10, &[gone], &[gone], &[]),
        Known::new("b", 10, &[gone], &[], &[]),
    ];
    let images = Arc::new(Bases::open(written(&all)).unwrap());
    let changes = Changes::build(&changes(&all)).unwrap().as_bytes().to_vec();
    let index = Index::new(current(&all[1..]), vec![images]).unwrap();
    let index = index.with_changes(Arc::new(Changes::open(changes).unwrap()));
    let found: Vec<_> = index
        .lookup(&gone)
        .into_iter()
        .map(|handle| index.list(handle).unwrap().clone())
        .collect();
    assert_eq!(found, [all[1].list.clone()]);
}

#[test]
fn torn_and_foreign_images_are_refused() {
    let lists = world(3);
    let image = written(&lists);
    let changes = Changes::build(&changes(&lists)).unwrap().as_bytes().to_vec();
    let refused = |bytes: &[u8]| Bases::open(bytes.to_vec()).err();
    assert_eq!(refused(&image), None);
    assert_eq!(refused(&image[..image.len() - 1]), Some(ImageError::Length));
    assert_eq!(refused(&[]), Some(ImageError::Length));
    assert_eq!(refused(&changes), Some(ImageError::Foreign));
    assert_eq!(Changes::open(image.clone()).err(), Some(ImageError::Foreign));
    for at in 64..200 {
        let mut damaged = image.clone();
        damaged[at] ^= 1;
        assert_eq!(refused(&damaged), Some(ImageError::Damaged), "{at}");
    }
}

#[test]
fn an_image_damaged_behind_its_directory_never_makes_a_lookup_fail() {
    let lists = world(3);
    let changes = Changes::build(&changes(&lists)).unwrap().as_bytes().to_vec();
    let front = changes.len() - 64 * 20;
    let mut damaged = changes.clone();
    damaged[front..].fill(0xFF);
    let images = Arc::new(Bases::open(written(&lists)).unwrap());
    let index = Index::new(current(&lists), vec![images]).unwrap();
    let index = index.with_changes(Arc::new(Changes::open(damaged).unwrap()));
    for token in tokens(0, 1_000) {
        let _ = index.lookup(&token);
    }
}

#[test]
fn two_federations_and_no_bases_at_all_make_no_image() {
    let list = Known::new("a", 10, &[], &[], &[]);
    let seed = Seed::of(&FederationId([2; 16])).unwrap();
    let mut body = list.body.clone();
    body[13..45].copy_from_slice(seed.as_bytes());
    let foreign = BaseSource {
        bloom: Bloom::parse(&body, list.class, &seed).unwrap(),
        ..list.base()
    };
    assert_eq!(
        Bases::build(&[list.base(), foreign]).err(),
        Some(IndexError::MixedSeeds)
    );
    assert_eq!(Bases::build(&[]).err(), Some(IndexError::Empty));
}
