//! Check digits, written from the standards and not taken from the code under test.

const USCC: &str = "0123456789ABCDEFGHJKLMNPQRTUWXY";

/// GB 32100-2015: weights 3^i mod 31.
pub(super) fn uscc(body: &str) -> String {
    let mut weight = 1;
    let mut sum = 0;
    for c in body.chars() {
        sum += USCC.find(c).unwrap() * weight;
        weight = weight * 3 % 31;
    }
    let check = USCC.chars().nth((31 - sum % 31) % 31).unwrap();
    format!("{body}{check}")
}

/// GB 11714, the nine characters inside a unified code.
pub(super) fn org_code(body: &str) -> String {
    const WEIGHTS: [u32; 8] = [3, 7, 9, 10, 5, 8, 4, 2];
    let sum: u32 = body
        .chars()
        .zip(WEIGHTS)
        .map(|(c, weight)| c.to_digit(36).unwrap() * weight)
        .sum();
    let check = match 11 - sum % 11 {
        10 => 'X',
        11 => '0',
        digit => char::from_digit(digit, 10).unwrap(),
    };
    format!("{body}{check}")
}

/// GB 11643: ISO 7064 mod 11-2.
pub(super) fn ric(body: &str) -> String {
    let sum: u32 = body
        .chars()
        .enumerate()
        .map(|(at, c)| c.to_digit(10).unwrap() * (2_u32.pow(17 - u32::try_from(at).unwrap()) % 11))
        .sum();
    let check = "10X98765432".chars().nth((sum % 11) as usize).unwrap();
    format!("{body}{check}")
}

/// ISO/IEC 7812.
pub(super) fn luhn(body: &str) -> String {
    let sum: u32 = body
        .chars()
        .rev()
        .enumerate()
        .map(|(at, c)| {
            let digit = c.to_digit(10).unwrap() * if at % 2 == 0 { 2 } else { 1 };
            digit / 10 + digit % 10
        })
        .sum();
    format!("{body}{}", (10 - sum % 10) % 10)
}

/// GS1 mod 10.
pub(super) fn gtin(body: &str) -> String {
    let sum: u32 = body
        .chars()
        .rev()
        .enumerate()
        .map(|(at, c)| c.to_digit(10).unwrap() * if at % 2 == 0 { 3 } else { 1 })
        .sum();
    format!("{body}{}", (10 - sum % 10) % 10)
}
