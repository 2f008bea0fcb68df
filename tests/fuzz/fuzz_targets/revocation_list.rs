#![no_main]
//! A revocation list in PEM, as a relay hands it over before its signature is verified.

const AUTHORITY: &str = include_str!("../authority.txt");

libfuzzer_sys::fuzz_target!(|text: &str| {
    if let Ok(list) = lianfang_certs::RevocationList::read(text, AUTHORITY) {
        assert!(list.revoked().all(|(serial, _)| list.contains(&serial)));
    }
});
