use super::vat;
use crate::canonical::{Canonical, Check};
use crate::text::field::{self, Code};
use crate::{Kind, Region, Reject, Trace};

const LABELS: &[&str] = &["EORINUMBER", "EORINUMMER", "EORINO", "EORI", "NUMBER", "NO"];

/// Economic operators registration number: a country of the Union, GB or XI, and up to 15 characters. Greece is
/// GR here.
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
            digits_only: false,
            among_words: false,
            read: &read,
        },
    )?;
    Ok(vec![
        Canonical::strict(Kind::Eori, found.value, Check::NotApplicable).repaired(found.repaired),
    ])
}

fn read(text: &str) -> Result<String, Reject> {
    if !(7..=17).contains(&text.len()) {
        return Err(Reject::Length);
    }
    let (country, body) = text.split_at_checked(2).ok_or(Reject::Alphabet)?;
    if !body.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        return Err(Reject::Alphabet);
    }
    let country = match country {
        "EL" | "GR" => "GR",
        "GB" => "GB",
        _ if vat::rule(country).is_some() => country,
        _ => return Err(Reject::Issuer),
    };
    if body.bytes().filter(u8::is_ascii_digit).count() < 4 {
        return Err(Reject::Format);
    }
    Ok(format!("{country}{body}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn country_and_number_are_kept() {
        let value = |raw| normalise(raw, None, &mut Trace::off()).map(|forms| forms[0].value.clone());
        assert_eq!(value("EORI: de 123 4567 890").as_deref(), Ok("DE1234567890"));
        assert_eq!(value("EORI No. EL094259216"), value("GR094259216"));
        assert_eq!(value("US123456789"), Err(Reject::Issuer));
    }
}
