//! Countries whose VAT numbers can be personal numbers too.

use super::{checked, digits};
use crate::Reject;
use crate::checksum::{all_digits, is_date, last_digit, luhn_sum, number, weighted};

fn part(body: &str, from: usize, to: usize) -> u32 {
    body.get(from..to).and_then(number).unwrap_or(0)
}

pub(super) fn bg(body: &str) -> Result<String, Reject> {
    if body.len() == 9 {
        digits(body, 9)?;
        let sum = |first: u32| {
            weighted(
                body,
                &std::array::from_fn::<u32, 8, _>(|i| u32::try_from(i).unwrap_or(0) + first),
            )
        };
        let check = match sum(1).map(|sum| sum % 11) {
            Some(10) => sum(3).map(|sum| sum % 11 % 10),
            check => check,
        };
        return checked(body, check == last_digit(body));
    }
    digits(body, 10)?;
    let by = |weights: &[u32]| weighted(body, weights);
    let citizen =
        by(&[2, 4, 8, 5, 10, 9, 7, 3, 6]).map(|sum| sum % 11 % 10) == last_digit(body) && bg_birth(body);
    let foreigner = by(&[21, 19, 17, 13, 11, 9, 7, 3, 1]).map(|sum| sum % 10) == last_digit(body);
    let other = by(&[4, 3, 2, 7, 6, 5, 4, 3, 2]).map(|sum| (11 - sum % 11) % 11) == last_digit(body);
    checked(body, citizen || foreigner || other)
}

/// Months 21–32 are of the 19th century, 41–52 of the 21st.
fn bg_birth(body: &str) -> bool {
    let (year, month, day) = (part(body, 0, 2), part(body, 2, 4), part(body, 4, 6));
    match month {
        41.. => is_date(2000 + year, month - 40, day),
        21..=40 => is_date(1800 + year, month - 20, day),
        _ => is_date(1900 + year, month, day),
    }
}

pub(super) fn cz(body: &str) -> Result<String, Reject> {
    match body.len() {
        8 => {
            digits(body, 8)?;
            if body.starts_with('9') {
                return Err(Reject::Format);
            }
            let sum = weighted(body, &[8, 7, 6, 5, 4, 3, 2]).unwrap_or(0);
            let check = match (11 - sum % 11) % 11 {
                0 => 1,
                check => check % 10,
            };
            checked(body, last_digit(body) == Some(check))
        }
        9 if body.starts_with('6') => {
            digits(body, 9)?;
            let sum = weighted(body.get(1..).unwrap_or_default(), &[8, 7, 6, 5, 4, 3, 2]).unwrap_or(0) % 11;
            // 8 − (10 − sum) mod 11, modulo 10; kept positive.
            let check = (18 - (21 - sum) % 11) % 10;
            checked(body, last_digit(body) == Some(check))
        }
        9 | 10 => birth_number(body),
        _ => Err(Reject::Length),
    }
}

/// Birth number of the Czech and Slovak Republics: a date with the month shifted by 50, 20 or 70, a serial, and
/// since 1954 a check digit.
fn birth_number(body: &str) -> Result<String, Reject> {
    digits(body, body.len())?;
    let (short, month, day) = (part(body, 0, 2), part(body, 2, 4) % 50 % 20, part(body, 4, 6));
    let year = match (body.len(), short) {
        (9, 54..=79) => return Err(Reject::Length),
        (9, 80..) => 1800 + short,
        (9, _) => 1900 + short,
        (_, ..54) => 2000 + short,
        (_, _) => 1900 + short,
    };
    if !is_date(year, month, day) {
        return Err(Reject::Date);
    }
    let stem = body
        .get(..9)
        .and_then(|stem| stem.parse::<u64>().ok())
        .unwrap_or(0);
    checked(
        body,
        body.len() == 9 || last_digit(body).map(u64::from) == Some(stem % 11 % 10),
    )
}

