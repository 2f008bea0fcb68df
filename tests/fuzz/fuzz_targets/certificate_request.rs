#![no_main]
//! A certificate request in PEM, as anybody can send it to a governor.

libfuzzer_sys::fuzz_target!(|text: &str| {
    let _ = lianfang_certs::request_pin(text);
});
