//! Large lists, put where a sync puts them.

use std::fs;

use lianfang_digest::{BaseBuilder, BodyRef, Header, Kind, Seed, SignedHead, SizeClass, padded, state_hash};
use lianfang_encoding::sha256;
use lianfang_store::{Adoption, HeadRow};

use crate::harness::Federation;

/// Adds `lists` bases of `entries` distinct tokens each to those of `node`. Returns the bytes of their bodies.
pub(crate) fn add_lists(federation: &Federation, node: &str, lists: u32, entries: u32) -> u64 {
    let rows = federation.store(node).heads_in_force(None).unwrap();
    let first = rows
        .iter()
        .find(|row| row.publisher.as_str() == "platform-a")
        .unwrap();
    let numbers: Vec<u32> = (2..2 + lists).collect();
    let cores = std::thread::available_parallelism().unwrap().get();
    std::thread::scope(|scope| {
        let shares = numbers.chunks(numbers.len().div_ceil(cores));
        let add = |share: &[u32]| {
            share
                .iter()
                .map(|epoch| add(federation, node, first, *epoch, entries))
                .sum::<u64>()
        };
        let threads: Vec<_> = shares.map(|share| scope.spawn(move || add(share))).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).sum()
    })
}

fn add(federation: &Federation, node: &str, first: &HeadRow, epoch: u32, entries: u32) -> u64 {
    let before = SignedHead::decode(&first.head).unwrap();
    let total = padded(entries as usize).unwrap();
    let seed = Seed::of(&before.header().federation).unwrap();
    let mut base = BaseBuilder::new(SizeClass::of_total(total).unwrap(), &seed).unwrap();
    for number in 0..entries {
        base.insert(&sha256(&[epoch.to_be_bytes(), number.to_be_bytes()].concat()));
    }
    let content = base.finish();
    let body = BodyRef::of(&content);
    let folder = federation.folder(node).join("digests");
    fs::write(folder.join(hex::encode(body.sha256)), &content).unwrap();
    let mut header = Header {
        kind: Kind::Base,
        total,
        state: state_hash(&body.sha256, []),
        body,
        ..before.header().clone()
    };
    header.list.epoch = epoch;
    let head = SignedHead::sign(header, &federation.signing_key("platform-a")).unwrap();
    let row = HeadRow {
        epoch,
        head_hash: head.hash(),
        body_hash: head.header().body.sha256,
        body_length: head.header().body.length,
        head: head.to_wire(),
        ..first.clone()
    };
    let adopted = federation
        .store(node)
        .adopt_heads(vec![row], first.created)
        .unwrap();
    assert_eq!(adopted, Adoption::Adopted);
    content.len() as u64
}
