//! Numbers of organisations that check by weights or a modulus.

use super::{checked, digits};
use crate::Reject;
use crate::checksum::{all_digits, luhn, luhn_sum, mod11_10, mod97_10, number, weighted};

/// The weighted sum of the whole body is a multiple of `modulus`.
fn sums_to(body: &str, weights: &[u32], modulus: u32) -> bool {
    weighted(body, weights).is_some_and(|sum| sum % modulus == 0)
}

fn nonzero(body: &str) -> Result<(), Reject> {
    if body.starts_with('0') {
        Err(Reject::Format)
    } else {
        Ok(())
    }
}

fn last(body: &str) -> Option<u32> {
    crate::checksum::last_digit(body)
}

fn front(body: &str) -> &str {
    body.get(..body.len().saturating_sub(1)).unwrap_or_default()
}

pub(super) fn at(body: &str) -> Result<String, Reject> {
    let number = body.strip_prefix('U').unwrap_or(body);
    digits(number, 8)?;
    let expected = luhn_sum(front(number)).map(|sum| (16 - sum % 10) % 10);
    checked(
        &format!("U{number}"),
        expected.is_some() && expected == last(number),
    )
}

pub(super) fn be(body: &str) -> Result<String, Reject> {
    let body = if body.len() == 9 {
        format!("0{body}")
    } else {
        body.to_owned()
    };
    digits(&body, 10)?;
    let (Some(stem), Some(check)) = (body.get(..8).and_then(number), body.get(8..).and_then(number)) else {
        return Err(Reject::Alphabet);
    };
    if stem == 0 || !body.starts_with(['0', '1']) {
        return Err(Reject::Format);
    }
    // 98 and 99 leave the same rest as 1 and 2, and 00 as 97, which is what is given out.
    checked(&body, (1..=97).contains(&check) && (stem + check) % 97 == 0)
}

pub(super) fn cy(body: &str) -> Result<String, Reject> {
    const ODD: [u32; 10] = [1, 0, 5, 7, 9, 13, 15, 17, 19, 21];
    let stem = front(body);
    if body.len() != 9 {
        return Err(Reject::Length);
    }
    if !all_digits(stem) {
        return Err(Reject::Alphabet);
    }
    if body.starts_with("12") {
        return Err(Reject::Format);
    }
    let sum: u32 = stem
        .bytes()
        .enumerate()
        .filter_map(|(place, byte)| {
            let digit = crate::checksum::digit(byte)?;
            if place % 2 == 0 {
                ODD.get(usize::try_from(digit).ok()?).copied()
            } else {
                Some(digit)
            }
        })
        .sum();
    checked(
        body,
        char::from_digit(sum % 26 + 10, 36).is_some_and(|c| body.ends_with(c.to_ascii_uppercase())),
    )
}

pub(super) fn de(body: &str) -> Result<String, Reject> {
    digits(body, 9)?;
    nonzero(body)?;
    checked(body, mod11_10(body))
}

pub(super) fn dk(body: &str) -> Result<String, Reject> {
    digits(body, 8)?;
    nonzero(body)?;
    checked(body, sums_to(body, &[2, 7, 6, 5, 4, 3, 2, 1], 11))
}

pub(super) fn ee(body: &str) -> Result<String, Reject> {
    digits(body, 9)?;
    checked(body, sums_to(body, &[3, 7, 1, 3, 7, 1, 3, 7, 1], 10))
}

pub(super) fn el(body: &str) -> Result<String, Reject> {
    // Numbers of before 1999 had eight digits.
    let body = if body.len() == 8 {
        format!("0{body}")
    } else {
        body.to_owned()
    };
    digits(&body, 9)?;
    let sum = weighted(&body, &[256, 128, 64, 32, 16, 8, 4, 2]);
    checked(&body, sum.map(|sum| sum % 11 % 10) == last(&body))
}

pub(super) fn fi(body: &str) -> Result<String, Reject> {
    digits(body, 8)?;
    checked(body, sums_to(body, &[7, 9, 10, 5, 8, 4, 2, 1], 11))
}

