#![no_main]
//! A compact JWS of any claims, as evidence and records come.

use lianfang_encoding::SigningKey;
use lianfang_wire::{jws, record};

libfuzzer_sys::fuzz_target!(|text: &str| {
    let key = SigningKey::from_seed(&[7; 32]);
    let claims = jws::verify::<serde_json::Value>(record::TYPE, text, &[key.public()]);
    // Whoever holds no key has signed nothing, but for what the corpus holds.
    if let Ok(claims) = claims {
        let again = jws::sign(record::TYPE, &claims, &key).expect("claims are JSON");
        let read = jws::verify::<serde_json::Value>(record::TYPE, &again, &[key.public()]);
        assert!(read.is_ok() || again.len() > jws::MAX_LENGTH);
    }
});
