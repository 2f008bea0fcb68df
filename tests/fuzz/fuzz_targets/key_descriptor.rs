#![no_main]

use lianfang_token::KeyDescriptor;

// Whatever is taken means the same after it is written and read again.
libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    if let Ok(descriptor) = serde_json::from_slice::<KeyDescriptor>(bytes) {
        let written = serde_json::to_vec(&descriptor).expect("a descriptor is JSON");
        let again: KeyDescriptor = serde_json::from_slice(&written).expect("ours is readable");
        assert_eq!(again.signing_bytes(), descriptor.signing_bytes());
    }
});
