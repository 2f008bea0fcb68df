#![no_main]
//! A signed head as a peer sends it, before its signature is verified.

use lianfang_digest::{SignedHead, codec};

libfuzzer_sys::fuzz_target!(|wire: &[u8]| {
    if let Ok(head) = SignedHead::decode(wire) {
        assert_eq!(head.to_wire(), wire);
        assert_eq!(codec::encode(head.header()).as_deref(), Ok(head.bytes()));
    }
});
