use crate::canonical::{Canonical, Caution, Check};
use crate::checksum::{all_digits, gs1};
use crate::text::field::{self, Code, Found};
use crate::{Kind, Region, Reject, Trace};

use super::gs1_syntax;

const LABELS: &[&str] = &[
    "EAN13", "EAN8", "EAN", "UPCA", "UPCE", "UPC", "GTIN14", "GTIN13", "GTIN12", "GTIN8", "GTIN", "JAN",
    "ITF14", "ISBN13", "ISBN10", "ISBN", "BARCODE", "CODE", "NO", "DUN14",
];

#[derive(Clone, PartialEq)]
struct Read {
    /// 14-digit forms; two when eight digits read both as GTIN-8 and as UPC-E.
    forms: Vec<String>,
    padded: bool,
}

/// Global trade item number, padded to 14 digits. Indicators 1 to 8 are other trade items (GS1 General
/// Specifications, 4.2).
pub(super) fn normalise(
    raw: &str,
    _region: Option<Region>,
    trace: &mut Trace<'_>,
) -> Result<Vec<Canonical>, Reject> {
    let found = match gs1_syntax::gtin(raw, trace)? {
        Some(digits) => Found {
            value: read(&digits)?,
            repaired: false,
        },
        None => field::find(
            raw,
            trace,
            &Code {
                labels: LABELS,
                digits_only: true,
                among_words: false,
                read: &read,
            },
        )?,
    };
    let repaired = found.repaired || found.value.padded;
    Ok(found
        .value
        .forms
        .into_iter()
        .map(|digits| form(digits).repaired(repaired))
        .collect())
}

fn form(digits: String) -> Canonical {
    let restricted = is_restricted(&digits);
    let form = Canonical::strict(Kind::Gtin, digits, Check::Valid);
    if restricted {
        form.cautioned(Caution::RestrictedCirculation)
    } else {
        form
    }
}

/// GS1 prefixes 02, 04 and 20–29 of a 13-digit number, 0 and 2 of one of eight digits: every shop gives them out for itself.
fn is_restricted(gtin14: &str) -> bool {
    if let Some(eight) = gtin14.strip_prefix("000000") {
        return eight.starts_with(['0', '2']);
    }
    let thirteen = gtin14.get(1..).unwrap_or_default();
    thirteen.starts_with('2') || thirteen.starts_with("02") || thirteen.starts_with("04")
}

fn read(text: &str) -> Result<Read, Reject> {
    if !all_digits(text) {
        return Err(Reject::Alphabet);
    }
    if text.bytes().all(|byte| byte == b'0') {
        return Err(Reject::Dummy);
    }
    let forms = match text.len() {
        8 => eight(text),
        9..=14 => vec![format!("{text:0>14}")],
        7 => return seven(text),
        _ => return Err(Reject::Length),
    };
    let forms: Vec<_> = forms.into_iter().filter(|digits| gs1(digits)).collect();
    if forms.is_empty() {
        return Err(Reject::CheckDigit);
    }
    Ok(Read {
        forms,
        padded: matches!(text.len(), 9..=11),
    })
}

/// Eight digits are a GTIN-8, a UPC-E, or both.
fn eight(text: &str) -> Vec<String> {
    let mut forms = vec![format!("{text:0>14}")];
    if let Some(long) = expand_upc_e(text) {
        forms.push(format!("{long:0>14}"));
    }
    forms
}

/// A UPC-E whose leading zero a spreadsheet dropped.
fn seven(text: &str) -> Result<Read, Reject> {
    let long = expand_upc_e(&format!("0{text}")).ok_or(Reject::Length)?;
    let digits = format!("{long:0>14}");
    if gs1(&digits) {
        Ok(Read {
            forms: vec![digits],
            padded: true,
        })
    } else {
        Err(Reject::Length)
    }
}

/// Zero-suppressed UPC-E (number system 0 or 1) to UPC-A, GS1 General Specifications 5.2.2.4.
fn expand_upc_e(text: &str) -> Option<String> {
    let system = text.get(..1).filter(|system| matches!(*system, "0" | "1"))?;
    let (body, last, check) = (text.get(1..6)?, text.get(6..7)?, text.get(7..8)?);
    let (maker, item) = match last {
        "0" | "1" | "2" => (
            format!("{}{last}00", body.get(..2)?),
            format!("00{}", body.get(2..5)?),
        ),
        "3" => (format!("{}00", body.get(..3)?), format!("000{}", body.get(3..5)?)),
        "4" => (format!("{}0", body.get(..4)?), format!("0000{}", body.get(4..5)?)),
        _ => (body.to_owned(), format!("0000{last}")),
    };
    Some(format!("{system}{maker}{item}{check}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(raw: &str) -> Result<Vec<String>, Reject> {
        normalise(raw, None, &mut Trace::off())
            .map(|forms| forms.into_iter().map(|form| form.value).collect())
    }

    #[test]
    fn every_length_is_padded_to_fourteen() {
        assert_eq!(values("6943140102132").unwrap(), ["06943140102132"]);
        assert_eq!(values("77782018325").unwrap(), ["00077782018325"]);
        assert_eq!(values("88265070").unwrap(), ["00000088265070"]);
    }

    #[test]
    fn upc_e_is_expanded() {
        assert_eq!(values("04252614").unwrap(), ["00042100005264"]);
        assert_eq!(values("4252614").unwrap(), ["00042100005264"]);
    }

    #[test]
    fn a_case_is_another_item() {
        assert_eq!(values("16943140102139").unwrap(), ["16943140102139"]);
    }

    #[test]
    fn numbers_that_shops_give_out_for_themselves_are_candidates() {
        let cautions = |raw| {
            let forms = normalise(raw, None, &mut Trace::off()).unwrap();
            forms.into_iter().map(|form| form.caution).collect::<Vec<_>>()
        };
        for raw in ["20123451", "2012345678903", "0212345678909"] {
            assert_eq!(cautions(raw), [Some(Caution::RestrictedCirculation)], "{raw}");
        }
        for raw in ["88265070", "6943140102132"] {
            assert_eq!(cautions(raw), [None], "{raw}");
        }
    }

    #[test]
    fn fillers_and_wrong_digits_are_refused() {
        assert_eq!(values("0000000000000"), Err(Reject::Dummy));
        assert_eq!(values("6943140102133"), Err(Reject::CheckDigit));
        assert_eq!(values("123"), Err(Reject::Length));
    }
}
