use std::borrow::Cow;
use std::sync::LazyLock;

use rlibphonenumber::{PhoneNumberFormat, PhoneNumberUtil};

use crate::canonical::{Canonical, Check};
use crate::text::{field, latin, numeral, sheet};
use crate::{Kind, Region, Reject, Trace, deny};

static UTIL: LazyLock<Option<PhoneNumberUtil>> = LazyLock::new(|| PhoneNumberUtil::new().ok());

/// E.164 number; the extension is dropped, since it names a desk and not a line.
pub(super) fn normalise(
    raw: &str,
    region: Option<Region>,
    trace: &mut Trace<'_>,
) -> Result<Vec<Canonical>, Reject> {
    let text = field::plain(raw, trace)?;
    let text = numeral::digits(&text);
    let (text, damaged) = sheet::repair(&text)?;
    let text = without_thousands(text);
    let text = latin::ascii_expected(&text);
    let text = from_link(&text).unwrap_or(text);
    trace.note("numerals", &text);
    let mut forms: Vec<Canonical> = Vec::new();
    let mut worst = Reject::NotANumber;
    let parts = text.split([';', '、', '或']).flat_map(split_comma);
    for part in parts.flat_map(split_slash).take(8) {
        let read = one(part, region, trace);
        // What stood in front was no area code of it.
        let read = match without_short_number(part).filter(|_| read.is_err() && forms.is_empty()) {
            Some(number) => one(number, region, trace),
            None => read,
        };
        match read {
            // The same line twice is one form, as clean as its cleaner writing.
            Ok(form) => match forms.iter_mut().find(|known| known.value == form.value) {
                Some(known) => known.repaired &= form.repaired | damaged,
                None => forms.push(form.repaired(damaged)),
            },
            Err(reject) => worst = reject,
        }
    }
    if forms.is_empty() { Err(worst) } else { Ok(forms) }
}

/// `18,615,020,612`: a sheet took the number for an amount.
fn without_thousands(text: Cow<'_, str>) -> Cow<'_, str> {
    let mut groups = text.split(',');
    let first = groups.next().is_some_and(|group| (1..=3).contains(&group.len()));
    let rest: Vec<&str> = groups.collect();
    let amount = first
        && rest.len() >= 3
        && rest.iter().all(|group| group.len() == 3)
        && text.bytes().all(|byte| byte.is_ascii_digit() || byte == b',');
    if amount {
        Cow::Owned(text.replace(',', ""))
    } else {
        text
    }
}

/// `wa.me/86138…`, `api.whatsapp.com/send?phone=86138…`: digits with the country code.
fn from_link(text: &str) -> Option<Cow<'static, str>> {
    let lower = text.to_ascii_lowercase();
    let rest = [
        "wa.me/",
        "whatsapp.com/send?phone=",
        "whatsapp.com/send/?phone=",
        "t.me/+",
    ]
    .iter()
    .find_map(|host| lower.split_once(host).map(|(_, rest)| rest.to_owned()))?;
    let digits: String = rest
        .trim_start_matches("%2b")
        .chars()
        .filter(char::is_ascii_digit)
        .take(15)
        .collect();
    (digits.len() >= 8).then(|| Cow::Owned(format!("+{digits}")))
}

/// Behind a comma stands another number, or few digits that are an extension.
fn split_comma(text: &str) -> impl Iterator<Item = &str> {
    let long = |part: &str| part.bytes().filter(u8::is_ascii_digit).count() >= 7;
    let cut = text.split(',').filter(|part| long(part)).count() > 1;
    text.split(move |c| cut && c == ',')
}

