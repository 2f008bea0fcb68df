use std::collections::HashMap;
use std::sync::LazyLock;

use super::brand;
use super::gtin;
use crate::canonical::{Canonical, Check};
use crate::checksum::{all_digits, digit, luhn, number};
use crate::text::charmap::rows;
use crate::text::field::{self, compact, unlabelled};
use crate::text::{latin, numeral};
use crate::{Kind, Region, Reject, Trace};

pub(crate) const CARRIERS: &str = include_str!("../../data/carriers.tsv");

static TABLE: LazyLock<HashMap<&str, &str>> = LazyLock::new(|| {
    rows(CARRIERS)
        .filter_map(|row| row.split_once('\t'))
        .flat_map(|(code, names)| names.split(',').map(move |name| (name, code)))
        .collect()
});

/// Carrier and consignment number. A postal item (UPU S10), an air waybill and a container carry their own check and
/// keep their meaning whatever carrier is named.
pub(super) fn normalise_consignment(
    raw: &str,
    _region: Option<Region>,
    trace: &mut Trace<'_>,
) -> Result<Vec<Canonical>, Reject> {
    const LABELS: &[&str] = &[
        "TRACKINGNUMBER",
        "TRACKINGNO",
        "TRACKING",
        "WAYBILLNO",
        "WAYBILL",
        "AWBNO",
        "AWB",
        "MAWB",
        "CONTAINERNO",
        "NO",
    ];
    let text = field::plain(raw, trace)?;
    let fields = field::split(&text);
    let (carrier, number) = match fields.as_slice() {
        [carrier, number] => (Some(*carrier), *number),
        [number] => (None, *number),
        _ => return Err(Reject::Fields),
    };
    if number.contains("**") {
        return Err(Reject::Masked);
    }
    let text = latin::ascii_expected(number);
    let ascii = compact(&text.chars().filter(char::is_ascii).collect::<String>());
    let code = carrier.map(carrier_code).transpose()?;
    let candidates = unlabelled(&ascii, LABELS);
    let mut failed = None;
    for bare in &candidates {
        match self_checking(code.as_deref(), bare) {
            Ok(Some(form)) => return Ok(vec![form]),
            Ok(None) => {}
            Err(reject) => failed = Some(reject),
        }
    }
    if let Some(reject) = failed {
        return Err(reject);
    }
    let bare = candidates.last().copied().unwrap_or_default();
    trace.note("separators", bare);
    let code = code.ok_or(Reject::Fields)?;
    if !(6..=40).contains(&bare.len()) || bare.bytes().filter(u8::is_ascii_digit).count() < 4 {
        return Err(Reject::Length);
    }
    if bare.bytes().all(|byte| byte == b'0') {
        return Err(Reject::Dummy);
    }
    // A UPS number starts 1Z and ends in a check digit.
    let ups = bare.len() == 18 && bare.starts_with("1Z");
    if code == "ups" && ups && !ups_holds(bare) {
        return Err(Reject::CheckDigit);
    }
    // The carrier's own letters are often left away: SF1234567890123.
    let bare = bare
        .strip_prefix(&code.to_uppercase())
        .filter(|rest| all_digits(rest) && rest.len() >= 8)
        .unwrap_or(bare);
    let check = if code == "ups" && ups {
        Check::Valid
    } else {
        Check::NotApplicable
    };
    Ok(vec![Canonical::strict(
        Kind::Consignment,
        format!("{code}|{bare}"),
        check,
    )])
}

fn carrier_code(text: &str) -> Result<String, Reject> {
    let name: String = latin::ascii_expected(text)
        .to_lowercase()
        .chars()
        .filter(|c| c.is_alphanumeric() || *c == '&')
        .collect();
    match TABLE.get(name.as_str()) {
        Some(code) => Ok((*code).to_owned()),
        None if (2..=32).contains(&name.len()) && name.bytes().all(|byte| byte.is_ascii_alphanumeric()) => {
            Ok(name)
        }
        None => Err(Reject::Issuer),
    }
}

