use std::collections::BTreeSet;

use super::core::{core_of, has_han};

/// Most parts of one name, so that a long name costs no more rows than any other.
const MOST: usize = 24;

/// What a name is searched by: pairs of characters of its core where it has Han characters, else triples, with its
/// two ends marked. Two names of which neither shares a part with the other are never compared.
pub fn parts_of(folded: &str) -> BTreeSet<String> {
    let core = core_of(folded);
    let length = if has_han(&core) { 2 } else { 3 };
    grams(&core, length).into_iter().take(MOST).collect()
}

/// Runs of `length` characters, in order.
pub(super) fn grams(text: &str, length: usize) -> Vec<String> {
    let marked: Vec<char> = std::iter::once('^')
        .chain(text.chars())
        .chain(std::iter::once('$'))
        .collect();
    if text.is_empty() {
        return Vec::new();
    }
    marked.windows(length).map(|run| run.iter().collect()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_with_the_same_core_share_all_parts() {
        assert_eq!(parts_of("深圳市鑫澜科技#L"), parts_of("广州鑫澜商贸#L"));
        assert_eq!(parts_of("鑫澜").len(), 3);
    }

    #[test]
    fn any_text_has_a_bounded_number_of_parts() {
        assert!(parts_of("").is_empty());
        assert_eq!(parts_of("a").len(), 1);
        assert_eq!(parts_of(&"abcdefghij".repeat(100)).len(), 11);
        assert!(parts_of(&('\u{4e00}'..'\u{9000}').collect::<String>()).len() <= MOST);
    }
}
