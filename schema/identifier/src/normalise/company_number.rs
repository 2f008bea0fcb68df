use crate::canonical::{Canonical, Check};
use crate::checksum::all_digits;
use crate::text::field::{self, Code};
use crate::{Kind, Region, Reject, Trace};

/// Unified business number of Taiwan: 8 digits. The check of before 2023 (mod 10) counts as valid; numbers that only
/// fit the wider rule in force since April 2023 (mod 5) are accepted without that claim.
pub(super) fn normalise_tw_ubn(
    raw: &str,
    _region: Option<Region>,
    trace: &mut Trace<'_>,
) -> Result<Vec<Canonical>, Reject> {
    const LABELS: &[&str] = &["UBN", "BAN", "VATNO", "VAT", "GUI", "TAXID", "NO", "TW", "ID"];
    let found = field::find(
        raw,
        trace,
        &Code {
            labels: LABELS,
            digits_only: true,
            among_words: false,
            read: &read_ubn,
        },
    )?;
    let (value, check, padded) = found.value;
    Ok(vec![
        Canonical::strict(Kind::TwUbn, value, check).repaired(found.repaired || padded),
    ])
}

fn read_ubn(text: &str) -> Result<(String, Check, bool), Reject> {
    if !all_digits(text) {
        return Err(Reject::Alphabet);
    }
    if !matches!(text.len(), 7 | 8) {
        return Err(Reject::Length);
    }
    let value = format!("{text:0>8}");
    let sum: u32 = value
        .bytes()
        .zip([1, 2, 1, 2, 1, 2, 4, 1])
        .filter_map(|(byte, weight)| crate::checksum::digit(byte).map(|digit| digit * weight))
        .map(|product| product / 10 + product % 10)
        .sum();
    // A 7 in the seventh place makes 28, which reads as 10 and may count as 1 or 0.
    let seven = value.as_bytes().get(6) == Some(&b'7');
    let fits = |modulus: u32| sum.is_multiple_of(modulus) || (seven && (sum + 1).is_multiple_of(modulus));
    let padded = text.len() == 7;
    if value == "00000000" {
        Err(Reject::Dummy)
    } else if fits(10) {
        Ok((value, Check::Valid, padded))
    } else if fits(5) && !padded {
        Ok((value, Check::NotApplicable, false))
    } else {
        Err(Reject::CheckDigit)
    }
}

/// Employer identification number of the United States: 9 digits, first two a prefix that was ever issued.
pub(super) fn normalise_us_ein(
    raw: &str,
    _region: Option<Region>,
    trace: &mut Trace<'_>,
) -> Result<Vec<Canonical>, Reject> {
    const LABELS: &[&str] = &["FEIN", "EIN", "TAXID", "TIN", "FEDERAL", "IRS", "NO", "US", "ID"];
    let found = field::find(
        raw,
        trace,
        &Code {
            labels: LABELS,
            digits_only: true,
            among_words: false,
            read: &read_ein,
        },
    )?;
    let (value, padded) = found.value;
    Ok(vec![
        Canonical::strict(Kind::UsEin, value, Check::NotApplicable).repaired(found.repaired || padded),
    ])
}

fn read_ein(text: &str) -> Result<(String, bool), Reject> {
    let value = nine_digits(text, 8)?;
    let prefix = value.get(..2).unwrap_or_default();
    let never = [
        "00", "07", "08", "09", "17", "18", "19", "28", "29", "49", "69", "70", "78", "79", "89", "96", "97",
    ];
    if never.contains(&prefix) {
        return Err(Reject::Issuer);
    }
    Ok((value, text.len() < 9))
}

/// D-U-N-S number: 9 digits without a check digit since 2006; a four-digit suffix names a department.
pub(super) fn normalise_duns(
    raw: &str,
    _region: Option<Region>,
    trace: &mut Trace<'_>,
) -> Result<Vec<Canonical>, Reject> {
    const LABELS: &[&str] = &[
        "DUNSNUMBER",
        "DUNSNO",
        "DUNS",
        "DNB",
        "DANDB",
        "DB",
        "NUMBER",
        "NO",
    ];
    let found = field::find(
        raw,
        trace,
        &Code {
            labels: LABELS,
            digits_only: true,
            among_words: false,
            read: &read_duns,
        },
    )?;
    let (value, padded) = found.value;
    Ok(vec![
        Canonical::strict(Kind::Duns, value, Check::NotApplicable).repaired(found.repaired || padded),
    ])
}

fn read_duns(text: &str) -> Result<(String, bool), Reject> {
    let value = nine_digits(text, 7)?;
    Ok((value, text.len() < 9))
}

/// Nine digits; fewer, down to `shortest`, have lost leading zeros to a spreadsheet.
fn nine_digits(text: &str, shortest: usize) -> Result<String, Reject> {
    if !all_digits(text) {
        return Err(Reject::Alphabet);
    }
    if !(shortest..=9).contains(&text.len()) {
        return Err(Reject::Length);
    }
    if text.bytes().all(|byte| byte == b'0')
        || (text.len() == 9 && text.as_bytes().windows(2).all(|pair| pair.first() == pair.last()))
    {
        return Err(Reject::Dummy);
    }
    Ok(format!("{text:0>9}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn forms(kind: &str, raw: &str) -> Result<Vec<Canonical>, Reject> {
        crate::canonicalise(kind.parse().unwrap(), raw, None)
    }

    #[test]
    fn company_numbers_lose_their_dress() {
        for (kind, raw, value) in [
            ("tw_ubn", "統一編號：16844548", "16844548"),
            ("us_ein", "EIN 98-1909071", "981909071"),
            ("us_ein", "12345670", "012345670"),
            ("duns", "D-U-N-S® No. 52-023-7366", "520237366"),
        ] {
            assert_eq!(forms(kind, raw).unwrap()[0].value, value, "{raw}");
        }
    }

    #[test]
    fn the_wider_rule_of_2023_claims_no_check() {
        assert_eq!(forms("tw_ubn", "22729784").unwrap()[0].check, Check::Valid);
        assert_eq!(
            forms("tw_ubn", "22729789").unwrap()[0].check,
            Check::NotApplicable
        );
        assert_eq!(forms("tw_ubn", "22729785"), Err(Reject::CheckDigit));
        assert_eq!(forms("us_ein", "07-1144442"), Err(Reject::Issuer));
        assert_eq!(forms("duns", "000000000"), Err(Reject::Dummy));
    }
}
