//! Recall and false merges over a file of labelled pairs: `kind,a,b,label,trick,base` with a header.
//!
//! Two values are the same when a canonical form of one (token kind, level, value) is a form of the other. A pair
//! labelled `different` is a false merge when that happens at any level, so that candidates count as well.

use std::collections::BTreeMap;
use std::process::ExitCode;

use lianfang_identifier::{Canonical, Level, canonicalise};

#[derive(Default)]
struct Tally {
    same: usize,
    found: usize,
    different: usize,
    merged_strict: usize,
    merged_folded: usize,
}

fn main() -> Result<ExitCode, Box<dyn std::error::Error>> {
    let mut tallies: BTreeMap<String, Tally> = BTreeMap::new();
    let mut faults = 0;
    let mut output = String::new();
    for path in std::env::args().skip(1) {
        for row in csv::Reader::from_path(path)?.records() {
            let row = row?;
            let column = |at: usize| row.get(at).unwrap_or_default();
            let (kind, one, other) = (column(0), column(1), column(2));
            let tally = tallies.entry(kind.to_owned()).or_default();
            let [one_forms, other_forms] = [one, other].map(|value| {
                canonicalise(kind.parse()?, value, None).map_err(Box::<dyn std::error::Error>::from)
            });
            let level = shared(&one_forms, &other_forms);
            let fault = match (column(3), level) {
                ("same", level) => {
                    tally.same += 1;
                    tally.found += usize::from(level.is_some());
                    level.is_none()
                }
                (_, level) => {
                    tally.different += 1;
                    tally.merged_strict += usize::from(level == Some(Level::Strict));
                    tally.merged_folded += usize::from(level == Some(Level::Folded));
                    level.is_some()
                }
            };
            if fault {
                faults += 1;
                let show = |forms: &Result<Vec<Canonical>, _>| match forms {
                    Ok(forms) => forms
                        .iter()
                        .map(|form| form.value.clone())
                        .collect::<Vec<_>>()
                        .join(" "),
                    Err(reject) => format!("!{reject}"),
                };
                output += &format!(
                    "{kind}\t{}\t{}\t{one}\t{other}\t{}\t{}\n",
                    column(3),
                    column(4),
                    show(&one_forms),
                    show(&other_forms)
                );
            }
        }
    }
    report(&tallies, &output);
    Ok(if faults == 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

fn shared<E>(one: &Result<Vec<Canonical>, E>, other: &Result<Vec<Canonical>, E>) -> Option<Level> {
    let (Ok(one), Ok(other)) = (one, other) else {
        return None;
    };
    let meets = |form: &&Canonical| {
        other
            .iter()
            .any(|o| (o.kind, o.level, &o.value) == (form.kind, form.level, &form.value))
    };
    one.iter().filter(meets).map(|form| form.level).min()
}

#[expect(clippy::print_stdout, reason = "printing is what this program is for")]
fn report(tallies: &BTreeMap<String, Tally>, faults: &str) {
    print!("{faults}");
    println!(
        "{:<18}{:>7}{:>9}{:>11}{:>15}{:>15}",
        "kind", "same", "recall", "different", "strict merges", "folded merges"
    );
    let mut total = Tally::default();
    for (kind, tally) in tallies {
        line(kind, tally);
        total.same += tally.same;
        total.found += tally.found;
        total.different += tally.different;
        total.merged_strict += tally.merged_strict;
        total.merged_folded += tally.merged_folded;
    }
    line("total", &total);
}

#[expect(clippy::print_stdout, reason = "printing is what this program is for")]
fn line(kind: &str, tally: &Tally) {
    let recall = match tally.same {
        0 => "–".to_owned(),
        #[expect(clippy::cast_precision_loss, reason = "counts of pairs are small")]
        same => format!("{:.2} %", 100.0 * tally.found as f64 / same as f64),
    };
    println!(
        "{kind:<18}{:>7}{recall:>9}{:>11}{:>15}{:>15}",
        tally.same, tally.different, tally.merged_strict, tally.merged_folded
    );
}