/// Numbers whose shape says what they are.
fn self_checking(carrier: Option<&str>, text: &str) -> Result<Option<Canonical>, Reject> {
    let form = |code: &str| {
        Some(Canonical::strict(
            Kind::Consignment,
            format!("{code}|{text}"),
            Check::Valid,
        ))
    };
    let letters =
        |part: Option<&str>| part.is_some_and(|part| part.bytes().all(|byte| byte.is_ascii_uppercase()));
    let digits = |part: Option<&str>| part.is_some_and(all_digits);
    if text.len() == 13 && letters(text.get(..2)) && digits(text.get(2..11)) && letters(text.get(11..)) {
        return if s10_holds(text) {
            Ok(form("upu"))
        } else {
            Err(Reject::CheckDigit)
        };
    }
    if text.len() == 11
        && text
            .as_bytes()
            .get(3)
            .is_some_and(|c| matches!(c, b'U' | b'J' | b'Z'))
        && letters(text.get(..4))
        && digits(text.get(4..))
    {
        return if container_holds(text) {
            Ok(form("container"))
        } else {
            Err(Reject::CheckDigit)
        };
    }
    if carrier == Some("air") {
        return if text.len() == 11 && all_digits(text) && air_holds(text) {
            Ok(form("air"))
        } else {
            Err(Reject::CheckDigit)
        };
    }
    Ok(None)
}

/// UPU S10: weights 8, 6, 4, 2, 3, 5, 9, 7, modulo 11.
fn s10_holds(text: &str) -> bool {
    let sum = text
        .bytes()
        .skip(2)
        .zip([8, 6, 4, 2, 3, 5, 9, 7])
        .try_fold(0, |sum, (byte, weight)| Some(sum + digit(byte)? * weight));
    let expected = sum.map(|sum| match 11 - sum % 11 {
        10 => 0,
        11 => 5,
        check => check,
    });
    expected.is_some() && expected == text.as_bytes().get(10).copied().and_then(digit)
}

/// ISO 6346: letters count 10, 12 … without multiples of 11, weights are powers of two.
fn container_holds(text: &str) -> bool {
    let value = |byte: u8| match byte {
        b'0'..=b'9' => u32::from(byte - b'0'),
        b'A' => 10,
        b'B'..=b'K' => u32::from(byte - b'A') + 11,
        b'L'..=b'U' => u32::from(byte - b'A') + 12,
        _ => u32::from(byte - b'A') + 13,
    };
    let sum: u32 = text
        .bytes()
        .take(10)
        .zip(0..)
        .map(|(byte, place)| value(byte) << place)
        .sum();
    text.as_bytes().get(10).copied().and_then(digit) == Some(sum % 11 % 10)
}

/// Air waybill: the last digit is the seven before it modulo 7.
fn air_holds(text: &str) -> bool {
    let serial = text.get(3..10).and_then(number);
    serial.map(|serial| serial % 7) == text.get(10..).and_then(number)
}

/// UPS: letters count by place in the alphabet, every second character double, modulo 10.
fn ups_holds(text: &str) -> bool {
    let value = |byte: u8| match byte {
        b'0'..=b'9' => u32::from(byte - b'0'),
        _ => (u32::from(byte) - 63) % 10,
    };
    let Some(body) = text.get(2..17) else { return false };
    let sum: u32 = body
        .bytes()
        .enumerate()
        .map(|(place, byte)| value(byte) * if place % 2 == 1 { 2 } else { 1 })
        .sum();
    text.as_bytes().get(17).copied().and_then(digit) == Some((10 - sum % 10) % 10)
}

/// Issuer, type and number of a batch or a single item: `Nike | LOT | A12-3`. The issuer is a brand or a GTIN; the
/// type defaults to `serial`.
pub(super) fn normalise_batch(
    raw: &str,
    region: Option<Region>,
    trace: &mut Trace<'_>,
) -> Result<Vec<Canonical>, Reject> {
    let text = field::plain(raw, trace)?;
    let fields = field::split(&text);
    let (issuer, kind, value) = match *fields.as_slice() {
        [issuer, value] => {
            let (kind, value) = typed(value);
            (issuer, kind, value)
        }
        [issuer, kind, value] => (issuer, batch_type(kind).ok_or(Reject::Issuer)?, value),
        _ => return Err(Reject::Fields),
    };
    let value = batch_number(kind, value)?;
    let issuers = match item(issuer, region, trace) {
        Some(items) => items,
        None => settled(brand::fold(issuer, trace)?, region),
    };
    let check = if kind == "imei" {
        Check::Valid
    } else {
        Check::NotApplicable
    };
    let form = |issuer| Canonical::strict(Kind::BatchOrSerial, format!("{issuer}|{kind}|{value}"), check);
    Ok(issuers.into_iter().map(form).collect())
}

/// The trade item that an issuer is, if it reads as one.
fn item(issuer: &str, region: Option<Region>, trace: &mut Trace<'_>) -> Option<Vec<String>> {
    let forms = gtin::normalise(issuer, region, trace).ok()?;
    Some(forms.into_iter().map(|form| form.value).collect())
}

