use super::commonplace::{PLACE_ENDINGS_CN, PLACES_CN, PLACES_LATIN, TRADES_CN, TRADES_LATIN};

/// What tells a company's name from others: without the class of its form, the place in front and its line of
/// business. The whole name when nothing would be left.
pub fn core_of(folded: &str) -> String {
    let name = without_form(folded);
    let core = if has_han(name) {
        without_trades(&without_place_cn(name), TRADES_CN)
    } else {
        let rest = PLACES_LATIN
            .iter()
            .find_map(|place| name.strip_prefix(place))
            .unwrap_or(name);
        without_ending(rest, TRADES_LATIN)
    };
    let commonplace = TRADES_CN.contains(&core.as_str()) || TRADES_LATIN.contains(&core.as_str());
    if commonplace || core.chars().count() < 2 {
        name.to_owned()
    } else {
        core
    }
}

pub(super) fn without_form(folded: &str) -> &str {
    folded.split('#').next().unwrap_or(folded)
}

pub(super) fn has_han(text: &str) -> bool {
    text.chars()
        .any(|c| ('\u{3400}'..='\u{9fff}').contains(&c) || c >= '\u{20000}')
}

/// A place may be named by province, city and district, and brackets are gone: it can stand behind the name too.
fn without_place_cn(name: &str) -> String {
    let mut rest = name;
    while let Some(shorter) = PLACES_CN.iter().find_map(|place| rest.strip_prefix(place)) {
        let shorter = shorter.strip_prefix(PLACE_ENDINGS_CN).unwrap_or(shorter);
        if shorter.is_empty() {
            break;
        }
        rest = shorter;
    }
    rest.to_owned()
}

fn without_trades(name: &str, trades: &[&str]) -> String {
    let mut rest = name.to_owned();
    for trade in trades {
        // In front it may be the name itself.
        if let Some(at) = rest.find(trade).filter(|at| *at > 0) {
            rest.replace_range(at..at + trade.len(), "");
        }
    }
    rest
}

/// Latin names have lost their spaces, so a line of business is looked for at the end only.
fn without_ending(name: &str, trades: &[&str]) -> String {
    let mut rest = name;
    while let Some(shorter) = trades
        .iter()
        .find_map(|trade| rest.strip_suffix(trade))
        .filter(|shorter| !shorter.is_empty())
    {
        rest = shorter;
    }
    rest.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn place_trade_and_form_are_left_out() {
        assert_eq!(core_of("深圳市鑫澜科技#L"), "鑫澜");
        assert_eq!(core_of("广东省深圳市鑫澜电子商务#L"), "鑫澜");
        assert_eq!(core_of("shenzhenxinlantrading#l"), "xinlan");
    }

    #[test]
    fn a_name_of_common_words_alone_stays_whole() {
        assert_eq!(core_of("深圳科技#L"), "深圳科技");
        assert_eq!(core_of("科技#L"), "科技");
        assert_eq!(core_of("globaltrading"), "globaltrading");
        assert_eq!(core_of(""), "");
    }
}
