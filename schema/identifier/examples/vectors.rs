//! Writes the conformance vectors for implementers in other languages: one JSON file for each kind from the labelled
//! pairs and the hostile values, with the forms or the reason this implementation answers. Review the difference
//! before committing it: a changed answer needs a new version of the rules.

use std::collections::BTreeMap;
use std::path::Path;

use lianfang_identifier::{Canonical, InputKind, Kind, Region, Reject, canonicalise, reserved_tests, rules};
use serde_json::{Value, json};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../vectors/identifier");
    let mut inputs: BTreeMap<Kind, Vec<(InputKind, String)>> = BTreeMap::new();
    for (file, columns) in [("pairs.csv", 1..3), ("hostile.csv", 1..2)] {
        for row in csv::Reader::from_path(folder.join(file))?.records() {
            let row = row?;
            let input: InputKind = row.get(0).unwrap_or_default().parse()?;
            let values = columns.clone().filter_map(|column| row.get(column));
            inputs
                .entry(input.kind())
                .or_default()
                .extend(values.map(|value| (input, value.to_owned())));
        }
    }
    for (kind, mut values) in inputs {
        values.sort_by_key(|(input, value)| (input.to_string(), value.clone()));
        values.dedup();
        let text = serde_json::to_string_pretty(&document(kind, &values))?;
        std::fs::write(folder.join(format!("{kind}.json")), text + "\n")?;
    }
    Ok(())
}

fn document(kind: Kind, values: &[(InputKind, String)]) -> Value {
    let (mut accept, mut refuse) = (Vec::new(), Vec::new());
    for (input, value) in values {
        match canonicalise(*input, value, None::<Region>) {
            Ok(forms) => accept.push(json!({
                "kind": input, "value": value, "canonical": forms.iter().map(form).collect::<Vec<_>>(),
            })),
            Err(reject) => refuse.push(refusal(*input, value, reject)),
        }
    }
    let rules = rules(kind);
    let tests: Vec<_> = reserved_tests(kind)
        .map(|(outcome, value)| json!({ "value": value, "outcome": outcome.name() }))
        .collect();
    json!({
        "kind": kind, "number": kind.number(), "norm_version": rules.norm_version,
        "rules_digest": hex::encode(rules.rules_digest), "accept": accept, "reject": refuse, "reserved_tests": tests,
    })
}

fn form(form: &Canonical) -> Value {
    json!({
        "kind": form.kind, "level": form.level, "value": form.value, "check": form.check.name(),
        "repaired": form.repaired, "candidate": form.caution.map(|caution| caution.code()),
    })
}

fn refusal(input: InputKind, value: &str, reject: Reject) -> Value {
    json!({ "kind": input, "value": value, "reject": reject.code() })
}