/// A company has one number, named by its SIREN. Keys with letters were foreseen for more of them; the number is written
/// with the key of digits.
pub(super) fn fr(body: &str) -> Result<String, Reject> {
    const KEY: &str = "0123456789ABCDEFGHJKLMNPQRSTUVWXYZ";
    if body.len() != 11 {
        return Err(Reject::Length);
    }
    let (key, siren) = body.split_at_checked(2).ok_or(Reject::Alphabet)?;
    let places: Vec<u32> = key
        .chars()
        .filter_map(|c| KEY.find(c))
        .filter_map(|at| u32::try_from(at).ok())
        .collect();
    let (Some(&first), Some(&second), Some(siren_number)) = (places.first(), places.get(1), number(siren))
    else {
        return Err(Reject::Alphabet);
    };
    // Numbers of Monaco start with 000 and are no SIREN.
    if !siren.starts_with("000") && !luhn(siren) {
        return Err(Reject::CheckDigit);
    }
    let siren_number = u64::from(siren_number);
    let own = (siren_number * 100 + 12) % 97;
    if all_digits(key) {
        return checked(body, number(key).map(u64::from) == Some(own));
    }
    let check = if first < 10 {
        first * 24 + second - 10
    } else {
        first * 34 + second - 100
    };
    checked(
        &format!("{own:02}{siren}"),
        (siren_number + 1 + u64::from(check / 11)) % 11 == u64::from(check % 11),
    )
}

pub(super) fn hr(body: &str) -> Result<String, Reject> {
    digits(body, 11)?;
    checked(body, mod11_10(body))
}

pub(super) fn hu(body: &str) -> Result<String, Reject> {
    digits(body, 8)?;
    checked(body, sums_to(body, &[9, 7, 3, 1, 9, 7, 3, 1], 10))
}

/// Irish numbers of before 2013 had a letter in the second place; they are written in the newer form.
pub(super) fn ie(body: &str) -> Result<String, Reject> {
    if !matches!(body.len(), 8 | 9) {
        return Err(Reject::Length);
    }
    let old = body.len() == 8 && body.as_bytes().get(1).is_some_and(u8::is_ascii_uppercase);
    let body = match (body.get(..1), body.get(2..7), body.get(7..)) {
        (Some(first), Some(middle), Some(check)) if old => format!("0{middle}{first}{check}"),
        (Some(_), Some(_), Some(_)) => body.to_owned(),
        _ => return Err(Reject::Alphabet),
    };
    let letter = |at: usize| {
        body.as_bytes().get(at).and_then(|&byte| match byte {
            b'W' => Some(0),
            b'A'..=b'V' => Some(u32::from(byte - b'A') + 1),
            _ => None,
        })
    };
    let sum = weighted(body.get(..7).unwrap_or_default(), &[8, 7, 6, 5, 4, 3, 2]).ok_or(Reject::Alphabet)?;
    let check = letter(7).ok_or(Reject::Alphabet)?;
    let extra = if body.len() == 9 {
        letter(8).ok_or(Reject::Alphabet)?
    } else {
        0
    };
    checked(&body, (sum + 9 * extra) % 23 == check)
}

pub(super) fn it(body: &str) -> Result<String, Reject> {
    digits(body, 11)?;
    let province = body.get(7..10).and_then(number).unwrap_or(0);
    if body.starts_with("0000000") || !matches!(province, 1..=100 | 120 | 121 | 888 | 999) {
        return Err(Reject::Format);
    }
    checked(body, luhn(body))
}

pub(super) fn lt(body: &str) -> Result<String, Reject> {
    let (length, mark) = if body.len() == 12 { (12, 10) } else { (9, 7) };
    digits(body, length)?;
    if body.as_bytes().get(mark) != Some(&b'1') {
        return Err(Reject::Format);
    }
    let sum = |shift: u32| -> u32 {
        front(body)
            .bytes()
            .zip(0..)
            .filter_map(|(byte, i)| Some(crate::checksum::digit(byte)? * (1 + (i + shift) % 9)))
            .sum()
    };
    let check = match sum(0) % 11 {
        10 => sum(2) % 11 % 10,
        check => check,
    };
    checked(body, last(body) == Some(check))
}

