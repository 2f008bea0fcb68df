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
    fn a_number_with_two_check_characters_has_one_form() {
        // Of the types that may carry either, the digit.
        assert_eq!(value("ESG6401250C", "").as_deref(), Ok("ESG64012503"));
        assert_eq!(value("ESG64012503", "").as_deref(), Ok("ESG64012503"));
        let accepted = |kind: char, check| value(&format!("ES{kind}6401250{check}"), "").is_ok();
        for kind in "ABCDEFGHJNPQRSUVW".chars() {
            let (digit, letter) = (!"PQRSNW".contains(kind), !"ABEH".contains(kind));
            assert_eq!(
                (accepted(kind, '3'), accepted(kind, 'C')),
                (digit, letter),
                "{kind}"
            );
        }
        assert_eq!(value("ESB64012503", "").as_deref(), Ok("ESB64012503"));
        assert_eq!(value("ESB6401250C", ""), Err(Reject::CheckDigit));
        assert_eq!(value("ESQ6401250C", "").as_deref(), Ok("ESQ6401250C"));
        assert_eq!(value("ESQ64012503", ""), Err(Reject::CheckDigit));
        assert_eq!(value("ESG64012504", ""), Err(Reject::CheckDigit));
    }

    #[test]
    fn a_belgian_number_has_the_check_digits_that_are_given_out() {
        for stem in 10_000_000_u32..10_000_097 {
            let accepted = (0..100).filter(|check| value(&format!("BE{stem}{check:02}"), "").is_ok());
            assert_eq!(accepted.count(), 1, "{stem}");
        }
    }

    #[test]
    fn a_french_company_has_one_number() {
        const KEYS: &[u8] = b"0123456789ABCDEFGHJKLMNPQRSTUVWXYZ";
        let mut keys = 0;
        for (first, second) in KEYS
            .iter()
            .flat_map(|first| KEYS.iter().map(move |second| (first, second)))
        {
            let key = [*first, *second];
            let raw = format!("FR{}303265045", std::str::from_utf8(&key).unwrap());
            if let Ok(number) = value(&raw, "") {
                assert_eq!(number, "FR40303265045", "{raw}");
                keys += 1;
            }
        }
        assert!(keys > 50, "{keys}");
        // Monaco's numbers begin with 000.
        assert_eq!(value("FR53000004605", "").as_deref(), Ok("FR53000004605"));
    }

    #[test]
    fn a_wrong_digit_or_country_is_refused() {
        assert_eq!(value("DE286164922", ""), Err(Reject::CheckDigit));
        assert_eq!(value("CHE123456788", ""), Err(Reject::Issuer));
    }
}
