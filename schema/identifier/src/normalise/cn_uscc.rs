use crate::canonical::{Canonical, Caution, Check};
use crate::checksum::all_digits;
use crate::text::field::{self, Code};
use crate::text::numeral;
use crate::{Kind, Region, Reject, Trace};

const LABELS: &[&str] = &[
    "USCC",
    "USCI",
    "UNIFIEDSOCIALCREDITCODE",
    "SOCIALCREDITCODE",
    "CREDITCODE",
    "CODE",
    "NO",
    "TAXID",
    "CN",
    "ID",
];

/// GB 32100-2015: the 31 characters that can occur.
const ALPHABET: &[u8] = b"0123456789ABCDEFGHJKLMNPQRTUWXY";

/// Unified social credit code, and the organisation code inside it. A bare organisation code is read too.
pub(super) fn normalise(
    raw: &str,
    region: Option<Region>,
    trace: &mut Trace<'_>,
) -> Result<Vec<Canonical>, Reject> {
    let code = Code {
        labels: LABELS,
        digits_only: false,
        among_words: true,
        read: &read_uscc,
    };
    // Letters belong to the code, so the field leaves numerals to whoever knows where they stand for digits.
    let raw = numeral::digits(raw);
    let raw = raw.as_ref();
    let found = match field::find(raw, trace, &code) {
        Ok(found) => found,
        // Only what cannot be a unified code may be an organisation code: a failed check is not read around.
        Err(reject @ (Reject::Length | Reject::Alphabet)) => {
            return normalise_org_code(raw, region, trace).map_err(|_| reject);
        }
        Err(reject) => return Err(reject),
    };
    let (code, repaired) = found.value;
    let repaired = repaired || found.repaired;
    let inner = code.get(8..17).unwrap_or_default().to_owned();
    let mut forms = vec![Canonical::strict(Kind::CnUscc, code, Check::Valid).repaired(repaired)];
    if org_code_holds(&inner) {
        let derived = Canonical::strict(Kind::CnOrgCode, inner, Check::Valid);
        forms.push(derived.cautioned(Caution::Derived).repaired(repaired));
    }
    Ok(forms)
}

/// Organisation code (GB 11714): strict for itself, folded to meet the codes taken out of a cn_uscc.
pub(super) fn normalise_org_code(
    raw: &str,
    _region: Option<Region>,
    trace: &mut Trace<'_>,
) -> Result<Vec<Canonical>, Reject> {
    let code = Code {
        labels: LABELS,
        digits_only: false,
        among_words: false,
        read: &read_org_code,
    };
    let found = field::find(raw, trace, &code)?;
    Ok(org_code_forms(found.value, found.repaired))
}

fn org_code_forms(code: String, repaired: bool) -> Vec<Canonical> {
    let strict = Canonical::strict(Kind::CnOrgCode, code, Check::Valid).repaired(repaired);
    vec![strict.clone(), strict.cautioned(Caution::Derived)]
}

fn read_uscc(text: &str) -> Result<(String, bool), Reject> {
    if text.len() != 18 {
        return Err(Reject::Length);
    }
    // O, I, Z and S cannot occur: whoever wrote them meant 0, 1, 2 and 5. The check digit decides.
    let code: String = text
        .chars()
        .map(|c| match c {
            'O' => '0',
            'I' => '1',
            'Z' => '2',
            'S' => '5',
            _ => c,
        })
        .collect();
    if !code.bytes().all(|byte| ALPHABET.contains(&byte)) || !code.get(2..8).is_some_and(all_digits) {
        return Err(Reject::Alphabet);
    }
    if code
        .get(8..17)
        .is_some_and(|inner| inner.bytes().all(|byte| byte == b'0'))
    {
        return Err(Reject::Dummy);
    }
    if check_character(&code) != code.as_bytes().last().copied() {
        return Err(Reject::CheckDigit);
    }
    let repaired = code != text;
    Ok((code, repaired))
}

/// GB 32100: weights are the powers of 3 modulo 31.
fn check_character(code: &str) -> Option<u8> {
    let mut weight = 1;
    let mut sum = 0;
    for byte in code.bytes().take(17) {
        sum += weight * ALPHABET.iter().position(|&c| c == byte)?;
        weight = weight * 3 % 31;
    }
    ALPHABET.get((31 - sum % 31) % 31).copied()
}

fn read_org_code(text: &str) -> Result<String, Reject> {
    if text.len() != 9 {
        return Err(Reject::Length);
    }
    if all_digits(text) && text.bytes().all(|byte| byte == b'0') {
        return Err(Reject::Dummy);
    }
    if org_code_holds(text) {
        Ok(text.to_owned())
    } else {
        Err(Reject::CheckDigit)
    }
}

/// GB 11714: eight characters 0-9A-Z with weights 3, 7, 9, 10, 5, 8, 4, 2, check character mod 11.
fn org_code_holds(code: &str) -> bool {
    let Some((body, check)) = code.split_at_checked(8) else {
        return false;
    };
    let sum = body
        .chars()
        .zip([3, 7, 9, 10, 5, 8, 4, 2])
        .try_fold(0, |sum, (c, weight)| Some(sum + c.to_digit(36)? * weight));
    let Some(sum) = sum else { return false };
    let expected = match 11 - sum % 11 {
        10 => "X".to_owned(),
        11 => "0".to_owned(),
        digit => digit.to_string(),
    };
    check == expected
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(raw: &str) -> Result<Vec<String>, Reject> {
        normalise(raw, None, &mut Trace::off())
            .map(|forms| forms.into_iter().map(|form| form.value).collect())
    }

    #[test]
    fn the_organisation_code_comes_along() {
        assert_eq!(
            values("91350100M000100Y43").unwrap(),
            ["91350100M000100Y43", "M000100Y4"]
        );
        assert_eq!(values("M000100Y-4").unwrap(), ["M000100Y4", "M000100Y4"]);
    }

    #[test]
    fn letters_that_cannot_occur_are_repaired_and_marked() {
        let forms = normalise("9I35OIOOM000I00Y43", None, &mut Trace::off()).unwrap();
        assert_eq!(forms[0].value, "91350100M000100Y43");
        assert!(forms[0].repaired);
    }

    #[test]
    fn a_failed_check_is_never_repaired() {
        assert_eq!(values("91350100M000100Y44"), Err(Reject::CheckDigit));
        assert_eq!(values("91350100M000100Y4"), Err(Reject::Length));
        assert_eq!(values("000000000000000000"), Err(Reject::Dummy));
    }
}
