#![no_main]
//! An item of a status feed: as it comes, and as what it says would be signed.

use lianfang_encoding::SigningKey;
use lianfang_wire::feed::StatusItem;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let key = SigningKey::from_seed(&[6; 32]);
    let _ = StatusItem::verify(bytes, &[key.public()]);
    if let Ok(item) = StatusItem::read(bytes) {
        let signed = item.sign(&key);
        assert_eq!(signed.len(), bytes.len());
        assert_eq!(signed[..signed.len() - 72], bytes[..bytes.len() - 72]);
        assert_eq!(StatusItem::read(&signed), Ok(item));
    }
});
