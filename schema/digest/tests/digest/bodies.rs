use lianfang_digest::{
    BaseBuilder, BodyRef, BodyVerifier, Header, Kind, Refusal, SHARD, ShardTable, SizeClass, VerifiedHead,
};

use crate::fixture::Publisher;

const TOTAL: u32 = 5 << 17;

struct Transfer {
    publisher: Publisher,
    body: Vec<u8>,
}

impl Transfer {
    /// A base of three shards, the last of them short.
    fn new() -> Self {
        let publisher = Publisher::new();
        let class = SizeClass::of_total(TOTAL).unwrap();
        let mut builder = BaseBuilder::new(class, &publisher.seed).unwrap();
        for i in 0..100_000u64 {
            builder.insert(&[i.to_be_bytes(); 4].concat().try_into().unwrap());
        }
        let body = builder.finish();
        Self { publisher, body }
    }

    fn head_over(&self, body: &[u8], change: impl FnOnce(&mut Header)) -> VerifiedHead {
        let mut header = self.publisher.base_header(&self.publisher.base(10));
        header.total = TOTAL;
        header.body = BodyRef::of(body);
        change(&mut header);
        let head = self.publisher.sign(header);
        head.verify(&self.publisher.public).unwrap()
    }

    fn run(
        &self,
        head: &VerifiedHead,
        table: ShardTable,
        body: &[u8],
        chunk: usize,
    ) -> Result<Vec<u8>, Refusal> {
        let mut verifier = BodyVerifier::new(head, table, &self.publisher.seed)?;
        let mut stored = Vec::new();
        for chunk in body.chunks(chunk) {
            verifier.feed(chunk, |shard| {
                assert!(shard.len() <= SHARD);
                stored.extend_from_slice(shard);
                Ok::<_, Refusal>(())
            })?;
        }
        verifier.finish().map(|()| stored)
    }
}

#[test]
fn a_body_passes_in_chunks_of_any_length() {
    let transfer = Transfer::new();
    assert_eq!(transfer.body.len().div_ceil(SHARD), 3);
    let head = transfer.head_over(&transfer.body, |_| ());
    let table = ShardTable::of(&transfer.body);
    for chunk in [1_000, 65_536, SHARD, 2 * SHARD + 1, usize::MAX] {
        let stored = transfer.run(&head, table.clone(), &transfer.body, chunk).unwrap();
        assert!(stored == transfer.body, "{chunk}");
    }
}

#[test]
fn a_transfer_goes_on_where_the_stored_bytes_are_good() {
    let transfer = Transfer::new();
    let head = transfer.head_over(&transfer.body, |_| ());
    let table = ShardTable::of(&transfer.body);
    let mut torn = transfer.body[..2 * SHARD + 500].to_vec();
    torn[SHARD + 5] ^= 1;
    let mut check = BodyVerifier::new(&head, table.clone(), &transfer.publisher.seed).unwrap();
    let damaged = check.feed(&torn, |_| Ok::<_, Refusal>(()));
    assert_eq!(damaged, Err(Refusal::Shard(1)));
    let good = check.verified() as usize;
    assert_eq!(good, SHARD);

    let mut resumed = BodyVerifier::new(&head, table, &transfer.publisher.seed).unwrap();
    resumed.feed(&torn[..good], |_| Ok::<_, Refusal>(())).unwrap();
    resumed
        .feed(&transfer.body[good..], |_| Ok::<_, Refusal>(()))
        .unwrap();
    assert_eq!(resumed.finish(), Ok(()));
}

#[test]
fn shards_are_checked_in_any_order() {
    let transfer = Transfer::new();
    let head = transfer.head_over(&transfer.body, |_| ());
    let sent = ShardTable::of(&transfer.body).to_bytes();
    let table = ShardTable::parse(&head.header().body, &sent).unwrap();
    let shards: Vec<&[u8]> = transfer.body.chunks(SHARD).collect();
    for index in [2, 0, 1] {
        assert_eq!(table.check(index, shards[index as usize]), Ok(()));
    }
    assert_eq!(table.check(0, shards[1]), Err(Refusal::Shard(0)));
    assert_eq!(table.check(3, &[]), Err(Refusal::Shard(3)));
}

