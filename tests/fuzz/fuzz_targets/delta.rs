#![no_main]
//! The body of a delta: counts of additions and removals (4 bytes each), then the body.

use lianfang_digest::{Delta, Kind};

libfuzzer_sys::fuzz_target!(|input: &[u8]| {
    let Some((additions, rest)) = input.split_first_chunk() else {
        return;
    };
    let Some((removals, body)) = rest.split_first_chunk() else {
        return;
    };
    let (additions, removals) = (u32::from_be_bytes(*additions), u32::from_be_bytes(*removals));
    if let Ok(delta) = Delta::decode(Kind::Delta { additions, removals }, body) {
        assert_eq!(delta.encode().as_deref(), Ok(body));
        assert_eq!(Delta::coalesce([&delta, &delta]), Ok(delta));
    }
});
