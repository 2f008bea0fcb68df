use crate::canonical::{Canonical, Check};
use crate::text::field::{self, compact, unlabelled};
use crate::text::latin;
use crate::{Kind, Region, Reject, Trace, country};

const LABELS: &[&str] = &["PASSPORTNUMBER", "PASSPORTNO", "PASSPORT", "NUMBER", "NO"];

/// Issuer (ISO 3166-1 alpha-3 or an ICAO 9303 special code) and number.
pub(super) fn normalise(
    raw: &str,
    region: Option<Region>,
    trace: &mut Trace<'_>,
) -> Result<Vec<Canonical>, Reject> {
    let text = field::plain(raw, trace)?;
    let text = latin::ascii_expected(&text);
    let fields = field::split(&text);
    let (issuer, number) = match (fields.as_slice(), region) {
        ([issuer, number], _) => (issuer_code(issuer)?, *number),
        ([one], _) if issuer_in_front(one, region).is_some() => {
            issuer_in_front(one, region).ok_or(Reject::Fields)?
        }
        ([number], Some(region)) => (issuer_code(region.as_str())?, *number),
        _ => return Err(Reject::Fields),
    };
    let ascii: String = number.chars().filter(char::is_ascii).collect();
    let number = read(&compact(&ascii))?;
    let value = format!("{issuer}|{number}");
    trace.note("issuer", &value);
    Ok(vec![Canonical::strict(
        Kind::Passport,
        value,
        Check::NotApplicable,
    )])
}

/// `CHN E12345678`: the issuer as a word in front. Two letters may be a series, so they count only for the country
/// that is expected anyway.
fn issuer_in_front(text: &str, region: Option<Region>) -> Option<(String, &str)> {
    let (issuer, number) = text.split_once([' ', '-', '/'])?;
    let letters = (2..=3).contains(&issuer.len()) && issuer.bytes().all(|byte| byte.is_ascii_alphabetic());
    let (_, code) = country::find(issuer).filter(|_| letters)?;
    let expected = match region {
        Some(region) => country::find(region.as_str()).is_some_and(|(_, own)| own == code),
        None => issuer.len() == 3,
    };
    let digits = number.bytes().filter(u8::is_ascii_digit).count();
    (expected && digits >= 5).then(|| (code.to_owned(), number))
}

fn issuer_code(text: &str) -> Result<String, Reject> {
    if let Some((_, three)) = country::find(text) {
        return Ok(three.to_owned());
    }
    let code = compact(text);
    // ICAO 9303-3: special codes of organisations and of British and stateless persons.
    let special = [
        "GBD", "GBN", "GBO", "GBP", "GBS", "UNO", "UNA", "UNK", "XXA", "XXB", "XXC", "XXX", "XOM", "XPO",
        "EUE", "RKS", "XBA", "XIM", "XCC", "XCO", "XEC", "XMP", "XDC",
    ];
    if special.contains(&code.as_str()) {
        Ok(code)
    } else {
        Err(Reject::Issuer)
    }
}

fn read(text: &str) -> Result<String, Reject> {
    let candidates = unlabelled(text, LABELS);
    let number = candidates.into_iter().rev().find(|number| {
        (5..=15).contains(&number.len())
            && number.bytes().all(|byte| byte.is_ascii_alphanumeric())
            && number.bytes().filter(u8::is_ascii_digit).count() >= 4
    });
    match number {
        Some(number) if number.bytes().all(|byte| byte == b'0') => Err(Reject::Dummy),
        Some(number) => Ok(number.to_owned()),
        None if (5..=15).contains(&text.len()) => Err(Reject::Alphabet),
        None => Err(Reject::Length),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn issuer_and_number_identify_a_passport() {
        let value = |raw| normalise(raw, None, &mut Trace::off()).map(|forms| forms[0].value.clone());
        for raw in [
            "CHN | EA7202242",
            "中国 | e a7202242",
            "cn|护照号 EA7202242",
            "CHN｜EA7202242<<",
            "CHN | Passport No. EA7202242",
        ] {
            assert_eq!(value(raw).as_deref(), Ok("CHN|EA7202242"), "{raw}");
        }
        assert_eq!(value("EA7202242"), Err(Reject::Fields));
        assert_eq!(value("ZZZ | EA7202242"), Err(Reject::Issuer));
    }
}