pub(super) fn es(body: &str) -> Result<String, Reject> {
    if body.len() != 9 {
        return Err(Reject::Length);
    }
    let (Some(first), Some(middle), Some(check)) = (body.get(..1), body.get(1..8), body.get(8..)) else {
        return Err(Reject::Alphabet);
    };
    if !all_digits(middle) {
        return Err(Reject::Alphabet);
    }
    let letter = |text: &str| {
        let at = usize::try_from(number(text)? % 23).ok()?;
        "TRWAGMYFPDXBNJZSQVHLCKE".get(at..=at)
    };
    let holds = match first {
        "K" | "L" | "M" => letter(middle) == Some(check),
        "X" => letter(&format!("0{middle}")) == Some(check),
        "Y" => letter(&format!("1{middle}")) == Some(check),
        "Z" => letter(&format!("2{middle}")) == Some(check),
        _ if all_digits(first) => letter(&format!("{first}{middle}")) == Some(check),
        _ if "ABCDEFGHJNPQRSUVW".contains(first) => {
            let sum = luhn_sum(&format!("{middle}0")).unwrap_or(0);
            let digit = (10 - sum % 10) % 10;
            return es_entity(body, digit, check);
        }
        _ => return Err(Reject::Format),
    };
    checked(body, holds)
}

/// Companies check by a digit, public bodies, orders and foreigners by a letter, the rest by either: one number, written
/// with the digit (Orden EHA/451/2008).
fn es_entity(body: &str, digit: u32, check: &str) -> Result<String, Reject> {
    let at = usize::try_from(digit).unwrap_or(0);
    let letter = "JABCDEFGHI".get(at..=at) == Some(check);
    let stem = body.get(..8).unwrap_or_default();
    match (body.as_bytes().first(), check == digit.to_string(), letter) {
        (Some(b'A' | b'B' | b'E' | b'H'), true, _)
        | (Some(b'P' | b'Q' | b'R' | b'S' | b'N' | b'W'), _, true) => Ok(body.to_owned()),
        (Some(b'C' | b'D' | b'F' | b'G' | b'J' | b'U' | b'V'), true, _)
        | (Some(b'C' | b'D' | b'F' | b'G' | b'J' | b'U' | b'V'), _, true) => Ok(format!("{stem}{digit}")),
        _ => Err(Reject::CheckDigit),
    }
}

pub(super) fn lv(body: &str) -> Result<String, Reject> {
    digits(body, 11)?;
    if body.as_bytes().first() > Some(&b'3') {
        return checked(
            body,
            weighted(body, &[9, 1, 4, 8, 3, 10, 2, 5, 7, 6, 1]).is_some_and(|sum| sum % 11 == 3),
        );
    }
    let dated = is_date(
        1800 + part(body, 4, 6) + 100 * part(body, 6, 7),
        part(body, 2, 4),
        part(body, 0, 2),
    );
    if !body.starts_with("32") && !dated {
        return Err(Reject::Date);
    }
    let sum = weighted(body, &[10, 5, 8, 4, 2, 1, 6, 3, 7, 9]).unwrap_or(0);
    checked(body, last_digit(body) == Some((1 + sum) % 11 % 10))
}

pub(super) fn ro(body: &str) -> Result<String, Reject> {
    if !all_digits(body) {
        return Err(Reject::Alphabet);
    }
    if body.len() == 13 {
        return ro_person(body);
    }
    if !(2..=10).contains(&body.len()) {
        return Err(Reject::Length);
    }
    if body.starts_with('0') {
        return Err(Reject::Format);
    }
    let padded = format!("{body:0>10}");
    let sum = weighted(&padded, &[7, 5, 3, 2, 1, 7, 5, 3, 2]).unwrap_or(0);
    checked(body, last_digit(body) == Some(sum * 10 % 11 % 10))
}

fn ro_person(body: &str) -> Result<String, Reject> {
    let century = match body.as_bytes().first() {
        Some(b'0') => return Err(Reject::Format),
        Some(b'3' | b'4') => 1800,
        Some(b'5' | b'6') => 2000,
        _ => 1900,
    };
    if !is_date(century + part(body, 1, 3), part(body, 3, 5), part(body, 5, 7)) {
        return Err(Reject::Date);
    }
    if !matches!(part(body, 7, 9), 1..=48 | 51 | 52 | 70 | 80..=83 | 90..=99) {
        return Err(Reject::Format);
    }
    let sum = weighted(body, &[2, 7, 9, 1, 4, 6, 3, 5, 8, 2, 7, 9]).unwrap_or(0) % 11;
    checked(body, last_digit(body) == Some(if sum == 10 { 1 } else { sum }))
}

pub(super) fn sk(body: &str) -> Result<String, Reject> {
    digits(body, 10)?;
    if birth_number(body).is_ok() {
        return Ok(body.to_owned());
    }
    if body.starts_with('0') || !matches!(part(body, 2, 3), 2 | 3 | 4 | 7 | 8 | 9) {
        return Err(Reject::Format);
    }
    checked(body, body.parse::<u64>().is_ok_and(|value| value % 11 == 0))
}
