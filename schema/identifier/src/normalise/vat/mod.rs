//! The rule of each member state: what the number behind the country prefix looks like and how it checks. Each
//! returns the number in the form now in use.

mod by_person;
mod by_weight;

use crate::Reject;
use by_person as person;
use by_weight as weight;

/// A country's rule: the number without prefix, in upper case, to its canonical form.
pub(super) type Rule = fn(&str) -> Result<String, Reject>;

/// The rule of a VAT prefix.
pub(super) fn rule(prefix: &str) -> Option<Rule> {
    Some(match prefix {
        "AT" => weight::at,
        "BE" => weight::be,
        "BG" => person::bg,
        "CY" => weight::cy,
        "CZ" => person::cz,
        "DE" => weight::de,
        "DK" => weight::dk,
        "EE" => weight::ee,
        "EL" => weight::el,
        "ES" => person::es,
        "FI" => weight::fi,
        "FR" => weight::fr,
        "HR" => weight::hr,
        "HU" => weight::hu,
        "IE" => weight::ie,
        "IT" => weight::it,
        "LT" => weight::lt,
        "LU" => weight::lu,
        "LV" => person::lv,
        "MT" => weight::mt,
        "NL" => weight::nl,
        "PL" => weight::pl,
        "PT" => weight::pt,
        "RO" => person::ro,
        "SE" => weight::se,
        "SI" => weight::si,
        "SK" => person::sk,
        "XI" => weight::xi,
        _ => return None,
    })
}

/// `length` digits, or the reason why not.
fn digits(body: &str, length: usize) -> Result<(), Reject> {
    if body.len() != length {
        Err(Reject::Length)
    } else if !crate::checksum::all_digits(body) {
        Err(Reject::Alphabet)
    } else {
        Ok(())
    }
}

/// The body if its check holds.
fn checked(body: &str, holds: bool) -> Result<String, Reject> {
    if holds {
        Ok(body.to_owned())
    } else {
        Err(Reject::CheckDigit)
    }
}
