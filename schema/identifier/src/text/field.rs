use std::borrow::Cow;
use std::fmt;

use super::{glyph, latin, numeral, prepass, sheet};
use crate::{Reject, Trace};

/// What a code looks like and which words people write around it.
pub(crate) struct Code<'a, T> {
    /// Upper-case ASCII words without separators, longest first where one begins another.
    pub labels: &'a [&'a str],
    /// No letter belongs to the code: a spreadsheet may have damaged it, Chinese numerals may stand in it.
    pub digits_only: bool,
    /// The code checks well enough to be looked for among other words.
    pub among_words: bool,
    /// Reads the upper-case ASCII letters and digits that are left.
    pub read: &'a dyn Fn(&str) -> Result<T, Reject>,
}

/// A code that was read, and whether the text had to be repaired for it.
pub(crate) struct Found<T> {
    pub value: T,
    pub repaired: bool,
}

/// Finds the one code in a raw value: as a whole, or beside labels, brackets and remarks. Two different codes
/// are ambiguous; none gives the reason that came closest.
pub(crate) fn find<T: PartialEq + Clone>(
    raw: &str,
    trace: &mut Trace<'_>,
    code: &Code<'_, T>,
) -> Result<Found<T>, Reject> {
    let text = plain(raw, trace)?;
    let text = if code.digits_only {
        numeral::digits(&text)
    } else {
        text
    };
    trace.note("numerals", &text);
    let (text, repaired) = sheet::repair(&text)?;
    let text = latin::ascii_expected(&text);
    if text.contains(['\u{fffd}', '\u{2044}']) {
        return Err(Reject::Alphabet);
    }
    let found = |value| Found { value, repaired };
    let whole = compact(&text);
    trace.note("separators", &whole);
    if whole.is_empty() {
        return Err(if text.is_empty() {
            Reject::Empty
        } else {
            Reject::Alphabet
        });
    }
    let worst = match read_unlabelled(&whole, code, trace) {
        Ok(value) => return Ok(found(value)),
        Err(reject) => reject,
    };
    match among(&text, code, worst) {
        Ok(value) => {
            trace.note("extracted", "…");
            Ok(found(value))
        }
        Err(reject) => Err(if text.contains("**") {
            Reject::Masked
        } else {
            reject
        }),
    }
}

/// Pre-pass, undressed glyphs, bounded length.
pub(crate) fn plain<'a>(raw: &'a str, trace: &mut Trace<'_>) -> Result<Cow<'a, str>, Reject> {
    let text = prepass::bounded(raw).ok_or(Reject::TooLong)?;
    trace.note("prepass", &text);
    if text.is_empty() {
        return Err(Reject::Empty);
    }
    match glyph::undress(&text) {
        Cow::Borrowed(_) => Ok(text),
        Cow::Owned(undressed) => {
            trace.note("glyphs", &undressed);
            Ok(Cow::Owned(undressed))
        }
    }
}

/// ASCII letters and digits, letters in upper case; everything that is neither letter nor digit is dropped.
/// Letters of other scripts stay, so that they are refused.
pub(crate) fn compact(text: &str) -> String {
    text.chars()
        .filter(|c| c.is_alphanumeric())
        .map(|c| c.to_ascii_uppercase())
        .collect()
}

/// What is left when known label words are taken off the front and the back, in every order: the text itself first,
/// then the longer remainders.
pub(crate) fn unlabelled<'t>(text: &'t str, labels: &[&str]) -> Vec<&'t str> {
    let mut remainders = vec![text];
    let mut next = 0;
    while let Some(&rest) = remainders.get(next) {
        next += 1;
        for label in labels {
            let front = rest.strip_prefix(label);
            let back = rest.strip_suffix(label).filter(|_| label.len() > 2);
            for shorter in [front, back].into_iter().flatten() {
                if !shorter.is_empty() && !remainders.contains(&shorter) && remainders.len() < 32 {
                    remainders.push(shorter);
                }
            }
        }
    }
    remainders.sort_by_key(|rest| std::cmp::Reverse(rest.len()));
    remainders
}

/// The first remainder that reads, or the reason that came closest.
fn read_unlabelled<T>(text: &str, code: &Code<'_, T>, trace: &mut Trace<'_>) -> Result<T, Reject> {
    let mut worst = Reject::Alphabet;
    for bare in unlabelled(text, code.labels) {
        match (code.read)(bare) {
            Ok(value) => {
                trace.note("label", bare);
                return Ok(value);
            }
            Err(reject) => worst = closer(worst, reject),
        }
    }
    Err(worst)
}