/// Two whole numbers may share a field; `030/23125000` is one number behind its area code, `0571-1234567/8` one number and
/// a neighbouring line.
fn split_slash(text: &str) -> Vec<&str> {
    let mut numbers = Vec::new();
    // Where the area code begins that waits for its number.
    let mut code = None;
    let mut at = 0;
    for part in text.split('/') {
        let end = at + part.len();
        if part.bytes().filter(u8::is_ascii_digit).count() >= 7 {
            let own = code.take().filter(|_| !part.trim_start().starts_with(is_label));
            numbers.push(text.get(own.unwrap_or(at)..end).unwrap_or_default());
        } else if is_area_code(part, numbers.is_empty()) {
            code = code.or(Some(at));
        } else {
            code = None;
        }
        at = end + 1;
    }
    if numbers.is_empty() { vec![text] } else { numbers }
}

/// `661234/13800238001`: a company's own short number in front of the whole one.
fn without_short_number(part: &str) -> Option<&str> {
    let (before, number) = part.rsplit_once('/')?;
    let short = before.rsplit('/').next().unwrap_or_default().trim();
    (!short.starts_with(['0', '+', '('])).then_some(number)
}

/// What can't continue a number.
fn is_label(c: char) -> bool {
    c == '+' || c.is_alphabetic()
}

/// Behind another number only what is written like an area code: `/8` and `/19` are lines beside it.
fn is_area_code(part: &str, first: bool) -> bool {
    let part = part.trim();
    let digits = part.bytes().filter(u8::is_ascii_digit).count();
    digits >= 2
        && part.ends_with(|c: char| c.is_ascii_digit() || c == ')')
        && (first || part.starts_with(['0', '+', '(']))
}

fn one(text: &str, region: Option<Region>, trace: &mut Trace<'_>) -> Result<Canonical, Reject> {
    let (text, read) = read_letters(text, region);
    let text = dialled(&text);
    trace.note("label", &text);
    if text.contains("**") {
        return Err(Reject::Masked);
    }
    let assigned = assigned(&text, region).or_else(|| assigned(without_desk(&text)?, region));
    let e164 = match assigned {
        Some(e164) => e164,
        None => parse(&text, region).or_else(|reject| {
            let plain = without_trunk(&text, region);
            plain.map_or(Err(reject), |plain| parse(&plain, region))
        })?,
    };
    trace.note("e164", &e164);
    if let Some(reject) = deny::phone(&e164) {
        return Err(reject);
    }
    Ok(Canonical::strict(Kind::Phone, e164, Check::NotApplicable).repaired(read))
}

/// `l38OO138OOO`: outside North America, where letters spell numbers, O and l stand for digits when they are the
/// only letters between digits.
fn read_letters(text: &str, region: Option<Region>) -> (Cow<'_, str>, bool) {
    let vanity = region == Some(Region::US) || text.trim_start().starts_with("+1");
    let digit = |c: char| c.is_ascii_digit();
    let confusable = |c: char| matches!(c, 'o' | 'O' | 'l' | 'I' | 'i' | 'L');
    let letters: Vec<char> = text.chars().filter(|c| c.is_ascii_alphabetic()).collect();
    let digits = text.chars().filter(|&c| digit(c)).count();
    if vanity || letters.is_empty() || !letters.iter().all(|&c| confusable(c)) || digits < letters.len() / 2 {
        return (Cow::Borrowed(text), false);
    }
    let plain = text.chars().map(|c| match c {
        'o' | 'O' => '0',
        'l' | 'I' | 'i' | 'L' => '1',
        _ => c,
    });
    (Cow::Owned(plain.collect()), true)
}

/// What is dialled: labels in front and extensions behind removed, decoration turned into spaces.
fn dialled(text: &str) -> String {
    let text = text.trim();
    let start = text.find(|c: char| c.is_ascii_digit() || c == '+').unwrap_or(0);
    let start = match text.get(..start).and_then(|head| head.rfind('(')) {
        Some(open)
            if text
                .get(open..start)
                .is_some_and(|gap| gap.chars().all(|c| c == '(' || c == ' ')) =>
        {
            open
        }
        _ => start,
    };
    let number = text.get(start..).unwrap_or_default();
    let number = number.split(';').next().unwrap_or_default();
    let end = number
        .find(|c: char| !c.is_ascii() && c.is_alphabetic() || matches!(c, '#' | '@' | ','))
        .unwrap_or(number.len());
    let number = number.get(..end).unwrap_or_default();
    number
        .chars()
        .map(|c| {
            if c.is_ascii_alphanumeric() || matches!(c, '+' | '(' | ')' | '-' | '*') {
                c
            } else {
                ' '
            }
        })
        .collect::<String>()
        .trim()
        .to_owned()
}

