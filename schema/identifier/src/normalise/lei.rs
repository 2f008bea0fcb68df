use crate::canonical::{Canonical, Check};
use crate::checksum::mod97_10;
use crate::text::field::{self, Code};
use crate::{Kind, Region, Reject, Trace};

const LABELS: &[&str] = &[
    "LEICODE",
    "LEI",
    "LEGALENTITYIDENTIFIER",
    "ISO17442",
    "CODE",
    "NO",
];

/// Legal entity identifier (ISO 17442): 20 characters, mod 97-10.
pub(super) fn normalise(
    raw: &str,
    _region: Option<Region>,
    trace: &mut Trace<'_>,
) -> Result<Vec<Canonical>, Reject> {
    let raw = raw.trim().strip_prefix("urn:lei:").unwrap_or(raw);
    let found = field::find(
        raw,
        trace,
        &Code {
            labels: LABELS,
            digits_only: false,
            among_words: true,
            read: &read,
        },
    )?;
    Ok(vec![
        Canonical::strict(Kind::Lei, found.value, Check::Valid).repaired(found.repaired),
    ])
}

fn read(text: &str) -> Result<String, Reject> {
    if text.len() != 20 {
        return Err(Reject::Length);
    }
    let (body, check) = text.split_at_checked(18).ok_or(Reject::Alphabet)?;
    if !body.bytes().all(|byte| byte.is_ascii_alphanumeric()) || !crate::checksum::all_digits(check) {
        return Err(Reject::Alphabet);
    }
    // Mod 97-10 gives 02 to 98; 00, 01 and 99 would be second spellings of the same body.
    if !mod97_10(text) || matches!(check, "00" | "01" | "99") {
        return Err(Reject::CheckDigit);
    }
    Ok(text.to_owned())
}
