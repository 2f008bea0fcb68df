#![no_main]
//! The body of a base. The first byte fills what the input lacks to a body of the smallest class.

use lianfang_digest::{Bloom, Seed, SizeClass};
use lianfang_encoding::FederationId;

libfuzzer_sys::fuzz_target!(|input: &[u8]| {
    let (Ok(class), Ok(seed)) = (SizeClass::of_total(10), Seed::of(&FederationId([0xFE; 16]))) else {
        return;
    };
    let Some((fill, front)) = input.split_first() else {
        return;
    };
    let mut body = front.to_vec();
    assert!(Bloom::parse(&body, class, &seed).is_err() || body.len() as u64 == class.body_length());
    body.resize(class.body_length() as usize, *fill);
    if let Ok(bloom) = Bloom::parse(&body, class, &seed) {
        let _ = bloom.contains(&[*fill; 32]);
    }
});