/// The parts a code can hide in: cut at letters of other scripts, colons, brackets and the like.
fn pieces(text: &str) -> Vec<String> {
    let cut = |c: char| {
        matches!(
            c,
            ':' | ';' | ',' | '=' | '(' | ')' | '[' | ']' | '{' | '}' | '|' | '"' | '\'' | '#' | '。' | '、'
        ) || (c.is_alphanumeric() && !c.is_ascii())
    };
    text.split(cut)
        .map(compact)
        .filter(|piece| !piece.is_empty())
        .collect()
}

fn among<T: PartialEq + Clone>(text: &str, code: &Code<'_, T>, mut worst: Reject) -> Result<T, Reject> {
    let pieces = pieces(text);
    let mut hits: Vec<T> = Vec::new();
    let off = &mut Trace::off();
    for piece in pieces.iter().take(64) {
        match read_unlabelled(piece, code, off) {
            Ok(value) if !hits.contains(&value) => hits.push(value),
            Ok(_) => {}
            Err(reject) => worst = closer(worst, reject),
        }
    }
    if hits.is_empty() {
        // The value may be cut as well as labelled: try what follows each piece.
        for start in 0..pieces.len().min(16) {
            let joined = pieces.get(start..).unwrap_or_default().concat();
            if let Ok(value) = read_unlabelled(&joined, code, off) {
                return Ok(value);
            }
        }
    }
    if hits.is_empty() && code.among_words {
        hits = in_words(text, code);
    }
    match hits.as_slice() {
        [value] => Ok(value.clone()),
        [] => Err(worst),
        _ => Err(Reject::Ambiguous),
    }
}

/// The different codes that consecutive words spell.
fn in_words<T: PartialEq>(text: &str, code: &Code<'_, T>) -> Vec<T> {
    let words: Vec<String> = text
        .split(|c: char| c.is_whitespace() || (!c.is_ascii() && c.is_alphanumeric()))
        .map(compact)
        .filter(|word| !word.is_empty())
        .take(24)
        .collect();
    let mut hits = Vec::new();
    for start in 0..words.len() {
        let mut joined = String::new();
        for word in words.get(start..).unwrap_or_default() {
            joined.push_str(word);
            if let Ok(value) = (code.read)(&joined)
                && !hits.contains(&value)
            {
                hits.push(value);
            }
        }
    }
    hits
}

/// Of two reasons the one that says more about the value.
pub(crate) fn closer(one: Reject, other: Reject) -> Reject {
    if rank(other) > rank(one) { other } else { one }
}

fn rank(reject: Reject) -> u8 {
    match reject {
        Reject::Alphabet => 1,
        Reject::Length => 2,
        Reject::Format => 3,
        Reject::Issuer => 4,
        _ => 5,
    }
}

/// Fields of a compound kind, separated by `|` (full-width bars are bars after the pre-pass).
pub(crate) fn split(text: &str) -> Vec<&str> {
    text.split('|').map(str::trim).collect()
}

impl<T> fmt::Debug for Code<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Code")
            .field("labels", &self.labels)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn four_digits(text: &str) -> Result<String, Reject> {
        match text.len() {
            4 if text.bytes().all(|byte| byte.is_ascii_digit()) => Ok(text.to_owned()),
            4 => Err(Reject::Alphabet),
            _ => Err(Reject::Length),
        }
    }

    fn read(text: &str) -> Result<String, Reject> {
        let code = Code {
            labels: &["NO", "PIN"],
            digits_only: true,
            among_words: false,
            read: &four_digits,
        };
        find(text, &mut Trace::off(), &code).map(|found| found.value)
    }

    #[test]
    fn a_code_is_found_beside_labels_and_remarks() {
        for text in [
            "1234",
            "12-34",
            "PIN No. 1234",
            "密码：12 34",
            "密码1234（副本）",
            "一二三四",
            "PIN: 12:34",
        ] {
            assert_eq!(read(text).as_deref(), Ok("1234"), "{text}");
        }
    }

    #[test]
    fn two_codes_are_ambiguous_and_none_says_why() {
        assert_eq!(read("1234;5678"), Err(Reject::Ambiguous));
        assert_eq!(read("12345"), Err(Reject::Length));
        assert_eq!(read("\u{200b}"), Err(Reject::Empty));
        assert_eq!(read("12\u{fffd}4"), Err(Reject::Alphabet));
    }
}
