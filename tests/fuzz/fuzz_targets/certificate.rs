#![no_main]
//! A certificate in DER, as a peer presents it before anything about it is trusted.

use lianfang_certs::certificate;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    if let Ok((fed, node)) = certificate::identity(bytes) {
        assert_eq!(fed.to_string().parse(), Ok(fed));
        assert_eq!(node.to_string().parse(), Ok(node));
    }
    let _ = (certificate::spki_pin(bytes), certificate::serial(bytes), certificate::expires(bytes));
    let _ = certificate::hosts(bytes);
});
