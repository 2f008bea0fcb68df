#![no_main]
//! Coded prefixes: b (1 byte), count (4 bytes), then the bits.

use lianfang_digest::gcs;

libfuzzer_sys::fuzz_target!(|input: &[u8]| {
    let Some(([b, count @ ..], bytes)) = input.split_first_chunk::<5>() else {
        return;
    };
    let count = u32::from_be_bytes(*count);
    if let Ok((prefixes, taken)) = gcs::decode(*b, count, bytes) {
        assert_eq!(gcs::encode(*b, &prefixes).as_deref(), Ok(&bytes[..taken]));
        assert!(gcs::lengths(*b, count).contains(&(taken as u64)));
    }
});
