use std::sync::LazyLock;

use ferrous_opencc::OpenCC;
use ferrous_opencc::config::BuiltinConfig;

use super::charmap::CharMap;

pub(crate) const TABLE: &str = include_str!("../../data/han_variants.tsv");

static VARIANTS: LazyLock<CharMap> = LazyLock::new(|| CharMap::by_character(TABLE));
static OPENCC: LazyLock<Option<OpenCC>> = LazyLock::new(|| OpenCC::from_config(BuiltinConfig::T2s).ok());

/// Traditional to simplified (OpenCC t2s) and the hand-kept supplement of variants, until nothing changes.
pub(crate) fn simplify(text: &str) -> String {
    if text.is_ascii() {
        return text.to_owned();
    }
    let mut current = text.to_owned();
    // A replaced character can complete a phrase of the dictionary; four rounds settle every known text.
    for _ in 0..4 {
        let next = round(&current);
        if next == current {
            break;
        }
        current = next;
    }
    current
}

/// Variants, Japanese forms and radical look-alikes as the simplified character.
pub(crate) fn settle_variants(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    for c in text.chars() {
        match VARIANTS.lookup(c) {
            Some(replacement) => plain.push_str(replacement),
            None => plain.push(c),
        }
    }
    plain
}

fn round(text: &str) -> String {
    let plain = settle_variants(text);
    match OPENCC.as_ref() {
        Some(opencc) if plain.chars().any(is_han) => opencc.convert(&plain),
        _ => plain,
    }
}

/// A character of the Han script.
pub(crate) fn is_han(c: char) -> bool {
    matches!(u32::from(c),
        0x2E80..=0x2FD5 | 0x3005 | 0x3007 | 0x3021..=0x3029 | 0x3400..=0x4DBF | 0x4E00..=0x9FFF
        | 0xF900..=0xFAFF | 0x20000..=0x3FFFF)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_dictionary_is_embedded() {
        assert!(OPENCC.is_some());
        assert_eq!(simplify("臺灣螞蟻電子"), "台湾蚂蚁电子");
    }

    #[test]
    fn variants_the_dictionary_leaves_alone_are_simplified() {
        assert_eq!(simplify("衞濶巿広州気⻄⻓⺠"), "卫阔市广州气西长民");
    }

    #[test]
    fn look_alikes_stay_apart() {
        for (one, other) in [
            ('土', '士'),
            ('未', '末'),
            ('日', '曰'),
            ('己', '已'),
            ('己', '巳'),
            ('人', '入'),
        ] {
            assert_ne!(simplify(&one.to_string()), simplify(&other.to_string()));
        }
    }

    #[test]
    fn the_supplement_is_settled_after_one_reading() {
        for (key, value) in VARIANTS.iter() {
            assert_eq!(simplify(value), value, "{key}");
            assert_eq!(simplify(&key.to_string()), value, "{key}");
        }
    }
}
