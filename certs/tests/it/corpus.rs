//! Replays the committed fuzz corpora, so that what fuzzing found once stays found without a fuzzer.

use std::fs;
use std::path::Path;

use lianfang_certs::{RevocationList, certificate, request_pin};

const AUTHORITY: &str = include_str!("../../../tests/fuzz/authority.txt");

/// Names and contents of a corpus, in order of name.
fn corpus(name: &str) -> Vec<(String, Vec<u8>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../tests/fuzz/corpus")
        .join(name);
    let mut inputs: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| {
            let entry = entry.unwrap();
            (
                entry.file_name().into_string().unwrap(),
                fs::read(entry.path()).unwrap(),
            )
        })
        .collect();
    inputs.sort();
    inputs
}

/// Names of the inputs that `accepts` takes.
fn accepted(name: &str, accepts: impl Fn(&[u8]) -> bool) -> Vec<String> {
    let inputs = corpus(name);
    inputs
        .into_iter()
        .filter(|(_, bytes)| accepts(bytes))
        .map(|(name, _)| name)
        .collect()
}

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap_or_default()
}

#[test]
fn of_the_certificates_only_those_with_one_proper_uri_name_a_node() {
    let named = accepted("certificate", |bytes| certificate::identity(bytes).is_ok());
    assert_eq!(named, ["node", "odd_names", "only_uri"]);
}

#[test]
fn of_the_requests_only_those_with_a_strong_key_are_accepted() {
    let strong = accepted("certificate_request", |bytes| request_pin(text(bytes)).is_ok());
    assert_eq!(strong, ["p256", "p384"]);
}

#[test]
fn of_the_lists_only_those_of_the_authority_are_accepted() {
    let own = accepted("revocation_list", |bytes| {
        RevocationList::read(text(bytes), AUTHORITY).is_ok()
    });
    assert_eq!(own, ["empty", "one_revoked"]);
}