pub(super) fn lu(body: &str) -> Result<String, Reject> {
    digits(body, 8)?;
    let (stem, check) = body.split_at_checked(6).ok_or(Reject::Alphabet)?;
    checked(body, number(stem).map(|stem| stem % 89) == number(check))
}

pub(super) fn mt(body: &str) -> Result<String, Reject> {
    digits(body, 8)?;
    nonzero(body)?;
    checked(body, sums_to(body, &[3, 4, 6, 7, 8, 9, 10, 1], 37))
}

/// Companies check by their citizen-service number, sole traders (since 2020) by mod 97 over the whole number.
pub(super) fn nl(body: &str) -> Result<String, Reject> {
    let body = if body.len() < 12 && body.len() > 3 {
        format!("{body:0>12}")
    } else {
        body.to_owned()
    };
    if body.len() != 12 {
        return Err(Reject::Length);
    }
    let (Some(stem), Some(mark), Some(suffix)) = (body.get(..9), body.get(9..10), body.get(10..)) else {
        return Err(Reject::Alphabet);
    };
    if !all_digits(stem) || mark != "B" || !all_digits(suffix) {
        return Err(Reject::Alphabet);
    }
    if number(stem) == Some(0) || suffix == "00" {
        return Err(Reject::Format);
    }
    let sum = weighted(stem, &[9, 8, 7, 6, 5, 4, 3, 2]).unwrap_or(0);
    let company = last(stem).is_some_and(|check| sum % 11 == check);
    checked(&body, company || mod97_10(&format!("NL{body}")))
}

pub(super) fn pl(body: &str) -> Result<String, Reject> {
    digits(body, 10)?;
    let sum = weighted(body, &[6, 5, 7, 2, 3, 4, 5, 6, 7]);
    checked(body, sum.map(|sum| sum % 11) == last(body))
}

pub(super) fn pt(body: &str) -> Result<String, Reject> {
    digits(body, 9)?;
    nonzero(body)?;
    let sum = weighted(body, &[9, 8, 7, 6, 5, 4, 3, 2]).unwrap_or(0);
    checked(body, last(body) == Some((11 - sum % 11) % 11 % 10))
}

/// The organisation number and the serial of the registration, which is 01 for all but a few.
pub(super) fn se(body: &str) -> Result<String, Reject> {
    digits(body, 12)?;
    if !body.ends_with("01") {
        return Err(Reject::Format);
    }
    checked(body, body.get(..10).is_some_and(luhn))
}

pub(super) fn si(body: &str) -> Result<String, Reject> {
    digits(body, 8)?;
    nonzero(body)?;
    let sum = weighted(body, &[8, 7, 6, 5, 4, 3, 2]).unwrap_or(0);
    let check = match 11 - sum % 11 {
        10 => Some(0),
        11 => None,
        check => Some(check),
    };
    checked(body, check.is_some() && check == last(body))
}

/// Northern Ireland: numbers of the United Kingdom, of traders, branches, government and health bodies.
pub(super) fn xi(body: &str) -> Result<String, Reject> {
    if let (Some(mark @ ("GD" | "HA")), Some(rest)) = (body.get(..2), body.get(2..)) {
        let body_number = number(rest).filter(|_| rest.len() == 3).ok_or(Reject::Length)?;
        let fits = (mark == "GD") == (body_number < 500);
        return if fits {
            Ok(body.to_owned())
        } else {
            Err(Reject::Format)
        };
    }
    if !matches!(body.len(), 9 | 12) {
        return Err(Reject::Length);
    }
    digits(body, body.len())?;
    let sum = weighted(body, &[8, 7, 6, 5, 4, 3, 2, 10, 1]).unwrap_or(0) % 97;
    let newer = body.get(..3).and_then(number).is_some_and(|head| head >= 100);
    checked(body, sum == 0 || (newer && matches!(sum, 42 | 55)))
}
