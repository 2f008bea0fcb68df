//! What must hold for every raw value whatever: one binary, replaying the labelled pairs as seeds.

#![expect(clippy::unwrap_used, reason = "a broken file of pairs fails the test")]

use lianfang_identifier::{Canonical, InputKind, Kind, Region, Reject, canonicalise, explain, kinds};
use proptest::prelude::*;

const PAIRS: &str = include_str!("../../vectors/identifier/pairs.csv");

fn inputs() -> Vec<InputKind> {
    let presets = ["phone_cn", "phone_tw", "phone_us", "patent_cn", "patent_us"];
    kinds()
        .map(|row| row.kind.into())
        .chain(presets.map(|name| name.parse().unwrap()))
        .collect()
}

/// Values of the pairs, to be cut, glued and dressed.
fn seeds() -> Vec<(InputKind, String)> {
    let mut seeds = Vec::new();
    for row in csv::Reader::from_reader(PAIRS.as_bytes()).records() {
        let row = row.unwrap();
        let kind: InputKind = row[0].parse().unwrap();
        seeds.push((kind, row[1].to_owned()));
        seeds.push((kind, row[2].to_owned()));
    }
    assert!(seeds.len() > 1200);
    seeds
}

/// The properties that hold for one value.
fn check(kind: InputKind, value: &str, region: Option<Region>) -> Result<(), TestCaseError> {
    let outcome = canonicalise(kind, value, region);
    prop_assert_eq!(&outcome, &canonicalise(kind, value, region), "deterministic");
    let (steps, explained) = explain(kind, value, region);
    prop_assert!(!steps.is_empty());
    prop_assert_eq!(&outcome, &explained);
    match outcome {
        Ok(forms) => {
            prop_assert!(!forms.is_empty());
            for form in &forms {
                idempotent(form)?;
            }
        }
        Err(reject) => prop_assert!(Reject::ALL.contains(&reject)),
    }
    Ok(())
}

/// A canonical form is among its own canonical forms.
fn idempotent(form: &Canonical) -> Result<(), TestCaseError> {
    let again = canonicalise(form.kind.into(), &form.value, None);
    let found = again.as_ref().is_ok_and(|forms| {
        forms
            .iter()
            .any(|other| (other.kind, other.level, &other.value) == (form.kind, form.level, &form.value))
    });
    let again = again.map(|forms| forms.into_iter().map(|form| form.value).collect::<Vec<_>>());
    prop_assert!(found, "{} {:?} gives {:?}", form.kind, form.value, again);
    prop_assert!(form.value.len() < 16_384 && !form.value.is_empty());
    Ok(())
}

#[test]
fn canonical_forms_of_the_pairs_are_their_own() {
    for (kind, value) in seeds() {
        if let Err(fault) = check(kind, &value, None) {
            panic!("{kind} {value:?}: {fault}");
        }
    }
}

#[test]
fn a_megabyte_is_answered() {
    let megabyte = 1 << 20;
    for piece in [
        "9", "a", "张", "\u{200b}", "\u{301}", "ﷺ", "壹", "%25", "a.", "||", "(", "@", "://", "1/",
    ] {
        let value = piece.repeat(megabyte / piece.len());
        for kind in inputs() {
            let outcome = canonicalise(kind, &value, Some(Region::CN));
            assert!(outcome.is_err(), "{kind} {piece}");
        }
    }
    let flooded: String = "91350100M000100Y43"
        .chars()
        .flat_map(|c| std::iter::once(c).chain(std::iter::repeat_n('\u{200b}', 20_000)))
        .collect();
    assert!(canonicalise(Kind::CnUscc.into(), &flooded, None).is_ok());
}

/// Characters that decide something somewhere.
const MARKS: &[&str] = &[
    " ",
    "-",
    "|",
    " | ",
    ":",
    "：",
    "/",
    "//",
    ".",
    "。",
    "@",
    "#",
    "+",
    "(",
    ")",
    "（",
    "%41",
    "\u{200b}",
    "\u{202e}",
    "\u{301}",
    "\u{20e3}",
    "0",
    "9",
    "X",
    "x",
    "×",
    "一",
    "壹",
    "〇",
    "й",
    "ё",
    "а",
    "Ω",
    "ß",
    "İ",
    "ŉ",
    "ﬁ",
    "㈱",
    "㍿",
    "乾",
    "著",
    "后",
    "甚麼",
    "⻄",
    "#L",
    "#j",
    "#COL",
    "有限公司",
    "(股)公司",
    "co",
    "ltd",
    "l.",
    "e+5",
    ".0",
    "=\"",
    "'",
    "www.",
    "https://",
    "taobao.com",
    "?id=",
    "&",
    "☎",
    "🅰",
    "🇨",
    "\u{fffd}",
    "\u{e0041}",
    "\u{1d}",
    "\0",
    "\n",
    "ǅ",
    "ﷺ",
    "が",
    "ﾞ",
    "ก",
    "ი",
    "\u{345}",
    "Σ",
    "ς",
];

fn spice() -> impl Strategy<Value = String> {
    prop::sample::select(MARKS.to_vec()).prop_map(str::to_owned)
}

/// What the random property below draws from, whole: some minutes in release.
#[test]
#[ignore = "minutes; cargo test --release -p lianfang-identifier --test properties -- --ignored"]
fn every_known_value_with_every_mark_at_every_place_is_answered() {
    let mut faults = Vec::new();
    for (kind, value) in seeds() {
        let places = value.char_indices().map(|(at, _)| at).chain([value.len()]);
        for (at, mark) in places.flat_map(|at| MARKS.iter().map(move |mark| (at, mark))) {
            let (before, after) = value.split_at(at);
            let dressed = format!("{before}{mark}{after}");
            if let Err(fault) = check(kind, &dressed, None) {
                faults.push(format!("{kind} {dressed:?}: {fault}"));
            }
        }
    }
    assert!(faults.is_empty(), "{}:\n{}", faults.len(), faults.join("\n"));
}

proptest! {
    // 256 cases each; PROPTEST_CASES asks for more.
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_is_answered(kind in prop::sample::select(inputs()), value in any::<String>(), cn in any::<bool>()) {
        check(kind, &value, cn.then_some(Region::CN))?;
    }

    #[test]
    fn any_mixture_of_what_matters_is_answered(
        kind in prop::sample::select(inputs()),
        parts in prop::collection::vec(prop_oneof![spice(), "[a-zA-Z0-9]{1,8}", "\\PC{1,3}"], 1..12),
    ) {
        check(kind, &parts.concat(), None)?;
    }

    #[test]
    fn a_known_value_with_a_mark_in_it_is_answered(
        (kind, value) in prop::sample::select(seeds()),
        mark in spice(),
        place in any::<prop::sample::Index>(),
    ) {
        let at = place.index(value.chars().count() + 1);
        let mut dressed: String = value.chars().take(at).collect();
        dressed.push_str(&mark);
        dressed.extend(value.chars().skip(at));
        check(kind, &dressed, None)?;
    }
}
