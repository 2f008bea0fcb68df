use crate::canonical::{Canonical, Check};
use crate::checksum::{all_digits, luhn};
use crate::text::field::{self, Code};
use crate::{Kind, Region, Reject, Trace};

/// Payment card number: 12 to 19 digits with a Luhn check (ISO/IEC 7812).
pub(super) fn normalise_card(
    raw: &str,
    _region: Option<Region>,
    trace: &mut Trace<'_>,
) -> Result<Vec<Canonical>, Reject> {
    const LABELS: &[&str] = &[
        "CARDNUMBER",
        "CARDNO",
        "CARD",
        "BANKCARD",
        "UNIONPAY",
        "VISA",
        "MASTERCARD",
        "ACCOUNT",
        "PAN",
        "NUMBER",
        "NO",
    ];
    let found = field::find(
        raw,
        trace,
        &Code {
            labels: LABELS,
            digits_only: true,
            among_words: false,
            read: &read_card,
        },
    )?;
    Ok(vec![
        Canonical::strict(Kind::BankCard, found.value, Check::Valid).repaired(found.repaired),
    ])
}

pub(super) fn read_card(text: &str) -> Result<String, Reject> {
    if !all_digits(text) {
        return Err(Reject::Alphabet);
    }
    if !(12..=19).contains(&text.len()) {
        return Err(Reject::Length);
    }
    if text.bytes().all(|byte| byte == b'0') {
        return Err(Reject::Dummy);
    }
    // Spreadsheets keep 15 digits and write zeros behind them.
    if text.len() >= 18
        && text
            .get(15..)
            .is_some_and(|tail| tail.bytes().all(|byte| byte == b'0'))
    {
        return Err(Reject::PrecisionLost);
    }
    if luhn(text) {
        Ok(text.to_owned())
    } else {
        Err(Reject::CheckDigit)
    }
}

/// International bank account number (ISO 13616): registered structure and mod 97-10.
pub(super) fn normalise_iban(
    raw: &str,
    _region: Option<Region>,
    trace: &mut Trace<'_>,
) -> Result<Vec<Canonical>, Reject> {
    const LABELS: &[&str] = &[
        "IBANCODE",
        "IBANNO",
        "IBAN",
        "ACCOUNTNUMBER",
        "ACCOUNT",
        "KONTO",
        "NO",
        "NR",
    ];
    let found = field::find(
        raw,
        trace,
        &Code {
            labels: LABELS,
            digits_only: false,
            among_words: true,
            read: &read_iban,
        },
    )?;
    Ok(vec![
        Canonical::strict(Kind::Iban, found.value, Check::Valid).repaired(found.repaired),
    ])
}

pub(super) fn read_iban(text: &str) -> Result<String, Reject> {
    if !(15..=34).contains(&text.len()) {
        return Err(Reject::Length);
    }
    if !text.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        return Err(Reject::Alphabet);
    }
    // 00, 01 and 99 are second spellings of check digits 97, 98 and 02.
    if matches!(text.get(2..4), Some("00" | "01" | "99")) {
        return Err(Reject::CheckDigit);
    }
    match text.parse::<iban::Iban>() {
        Ok(iban) => Ok(iban::IbanLike::electronic_str(&iban).to_owned()),
        Err(iban::ParseIbanError::InvalidBaseIban {
            source: iban::ParseBaseIbanError::InvalidChecksum,
        }) => Err(Reject::CheckDigit),
        Err(iban::ParseIbanError::UnknownCountry(_)) => Err(Reject::Issuer),
        Err(_) => Err(Reject::Format),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(kind: &str, raw: &str) -> Result<String, Reject> {
        crate::canonicalise(kind.parse().unwrap(), raw, None).map(|forms| forms[0].value.clone())
    }

    #[test]
    fn cards_and_accounts_lose_their_dress() {
        assert_eq!(
            value("bank_card", "卡号: 6217 0018 1222 1524 466").as_deref(),
            Ok("6217001812221524466")
        );
        assert_eq!(
            value("iban", "IBAN: AT60 2905 7564 4405 1527, BIC XXXXATWW").as_deref(),
            Ok("AT602905756444051527")
        );
    }

    #[test]
    fn wrong_checks_and_fillers_are_refused() {
        assert_eq!(value("bank_card", "6217001812221524467"), Err(Reject::CheckDigit));
        assert_eq!(value("bank_card", "4111 1111 1111 1111"), Err(Reject::Dummy));
        assert_eq!(value("bank_card", "6.217E+18"), Err(Reject::PrecisionLost));
        assert_eq!(value("bank_card", "6217****4466"), Err(Reject::Masked));
        assert_eq!(value("iban", "AT602905756444051528"), Err(Reject::CheckDigit));
        assert_eq!(value("iban", "US602905756444051527"), Err(Reject::CheckDigit));
    }
}
