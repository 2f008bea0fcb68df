use super::url;
use crate::canonical::{Canonical, Check};
use crate::checksum::{all_digits, digit, gs1, gs1_digit};
use crate::text::field::{self, Code};
use crate::{Kind, Region, Reject, Trace};

/// ISBN as 13 digits; it is a GTIN too.
pub(super) fn normalise_isbn(
    raw: &str,
    _region: Option<Region>,
    trace: &mut Trace<'_>,
) -> Result<Vec<Canonical>, Reject> {
    const LABELS: &[&str] = &[
        "ISBN13", "ISBN10", "ISBN", "URNISBN", "URN", "EAN", "EAN13", "NO", "BOOKLAND",
    ];
    let found = field::find(
        raw,
        trace,
        &Code {
            labels: LABELS,
            digits_only: true,
            among_words: false,
            read: &read_isbn,
        },
    )?;
    let (value, padded) = found.value;
    let repaired = found.repaired || padded;
    Ok(vec![
        Canonical::strict(Kind::Isbn, value.as_str(), Check::Valid).repaired(repaired),
        Canonical::strict(Kind::Gtin, format!("0{value}"), Check::Valid).repaired(repaired),
    ])
}

fn read_isbn(text: &str) -> Result<(String, bool), Reject> {
    match text.len() {
        13 => read_13(text).map(|value| (value, false)),
        10 => read_10(text).map(|value| (value, false)),
        // A leading zero that a spreadsheet dropped.
        9 => read_10(&format!("0{text}")).map(|value| (value, true)),
        // A GTIN-14 with indicator 0.
        14 => text
            .strip_prefix('0')
            .ok_or(Reject::Length)
            .and_then(read_13)
            .map(|value| (value, false)),
        _ => Err(Reject::Length),
    }
}

fn read_13(text: &str) -> Result<String, Reject> {
    if !all_digits(text) {
        return Err(Reject::Alphabet);
    }
    // 979-0 belongs to printed music.
    if !(text.starts_with("978") || text.starts_with("979")) || text.starts_with("9790") {
        return Err(Reject::Format);
    }
    if gs1(text) {
        Ok(text.to_owned())
    } else {
        Err(Reject::CheckDigit)
    }
}

fn read_10(text: &str) -> Result<String, Reject> {
    if !isbn10_holds(text)? {
        return Err(Reject::CheckDigit);
    }
    let body = format!("978{}", text.get(..9).unwrap_or_default());
    if body.ends_with("000000000") {
        return Err(Reject::Dummy);
    }
    let check = gs1_digit(&body).ok_or(Reject::Alphabet)?;
    Ok(format!("{body}{check}"))
}

/// Weights 10 to 1, modulo 11, X for ten.
fn isbn10_holds(text: &str) -> Result<bool, Reject> {
    let mut sum = 0;
    for (place, byte) in (0..10).zip(text.bytes()) {
        let value = match byte {
            b'X' if place == 9 => 10,
            _ => digit(byte).ok_or(Reject::Alphabet)?,
        };
        sum += value * (10 - place);
    }
    Ok(sum % 11 == 0)
}

/// Amazon's item number: B and nine characters, or the ISBN-10 of a book (an ISBN too).
pub(super) fn normalise_asin(
    raw: &str,
    region: Option<Region>,
    trace: &mut Trace<'_>,
) -> Result<Vec<Canonical>, Reject> {
    const LABELS: &[&str] = &["ASIN", "ITEM", "NO", "CODE", "AMAZON"];
    let text = field::plain(raw, trace)?;
    let found = match url::asin(&text) {
        Some(id) => read_asin(&id)?,
        None => {
            field::find(
                raw,
                trace,
                &Code {
                    labels: LABELS,
                    digits_only: false,
                    among_words: false,
                    read: &read_asin,
                },
            )?
            .value
        }
    };
    let mut forms = vec![Canonical::strict(
        Kind::Asin,
        found.as_str(),
        Check::NotApplicable,
    )];
    if !found.starts_with('B') {
        forms.extend(normalise_isbn(&found, region, trace)?);
    }
    Ok(forms)
}

pub(super) fn read_asin(text: &str) -> Result<String, Reject> {
    if text.len() != 10 {
        return Err(Reject::Length);
    }
    if !text.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        return Err(Reject::Alphabet);
    }
    if text.starts_with('B') {
        return Ok(text.to_owned());
    }
    match isbn10_holds(text) {
        Ok(true) => Ok(text.to_owned()),
        Ok(false) => Err(Reject::CheckDigit),
        Err(_) => Err(Reject::Format),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(kind: &str, raw: &str) -> Result<String, Reject> {
        crate::canonicalise(kind.parse().unwrap(), raw, None).map(|forms| forms[0].value.clone())
    }

    #[test]
    fn one_book_however_it_is_written() {
        for raw in [
            "1075756308",
            "978-1-0757-5630-6",
            "ISBN-13: 9781075756306",
            "ISBN-10 1-0757-5630-8",
            "urn:isbn:9781075756306",
            "ISBN 1075756308",
        ] {
            assert_eq!(value("isbn", raw).as_deref(), Ok("9781075756306"), "{raw}");
        }
        assert_eq!(
            value("isbn", "635627674").as_deref(),
            value("isbn", "0635627674").as_deref()
        );
        assert_eq!(value("isbn", "9790260000438"), Err(Reject::Format));
    }

    #[test]
    fn an_item_number_is_found_in_its_address() {
        for raw in [
            "B0PJLWZC6T",
            "asin: b0pjlwzc6t",
            "https://www.amazon.de/Name/dp/B0PJLWZC6T/ref=x",
            "amazon.com/gp/product/B0PJLWZC6T?th=1",
        ] {
            assert_eq!(value("asin", raw).as_deref(), Ok("B0PJLWZC6T"), "{raw}");
        }
        assert_eq!(value("asin", "A0PJLWZC6T"), Err(Reject::Format));
    }
}
