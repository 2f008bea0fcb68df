use std::borrow::Cow;

use crate::canonical::{Canonical, Check};
use crate::text::field::{self, compact};
use crate::text::latin;
use crate::{Kind, Region, Reject, Trace, country};

/// Words that no number begins with.
const LABELS: &[&str] = &["PASSPORTNUMBER", "PASSPORTNO", "PASSPORT"];
/// Words that may be a series too: a label only where something parts them from the number.
const APART: &[&str] = &["NUMBER", "NO"];
/// Letters of German serial numbers, of which a passport may have nothing else.
const GERMAN: &[u8] = b"CFGHJKLMNPRTVWXYZ0123456789";

/// Issuer (ISO 3166-1 alpha-3 or an ICAO 9303 special code) and number.
pub(super) fn normalise(
    raw: &str,
    region: Option<Region>,
    trace: &mut Trace<'_>,
) -> Result<Vec<Canonical>, Reject> {
    let raw = spelled_out(raw);
    let text = field::plain(&raw, trace)?;
    let text = latin::ascii_expected(&text);
    let fields = field::split(&text);
    // Beside an issuer in a field of its own stands a number and no sentence.
    let least_digits = if fields.len() == 2 { 1 } else { 4 };
    let (issuer, number) = match (fields.as_slice(), region) {
        ([issuer, number], _) => (issuer_code(issuer)?, *number),
        ([one], _) if issuer_in_front(one, region).is_some() => {
            issuer_in_front(one, region).ok_or(Reject::Fields)?
        }
        ([number], Some(region)) => (issuer_code(region.as_str())?, *number),
        _ => return Err(Reject::Fields),
    };
    let ascii: String = number.chars().filter(char::is_ascii).collect();
    let number = read(&ascii, &issuer, least_digits)?;
    let value = format!("{issuer}|{number}");
    trace.note("issuer", &value);
    Ok(vec![Canonical::strict(
        Kind::Passport,
        value,
        Check::NotApplicable,
    )])
}

/// `№` is a label wherever it stands; as letters it could be a series.
fn spelled_out(raw: &str) -> Cow<'_, str> {
    const SIGNS: [&str; 5] = ["№", "Nº", "nº", "N°", "n°"];
    let signs = SIGNS.iter().filter(|sign| raw.contains(**sign));
    signs.fold(Cow::Borrowed(raw), |text, sign| {
        Cow::Owned(text.replace(sign, "No. "))
    })
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

fn read(text: &str, issuer: &str, least_digits: usize) -> Result<String, Reject> {
    let text = compact(without_labels(text));
    let number = without_labels(&text).trim_end_matches("PASSPORT");
    let german = issuer == "DEU" && number.len() >= 9 && number.bytes().all(|byte| GERMAN.contains(&byte));
    let digits = number.bytes().filter(u8::is_ascii_digit).count();
    if !(5..=15).contains(&number.len()) {
        Err(Reject::Length)
    } else if digits < least_digits && !german {
        Err(Reject::Alphabet)
    } else if number.bytes().all(|byte| byte == b'0') {
        Err(Reject::Dummy)
    } else {
        Ok(number.to_owned())
    }
}

fn without_labels(text: &str) -> &str {
    let mut rest = text;
    loop {
        rest = rest.trim_start_matches(|c: char| !c.is_ascii_alphanumeric());
        let behind = |label: &&str| {
            let head = rest.get(..label.len())?;
            head.eq_ignore_ascii_case(label)
                .then(|| rest.get(label.len()..))?
        };
        let parted = |rest: &&str| rest.starts_with(|c: char| !c.is_ascii_alphanumeric());
        let labelled = LABELS.iter().find_map(&behind);
        match labelled.or_else(|| APART.iter().find_map(|label| behind(label).filter(parted))) {
            Some(number) => rest = number,
            None => return rest,
        }
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
        assert_eq!(value("CHN | PASSPORT"), Err(Reject::Length));
        assert_eq!(value("CHN | UNKNOWN"), Err(Reject::Alphabet));
        assert_eq!(value("ZZZ | EA7202242"), Err(Reject::Issuer));
    }

    #[test]
    fn a_serial_of_letters_is_a_number_where_the_issuer_says_so() {
        let value = |raw, region: &str| {
            normalise(raw, region.parse().ok(), &mut Trace::off()).map(|forms| forms[0].value.clone())
        };
        assert_eq!(value("DEU | C4VT7M2KX", "").as_deref(), Ok("DEU|C4VT7M2KX"));
        assert_eq!(value("C4VT7M2KX", "DE").as_deref(), Ok("DEU|C4VT7M2KX"));
        assert_eq!(value("DEU | CFGHJKLMN", "").as_deref(), Ok("DEU|CFGHJKLMN"));
        assert_eq!(value("DEU | UNBEKANNT", ""), Err(Reject::Alphabet));
        assert_eq!(value("NLD | SPECIMEN2", "").as_deref(), Ok("NLD|SPECIMEN2"));
        assert_eq!(value("SPECIMEN2", "NL"), Err(Reject::Alphabet));
    }

    #[test]
    fn a_series_that_reads_like_a_label_stays() {
        let value = |raw| normalise(raw, None, &mut Trace::off()).map(|forms| forms[0].value.clone());
        assert_eq!(value("PAK | NO1234567").as_deref(), Ok("PAK|NO1234567"));
        for raw in [
            "PAK | No. NO1234567",
            "PAK | Passport NO1234567",
            "PAK | passport-no: NO1234567",
        ] {
            assert_eq!(value(raw).as_deref(), Ok("PAK|NO1234567"), "{raw}");
        }
        for raw in [
            "PAK | 1234567",
            "PAK | No. 1234567",
            "PAK | PassportNo1234567",
            "PAK | №1234567",
            "PAK | 护照№ 1234567",
            "PAK | Nº1234567",
            "PAK | 1234567 (passport)",
        ] {
            assert_eq!(value(raw).as_deref(), Ok("PAK|1234567"), "{raw}");
        }
    }
}