/// `086 138…`: a zero in front of China's code where two or a plus belong. No area code of China begins with 086.
fn without_trunk(text: &str, region: Option<Region>) -> Option<String> {
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    let rest = digits.strip_prefix("086")?;
    (region == Some(Region::CN) && rest.len() == 11 && rest.starts_with('1')).then(|| format!("+86{rest}"))
}

/// `010-65529988-801`: a desk behind a second hyphen, of a number that is whole without it.
fn without_desk(text: &str) -> Option<&str> {
    let (line, desk) = text.rsplit_once('-')?;
    let short = (1..=5).contains(&desk.len()) && desk.bytes().all(|byte| byte.is_ascii_digit());
    let whole = line.bytes().filter(u8::is_ascii_digit).count() >= 9;
    (short && whole).then_some(line)
}

/// The E.164 form of a number in a range that is assigned.
fn assigned(text: &str, region: Option<Region>) -> Option<String> {
    let util = UTIL.as_ref()?;
    let number = util.parse(text, default_region(text, region)?).ok()?;
    util.is_valid_number(&number)
        .then(|| util.format(&number, PhoneNumberFormat::E164).into_owned())
}

/// The region to read `text` by; the outer `None` when it needs one and there is none.
fn default_region(text: &str, region: Option<Region>) -> Option<Option<rlibphonenumber::Region>> {
    let default = region.and_then(|region| region.as_str().parse::<rlibphonenumber::Region>().ok());
    (default.is_some() || text.starts_with(['+', '('])).then_some(default)
}

fn parse(text: &str, region: Option<Region>) -> Result<String, Reject> {
    let util = UTIL.as_ref().ok_or(Reject::NotANumber)?;
    let default = default_region(text, region).ok_or(Reject::RegionRequired)?;
    let number = util.parse(text, default).map_err(|_| Reject::NotANumber)?;
    let e164 = util.format(&number, PhoneNumberFormat::E164).into_owned();
    if !util.is_possible_number(&number) {
        return without_mobile_prefix(&e164).ok_or(Reject::NotANumber);
    }
    if !util.is_valid_number(&number) {
        let digits = e164.len() - 1 - number.country_code.to_string().len();
        // Seven or eight digits without an area code exist in every city.
        let whole = digits >= 9 || matches!(number.country_code, 65 | 852 | 853);
        // Metadata may lag behind new ranges, but the number has to survive its own international form.
        let survives = util
            .parse(&e164, None)
            .is_ok_and(|again| util.format(&again, PhoneNumberFormat::E164) == e164);
        if !whole || !survives {
            return Err(Reject::NotANumber);
        }
    }
    Ok(e164)
}

