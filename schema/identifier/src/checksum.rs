//! Check digits shared by several kinds. Every function takes upper-case ASCII and answers `false` to anything
//! else.

/// Value of an ASCII digit.
pub(crate) fn digit(byte: u8) -> Option<u32> {
    byte.is_ascii_digit().then(|| u32::from(byte - b'0'))
}

/// Only ASCII digits, and at least one.
pub(crate) fn all_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Σ weight·digit over as many digits as there are weights; `None` if one is no digit.
pub(crate) fn weighted(text: &str, weights: &[u32]) -> Option<u32> {
    if text.len() < weights.len() {
        return None;
    }
    text.bytes()
        .zip(weights)
        .try_fold(0, |sum, (byte, weight)| Some(sum + digit(byte)? * weight))
}

/// The last digit of `text`.
pub(crate) fn last_digit(text: &str) -> Option<u32> {
    digit(*text.as_bytes().last()?)
}

/// Luhn sum of all digits is a multiple of ten.
pub(crate) fn luhn(text: &str) -> bool {
    luhn_sum(text).is_some_and(|sum| sum % 10 == 0)
}

/// Luhn sum, the last digit counted once.
pub(crate) fn luhn_sum(text: &str) -> Option<u32> {
    text.bytes().rev().enumerate().try_fold(0, |sum, (place, byte)| {
        let value = digit(byte)?;
        let value = if place % 2 == 0 { value } else { value * 2 };
        Some(sum + value / 10 + value % 10)
    })
}

/// ISO 7064 mod 97-10 over digits and letters (A = 10 …): the remainder is 1.
pub(crate) fn mod97_10(text: &str) -> bool {
    let remainder = text.bytes().try_fold(0u32, |rest, byte| match byte {
        b'0'..=b'9' => Some((rest * 10 + u32::from(byte - b'0')) % 97),
        b'A'..=b'Z' => Some((rest * 100 + u32::from(byte - b'A') + 10) % 97),
        _ => None,
    });
    remainder == Some(1)
}

/// ISO 7064 mod 11,10 over digits.
pub(crate) fn mod11_10(text: &str) -> bool {
    let Some((body, check)) = text.split_at_checked(text.len().saturating_sub(1)) else {
        return false;
    };
    let rest = body.bytes().try_fold(10, |rest, byte| {
        let sum = (digit(byte)? + rest) % 10;
        Some((if sum == 0 { 10 } else { sum }) * 2 % 11)
    });
    match (rest, last_digit(check)) {
        (Some(rest), Some(check)) => (rest + check) % 10 == 1,
        _ => false,
    }
}

/// GS1 mod 10 with weights 3, 1 from the right; the last digit is the check digit.
pub(crate) fn gs1(text: &str) -> bool {
    let sum = text.bytes().rev().enumerate().try_fold(0, |sum, (place, byte)| {
        Some(sum + digit(byte)? * if place % 2 == 0 { 1 } else { 3 })
    });
    sum.is_some_and(|sum| sum % 10 == 0) && !text.is_empty()
}

/// The GS1 check digit that completes `body`.
pub(crate) fn gs1_digit(body: &str) -> Option<char> {
    let sum = body.bytes().rev().enumerate().try_fold(0, |sum, (place, byte)| {
        Some(sum + digit(byte)? * if place % 2 == 0 { 3 } else { 1 })
    })?;
    char::from_digit((10 - sum % 10) % 10, 10)
}

/// A day that exists in the Gregorian calendar.
pub(crate) fn is_date(year: u32, month: u32, day: u32) -> bool {
    let leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    let days = match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 if leap => 29,
        2 => 28,
        _ => return false,
    };
    (1..=days).contains(&day)
}

/// The number `text` holds; `None` unless it is all digits and fits.
pub(crate) fn number(text: &str) -> Option<u32> {
    all_digits(text).then(|| text.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn published_examples_hold_and_their_neighbours_do_not() {
        assert!(luhn("79927398713") && !luhn("79927398710") && !luhn("7992739871X"));
        assert!(mod97_10("3214282912345698765432161182") && !mod97_10("3214282912345698765432161183"));
        assert!(mod11_10("07945") && !mod11_10("07946"));
        assert!(gs1("4006381333931") && !gs1("4006381333932"));
        assert_eq!(gs1_digit("400638133393"), Some('1'));
    }

    #[test]
    fn the_calendar_knows_leap_years() {
        assert!(
            is_date(2000, 2, 29) && !is_date(1900, 2, 29) && is_date(2024, 2, 29) && !is_date(2023, 2, 29)
        );
        assert!(!is_date(2023, 4, 31) && !is_date(2023, 13, 1) && !is_date(2023, 1, 0));
    }
}
