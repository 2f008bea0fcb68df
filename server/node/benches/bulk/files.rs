use std::fs::File;
use std::io::{BufRead as _, BufReader, BufWriter, Write as _};
use std::path::Path;

use lianfang_wire::entry::NewEntry;
use serde_json::{Value, json};

/// A table of invented sellers with some domains each, none of which is another's; `what` they are is part of it.
pub(crate) fn sellers(folder: &Path, what: &str, count: usize, domains: usize) -> String {
    let path = folder.join(format!("{what}-{count}.csv"));
    let mut file = BufWriter::new(File::create(&path).unwrap());
    writeln!(file, "client_reference,name,kind,value").unwrap();
    for number in 0..count {
        for domain in 0..domains {
            writeln!(
                file,
                "{what}-{number},,domain,invented-{what}-{number}-{domain}.com"
            )
            .unwrap();
        }
    }
    file.flush().unwrap();
    path.display().to_string()
}

/// Everything that an entry needs to be shared, as a file.
pub(crate) fn template(folder: &Path) -> String {
    let path = folder.join("template.json");
    std::fs::write(&path, shared().to_string()).unwrap();
    path.display().to_string()
}

/// One more entry.
pub(crate) fn last() -> NewEntry {
    let mut entry = shared();
    entry["client_reference"] = json!("the last");
    entry["subject"] = json!({
        "type": "seller",
        "identifiers": [{ "kind": "domain", "value": "invented-and-last.com", "role": "self" }],
    });
    serde_json::from_value(entry).unwrap()
}

fn shared() -> Value {
    let now = jsonwebtoken::get_current_timestamp();
    let time = |seconds: u64| lianfang_encoding::Timestamp::from_secs(seconds).to_string();
    let day = 86_400;
    json!({
        "violation": { "category": "counterfeit" },
        "basis": { "type": "platform_decision", "jurisdiction": "CN", "default_judgment": false },
        "decision": { "decided_at": time(now - 2 * day) },
        "measure": { "action": "close_shop", "jurisdictions": ["CN"], "effective_from": time(now - 2 * day) },
        "evidence": [{ "sha256": "ab".repeat(32), "media_type": "image/png", "title": "purchase" }],
        "subject_notice": { "sent_at": time(now - day), "channel": "letter" },
        "expires": time(now + 300 * day),
        "sharing": { "audience": "cn" },
    })
}

/// How many lines a file has.
pub(crate) fn lines(path: &str) -> usize {
    BufReader::new(File::open(path).unwrap()).split(b'\n').count()
}
