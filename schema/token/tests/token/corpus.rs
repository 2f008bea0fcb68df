//! What the fuzz targets of `tests/fuzz` check, over their committed corpus.

use std::fs;
use std::path::PathBuf;

use lianfang_token::KeyDescriptor;
use lianfang_token::message::{EvalRequest, SignedEvalResponse};

/// Runs `taken` over every file of a corpus. Files named `valid-…` have to be taken, all others refused,
/// except those a fuzzer found and named by their hash.
fn replay(corpus: &str, taken: impl Fn(&[u8]) -> bool) {
    let folder: PathBuf = [env!("CARGO_MANIFEST_DIR"), "../../tests/fuzz/corpus", corpus]
        .iter()
        .collect();
    let mut valid = 0;
    for file in fs::read_dir(folder).unwrap() {
        let path = file.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap();
        let taken = taken(&fs::read(&path).unwrap());
        let found_by_fuzzer = name.len() == 40 && name.bytes().all(|byte| byte.is_ascii_hexdigit());
        if !found_by_fuzzer {
            assert_eq!(taken, name.starts_with("valid-"), "{corpus}/{name}");
        }
        valid += usize::from(taken);
    }
    assert!(valid >= 3, "{corpus} has {valid} valid files");
}

#[test]
fn requests_of_the_corpus_have_one_encoding() {
    replay("eval_request", |bytes| match EvalRequest::decode(bytes) {
        Ok(request) => request.encode() == bytes,
        Err(_) => false,
    });
}

#[test]
fn responses_of_the_corpus_have_one_encoding() {
    replay("eval_response", |bytes| match SignedEvalResponse::decode(bytes) {
        Ok(response) => response.encode() == bytes,
        Err(_) => false,
    });
}

#[test]
fn descriptors_of_the_corpus_are_read_again_as_written() {
    replay("key_descriptor", |bytes| {
        match serde_json::from_slice::<KeyDescriptor>(bytes) {
            Ok(descriptor) => {
                let again: KeyDescriptor =
                    serde_json::from_slice(&serde_json::to_vec(&descriptor).unwrap()).unwrap();
                again.signing_bytes() == descriptor.signing_bytes()
            }
            Err(_) => false,
        }
    });
}
