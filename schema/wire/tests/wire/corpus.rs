//! What the fuzz targets of `tests/fuzz` check, over their committed corpus. `LIANFANG_WRITE_VECTORS=1` writes the seeds;
//! files named `valid-…` have to be taken, all others refused, except those a fuzzer found and named by their hash.

use std::fs;
use std::path::PathBuf;

use lianfang_encoding::SigningKey;
use lianfang_wire::feed::StatusItem;
use lianfang_wire::jws;
use lianfang_wire::receipt;
use lianfang_wire::record::{Asked, Record, RecordError, TYPE};

use crate::seeds;

fn replay(target: &str, seeds: Vec<(&str, Vec<u8>)>, taken: impl Fn(&[u8]) -> bool) {
    let folder: PathBuf = [env!("CARGO_MANIFEST_DIR"), "../../tests/fuzz/corpus", target]
        .iter()
        .collect();
    if std::env::var_os("LIANFANG_WRITE_VECTORS").is_some() {
        fs::create_dir_all(&folder).unwrap();
        for (name, bytes) in seeds {
            fs::write(folder.join(name), bytes).unwrap();
        }
    }
    let mut valid = 0;
    for file in fs::read_dir(folder).unwrap() {
        let path = file.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap();
        let taken = taken(&fs::read(&path).unwrap());
        let found_by_fuzzer = name.len() == 40 && name.bytes().all(|byte| byte.is_ascii_hexdigit());
        assert!(
            found_by_fuzzer || taken == name.starts_with("valid-"),
            "{target}/{name}"
        );
        valid += usize::from(taken);
    }
    assert!(valid >= 2, "{target} has {valid} valid files");
}

#[test]
fn signed_claims_of_the_corpus_are_a_record_that_was_asked_for_or_none() {
    let key = SigningKey::from_seed(&[7; 32]);
    replay("record", seeds::records(), |input| {
        let Ok(mut record) = serde_json::from_slice::<Record>(input) else {
            return false;
        };
        record.inclusion = None;
        let asked = Asked {
            fed: &record.fed,
            list: &record.list,
            confirm_key: &record.confirm_key.0,
            key_id: record.key_id,
            kind: record.kind,
            level: record.level,
        };
        let signed = record.sign(&key).unwrap();
        match Record::verify(&signed, &[key.public()], &asked, seeds::now()) {
            Ok(verified) => *verified == record && seeds::now() < record.valid_until,
            Err(error) => {
                assert_ne!(error, RecordError::Sealed, "nothing was sealed");
                false
            }
        }
    });
}

#[test]
fn texts_of_the_corpus_are_signed_or_refused() {
    let key = SigningKey::from_seed(&[7; 32]);
    replay("jws", seeds::texts(), |input| {
        let text = std::str::from_utf8(input).unwrap_or_default();
        jws::verify::<serde_json::Value>(TYPE, text, &[key.public()]).is_ok()
    });
}

#[test]
fn answers_of_the_corpus_are_proved_or_refused() {
    let key = SigningKey::from_seed(&[7; 32]);
    replay("receipt", seeds::answers(), |input| {
        let text = std::str::from_utf8(input).unwrap_or_default();
        receipt::check(text, &[key.public()]).is_ok()
    });
}

#[test]
fn status_items_of_the_corpus_have_one_encoding() {
    let key = SigningKey::from_seed(&[6; 32]);
    replay("status_item", seeds::items(), |bytes| {
        StatusItem::read(bytes).is_ok_and(|item| {
            let signed = item.sign(&key);
            assert_eq!(signed[..signed.len() - 72], bytes[..bytes.len() - 72]);
            true
        })
    });
}
