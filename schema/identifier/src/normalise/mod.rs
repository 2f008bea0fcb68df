//! One file per kind: from a raw value to canonical forms, or to the reason why there are none.

mod cn_uscc;
mod domain;
pub(crate) mod email;
mod gs1_syntax;
mod gtin;
mod host;
mod legal_name_cn;
pub(crate) mod legal_name_en;
mod lei;
mod name;
mod phone;

use crate::canonical::Canonical;
use crate::{InputKind, Kind, Region, Reject, Trace, deny};

/// Runs the rules in force of a kind.
pub(crate) fn run(
    input: InputKind,
    raw: &str,
    region: Option<Region>,
    trace: &mut Trace<'_>,
) -> Result<Vec<Canonical>, Reject> {
    let region = input.preset().or(region);
    let normalise = match input.kind() {
        Kind::CnUscc => cn_uscc::normalise,
        Kind::CnOrgCode => cn_uscc::normalise_org_code,
        Kind::Lei => lei::normalise,
        Kind::LegalNameCn => legal_name_cn::normalise,
        Kind::LegalNameEn => legal_name_en::normalise,
        Kind::Domain => domain::normalise,
        Kind::Phone => phone::normalise,
        Kind::Email => email::normalise,
        Kind::Gtin => gtin::normalise,
        _ => return Err(Reject::UnsupportedVersion),
    };
    let forms = normalise(raw, region, trace)?;
    if forms.iter().any(|form| deny::is_dummy(form.kind, &form.value)) {
        return Err(Reject::Dummy);
    }
    Ok(forms)
}
