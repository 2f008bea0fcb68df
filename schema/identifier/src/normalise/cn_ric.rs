use crate::canonical::{Canonical, Check};
use crate::checksum::{all_digits, is_date, number};
use crate::text::field::{self, Code};
use crate::{Kind, Region, Reject, Trace};

const LABELS: &[&str] = &["IDCARD", "IDNUMBER", "IDNO", "RIC", "NO", "ID", "CARD", "NUMBER"];

/// First two digits of the regions in use (GB/T 2260), and 81–83 of the residence permits.
const PROVINCES: &[&str] = &[
    "11", "12", "13", "14", "15", "21", "22", "23", "31", "32", "33", "34", "35", "36", "37", "41", "42",
    "43", "44", "45", "46", "50", "51", "52", "53", "54", "61", "62", "63", "64", "65", "71", "81", "82",
    "83",
];

/// Resident identity number (GB 11643): 17 digits and a check character. The 15-digit form of 1984 is converted; it
/// has no check of its own.
pub(super) fn normalise(
    raw: &str,
    _region: Option<Region>,
    trace: &mut Trace<'_>,
) -> Result<Vec<Canonical>, Reject> {
    let found = field::find(
        raw,
        trace,
        &Code {
            labels: LABELS,
            digits_only: true,
            among_words: false,
            read: &read,
        },
    )?;
    let (value, check) = found.value;
    Ok(vec![
        Canonical::strict(Kind::CnRic, value, check).repaired(found.repaired),
    ])
}

fn read(text: &str) -> Result<(String, Check), Reject> {
    match text.len() {
        18 => read_18(text).map(|value| (value, Check::Valid)),
        15 => read_15(text).map(|value| (value, Check::NotApplicable)),
        _ => Err(Reject::Length),
    }
}

fn read_18(text: &str) -> Result<String, Reject> {
    let (body, check) = text.split_at_checked(17).ok_or(Reject::Alphabet)?;
    if !all_digits(body) || !(all_digits(check) || check == "X") {
        return Err(Reject::Alphabet);
    }
    if check_character(body).is_none_or(|expected| !check.starts_with(expected)) {
        return Err(Reject::CheckDigit);
    }
    plausible(body)?;
    Ok(text.to_owned())
}

fn read_15(text: &str) -> Result<String, Reject> {
    let (Some(region), Some(rest)) = (text.get(..6), text.get(6..)) else {
        return Err(Reject::Alphabet);
    };
    if !all_digits(text) {
        return Err(Reject::Alphabet);
    }
    let body = format!("{region}19{rest}");
    plausible(&body)?;
    let check = check_character(&body).ok_or(Reject::Alphabet)?;
    Ok(format!("{body}{check}"))
}

/// A region in use (permanent residents from abroad start with 9) and a day that exists.
fn plausible(body: &str) -> Result<(), Reject> {
    let part = |from: usize, to: usize| body.get(from..to).and_then(number).unwrap_or(0);
    let region = body.get(..2).unwrap_or_default();
    if !region.starts_with('9') && !PROVINCES.contains(&region) {
        return Err(Reject::Issuer);
    }
    let year = part(6, 10);
    if !(1850..=2150).contains(&year) || !is_date(year, part(10, 12), part(12, 14)) {
        return Err(Reject::Date);
    }
    Ok(())
}

/// ISO 7064 mod 11-2.
fn check_character(body: &str) -> Option<char> {
    const CHECKS: [char; 11] = ['1', '0', 'X', '9', '8', '7', '6', '5', '4', '3', '2'];
    let mut weight = 1;
    let mut sum = 0;
    for byte in body.bytes().rev() {
        weight = weight * 2 % 11;
        sum += crate::checksum::digit(byte)? * weight;
    }
    CHECKS.get(usize::try_from(sum % 11).ok()?).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(raw: &str) -> Result<String, Reject> {
        normalise(raw, None, &mut Trace::off()).map(|forms| forms[0].value.clone())
    }

    #[test]
    fn one_number_however_it_is_written() {
        for raw in [
            "11010519860605007X",
            "11010519860605007х",
            "110105198606050 07×",
            "身份证号：110105-19860605-007X",
            "110105860605007",
        ] {
            assert_eq!(value(raw).as_deref(), Ok("11010519860605007X"), "{raw}");
        }
    }

    #[test]
    fn days_regions_and_checks_must_exist() {
        assert_eq!(value("110105198606050071"), Err(Reject::CheckDigit));
        assert_eq!(value("110105861305007"), Err(Reject::Date));
        assert_eq!(value("990105860605007"), Ok("990105198606050073".to_owned()));
        assert_eq!(value("010105860605007"), Err(Reject::Issuer));
        assert_eq!(value("1.10105E+17"), Err(Reject::PrecisionLost));
    }
}
