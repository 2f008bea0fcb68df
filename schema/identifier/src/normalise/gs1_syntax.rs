use crate::checksum::{all_digits, gs1_digit};
use crate::text::field::{self, compact};
use crate::{Reject, Trace};

/// Takes the GTIN out of GS1 element strings (bracketed or not), Digital Link URIs and EPC URNs. `None` when
/// the value is none of these.
pub(super) fn gtin(raw: &str, trace: &mut Trace<'_>) -> Result<Option<String>, Reject> {
    // The group separator is a control character the pre-pass drops: mark it first.
    let raw = raw.replace(['\u{1d}', '\u{241d}'], "|");
    let text = field::plain(&raw, trace)?;
    let found = epc(&text)
        .or_else(|| digital_link(&text))
        .or_else(|| element_string(&text));
    if let Some(digits) = &found {
        trace.note("gs1", digits);
    }
    Ok(found)
}

/// `urn:epc:id:sgtin:` company prefix `.` indicator and item reference `.` serial (EPC Tag Data Standard).
fn epc(text: &str) -> Option<String> {
    let lower = text.to_ascii_lowercase();
    let rest = [
        "urn:epc:id:sgtin:",
        "urn:epc:idpat:sgtin:",
        "urn:epc:class:lgtin:",
    ]
    .iter()
    .find_map(|scheme| lower.strip_prefix(scheme))?;
    let mut parts = rest.split('.');
    let (company, item) = (parts.next()?, parts.next()?);
    if !all_digits(company) || !all_digits(item) || company.len() + item.len() != 13 {
        return None;
    }
    let (indicator, reference) = item.split_at_checked(1)?;
    let body = format!("{indicator}{company}{reference}");
    let check = gs1_digit(&body)?;
    Some(format!("{body}{check}"))
}

/// A URI with `/01/` or `/gtin/` before the number (GS1 Digital Link).
fn digital_link(text: &str) -> Option<String> {
    if !text.contains('/') {
        return None;
    }
    let mut segments = text.split(['/', '?', '#']);
    segments.find(|segment| *segment == "01" || segment.eq_ignore_ascii_case("gtin"))?;
    let digits = segments.next()?;
    (all_digits(digits) && matches!(digits.len(), 8 | 12 | 13 | 14)).then(|| digits.to_owned())
}

/// `(01)` or `(02)` with 14 digits; or `01` and 14 digits followed by another element, perhaps behind a symbology
/// identifier such as `]C1`.
fn element_string(text: &str) -> Option<String> {
    let body = match text.strip_prefix(']') {
        Some(rest) => rest.get(2..)?,
        None => text,
    };
    if let Some(start) = body.find("(01)").or_else(|| body.find("(02)")) {
        let rest = body.get(start + 4..)?;
        let digits = compact(rest.split(['(', '|']).next()?);
        return (all_digits(&digits) && matches!(digits.len(), 8 | 12 | 13 | 14)).then_some(digits);
    }
    let compacted: String = body.chars().filter(|c| !c.is_whitespace()).collect();
    let rest = compacted.strip_prefix("01")?;
    let digits = rest.get(..14).filter(|digits| all_digits(digits))?;
    let tail = rest.get(14..)?;
    let follows = [
        "10", "11", "13", "15", "16", "17", "20", "21", "22", "30", "37", "240", "310", "320", "|",
    ];
    let framed = tail.is_empty() || follows.iter().any(|id| tail.starts_with(id));
    (framed && crate::checksum::gs1(digits)).then(|| digits.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_gs1_syntax_yields_its_number() {
        for text in [
            "(01)06943140102132",
            "(01) 06943140102132 (21)A1",
            "]C10106943140102132",
            "]d20106943140102132\u{1d}21A1",
            "010694314010213217261231",
            "https://id.gs1.org/01/06943140102132/21/7?17=1",
            "urn:epc:id:sgtin:6943140.010213.7",
        ] {
            let digits = gtin(text, &mut Trace::off()).unwrap();
            assert_eq!(digits.as_deref(), Some("06943140102132"), "{text}");
        }
        assert_eq!(gtin("6943140102132", &mut Trace::off()), Ok(None));
    }
}
