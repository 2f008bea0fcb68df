use crate::canonical::{Canonical, Check};
use crate::text::field::{self, compact, unlabelled};
use crate::text::latin;
use crate::{Kind, Region, Reject, Trace, country};

const LABELS: &[&str] = &[
    "REGISTRATIONNUMBER",
    "REGISTRATIONNO",
    "REGNO",
    "REG",
    "APPLICATIONNO",
    "TRADEMARKNO",
    "TRADEMARK",
    "EUTMNO",
    "EUTM",
    "CTM",
    "TMNO",
    "TM",
    "NUMBER",
    "NO",
    "NR",
];

/// Jurisdiction, number without leading zeros, and one form for each Nice class.
pub(super) fn normalise(
    raw: &str,
    _region: Option<Region>,
    trace: &mut Trace<'_>,
) -> Result<Vec<Canonical>, Reject> {
    let text = field::plain(raw, trace)?;
    let fields = field::split(&text);
    let (place, number, classes) = match *fields.as_slice() {
        [place, number, classes] => (place, number, classes),
        [sentence] => in_words(sentence).ok_or(Reject::Fields)?,
        _ => return Err(Reject::Fields),
    };
    let place = jurisdiction(place)?;
    let number = read_number(number, &place)?;
    let classes = nice_classes(classes)?;
    trace.note("fields", &format!("{place}|{number}|{classes:?}"));
    let form = |class| {
        Canonical::strict(
            Kind::Trademark,
            format!("{place}|{number}|{class}"),
            Check::NotApplicable,
        )
    };
    Ok(classes.into_iter().map(form).collect())
}

/// `CN 第1234567号 第25类`, as registers and notices write it.
fn in_words(text: &str) -> Option<(&str, &str, &str)> {
    let (place, rest) = text.split_once('第')?;
    let (number, rest) = rest.split_once(['号', '號'])?;
    let classes = rest.trim_start_matches(['，', ',', ' ']).strip_prefix('第')?;
    let classes = classes.split_once(['类', '類']).map(|(classes, _)| classes)?;
    Some((place.trim(), number, classes))
}

/// WIPO ST.3 code, with EU for the Union and WO for international registrations.
fn jurisdiction(text: &str) -> Result<String, Reject> {
    let upper = compact(&latin::ascii_expected(text));
    // Of trademarks IR is the International Registration, as WIPO and the offices write it; Iran is IRN.
    match country::find(text) {
        Some(("IR", three)) if upper != "IR" => return Ok(three.to_owned()),
        Some((two, _)) if two != "IR" => return Ok(two.to_owned()),
        _ => {}
    }
    let code = match upper.as_str() {
        "EU" | "EM" | "EUIPO" | "EUTM" | "OHIM" | "CTM" | "EUROPEANUNION" | "欧盟" | "歐盟" => "EU",
        "WO" | "IR" | "IB" | "WIPO" | "MADRID" | "INTERNATIONAL" | "马德里" | "国际" => "WO",
        "BX" | "BENELUX" | "BOIP" => "BX",
        "CNIPA" | "SAIC" | "CTMO" | "国家知识产权局" => "CN",
        "USPTO" => "US",
        "JPO" | "特許庁" => "JP",
        "KIPO" => "KR",
        "UKIPO" => "GB",
        "TIPO" => "TW",
        "DPMA" => "DE",
        "HKIPD" => "HK",
        "OA" | "OAPI" => "OA",
        "AP" | "ARIPO" => "AP",
        _ => return Err(Reject::Issuer),
    };
    Ok(code.to_owned())
}

fn read_number(text: &str, place: &str) -> Result<String, Reject> {
    let text = latin::ascii_expected(text);
    let text: String = text
        .chars()
        .filter(|&c| c.is_ascii_alphanumeric() || c.is_ascii_punctuation())
        .collect();
    let text = compact(&text);
    let mut labels = LABELS.to_vec();
    let office = match place {
        "EU" => "EM",
        "GB" => "UK",
        "WO" => "IR",
        _ => place,
    };
    labels.extend([place, office]);
    let shape = |text: &&str| {
        let digits = text.trim_start_matches(|c: char| c.is_ascii_uppercase());
        let prefix = text.len() - digits.len();
        let suffix = digits.trim_start_matches(|c: char| c.is_ascii_digit());
        let count = digits.len() - suffix.len();
        prefix <= 1
            && (1..=12).contains(&count)
            && suffix.len() <= 2
            && suffix.bytes().all(|b| b.is_ascii_uppercase())
    };
    // Japanese registrations are written T5854927 too.
    let bare = unlabelled(&text, &labels)
        .into_iter()
        .rev()
        .find(shape)
        .ok_or(Reject::Format)?;
    let bare = if place == "JP" {
        bare.strip_prefix('T').unwrap_or(bare)
    } else {
        bare
    };
    let digits = bare.find(|c: char| c.is_ascii_digit()).unwrap_or(0);
    let (prefix, rest) = bare.split_at(digits);
    let rest = rest.trim_start_matches('0');
    if rest.bytes().filter(u8::is_ascii_digit).count() == 0 {
        return Err(Reject::Dummy);
    }
    Ok(format!("{prefix}{rest}"))
}

