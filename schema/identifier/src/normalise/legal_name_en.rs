use std::collections::HashMap;
use std::sync::LazyLock;

use super::name;
use crate::canonical::Canonical;
use crate::text::charmap::rows;
use crate::{Kind, Region, Reject, Trace};

pub(crate) const FORMS: &str = include_str!("../../data/company_forms_en.tsv");

/// Most words a company form has.
const LONGEST_FORM: usize = 5;

static TABLE: LazyLock<HashMap<&str, &str>> =
    LazyLock::new(|| rows(FORMS).filter_map(|row| row.split_once('\t')).collect());

/// Registered name in Latin letters: lower case, no spaces or punctuation, company form as a class behind `#`.
/// Folded only: a name never bans alone.
pub(super) fn normalise(
    raw: &str,
    _region: Option<Region>,
    trace: &mut Trace<'_>,
) -> Result<Vec<Canonical>, Reject> {
    let values = name::settled(raw, trace, |raw, trace| {
        let readings = name::readings(raw, trace)?;
        let values: Result<Vec<String>, Reject> = readings.iter().map(|reading| fold(reading)).collect();
        if let Ok([value, ..]) = values.as_deref() {
            trace.note("company form", value);
        }
        values
    })?;
    Ok(values
        .into_iter()
        .map(|value| Canonical::folded(Kind::LegalNameEn, value))
        .collect())
}

fn fold(reading: &str) -> Result<String, Reject> {
    let (reading, class) = match reading.rsplit_once('#') {
        Some((body, class)) if TABLE.values().any(|known| known.eq_ignore_ascii_case(class)) => {
            (body, Some(class.to_ascii_uppercase()))
        }
        _ => (reading, None),
    };
    let mut words = words(reading);
    if words.len() > 1 && words.first().is_some_and(|word| word == "the") {
        words.remove(0);
    }
    let class = class.or_else(|| take_form(&mut words));
    let stem: String = words.iter().map(|word| expand(word)).collect();
    if stem.is_empty() {
        return Err(Reject::Format);
    }
    Ok(match class {
        Some(class) => format!("{stem}#{class}"),
        None => stem,
    })
}

/// Words of letters and digits; `&` is a word (`and` reads the same), dots and apostrophes vanish inside words,
/// runs of single letters (`L.L.C.`, `C O`) become one word when they end the name.
fn words(reading: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut word = String::new();
    for c in reading.chars() {
        if c.is_alphanumeric() || !c.is_ascii() && super::name::is_letter_mark(c) {
            word.push(c);
        } else if c == '&' || c == '+' {
            flush(&mut word, &mut words);
            words.push(c.to_string());
        } else if !matches!(c, '\'' | '.') || c == '.' && word.chars().count() != 1 {
            flush(&mut word, &mut words);
        } else if c == '.' {
            // A single letter and a dot: an initial, kept apart to be joined below.
            flush(&mut word, &mut words);
        }
    }
    flush(&mut word, &mut words);
    for word in &mut words {
        if word == "and" {
            "&".clone_into(word);
        }
    }
    join_initials(&mut words);
    words
}

fn flush(word: &mut String, words: &mut Vec<String>) {
    if !word.is_empty() {
        words.push(std::mem::take(word));
    }
}

/// Runs of single letters are one word (`S.A. de C.V.`); where the last run ends in a company form, the form is a word
/// of its own (`s o l e x c o l t d`).
fn join_initials(words: &mut Vec<String>) {
    let single = |word: &String| word.len() == 1 && word.bytes().all(|byte| byte.is_ascii_lowercase());
    let mut joined: Vec<String> = Vec::with_capacity(words.len());
    for run in words.chunk_by(|one, other| single(one) && single(other)) {
        let text = run.concat();
        let form = (2..text.len()).rev().find(|&take| {
            let last = run.len() > 1
                && words
                    .last()
                    .is_some_and(|word| run.last().is_some_and(|end| std::ptr::eq(end, word)));
            last && text
                .get(text.len() - take..)
                .is_some_and(|tail| TABLE.contains_key(tail))
        });
        match form.filter(|_| !TABLE.contains_key(text.as_str())) {
            Some(take) => {
                let (stem, form) = text.split_at(text.len() - take);
                joined.extend([stem.to_owned(), form.to_owned()]);
            }
            None => joined.push(text),
        }
    }
    *words = joined;
}

/// Takes the longest company form off the end; two forms in a row (`Co., Ltd.`) are one entry of the table.
fn take_form(words: &mut Vec<String>) -> Option<String> {
    for take in (1..=LONGEST_FORM.min(words.len().saturating_sub(1))).rev() {
        let start = words.len() - take;
        let tail = words.get(start..)?.join(" ");
        if let Some(class) = TABLE.get(tail.as_str()) {
            words.truncate(start);
            return Some((*class).to_owned());
        }
    }
    None
}

/// Abbreviations with one reading.
fn expand(word: &str) -> &str {
    match word {
        "intl" | "int'l" | "internat" => "international",
        "mfg" | "mfr" => "manufacturing",
        "mfy" | "fty" => "factory",
        "impexp" => "import&export",
        "imp" => "import",
        "exp" => "export",
        "trdg" => "trading",
        "bros" => "brothers",
        _ => word,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(raw: &str) -> String {
        normalise(raw, None, &mut Trace::off()).unwrap()[0].value.clone()
    }

    #[test]
    fn one_company_however_it_is_written() {
        for raw in [
            "SUNWAY TECH CO., LTD",
            "Sunway Tech Co Ltd",
            "SUNWAY TECH Company Limited",
            "Sunway-Tech Co.,Ltd.",
            "Ｓｕｎｗａｙ　Ｔｅｃｈ　ＣＯ．，　ＬＴＤ．",
            "Súnway Tech Co. Limited",
            "SUNWAY TECH C O L T D",
            "Sunwаy Tесh Со., Ltd",
            "The Sunway Tech Co., Ltd.",
            "sunwaytech#COL",
        ] {
            assert_eq!(value(raw), "sunwaytech#COL", "{raw}");
        }
    }

    #[test]
    fn another_form_or_name_is_another_company() {
        let names = [
            "ACME LLC",
            "ACME LTD",
            "ACME CO LTD",
            "ACME INC",
            "ACME",
            "ACME GROUP CO LTD",
            "ACME L.L.C. LTD",
        ];
        for (i, one) in names.iter().enumerate() {
            for other in &names[i + 1..] {
                assert_ne!(value(one), value(other), "{one} / {other}");
            }
        }
        assert_eq!(value("A & B Corp."), value("A and B Corporation"));
        assert_eq!(value("Acme L.L.C."), "acme#LLC");
        assert_eq!(value("Acme S.p.A."), "acme#SPA");
    }
}