#[test]
fn short_long_and_damaged_bodies_are_told_apart() {
    let transfer = Transfer::new();
    let body = &transfer.body;
    let head = transfer.head_over(body, |_| ());
    let run = |bytes: &[u8]| transfer.run(&head, ShardTable::of(body), bytes, 100_000).err();
    assert_eq!(run(&body[..body.len() - 1]), Some(Refusal::BodyTruncated));
    assert_eq!(run(&[]), Some(Refusal::BodyTruncated));
    assert_eq!(run(&[&body[..], &[0]].concat()), Some(Refusal::BodyTrailing));
    let mut damaged = body.clone();
    *damaged.last_mut().unwrap() ^= 1;
    assert_eq!(run(&damaged), Some(Refusal::Shard(2)));
}

#[test]
fn a_body_hash_that_contradicts_the_shards_is_refused() {
    let transfer = Transfer::new();
    let head = transfer.head_over(&transfer.body, |header| header.body.sha256 = [1; 32]);
    let refused = transfer.run(&head, ShardTable::of(&transfer.body), &transfer.body, SHARD);
    assert_eq!(refused, Err(Refusal::BodyHash));
}

#[test]
fn foreign_tables_are_refused() {
    let transfer = Transfer::new();
    let head = transfer.head_over(&transfer.body, |_| ());
    let table = ShardTable::of(&transfer.body).to_bytes();
    let parse = |bytes: &[u8]| ShardTable::parse(&head.header().body, bytes).err();
    assert_eq!(parse(&table), None);
    assert_eq!(parse(&table[..64]), Some(Refusal::ShardTable));
    assert_eq!(parse(&table[..95]), Some(Refusal::ShardTable));
    assert_eq!(parse(&[0; 96]), Some(Refusal::ShardTable));
    let other = ShardTable::of(&transfer.body[1..]);
    let refused = BodyVerifier::new(&head, other, &transfer.publisher.seed).err();
    assert_eq!(refused, Some(Refusal::ShardTable));
}

#[test]
fn hostile_filters_are_refused_while_they_stream() {
    let transfer = Transfer::new();
    let run = |change: fn(&mut Vec<u8>)| {
        let mut body = transfer.body.clone();
        change(&mut body);
        let head = transfer.head_over(&body, |_| ());
        transfer.run(&head, ShardTable::of(&body), &body, SHARD).err()
    };
    assert_eq!(run(|_| ()), None);
    assert_eq!(run(|body| body[45..].fill(0xFF)), Some(Refusal::BloomFill));
    assert_eq!(run(|body| body[SHARD..].fill(0xFF)), Some(Refusal::BloomFill));
    assert_eq!(run(|body| body[13..45].fill(1)), Some(Refusal::BloomSeedHalves));
    assert_eq!(run(|body| body[9] = 255), Some(Refusal::BloomHashes));
}

#[test]
fn the_table_of_one_shard_follows_from_the_body_hash() {
    let one = BodyRef::of(&[1; 100]);
    assert_eq!(ShardTable::implied(&one), Ok(Some(ShardTable::of(&[1; 100]))));
    assert_eq!(
        ShardTable::implied(&BodyRef::of(&[])),
        Ok(Some(ShardTable::of(&[])))
    );
    assert_eq!(ShardTable::implied(&BodyRef::of(&vec![0; SHARD + 1])), Ok(None));
    let lying = BodyRef {
        shard_table: [0; 32],
        ..one
    };
    assert_eq!(ShardTable::implied(&lying), Err(Refusal::ShardTable));
}

#[test]
fn an_empty_delta_has_an_empty_body() {
    let transfer = Transfer::new();
    let head = transfer.head_over(&[], |header| {
        header.kind = Kind::Delta {
            additions: 0,
            removals: 0,
        };
        (header.sequence, header.base_sequence) = (2, 1);
    });
    assert_eq!(transfer.run(&head, ShardTable::of(&[]), &[], 1), Ok(vec![]));
}
