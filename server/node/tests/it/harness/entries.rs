use lianfang_wire::entry::NewEntry;
use serde_json::{Value, json};

pub(crate) const OFFENDER: &str = "91350100M000100Y43";

/// A complete entry about a synthetic offender.
pub(crate) fn entry(reference: &str) -> Value {
    json!({
        "client_reference": reference,
        "subject": { "type": "seller", "identifiers": [
            { "kind": "cn_uscc", "value": OFFENDER, "verified": true },
        ]},
        "violation": { "category": "counterfeit" },
        "basis": { "type": "platform_decision", "jurisdiction": "CN", "default_judgment": false },
        "decision": { "decided_at": "2026-01-02T00:00:00Z" },
        "measure": { "action": "close_shop", "jurisdictions": ["CN"], "effective_from": "2026-01-02T00:00:00Z" },
        "evidence": [{ "sha256": "ab".repeat(32), "media_type": "image/png", "title": "purchase" }],
        "subject_notice": { "sent_at": "2026-01-03T00:00:00Z", "channel": "letter" },
        "expires": year_from_now(),
    })
}

pub(crate) fn typed(reference: &str) -> NewEntry {
    serde_json::from_value(entry(reference)).unwrap()
}

fn year_from_now() -> String {
    (super::federation::now() + std::time::Duration::from_secs(300 * 86_400)).to_string()
}
