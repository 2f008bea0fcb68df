#![no_main]

use lianfang_token::message::SignedEvalResponse;

// Whatever is taken has exactly one encoding.
libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    if let Ok(response) = SignedEvalResponse::decode(bytes) {
        assert_eq!(response.encode(), bytes);
    }
});
