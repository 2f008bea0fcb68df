#![no_main]

use lianfang_token::message::EvalRequest;

// Whatever is taken has exactly one encoding.
libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    if let Ok(request) = EvalRequest::decode(bytes) {
        assert_eq!(request.encode(), bytes);
    }
});
