//! Synthetic companies whose codes have a valid check digit.

use lianfang_identifier::{InputKind, Kind};
use lianfang_wire::entry::NewEntry;
use lianfang_wire::screening::NewScreening;
use serde_json::json;

use crate::harness::entries;

pub(crate) fn code(number: u32) -> String {
    let body = format!("91350100M00{number:06}");
    let valid = |check: &char| {
        let code = format!("{body}{check}");
        lianfang_identifier::canonicalise(InputKind::from(Kind::CnUscc), &code, None).is_ok()
    };
    let check = "0123456789ABCDEFGHJKLMNPQRTUWXY".chars().find(valid);
    format!("{body}{}", check.unwrap())
}

pub(crate) fn offence(number: u32) -> NewEntry {
    let mut entry = entries::entry(&format!("case-{number}"));
    entry["subject"]["identifiers"][0]["value"] = json!(code(number));
    serde_json::from_value(entry).unwrap()
}

pub(crate) fn screening(code: &str) -> NewScreening {
    let new = json!({
        "purpose": "onboarding",
        "subject": { "type": "seller", "identifiers": [{ "kind": "cn_uscc", "value": code, "verified": true }] },
    });
    serde_json::from_value(new).unwrap()
}
