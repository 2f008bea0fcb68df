use std::collections::BTreeSet;

use super::core::{core_of, has_han, without_form};
use super::parts::grams;

/// From how many per cent on a resemblance is shown.
pub const NOTABLE: u8 = 75;

/// How much one name resembles another, in per cent, and what that rests on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Resemblance {
    /// 70 % cores, 30 % parts; 100 for names whose folded forms are equal.
    pub score: u8,
    /// Jaro–Winkler similarity of the names without form, place and line of business.
    pub core: u8,
    /// Share of common runs of characters in the whole names (Dice).
    pub parts: u8,
    /// Whether the classes of the company forms are the same.
    pub same_form: bool,
}

impl Resemblance {
    /// For people and scripts: `core 96 %, parts 70 %, same form`.
    pub fn explained(&self) -> String {
        let form = if self.same_form { ", same form" } else { "" };
        format!("core {} %, parts {} %{form}", self.core, self.parts)
    }
}

/// Compares two folded names of the same kind.
pub fn resemblance(one: &str, other: &str) -> Resemblance {
    let core = strsim::jaro_winkler(&core_of(one), &core_of(other));
    let parts = dice(without_form(one), without_form(other));
    let score = if one == other {
        1.0
    } else {
        0.7 * core + 0.3 * parts
    };
    Resemblance {
        score: per_cent(score),
        core: per_cent(core),
        parts: per_cent(parts),
        same_form: form(one) == form(other),
    }
}

fn form(folded: &str) -> Option<&str> {
    folded.split_once('#').map(|(_, form)| form)
}

fn dice(one: &str, other: &str) -> f64 {
    let length = if has_han(one) && has_han(other) { 2 } else { 3 };
    let (one, other): (BTreeSet<_>, BTreeSet<_>) = (
        grams(one, length).into_iter().collect(),
        grams(other, length).into_iter().collect(),
    );
    let both = one.intersection(&other).count();
    let all = one.len() + other.len();
    if all == 0 {
        return 0.0;
    }
    2.0 * f64::from(u32::try_from(both).unwrap_or(u32::MAX))
        / f64::from(u32::try_from(all).unwrap_or(u32::MAX))
}

fn per_cent(share: f64) -> u8 {
    (share.clamp(0.0, 1.0) * 100.0).floor() as u8
}

#[cfg(test)]
mod tests {
    use super::*;

    fn score(one: &str, other: &str) -> u8 {
        let there = resemblance(one, other);
        assert_eq!(there, resemblance(other, one), "the same both ways");
        there.score
    }

    #[test]
    fn the_same_core_under_another_place_or_trade_is_notable() {
        assert_eq!(score("深圳市鑫澜科技#L", "深圳市鑫澜科技#L"), 100);
        assert!(score("深圳市鑫澜科技#L", "深圳市鑫澜科技#J") >= NOTABLE);
        assert!(score("深圳市鑫澜科技#L", "深圳市鑫澜电子商务#L") >= NOTABLE);
        assert!(score("shenzhenxinlantrading#l", "shenzhenxinlantechnology#l") >= NOTABLE);
        assert!(score("shenzhenxinlantrading#l", "shenzhenxinlahntrading#l") >= NOTABLE);
    }

    #[test]
    fn neighbours_and_homophones_are_not() {
        assert!(score("深圳市鑫澜科技#L", "深圳市宏达科技#L") < NOTABLE);
        assert!(score("深圳市鑫澜科技#L", "深圳市新兰科技#L") < NOTABLE);
        assert!(score("shenzhenxinlantrading#l", "shenzhenhongdatrading#l") < NOTABLE);
    }

    #[test]
    fn a_resemblance_says_what_it_rests_on() {
        let explained = resemblance("深圳市鑫澜科技#L", "深圳市鑫澜商贸#L").explained();
        assert!(explained.starts_with("core 100 %, parts "), "{explained}");
        assert!(explained.ends_with("same form"), "{explained}");
    }
}
