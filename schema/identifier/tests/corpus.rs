//! Replays the fuzzing corpus (tests/fuzz/corpus/identifier) with the checks of its target.

use std::path::Path;

use lianfang_identifier::{Kind, Region, canonical_jsonl, canonicalise, explain};

#[test]
fn values_of_the_corpus_are_answered_and_settled() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/fuzz/corpus/identifier");
    let (mut accepted, mut refused) = (0, 0);
    for file in std::fs::read_dir(folder).unwrap() {
        let input = std::fs::read(file.unwrap().path()).unwrap();
        let Some((&first, value)) = input.split_first() else {
            continue;
        };
        let kind = Kind::ALL[usize::from(first & 0x7f) % Kind::ALL.len()];
        let region = (first & 0x80 != 0).then_some(Region::CN);
        let value = String::from_utf8_lossy(value);
        let outcome = canonicalise(kind.into(), &value, region);
        assert_eq!(explain(kind.into(), &value, region).1, outcome);
        match outcome {
            Ok(_) => accepted += 1,
            Err(_) => refused += 1,
        }
        for form in outcome.into_iter().flatten() {
            let again = canonicalise(form.kind.into(), &form.value, None).unwrap();
            assert!(
                again
                    .iter()
                    .any(|other| (other.kind, other.level, &other.value)
                        == (form.kind, form.level, &form.value)),
                "{} {}",
                form.kind,
                form.value
            );
        }
        canonical_jsonl(&input[..], std::io::sink(), region).unwrap();
    }
    assert!(
        accepted > 40 && refused > 5,
        "{accepted} accepted, {refused} refused"
    );
}