/// The Nice classes a field names: `18`, `Class 18`, `第十八类`, `18, 25`.
fn nice_classes(text: &str) -> Result<Vec<u32>, Reject> {
    let text = chinese_numbers(text);
    let numbers: Result<Vec<u32>, Reject> = text
        .split(|c: char| !c.is_ascii_digit())
        .filter(|part| !part.is_empty())
        .map(|part| {
            part.parse()
                .ok()
                .filter(|class| (1..=45).contains(class))
                .ok_or(Reject::NiceClass)
        })
        .collect();
    let mut numbers = numbers?;
    let range = text.contains('-') || text.contains('~') || text.contains('至');
    numbers.sort_unstable();
    numbers.dedup();
    if numbers.is_empty() || (range && numbers.len() > 1) {
        Err(Reject::NiceClass)
    } else {
        Ok(numbers)
    }
}

/// Chinese numbers below one hundred (`二十五`) as digits.
fn chinese_numbers(text: &str) -> String {
    let value = |c: char| "零一二三四五六七八九".chars().position(|numeral| numeral == c);
    let mut plain = String::with_capacity(text.len());
    let mut pending: Option<usize> = None;
    for c in text.chars().chain(['\n']) {
        pending = match (c, value(c), pending) {
            ('十', _, tens) => Some(tens.unwrap_or(1) * 10),
            (_, Some(unit), Some(tens)) if tens >= 10 => Some(tens + unit),
            (_, Some(unit), _) => Some(unit),
            (_, None, before) => {
                if let Some(number) = before {
                    plain.push_str(&number.to_string());
                }
                plain.push(c);
                None
            }
        };
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(raw: &str) -> Result<Vec<String>, Reject> {
        normalise(raw, None, &mut Trace::off())
            .map(|forms| forms.into_iter().map(|form| form.value).collect())
    }

    #[test]
    fn one_mark_however_it_is_written() {
        for raw in [
            "CN | 5135781 | 18",
            "中国｜第5135781号｜第十八类",
            "cn | No. 05135781 | Class 18",
            "CNIPA | Reg. No. 5135781 | Nice 018",
            "China | CN5135781 | IC 18",
        ] {
            assert_eq!(values(raw).unwrap(), ["CN|5135781|18"], "{raw}");
        }
        assert_eq!(
            values("EM | EUTM 018,108,746 | 30, 25").unwrap(),
            ["EU|18108746|25", "EU|18108746|30"]
        );
        assert_eq!(
            values("JP | 登録第5854927号 | 第23類").unwrap(),
            ["JP|5854927|23"]
        );
        assert_eq!(values("US | 2376394A | 二十五").unwrap(), ["US|2376394A|25"]);
    }

    #[test]
    fn class_jurisdiction_and_number_are_required() {
        assert_eq!(values("CN | 5135781 | 46"), Err(Reject::NiceClass));
        assert_eq!(values("CN | 5135781"), Err(Reject::Fields));
        assert_eq!(values("Mars | 5135781 | 18"), Err(Reject::Issuer));
    }

    #[test]
    fn an_international_registration_is_not_irans() {
        for raw in [
            "IR | 1234567 | 9",
            "ir. | IR 1234567 | 9",
            "WO | 1234567 | 9",
            "WIPO | IR1234567 | 9",
        ] {
            assert_eq!(values(raw).unwrap(), ["WO|1234567|9"], "{raw}");
        }
        for raw in ["Iran | 1234567 | 9", "IRN|1234567|9", "伊朗 | 1234567 | 9"] {
            assert_eq!(values(raw).unwrap(), ["IRN|1234567|9"], "{raw}");
        }
    }
}
