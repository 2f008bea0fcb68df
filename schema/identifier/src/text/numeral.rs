use std::borrow::Cow;

use super::han::is_han;

/// Reads Chinese numerals as ASCII digits where they stand for digits: a run of Han characters that is nothing
/// but numerals, or at least three numerals in a row inside a longer one (so that 统一 keeps its 一).
pub(crate) fn digits(text: &str) -> Cow<'_, str> {
    if !text.chars().any(|c| value(c).is_some()) {
        return Cow::Borrowed(text);
    }
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let han = is_han(c);
        let end = rest.find(|other| is_han(other) != han).unwrap_or(rest.len());
        let (run, tail) = rest.split_at(end);
        if han {
            read_run(run, &mut plain)
        } else {
            plain.push_str(run)
        }
        rest = tail;
    }
    Cow::Owned(plain)
}

fn read_run(run: &str, plain: &mut String) {
    let whole = run.chars().all(|c| value(c).is_some());
    let mut rest = run;
    while let Some(c) = rest.chars().next() {
        let numeral = value(c).is_some();
        let end = rest
            .find(|other| value(other).is_some() != numeral)
            .unwrap_or(rest.len());
        let (part, tail) = rest.split_at(end);
        if numeral && (whole || part.chars().count() >= 3) {
            plain.extend(part.chars().filter_map(value));
        } else {
            plain.push_str(part);
        }
        rest = tail;
    }
}

fn value(c: char) -> Option<char> {
    Some(match c {
        '〇' | '零' | '洞' => '0',
        '一' | '壹' | '壱' | '弌' | '幺' | '〡' => '1',
        '二' | '贰' | '貳' | '弐' | '弍' | '貮' | '〢' => '2',
        '三' | '叁' | '參' | '叄' | '参' | '弎' | '〣' => '3',
        '四' | '肆' | '〤' => '4',
        '五' | '伍' | '〥' => '5',
        '六' | '陆' | '陸' | '〦' => '6',
        '七' | '柒' | '〧' => '7',
        '八' | '捌' | '〨' => '8',
        '九' | '玖' | '〩' => '9',
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numerals_that_stand_for_digits_are_read() {
        assert_eq!(digits("手机一三八零零一三八〇〇〇"), "手机13800138000");
        assert_eq!(digits("138零零138"), "13800138");
        assert_eq!(digits("壹贰叁肆伍陆柒捌玖零"), "1234567890");
    }

    #[test]
    fn a_numeral_inside_a_word_stays() {
        assert_eq!(digits("统一社会信用代码"), "统一社会信用代码");
        assert_eq!(digits("三一重工"), "三一重工");
    }
}
