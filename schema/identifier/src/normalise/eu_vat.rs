use super::vat;
use crate::canonical::{Canonical, Check};
use crate::text::field::{self, Code};
use crate::{Kind, Region, Reject, Trace};

const LABELS: &[&str] = &[
    "VATREGISTRATIONNUMBER",
    "VATIDENTIFICATIONNUMBER",
    "VATREGNO",
    "VATNUMBER",
    "VATNO",
    "VATID",
    "VAT",
    "USTIDNR",
    "USTID",
    "USTIDNUMMER",
    "UID",
    "TVA",
    "NTVA",
    "PARTITAIVA",
    "PIVA",
    "IVA",
    "BTWNUMMER",
    "BTWNR",
    "BTW",
    "MWSTNR",
    "MWST",
    "MOMS",
    "NIPUE",
    "NIP",
    "NIF",
    "CIF",
    "DIC",
    "TAXID",
    "TIN",
    "NO",
    "ID",
    "EUVAT",
    "EU",
];

/// VAT identification number of a member state (Greece as EL) or Northern Ireland (XI), checked by its country's
/// rule.
pub(super) fn normalise(
    raw: &str,
    region: Option<Region>,
    trace: &mut Trace<'_>,
) -> Result<Vec<Canonical>, Reject> {
    let read = |text: &str| read(text, region);
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
        Canonical::strict(Kind::EuVat, found.value, Check::Valid).repaired(found.repaired),
    ])
}

fn read(text: &str, region: Option<Region>) -> Result<String, Reject> {
    let (prefix, body) = text.split_at_checked(2).ok_or(Reject::Length)?;
    let country = match prefix {
        "GR" => "EL",
        _ => prefix,
    };
    if let Some(rule) = vat::rule(country) {
        return rule(body).map(|body| format!("{country}{body}"));
    }
    let region = region.map(|region| {
        if region.as_str() == "GR" {
            "EL".to_owned()
        } else {
            region.to_string()
        }
    });
    match region
        .as_deref()
        .and_then(|country| Some((country, vat::rule(country)?)))
    {
        Some((country, rule)) => rule(text).map(|body| format!("{country}{body}")),
        None => Err(Reject::Issuer),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(raw: &str, region: &str) -> Result<String, Reject> {
        normalise(raw, region.parse().ok(), &mut Trace::off()).map(|forms| forms[0].value.clone())
    }

    #[test]
    fn one_number_however_it_is_written() {
        for raw in [
            "DE286164921",
            "de 286 164 921",
            "USt-IdNr.: DE286164921",
            "VAT No DE 286.164.921",
            "ＤＥ２８６１６４９２１",
        ] {
            assert_eq!(value(raw, "").as_deref(), Ok("DE286164921"), "{raw}");
        }
        assert_eq!(value("286164921", "DE").as_deref(), Ok("DE286164921"));
        assert_eq!(value("GR 094259216", ""), value("EL094259216", ""));
        assert_eq!(value("BE 428.759.497", "").as_deref(), Ok("BE0428759497"));
    }

    #[test]
    fn a_wrong_digit_or_country_is_refused() {
        assert_eq!(value("DE286164922", ""), Err(Reject::CheckDigit));
        assert_eq!(value("CHE123456788", ""), Err(Reject::Issuer));
    }
}
