use std::borrow::Cow;
use std::sync::LazyLock;

use unicode_normalization::UnicodeNormalization;

use super::charmap::{CharMap, rows};

pub(crate) const LOOKALIKES: &str = include_str!("../../data/lookalikes.tsv");
pub(crate) const FOLDS: &str = include_str!("../../data/latin_fold.tsv");

static FOLD: LazyLock<CharMap> = LazyLock::new(|| CharMap::by_code_point(FOLDS));
static LOOK: LazyLock<Vec<(char, char, bool)>> = LazyLock::new(read_lookalikes);

fn read_lookalikes() -> Vec<(char, char, bool)> {
    let mut table: Vec<_> = rows(LOOKALIKES)
        .filter_map(|row| {
            let mut columns = row.split('\t');
            let key = u32::from_str_radix(columns.next()?, 16)
                .ok()
                .and_then(char::from_u32)?;
            let latin = columns.next()?.chars().next()?;
            Some((key, latin, columns.next() == Some("always")))
        })
        .collect();
    table.sort_unstable();
    table
}

fn lookup(c: char) -> Option<(char, bool)> {
    if c.is_ascii() {
        return None;
    }
    let found = LOOK.binary_search_by_key(&c, |&(key, _, _)| key).ok()?;
    LOOK.get(found).map(|&(_, latin, always)| (latin, always))
}

/// For kinds whose alphabet is ASCII: every look-alike of another script becomes the Latin letter, combining
/// marks are dropped.
pub(crate) fn ascii_expected(text: &str) -> Cow<'_, str> {
    if text.is_ascii() {
        return Cow::Borrowed(text);
    }
    let folded: String = text
        .nfd()
        .filter(|&c| !is_mark(c))
        .map(read_letter)
        .map(cross)
        .collect();
    Cow::Owned(folded)
}

/// [`ascii_expected`] in upper case; letters whose upper case passes for a Latin one are read too.
pub(crate) fn ascii_upper(text: &str) -> String {
    ascii_expected(&ascii_expected(text).to_uppercase()).into_owned()
}

/// Multiplication signs people type for the letter X.
fn cross(c: char) -> char {
    match c {
        '×' | '✕' | '✖' | '╳' | '⨯' | '❌' => 'X',
        _ => c,
    }
}

/// Readings of a name in which look-alikes of other scripts may pass for Latin, in the case they were written.
///
/// A text with a Latin letter in it is read as Latin as far as it goes. A text without any is read as written, and as
/// Latin too when every letter of it could be: then the first reading is the Latin one. Deciding for the text and not
/// for each word makes the reading independent of spaces.
pub(crate) fn readings(text: &str) -> (String, Option<String>) {
    if text.is_ascii() {
        return (text.to_owned(), None);
    }
    let mixed = has_latin(text);
    let passes = text
        .chars()
        .all(|c| !is_foreign(c) || lookup(c).is_some_and(|(_, always)| always));
    let latin = || text.chars().map(read_letter).collect::<String>();
    if mixed {
        return (latin(), None);
    }
    match passes {
        true if text.chars().any(is_foreign) => (latin(), Some(text.to_owned())),
        _ => (text.to_owned(), None),
    }
}

/// A Latin letter that is no part of a company class (`#L`).
fn has_latin(text: &str) -> bool {
    let mut class = false;
    text.chars().any(|c| {
        class = c == '#' || (class && c.is_ascii_alphabetic());
        !class && c.is_alphabetic() && is_latin(c)
    })
}

/// The Latin letter `c` passes for, by its own shape or by that of its lower case.
fn read_letter(c: char) -> char {
    if c.is_ascii() {
        return c;
    }
    let lower = || c.to_lowercase().next().and_then(lookup);
    lookup(c).or_else(lower).map_or(c, |(letter, _)| letter)
}

/// A letter of another script than Latin and Han.
fn is_foreign(c: char) -> bool {
    !c.is_ascii() && c.is_alphabetic() && !is_latin(c) && !super::han::is_han(c)
}

fn is_latin(c: char) -> bool {
    matches!(u32::from(c),
        0x41..=0x5A | 0x61..=0x7A | 0xAA | 0xBA | 0xC0..=0x24F | 0x250..=0x2AF | 0x1D00..=0x1D25
        | 0x1D2C..=0x1D7F | 0x1E00..=0x1EFF | 0x2C60..=0x2C7F | 0xA722..=0xA7FF | 0xAB30..=0xAB6F)
}

/// Latin letters without their marks, strokes and ligatures; other scripts keep what tells words apart
/// (й, が), only enclosing and overlaid marks go.
pub(crate) fn plain_letters(text: &str) -> Cow<'_, str> {
    if text.is_ascii() {
        return Cow::Borrowed(text);
    }
    let mut plain = String::with_capacity(text.len());
    let mut base = ' ';
    for c in text.nfd() {
        if is_mark(c) {
            if c == '\u{306}' && matches!(base, 'и' | 'И' | 'у' | 'У') {
                plain.push(c);
            }
            continue;
        }
        base = c;
        let c = if c == 'ς' { 'σ' } else { c };
        match FOLD.lookup(c) {
            Some(letters) => plain.push_str(letters),
            None => plain.push(c),
        }
    }
    Cow::Owned(plain.nfc().collect())
}

/// Marks that only decorate: diacritics, overlays, enclosures.
pub(crate) fn is_mark(c: char) -> bool {
    matches!(u32::from(c),
        0x0300..=0x036F | 0x0483..=0x0489 | 0x1AB0..=0x1AFF | 0x1DC0..=0x1DFF | 0x20D0..=0x20FF
        | 0xFE20..=0xFE2F)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn look_alikes_become_latin_where_ascii_is_expected() {
        assert_eq!(ascii_expected("МА0ᏒХ×ЅΝ"), "MA0RXXSN");
        assert_eq!(ascii_expected("1\u{20e3}2\u{336}"), "12");
    }

    #[test]
    fn a_mixed_word_has_one_reading() {
        assert_eq!(readings("Тrаfісоn"), ("Traficon".to_owned(), None));
        assert_eq!(readings("Rоаd Runnеr Ѕроrtѕ").0, "Road Runner Sports");
    }

    #[test]
    fn a_word_of_another_script_keeps_its_own_reading() {
        assert_eq!(readings("ТЕМА"), ("TEMA".to_owned(), Some("ТЕМА".to_owned())));
        assert_eq!(readings("Лента"), ("Лента".to_owned(), None));
        assert_eq!(readings("ʟɪɴᴅᴛ"), ("LINDT".to_lowercase(), None));
    }

    #[test]
    fn letters_lose_their_marks_but_scripts_stay_readable() {
        assert_eq!(plain_letters("Häagen Łódź Øre й が"), "Haagen Lodz Ore й が");
        assert_eq!(plain_letters("N\u{336}ike"), "Nike");
    }
}
