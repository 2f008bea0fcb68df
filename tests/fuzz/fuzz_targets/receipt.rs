#![no_main]
//! An answer with its receipt, as whoever was shown one checks it.

use lianfang_encoding::SigningKey;
use lianfang_wire::receipt;

libfuzzer_sys::fuzz_target!(|text: &str| {
    let key = SigningKey::from_seed(&[7; 32]);
    if let Ok(receipt) = receipt::check(text, &[key.public()]) {
        // What proves itself doesn't prove another answer.
        assert!(receipt.tree_size > 0);
        assert!(receipt::check(&format!("{{{text}"), &[key.public()]).is_err());
    }
});
