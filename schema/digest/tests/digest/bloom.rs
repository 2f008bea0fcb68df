use std::hash::{Hash, Hasher};

use lianfang_digest::bloom::BLOOM_HEADER;
use lianfang_digest::{BaseBuilder, Bloom, Modulus, Refusal, Seed, SizeClass};

use crate::fixture::{Publisher, strangers, tokens};

struct Item([u8; 32]);

impl Hash for Item {
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write(&self.0);
    }
}

fn oracle(class: SizeClass, seed: &Seed) -> bloomfilter::Bloom<Item> {
    let (bytes, items) = ((class.bits() / 8) as usize, class.capacity() as usize);
    bloomfilter::Bloom::new_with_seed(bytes, items, seed.as_bytes()).unwrap()
}

#[test]
fn our_positions_set_exactly_the_bits_that_the_crate_sets() {
    for total in [16_384, 20_480, 28_672, 65_536] {
        let (class, seed) = (SizeClass::of_total(total).unwrap(), Publisher::new().seed);
        let mut filter = oracle(class, &seed);
        let mut bits = vec![0u8; (class.bits() / 8) as usize];
        let modulus = Modulus::from(class);
        for token in tokens(2_000) {
            filter.set(&Item(token));
            for at in seed.probe(&token).positions(&modulus) {
                bits[at as usize / 8] |= 1 << (at % 8);
            }
        }
        assert_eq!(filter.as_slice()[BLOOM_HEADER..], bits);
    }
}

#[test]
fn a_base_is_the_crates_bytes_and_answers_as_the_crate_does() {
    let (class, seed) = (SizeClass::of_total(16_384).unwrap(), Publisher::new().seed);
    let mut filter = oracle(class, &seed);
    let mut builder = BaseBuilder::new(class, &seed).unwrap();
    for token in tokens(16_384) {
        filter.set(&Item(token));
        builder.insert(&token);
    }
    let body = builder.finish();
    assert_eq!(body, filter.as_slice());
    assert_eq!(body.len() as u64, class.body_length());
    let ours = Bloom::parse(&body, class, &seed).unwrap();
    for token in tokens(16_384) {
        assert!(ours.contains(&token));
    }
    for token in strangers(20_000) {
        assert_eq!(ours.contains(&token), filter.check(&Item(token)));
    }
}

#[test]
fn a_padded_base_is_half_full_and_holds_every_token() {
    let publisher = Publisher::new();
    let base = publisher.base(20_481);
    assert_eq!(base.total, 24_576);
    let class = SizeClass::of_total(base.total).unwrap();
    let ones = lianfang_digest::bloom::ones(&base.body[BLOOM_HEADER..]);
    let fill = ones as f64 / f64::from(class.bits());
    assert!((0.49..0.51).contains(&fill), "{fill}");
    let bloom = Bloom::parse(&base.body, class, &publisher.seed).unwrap();
    assert!(tokens(20_481).iter().all(|token| bloom.contains(token)));
    assert_eq!(strangers(20_000).filter(|token| bloom.contains(token)).count(), 0);
}

#[test]
fn each_hostile_body_is_refused_for_its_own_reason() {
    let publisher = Publisher::new();
    let base = publisher.base(10);
    let class = SizeClass::of_total(base.total).unwrap();
    let check = |body: &[u8]| Bloom::parse(body, class, &publisher.seed).err();
    let edited = |at: usize, bytes: &[u8]| {
        let mut body = base.body.clone();
        body[at..at + bytes.len()].copy_from_slice(bytes);
        body
    };
    assert_eq!(check(&base.body), None);

    let divides_by_zero = [&[1][..], &[0; 8], &20u32.to_le_bytes(), publisher.seed.as_bytes()].concat();
    assert_eq!(divides_by_zero.len(), 45);
    assert_eq!(check(&divides_by_zero), Some(Refusal::BloomEmpty));

    let head = [
        &[1][..],
        &8u64.to_le_bytes(),
        &u32::MAX.to_le_bytes(),
        publisher.seed.as_bytes(),
    ]
    .concat();
    let half_a_minute = [&head[..], &[0xFF; 8]].concat();
    assert_eq!(half_a_minute.len(), 53);
    assert_eq!(check(&half_a_minute), Some(Refusal::BloomHashes));

    assert_eq!(
        check(&edited(45, &vec![0xFF; base.body.len() - 45])),
        Some(Refusal::BloomFill)
    );
    assert_eq!(check(&edited(13, &[5; 32])), Some(Refusal::BloomSeedHalves));

    assert_eq!(check(&edited(13, &[6; 16])), Some(Refusal::BloomSeed));
    assert_eq!(check(&edited(0, &[2])), Some(Refusal::BloomVersion));
    assert_eq!(
        check(&edited(9, &19u32.to_le_bytes())),
        Some(Refusal::BloomHashes)
    );
    assert_eq!(
        check(&edited(1, &59_088u64.to_le_bytes())),
        Some(Refusal::BloomBits)
    );
    assert_eq!(check(&base.body[..44]), Some(Refusal::BodyTruncated));
    assert_eq!(check(&base.body[..59_140]), Some(Refusal::BodyTruncated));
    assert_eq!(
        check(&[&base.body[..], &[0]].concat()),
        Some(Refusal::BodyTrailing)
    );
}

#[test]
fn a_filter_of_another_class_is_refused() {
    let publisher = Publisher::new();
    let base = publisher.base(10);
    let larger = SizeClass::of_total(20_480).unwrap();
    assert_eq!(
        Bloom::parse(&base.body, larger, &publisher.seed).err(),
        Some(Refusal::BloomBits)
    );
}
