#![no_main]
//! A record: the input as the text that comes out of a seal, and as claims that a publisher has signed.

use lianfang_encoding::{SigningKey, Timestamp};
use lianfang_wire::jws::JwsError;
use lianfang_wire::record::{Asked, Record, RecordError};

libfuzzer_sys::fuzz_target!(|input: &[u8]| {
    let (key, now) = (SigningKey::from_seed(&[7; 32]), Timestamp::from_secs(1_790_000_000));
    let Ok(mut record) = serde_json::from_slice::<Record>(input) else {
        return;
    };
    // Any JSON, and its floats aren't read as exactly as they were written.
    record.inclusion = None;
    let asked = Asked {
        fed: &record.fed,
        list: &record.list,
        confirm_key: &record.confirm_key.0,
        key_id: record.key_id,
        kind: record.kind,
        level: record.level,
    };
    if let Ok(text) = std::str::from_utf8(input) {
        assert!(Record::verify(text, &[key.public()], &asked, now).is_err());
    }
    let Ok(signed) = record.sign(&key) else { return };
    match Record::verify(&signed, &[key.public()], &asked, now) {
        Ok(verified) => {
            assert!(*verified == record && now < record.valid_until && now < record.expires);
        }
        Err(RecordError::Another) => assert_ne!(record.iss, record.list.publisher),
        Err(RecordError::Expired) => assert!(record.expires <= now),
        Err(RecordError::Stale) => assert!(record.valid_until <= now && now < record.expires),
        Err(RecordError::Jws(error)) => assert_eq!(error, JwsError::TooLong),
        Err(RecordError::Sealed) => unreachable!("nothing was sealed"),
    }
});
