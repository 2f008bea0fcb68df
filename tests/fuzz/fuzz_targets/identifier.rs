#![no_main]
//! A kind (1 byte: its place in the table, high bit for region CN), then the raw value; and the same bytes as a
//! stream of `kind,value` lines.

use lianfang_identifier::{Kind, Region, canonical_jsonl, canonicalise, explain};

libfuzzer_sys::fuzz_target!(|input: &[u8]| {
    let Some((&first, value)) = input.split_first() else {
        return;
    };
    let kind = Kind::ALL[usize::from(first & 0x7f) % Kind::ALL.len()];
    let region = (first & 0x80 != 0).then_some(Region::CN);
    let value = String::from_utf8_lossy(value);
    let outcome = canonicalise(kind.into(), &value, region);
    assert_eq!(explain(kind.into(), &value, region).1, outcome);
    for form in outcome.into_iter().flatten() {
        let again = canonicalise(form.kind.into(), &form.value, None).unwrap();
        assert!(again.iter().any(|other| (other.kind, other.level, &other.value) == (form.kind, form.level, &form.value)));
    }
    canonical_jsonl(input, std::io::sink(), region).unwrap();
});
