use crate::canonical::{Canonical, Caution, Check};
use crate::checksum::{all_digits, digit};
use crate::text::field::{self, compact, unlabelled};
use crate::text::latin;
use crate::{Kind, Region, Reject, Trace};

const LABELS: &[&str] = &[
    "PATENTNUMBER",
    "PATENTNO",
    "PATENT",
    "PATNO",
    "PAT",
    "APPLICATIONNO",
    "APPLNO",
    "APPLICATION",
    "PUBLICATIONNO",
    "PUBLICATION",
    "NUMBER",
    "NO",
    "UNITEDSTATES",
];

/// Office, number and kind code. A number without a kind code, and one beside its kind code, is a candidate: the
/// same number can be published twice.
pub(super) fn normalise(
    raw: &str,
    region: Option<Region>,
    trace: &mut Trace<'_>,
) -> Result<Vec<Canonical>, Reject> {
    let text = field::plain(raw, trace)?;
    let text = latin::ascii_expected(&text);
    let ascii: String = text.chars().filter(char::is_ascii).collect();
    let whole = compact(&ascii.replace('|', ""));
    trace.note("separators", &whole);
    let mut worst = Reject::Format;
    for bare in unlabelled(&whole, LABELS) {
        match read(bare, region) {
            Ok(patent) => return Ok(patent.forms()),
            Err(reject) => worst = field::closer(worst, reject),
        }
    }
    Err(worst)
}

struct Patent {
    office: String,
    number: String,
    kind: String,
    check: Check,
    completed: bool,
}

impl Patent {
    fn forms(self) -> Vec<Canonical> {
        let short = format!("{}|{}", self.office, self.number);
        if self.check == Check::Valid || self.completed {
            return vec![Canonical::strict(Kind::Patent, short, self.check).repaired(self.completed)];
        }
        let folded =
            Canonical::strict(Kind::Patent, short.as_str(), Check::NotApplicable).cautioned(Caution::Derived);
        if self.kind.is_empty() {
            return vec![folded];
        }
        vec![
            Canonical::strict(
                Kind::Patent,
                format!("{short}|{}", self.kind),
                Check::NotApplicable,
            ),
            folded,
        ]
    }
}

fn read(text: &str, region: Option<Region>) -> Result<Patent, Reject> {
    let text = text
        .strip_prefix("ZL")
        .map(|rest| {
            if rest.starts_with("CN") {
                rest.to_owned()
            } else {
                format!("CN{rest}")
            }
        })
        .unwrap_or_else(|| text.to_owned());
    let text = text.replacen("CNZL", "CN", 1);
    let office = text
        .get(..2)
        .filter(|code| code.bytes().all(|byte| byte.is_ascii_uppercase()) && is_office(code));
    let (office, rest) = match (office, region) {
        (Some(office), _) => (office.to_owned(), text.get(2..).unwrap_or_default()),
        (None, Some(region)) => (region.to_string(), text.as_str()),
        (None, None) => return Err(Reject::Issuer),
    };
    if office == "CN"
        && let Some(patent) = cn_application(rest)?
    {
        return Ok(patent);
    }
    let (number, kind) = unlabelled(rest, LABELS)
        .into_iter()
        .map(split_kind)
        .find_map(|(number, kind)| Some((plain_number(number, &office).ok()?, kind)))
        .ok_or(Reject::Format)?;
    Ok(Patent {
        office,
        number,
        kind,
        check: Check::NotApplicable,
        completed: false,
    })
}

fn is_office(code: &str) -> bool {
    matches!(code, "EP" | "WO" | "EA" | "AP" | "OA" | "GC" | "EM") || crate::country::find(code).is_some()
}

/// Chinese application number, which is the patent's number too: 12 digits and a check character since 2003, 8 and
/// one before (ZC 0006). `None` when it has another shape.
fn cn_application(rest: &str) -> Result<Option<Patent>, Reject> {
    let (body, check) = match rest.len() {
        13 | 9 => rest.split_at(rest.len() - 1),
        12 => (rest, ""),
        _ => return Ok(None),
    };
    let year = body.get(..4).and_then(crate::checksum::number).unwrap_or(0);
    let kind_at = if body.len() == 12 { 4 } else { 2 };
    let kind_known = body
        .as_bytes()
        .get(kind_at)
        .is_some_and(|kind| matches!(kind, b'1'..=b'3' | b'8' | b'9'));
    if !all_digits(body) || !(all_digits(check) || matches!(check, "" | "X")) {
        return Ok(None);
    }
    if body.len() == 12 && !(1985..=2100).contains(&year) || !kind_known {
        // Nine digits and a letter are a publication; nine digits that are no application too.
        return if body.len() == 12 {
            Err(Reject::Format)
        } else {
            Ok(None)
        };
    }
    let expected = application_check(body).ok_or(Reject::Alphabet)?;
    // Two digits of the year, 1985 to 2003; publications of nine digits start with their kind.
    let short_year = body.get(..2).and_then(crate::checksum::number).unwrap_or(0);
    if body.len() == 8 && (!check.starts_with(expected) || !matches!(short_year, 85..=99 | 0..=3)) {
        return Ok(None);
    }
    if !check.is_empty() && !check.starts_with(expected) {
        return Err(Reject::CheckDigit);
    }
    Ok(Some(Patent {
        office: "CN".to_owned(),
        number: format!("{body}.{expected}"),
        kind: String::new(),
        check: if check.is_empty() {
            Check::NotApplicable
        } else {
            Check::Valid
        },
        completed: check.is_empty(),
    }))
}