/// Mexico dropped the 1 between country code and mobile number in 2019.
fn without_mobile_prefix(e164: &str) -> Option<String> {
    let rest = e164.strip_prefix("+521")?;
    (rest.len() == 10).then(|| format!("+52{rest}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(raw: &str, region: &str) -> Result<String, Reject> {
        normalise(raw, region.parse().ok(), &mut Trace::off()).map(|forms| forms[0].value.clone())
    }

    #[test]
    fn one_line_however_it_is_written() {
        for raw in [
            "13800238001",
            "+86 138 0023 8001",
            "008613800238001",
            "(+86)13800238001",
            "手机：138-0023-8001",
            "一三八〇〇二三八〇〇一",
            "l38OO238OO1",
            "013800238001",
            "tel:+86-138-0023-8001;ext=3",
            "13800238001 转 8",
            "wa.me/8613800238001",
            "138★0023★8001",
            "☎13800238001",
            "13800238001(微信同号)",
            "+86(0)138 0023 8001",
        ] {
            assert_eq!(value(raw, "CN").as_deref(), Ok("+8613800238001"), "{raw}");
        }
    }

    #[test]
    fn an_area_code_in_front_of_a_slash_belongs_to_the_number() {
        for (raw, region, line) in [
            ("030/23125000", "DE", "+493023125000"),
            ("089/23125000", "DE", "+498923125000"),
            ("Tel. 030 / 23125000", "DE", "+493023125000"),
            ("0171/8505207", "DE", "+491718505207"),
            ("+49 30/23125000", "", "+493023125000"),
            ("+49/30/23125000", "", "+493023125000"),
            ("01/5234567", "AT", "+4315234567"),
        ] {
            assert_eq!(value(raw, region).as_deref(), Ok(line), "{raw}");
        }
    }

    #[test]
    fn lines_beside_a_number_and_labels_are_no_area_codes() {
        let values = |raw, region: &str| -> Vec<String> {
            let forms = normalise(raw, region.parse().ok(), &mut Trace::off()).unwrap();
            forms.into_iter().map(|form| form.value).collect()
        };
        assert_eq!(values("0571-87654329/8", "CN"), ["+8657187654329"]);
        assert_eq!(
            values("0571-87654329/19/13800238001", "CN"),
            ["+8657187654329", "+8613800238001"]
        );
        assert_eq!(
            values("0571-87654329/030/13800238001", "CN"),
            ["+8657187654329"],
            "neither an area code nor a line beside"
        );
        assert_eq!(values("手机1/手机22/手机：13800238001", "CN"), ["+8613800238001"]);
        assert_eq!(values("13800238001，13900239002", "CN").len(), 2);
        assert_eq!(values("021-62373618,801", "CN"), ["+862162373618"]);
        assert_eq!(values("1/13800238001", "CN"), ["+8613800238001"]);
        assert_eq!(values("661234/13800238001", "CN"), ["+8613800238001"]);
        assert_eq!(values("内线8001/0571-87654329", "CN"), ["+8657187654329"]);
        let two = normalise("040/123456 / 0171/8505207", "DE".parse().ok(), &mut Trace::off());
        assert!(two.is_err(), "half of a number is another one: {two:?}");
        assert_eq!(values("13800238001/13900239002", "CN").len(), 2);
    }

    #[test]
    fn one_line_written_twice_is_one_form() {
        for (raw, repaired) in [
            ("13800238001;l38OO238OO1", false),
            ("l38OO238OO1;13800238001", false),
            ("l38OO238OO1;138OO238OO1", true),
        ] {
            let forms = normalise(raw, "CN".parse().ok(), &mut Trace::off()).unwrap();
            assert_eq!(forms.len(), 1, "{raw}");
            assert_eq!(forms[0].repaired, repaired, "{raw}");
        }
    }

    #[test]
    fn extensions_name_a_desk() {
        for raw in [
            "02-27861188轉12",
            "02-27861188#12",
            "(02)2786-1188 分機 12",
            "02-27861188 ext. 12",
            "02-27861188 x12",
        ] {
            assert_eq!(value(raw, "TW").as_deref(), Ok("+886227861188"), "{raw}");
        }
    }

    #[test]
    fn a_number_without_a_country_needs_a_region() {
        assert_eq!(value("13800238001", ""), Err(Reject::RegionRequired));
        assert_eq!(value("+8613800238001", "").as_deref(), Ok("+8613800238001"));
        assert_eq!(value("78334653", "CN"), Err(Reject::NotANumber));
        assert_eq!(value("138****8001", "CN"), Err(Reject::Masked));
    }
}