/// What a brand is folded to may read as a trade item, when the fold dropped what kept the text from it: then it is one,
/// as it would be the next time.
fn settled(brands: Vec<String>, region: Option<Region>) -> Vec<String> {
    let settle = |brand: String| item(&brand, region, &mut Trace::off()).unwrap_or_else(|| vec![brand]);
    brands.into_iter().flat_map(settle).collect()
}

fn batch_type(text: &str) -> Option<&'static str> {
    let name: String = text
        .to_lowercase()
        .chars()
        .filter(|c| c.is_alphanumeric())
        .collect();
    Some(match name.as_str() {
        "serial" | "serialno" | "serialnumber" | "sn" | "序列号" | "序號" | "序列號" | "21" | "机身号" => {
            "serial"
        }
        "batch" | "lot" | "lotno" | "batchno" | "批号" | "批次" | "批次号" | "批號" | "生产批号" | "10" => {
            "batch"
        }
        "imei" => "imei",
        _ => return None,
    })
}

/// A type word in front of the number: `LOT A12`, `S/N: 123`.
fn typed(text: &str) -> (&'static str, &str) {
    if let Some((kind, value)) = text.split_once([':', ' '])
        && let Some(kind) = batch_type(kind)
    {
        return (kind, value);
    }
    ("serial", text)
}

fn batch_number(kind: &str, text: &str) -> Result<String, Reject> {
    let text = numeral::digits(text).into_owned();
    let value: String = latin::ascii_upper(&text)
        .chars()
        .filter(|&c| c.is_alphanumeric() || c == '/')
        .collect();
    let bare = unlabelled(
        &value,
        &[
            "LOTNO",
            "LOT",
            "BATCHNO",
            "BATCH",
            "SERIALNO",
            "SERIALNUMBER",
            "SERIAL",
            "S/N",
            "SN",
            "IMEI",
            "批号",
            "序列号",
        ],
    )
    .pop()
    .unwrap_or_default();
    if kind == "imei" && !(bare.len() == 15 && luhn(bare)) {
        return Err(Reject::CheckDigit);
    }
    match bare.chars().count() {
        0..=1 => Err(Reject::Length),
        2..=64 => Ok(bare.to_owned()),
        _ => Err(Reject::TooLong),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(kind: &str, raw: &str) -> Result<String, Reject> {
        crate::canonicalise(kind.parse().unwrap(), raw, None).map(|forms| forms[0].value.clone())
    }

    #[test]
    fn postal_items_say_what_they_are() {
        for raw in [
            "EMS | RB 123 456 785 CN",
            "China Post | rb123456785cn",
            "RB123456785CN",
            "中国邮政 | 挂号 RB123456785CN",
        ] {
            assert_eq!(
                value("consignment", raw).as_deref(),
                Ok("upu|RB123456785CN"),
                "{raw}"
            );
        }
        assert_eq!(
            value("consignment", "EMS | RB123456786CN"),
            Err(Reject::CheckDigit)
        );
        assert_eq!(
            value("consignment", "CSQU3054383").as_deref(),
            Ok("container|CSQU3054383")
        );
        assert_eq!(
            value("consignment", "AWB | 176-1234 5675").as_deref(),
            Ok("air|17612345675")
        );
        assert_eq!(
            value("consignment", "UPS | 1Z 999 AA1 01 2345 6784").as_deref(),
            Ok("ups|1Z999AA10123456784")
        );
        assert_eq!(
            value("consignment", "顺丰 | SF1234567890123"),
            value("consignment", "SF Express | 1234567890123")
        );
    }

    #[test]
    fn a_batch_belongs_to_its_issuer() {
        for raw in [
            "Nike | LOT | A12-3",
            "NIKE | batch | a12 3",
            "Νikе | 批号：A12-3",
            "Nike | Lot A12-3",
        ] {
            assert_eq!(
                value("batch_or_serial", raw).as_deref(),
                Ok("nike|batch|A123"),
                "{raw}"
            );
        }
        assert_eq!(
            value("batch_or_serial", "(01)06943140102132 | S/N | 77A").as_deref(),
            Ok("06943140102132|serial|77A")
        );
        assert_eq!(
            value("batch_or_serial", "06943140102132 | serial | 77A").as_deref(),
            Ok("06943140102132|serial|77A")
        );
        assert_ne!(
            value("batch_or_serial", "Nike | LOT | A123"),
            value("batch_or_serial", "Nike | SN | A123")
        );
    }
}
