use std::borrow::Cow;

use crate::Reject;

/// Undoes what spreadsheets do to a number: `="123"`, `'123`, `123.0`, `1.23E+2`, `1,234`. The flag says that
/// a repair was needed. A number whose digits the sheet rounded away is refused.
pub(crate) fn repair(text: &str) -> Result<(Cow<'_, str>, bool), Reject> {
    let text = unquote(text);
    if let Some(number) = scientific(text)? {
        return Ok((Cow::Owned(number), true));
    }
    if let Some((whole, zeros)) = text.rsplit_once('.')
        && !zeros.is_empty()
        && zeros.bytes().all(|byte| byte == b'0')
        && zeros.len() <= 2
        && whole.len() >= 7
        && whole.bytes().all(|byte| byte.is_ascii_digit() || byte == b',')
    {
        return Ok((Cow::Borrowed(whole), true));
    }
    Ok((Cow::Borrowed(text), false))
}

fn unquote(text: &str) -> &str {
    let text = text.trim();
    let text = text.strip_prefix('=').unwrap_or(text);
    text.trim_matches(|c| matches!(c, '"' | '\'')).trim()
}

/// `d.dddE+nn` as plain digits: only when the mantissa holds every one of them.
fn scientific(text: &str) -> Result<Option<String>, Reject> {
    let Some((mantissa, exponent)) = text.split_once(['e', 'E']) else {
        return Ok(None);
    };
    let Some((whole, fraction)) = mantissa.split_once('.') else {
        return Ok(None);
    };
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    let power = exponent.strip_prefix('+').unwrap_or(exponent);
    if whole.len() != 1 || !digits(whole) || !digits(fraction) || !digits(power) {
        return Ok(None);
    }
    match power.parse::<usize>() {
        Ok(power) if power == fraction.len() => Ok(Some(format!("{whole}{fraction}"))),
        Ok(power) if power > fraction.len() && power < 40 => Err(Reject::PrecisionLost),
        _ => Ok(None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spreadsheet_dress_is_taken_off() {
        for (text, number, repaired) in [
            ("=\"6943140102132\"", "6943140102132", false),
            ("'6943140102132", "6943140102132", false),
            ("6943140102132.0", "6943140102132", true),
            ("6.943140102132E+12", "6943140102132", true),
            ("6.943140102132e12", "6943140102132", true),
            ("12.50", "12.50", false),
        ] {
            assert_eq!(repair(text), Ok((Cow::Borrowed(number), repaired)));
        }
    }

    #[test]
    fn rounded_digits_are_never_guessed() {
        assert_eq!(repair("6.94314E+12"), Err(Reject::PrecisionLost));
        assert_eq!(repair("9.14403E+17"), Err(Reject::PrecisionLost));
    }
}
