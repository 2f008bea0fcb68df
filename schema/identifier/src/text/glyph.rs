use std::borrow::Cow;
use std::sync::LazyLock;

use super::charmap::CharMap;

pub(crate) const TABLE: &str = include_str!("../../data/glyphs.tsv");

static MAP: LazyLock<CharMap> = LazyLock::new(|| CharMap::by_code_point(TABLE));

/// Undresses characters NFKC keeps: negative-circled digits, squared letters, regional indicators, typographic
/// dashes, quotes and brackets.
pub(crate) fn undress(text: &str) -> Cow<'_, str> {
    if text.bytes().all(|byte| byte.is_ascii() && byte != b'`') {
        return Cow::Borrowed(text);
    }
    let mut plain = String::with_capacity(text.len());
    for c in text.chars() {
        match MAP.lookup(c) {
            Some(replacement) => plain.push_str(replacement),
            None => plain.push(c),
        }
    }
    Cow::Owned(plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dressed_digits_letters_and_dashes_are_undressed() {
        assert_eq!(undress("❶➁➌⓪🅰🇨🇳—‐"), "123⓪ACN--");
    }

    #[test]
    fn nothing_is_undressed_twice() {
        for (_, value) in MAP.iter() {
            assert_eq!(undress(value), value);
        }
    }
}
