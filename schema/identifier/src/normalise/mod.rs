//! One file per kind: from a raw value to canonical forms, or to the reason why there are none.

mod bank;
mod book;
mod brand;
mod cn_ric;
mod cn_uscc;
mod company_number;
mod domain;
pub(crate) mod email;
mod eori;
mod eu_vat;
mod gs1_syntax;
mod gtin;
mod host;
mod legal_name_cn;
pub(crate) mod legal_name_en;
mod lei;
mod name;
mod passport;
mod patent;
pub(crate) mod payee;
mod phone;
pub(crate) mod platform;
mod query;
pub(crate) mod shipment;
mod template;
mod trademark;
mod url;
mod vat;
mod wallet;

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
        Kind::TwUbn => company_number::normalise_tw_ubn,
        Kind::UsEin => company_number::normalise_us_ein,
        Kind::Duns => company_number::normalise_duns,
        Kind::Lei => lei::normalise,
        Kind::EuVat => eu_vat::normalise,
        Kind::Eori => eori::normalise,
        Kind::LegalNameCn => legal_name_cn::normalise,
        Kind::LegalNameEn => legal_name_en::normalise,
        Kind::Domain => domain::normalise,
        Kind::ShopUrl => url::normalise_shop,
        Kind::CnRic => cn_ric::normalise,
        Kind::Passport => passport::normalise,
        Kind::Phone => phone::normalise,
        Kind::Email => email::normalise,
        Kind::BankCard => bank::normalise_card,
        Kind::Iban => bank::normalise_iban,
        Kind::Payee => payee::normalise,
        Kind::WalletBtc => wallet::normalise_btc,
        Kind::WalletEth => wallet::normalise_eth,
        Kind::Gtin => gtin::normalise,
        Kind::Isbn => book::normalise_isbn,
        Kind::Asin => book::normalise_asin,
        Kind::Brand => brand::normalise,
        Kind::BrandMpn => brand::normalise_mpn,
        Kind::Trademark => trademark::normalise,
        Kind::Patent => patent::normalise,
        Kind::ListingUrl => url::normalise_listing,
        Kind::BatchOrSerial => shipment::normalise_batch,
        Kind::Consignment => shipment::normalise_consignment,
    };
    let forms = normalise(raw, region, trace)?;
    if forms.iter().any(|form| deny::is_dummy(form.kind, &form.value)) {
        return Err(Reject::Dummy);
    }
    Ok(forms)
}