/// Weights 2 to 9 repeated, modulo 11, X for ten.
fn application_check(body: &str) -> Option<char> {
    let sum = body
        .bytes()
        .zip((2..=9).cycle())
        .try_fold(0, |sum, (byte, weight)| Some(sum + digit(byte)? * weight))?;
    match sum % 11 {
        10 => Some('X'),
        rest => char::from_digit(rest, 10),
    }
}

/// Number and trailing kind code (`A1`, `B2`, `S`, `U`).
fn split_kind(rest: &str) -> (&str, String) {
    let bytes = rest.as_bytes();
    let at = match bytes {
        [.., letter, digit] if letter.is_ascii_uppercase() && digit.is_ascii_digit() && rest.len() > 5 => {
            rest.len() - 2
        }
        [.., letter] if letter.is_ascii_uppercase() => rest.len() - 1,
        _ => rest.len(),
    };
    let (number, kind) = rest.split_at(at);
    (number, kind.to_owned())
}

/// Digits without leading zeros, behind the letters of a series (`D`, `PP`, `RE`).
fn plain_number(number: &str, office: &str) -> Result<String, Reject> {
    let digits = number.trim_start_matches(|c: char| c.is_ascii_uppercase());
    let series = number.get(..number.len() - digits.len()).unwrap_or_default();
    if !all_digits(digits) || !matches!(series, "" | "D" | "PP" | "RE" | "H" | "T" | "AI" | "X") {
        return Err(Reject::Format);
    }
    // A publication of an application counts seven digits behind the year: 20100123456.
    let year = digits.get(..4).and_then(crate::checksum::number).unwrap_or(0);
    let number = match (office, digits.len()) {
        ("US", 10) if (2001..=2100).contains(&year) => {
            format!("{year}0{}", digits.get(4..).unwrap_or_default())
        }
        _ => digits.trim_start_matches('0').to_owned(),
    };
    // Chinese publications count seven to nine digits; longer numbers are applications.
    let longest = if office == "CN" { 9 } else { 12 };
    if !(3..=longest).contains(&number.len()) {
        return Err(Reject::Length);
    }
    Ok(format!("{series}{number}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(kind: &str, raw: &str) -> Result<Vec<String>, Reject> {
        crate::canonicalise(kind.parse().unwrap(), raw, None)
            .map(|forms| forms.into_iter().map(|form| form.value).collect())
    }

    #[test]
    fn chinese_applications_check() {
        for raw in [
            "ZL201010077134.5",
            "ＺＬ２０１０１００７７１３４．５",
            "专利号：ZL 2010 1 0077134.5",
            "CN201010077134.5",
            "2010100771345",
            "201010077134",
        ] {
            assert_eq!(values("patent_cn", raw).unwrap(), ["CN|201010077134.5"], "{raw}");
        }
        assert_eq!(values("patent_cn", "ZL201010077134.6"), Err(Reject::CheckDigit));
        assert_eq!(
            values("patent_cn", "CN101234567B").unwrap(),
            ["CN|101234567|B", "CN|101234567"]
        );
    }

    #[test]
    fn american_numbers_lose_their_commas() {
        for raw in [
            "US8003066B2",
            "US 8,003,066 B2",
            "us08003066b2",
            "Patent No. US 8,003,066 B2",
            "8,003,066 B2",
        ] {
            assert_eq!(
                values("patent_us", raw).unwrap(),
                ["US|8003066|B2", "US|8003066"],
                "{raw}"
            );
        }
        assert_eq!(
            values("patent_us", "US 2010/0123456 A1").unwrap()[0],
            "US|20100123456|A1"
        );
        assert_eq!(values("patent_us", "USD812345S1").unwrap()[0], "US|D812345|S1");
        assert_eq!(values("patent", "EP 1 234 567 B1").unwrap()[0], "EP|1234567|B1");
        assert_eq!(values("patent", "1234567"), Err(Reject::Issuer));
    }
}
