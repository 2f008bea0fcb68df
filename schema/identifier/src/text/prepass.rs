use std::borrow::Cow;

use unicode_normalization::{UnicodeNormalization, is_nfkc_quick};

/// Longest text, in bytes after the pre-pass, that any kind accepts.
pub(crate) const LONGEST: usize = 4096;

/// More than this many visible bytes can't shrink to [`LONGEST`] in any honest value: refused before any work.
const LONGEST_RAW: usize = 4 * LONGEST;

/// [`prepass`], or `None` when the text is longer than any kind accepts.
pub(crate) fn bounded(raw: &str) -> Option<Cow<'_, str>> {
    if raw.len() > LONGEST_RAW {
        let visible = raw.chars().filter(|&c| !is_ignorable(c)).map(char::len_utf8);
        let within = visible.scan(0, |sum, bytes| {
            *sum += bytes;
            Some(*sum)
        });
        if within.last().is_some_and(|bytes| bytes > LONGEST_RAW) {
            return None;
        }
    }
    Some(prepass(raw)).filter(|text| text.len() <= LONGEST)
}

/// The pre-pass of every kind (PROTOCOL.md §1): strip default-ignorables, NFKC, strip again, map every
/// decimal digit to ASCII, trim.
pub(crate) fn prepass(raw: &str) -> Cow<'_, str> {
    if raw.bytes().all(|byte| (0x20..0x7f).contains(&byte)) {
        return Cow::Borrowed(raw.trim());
    }
    let stripped: String = raw
        .chars()
        .filter(|&c| !is_ignorable(c))
        .map(plain_space)
        .collect();
    let composed = match is_nfkc_quick(stripped.chars()) {
        unicode_normalization::IsNormalized::Yes => stripped,
        _ => stripped.nfkc().collect(),
    };
    let text: String = composed
        .chars()
        .filter(|&c| !is_ignorable(c))
        .map(ascii_digit)
        .collect();
    Cow::Owned(text.trim().to_owned())
}

/// Default_Ignorable_Code_Point (DerivedCoreProperties.txt), and the invisible controls and annotation marks
/// that are not in it.
pub(crate) fn is_ignorable(c: char) -> bool {
    matches!(
        u32::from(c),
        0x00..=0x08 | 0x0E..=0x1F | 0x7F..=0x84 | 0x86..=0x9F
            | 0xAD
            | 0x034F
            | 0x061C
            | 0x115F..=0x1160
            | 0x17B4..=0x17B5
            | 0x180B..=0x180F
            | 0x200B..=0x200F
            | 0x202A..=0x202E
            | 0x2060..=0x206F
            | 0x3164
            | 0xFE00..=0xFE0F
            | 0xFEFF
            | 0xFFA0
            | 0xFFF0..=0xFFFB
            | 0x1BCA0..=0x1BCA3
            | 0x1D173..=0x1D17A
            | 0xE0000..=0xE0FFF
    )
}

/// Line breaks and tabs are spaces.
fn plain_space(c: char) -> char {
    match c {
        '\t' | '\n' | '\u{b}' | '\u{c}' | '\r' | '\u{85}' | '\u{2028}' | '\u{2029}' => ' ',
        _ => c,
    }
}

/// A decimal digit (general category Nd) of any script as the ASCII digit of the same value.
fn ascii_digit(c: char) -> char {
    if c.is_ascii() || (c < '\u{660}') {
        return c;
    }
    let after = ZERO_DIGITS.partition_point(|&zero| zero <= c);
    let Some(&zero) = after.checked_sub(1).and_then(|i| ZERO_DIGITS.get(i)) else {
        return c;
    };
    char::from_digit(u32::from(c) - u32::from(zero), 10).unwrap_or(c)
}

/// The zero of every script's run of ten decimal digits, Unicode 17.
const ZERO_DIGITS: [char; 76] = [
    '\u{0660}',
    '\u{06F0}',
    '\u{07C0}',
    '\u{0966}',
    '\u{09E6}',
    '\u{0A66}',
    '\u{0AE6}',
    '\u{0B66}',
    '\u{0BE6}',
    '\u{0C66}',
    '\u{0CE6}',
    '\u{0D66}',
    '\u{0DE6}',
    '\u{0E50}',
    '\u{0ED0}',
    '\u{0F20}',
    '\u{1040}',
    '\u{1090}',
    '\u{17E0}',
    '\u{1810}',
    '\u{1946}',
    '\u{19D0}',
    '\u{1A80}',
    '\u{1A90}',
    '\u{1B50}',
    '\u{1BB0}',
    '\u{1C40}',
    '\u{1C50}',
    '\u{A620}',
    '\u{A8D0}',
    '\u{A900}',
    '\u{A9D0}',
    '\u{A9F0}',
    '\u{AA50}',
    '\u{ABF0}',
    '\u{FF10}',
    '\u{104A0}',
    '\u{10D30}',
    '\u{10D40}',
    '\u{11066}',
    '\u{110F0}',
    '\u{11136}',
    '\u{111D0}',
    '\u{112F0}',
    '\u{11450}',
    '\u{114D0}',
    '\u{11650}',
    '\u{116C0}',
    '\u{116D0}',
    '\u{116DA}',
    '\u{11730}',
    '\u{118E0}',
    '\u{11950}',
    '\u{11BF0}',
    '\u{11C50}',
    '\u{11D50}',
    '\u{11DA0}',
    '\u{11DE0}',
    '\u{11F50}',
    '\u{16130}',
    '\u{16A60}',
    '\u{16AC0}',
    '\u{16B50}',
    '\u{16D70}',
    '\u{1CCF0}',
    '\u{1D7CE}',
    '\u{1D7D8}',
    '\u{1D7E2}',
    '\u{1D7EC}',
    '\u{1D7F6}',
    '\u{1E140}',
    '\u{1E2F0}',
    '\u{1E4F0}',
    '\u{1E5F1}',
    '\u{1E950}',
    '\u{1FBF0}',
];

#[cfg(test)]
mod tests {
    use unicode_properties::{GeneralCategory, UnicodeGeneralCategory};

    use super::*;

    #[test]
    fn every_decimal_digit_becomes_the_ascii_digit_of_its_place() {
        let mut run = 0;
        for c in ('\u{80}'..=char::MAX).filter(|c| c.general_category() == GeneralCategory::DecimalNumber) {
            let text = prepass(c.encode_utf8(&mut [0; 4])).into_owned();
            assert_eq!(text, (run % 10).to_string(), "U+{:04X}", u32::from(c));
            run += 1;
        }
        assert!(run >= 680, "{run}");
    }

    #[test]
    fn what_is_no_digit_stays() {
        for c in ['\u{65F}', '\u{66A}', '三', '٫', '\u{FF0F}'] {
            assert_eq!(ascii_digit(c), c);
        }
    }

    #[test]
    fn invisible_characters_vanish_before_and_after_composition() {
        assert_eq!(
            prepass("\u{feff}a\u{ad}\u{200b}b\u{e0041}\u{fe0f}\u{0}c\u{202e} "),
            "abc"
        );
        assert_eq!(prepass("ﾊﾟ\u{ffa0}ｱ"), "パア");
        assert_eq!(prepass("a\r\n\tb"), "a   b");
    }
}
