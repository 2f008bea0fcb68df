//! The conformance vectors of schema/vectors/identifier, and the labelled pairs they come from.

#![expect(clippy::unwrap_used, reason = "a broken vector fails the test")]

use std::path::{Path, PathBuf};

use lianfang_identifier::{Canonical, InputKind, Kind, Level, canonicalise, rules};
use serde_json::{Value, json};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../vectors/identifier")
}

fn vectors(kind: Kind) -> Value {
    let text = std::fs::read_to_string(folder().join(format!("{kind}.json"))).unwrap();
    serde_json::from_str(&text).unwrap()
}

fn forms(vector: &Value) -> Result<Vec<Canonical>, &'static str> {
    let input: InputKind = serde_json::from_value(vector["kind"].clone()).unwrap();
    canonicalise(input, vector["value"].as_str().unwrap(), None).map_err(|reject| reject.code())
}

#[test]
fn every_kind_accepts_and_refuses_what_its_vectors_say() {
    for &kind in Kind::ALL {
        let file = vectors(kind);
        let (accept, reject) = (
            file["accept"].as_array().unwrap(),
            file["reject"].as_array().unwrap(),
        );
        assert!(
            accept.len() >= 2 && reject.len() >= 2,
            "{kind}: {} {}",
            accept.len(),
            reject.len()
        );
        for vector in accept {
            let answers: Vec<Value> = forms(vector)
                .unwrap_or_else(|code| panic!("{vector}: {code}"))
                .iter()
                .map(shown)
                .collect();
            assert_eq!(Value::Array(answers), vector["canonical"], "{vector}");
        }
        for vector in reject {
            assert_eq!(forms(vector), Err(vector["reject"].as_str().unwrap()), "{vector}");
        }
    }
}

fn shown(form: &Canonical) -> Value {
    json!({
        "kind": form.kind, "level": form.level, "value": form.value, "check": form.check.name(),
        "repaired": form.repaired, "candidate": form.caution.map(|caution| caution.code()),
    })
}

/// A digest that changes without a new version would switch the kind off between old and new nodes.
#[test]
fn rules_in_force_are_the_ones_the_vectors_were_made_with() {
    for &kind in Kind::ALL {
        let (file, rules) = (vectors(kind), rules(kind));
        assert_eq!(file["number"], kind.number(), "{kind}");
        assert_eq!(file["norm_version"], rules.norm_version, "{kind}");
        assert_eq!(
            file["rules_digest"],
            hex::encode(rules.rules_digest),
            "{kind}: make a new version of its rules"
        );
    }
}

#[test]
fn labelled_pairs_meet_or_stay_apart() {
    let (mut same, mut found, mut different) = (0, 0, 0);
    for row in csv::Reader::from_path(folder().join("pairs.csv"))
        .unwrap()
        .records()
    {
        let row = row.unwrap();
        let kind: InputKind = row[0].parse().unwrap();
        let [one, other] =
            [&row[1], &row[2]].map(|value| canonicalise(kind, value, None).unwrap_or_default());
        let meet = |form: &&Canonical| {
            other
                .iter()
                .any(|o| (o.kind, o.level, &o.value) == (form.kind, form.level, &form.value))
        };
        let level: Option<Level> = one.iter().filter(meet).map(|form| form.level).min();
        match &row[3] {
            "same" => {
                same += 1;
                found += usize::from(level.is_some());
            }
            _ => {
                different += 1;
                assert_eq!(level, None, "{kind} {} {}", &row[1], &row[2]);
            }
        }
    }
    assert!(same + different >= 600 && different >= 200);
    assert!(found * 100 >= same * 97, "{found} of {same}");
}
