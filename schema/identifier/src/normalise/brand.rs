use super::name;
use crate::canonical::{Canonical, Check};
use crate::text::{field, han, latin};
use crate::{Kind, Region, Reject, Trace};

/// Brand name: letters and digits in lower case, look-alikes as Latin, simplified Chinese. Folded only.
pub(super) fn normalise(
    raw: &str,
    _region: Option<Region>,
    trace: &mut Trace<'_>,
) -> Result<Vec<Canonical>, Reject> {
    let values = fold(raw, trace)?;
    Ok(values
        .into_iter()
        .map(|value| Canonical::folded(Kind::Brand, value))
        .collect())
}

/// Brand and part number: the folded brand, and the number in upper case without spaces and hyphens.
pub(super) fn normalise_mpn(
    raw: &str,
    _region: Option<Region>,
    trace: &mut Trace<'_>,
) -> Result<Vec<Canonical>, Reject> {
    // Full-width bars are bars only after the pre-pass.
    let text = raw.replace('｜', "|");
    let [brand, number] = *field::split(&text) else {
        return Err(Reject::Fields);
    };
    let number = part_number(number, trace)?;
    let brands = fold(brand, trace)?;
    let form = |brand| Canonical::strict(Kind::BrandMpn, format!("{brand}|{number}"), Check::NotApplicable);
    Ok(brands.into_iter().map(form).collect())
}

/// The foldings of a brand name.
pub(super) fn fold(raw: &str, trace: &mut Trace<'_>) -> Result<Vec<String>, Reject> {
    name::settled(raw, trace, |raw, trace| {
        let readings = name::readings(&without_mark(raw), trace)?;
        let values: Vec<String> = readings
            .iter()
            .map(|reading| squeeze(reading))
            .filter(|value| !value.is_empty())
            .collect();
        if let Some(value) = values.first() {
            trace.note("brand", value);
        }
        Ok(values)
    })
}

/// `(R)`, `(TM)` and the like, spelled with brackets.
fn without_mark(raw: &str) -> String {
    let mut text = raw.to_owned();
    for mark in [
        "(R)", "(r)", "(TM)", "(tm)", "(Tm)", "(C)", "(SM)", "（R）", "（TM）", "[R]", "[TM]",
    ] {
        if text.contains(mark) {
            text = text.replace(mark, " ");
        }
    }
    text
}

/// Letters, digits, `&` and `+`; a dot only between digits; a free-standing `and` is `&`.
fn squeeze(reading: &str) -> String {
    let words: Vec<&str> = reading.split_whitespace().collect();
    let last = words.len().saturating_sub(1);
    let mut joined = String::with_capacity(reading.len());
    for (place, word) in words.iter().enumerate() {
        let inside = place > 0 && place < last;
        joined.push_str(if inside && *word == "and" { "&" } else { word });
    }
    let characters: Vec<char> = joined.chars().collect();
    let digit = |at: Option<usize>| {
        at.and_then(|at| characters.get(at))
            .is_some_and(char::is_ascii_digit)
    };
    let kept = characters.iter().enumerate().filter(|&(at, &c)| {
        c.is_alphanumeric()
            || name::is_letter_mark(c)
            || matches!(c, '&' | '+')
            || (c == '.' && digit(at.checked_sub(1)) && digit(Some(at + 1)))
    });
    han::simplify(&kept.map(|(_, &c)| c).collect::<String>())
}

/// A part number: `/`, `+`, `#` and a dot between digits tell numbers apart, spaces and hyphens do not.
fn part_number(raw: &str, trace: &mut Trace<'_>) -> Result<String, Reject> {
    const LABELS: &[&str] = &[
        "MPN",
        "P/N",
        "PN",
        "PARTNO.",
        "PARTNO",
        "PARTNUMBER",
        "MODELNO.",
        "MODELNO",
        "MODEL",
        "SKU",
        "ITEMNO.",
        "ITEMNO",
        "型号",
        "货号",
        "款号",
        "型號",
        "貨號",
    ];
    let text = field::plain(raw, trace)?;
    let text = latin::ascii_upper(&latin::plain_letters(&text));
    let dense: Vec<char> = text.chars().filter(|c| !c.is_whitespace()).collect();
    let joined: String = dense.iter().collect();
    let bare = LABELS
        .iter()
        .find_map(|label| joined.strip_prefix(label))
        .and_then(|rest| {
            rest.strip_prefix([':', '.', '#', '='])
                .or(joined.contains(':').then_some(rest))
        })
        .unwrap_or(&joined);
    let characters: Vec<char> = bare.chars().collect();
    let digit = |at: Option<usize>| {
        at.and_then(|at| characters.get(at))
            .is_some_and(char::is_ascii_digit)
    };
    let number: String = characters
        .iter()
        .enumerate()
        .filter(|&(at, &c)| {
            c.is_alphanumeric()
                || matches!(c, '/' | '+' | '#')
                || (c == '.' && digit(at.checked_sub(1)) && digit(Some(at + 1)))
        })
        .map(|(_, &c)| c)
        .collect();
    trace.note("part number", &number);
    if number.chars().any(char::is_alphanumeric) {
        Ok(number)
    } else {
        Err(Reject::Format)
    }
}

#[cfg(test)]
mod tests {

    fn value(kind: &str, raw: &str) -> String {
        crate::canonicalise(kind.parse().unwrap(), raw, None).unwrap()[0]
            .value
            .clone()
    }

    #[test]
    fn one_brand_however_it_is_written() {
        for (one, other) in [
            ("Nike", "N i k e"),
            ("Nike", "NIKE®"),
            ("Nike", "Nike™"),
            ("Nike", "Ｎｉｋｅ(R)"),
            ("Nike", "Νіkе"),
            ("Nike", "ɴɪᴋᴇ"),
            ("Nike", "𝓝𝓲𝓴𝓮"),
            ("Nike", "🅽🅸🅺🅴"),
            ("Nike", "N\u{336}ike"),
            ("Nestlé", "NESTLE"),
            ("Häagen-Dazs", "Haagen Dazs"),
            ("L'Oréal", "L’OREAL"),
            ("Johnson & Johnson", "Johnson and Johnson"),
            ("領域", "领域"),
            ("Dr. Oetker", "Dr Oetker"),
            ("ﾕﾆｸﾛ", "ユニクロ"),
        ] {
            assert_eq!(value("brand", one), value("brand", other), "{one} / {other}");
        }
    }

    #[test]
    fn near_brands_stay_apart() {
        for (one, other) in [
            ("Modern", "Modem"),
            ("IO", "10"),
            ("Canal+", "Canal"),
            ("3.1 Phillip Lim", "31 Phillip Lim"),
            ("Volg", "Volt"),
            ("C&A", "CA"),
            ("Лента", "Лето"),
            ("ビッグ", "ピック"),
        ] {
            assert_ne!(value("brand", one), value("brand", other), "{one} / {other}");
        }
    }

    #[test]
    fn part_numbers_keep_what_tells_them_apart() {
        assert_eq!(value("brand_mpn", "Naot | WH 4561 BK"), "naot|WH4561BK");
        assert_eq!(
            value("brand_mpn", "Naot ｜ 型号：ＷＨ－４５６１－ＢＫ"),
            "naot|WH4561BK"
        );
        assert_ne!(
            value("brand_mpn", "Naot | A1.5"),
            value("brand_mpn", "Naot | A15")
        );
        assert_ne!(value("brand_mpn", "Naot | AO1"), value("brand_mpn", "Naot | A01"));
    }
}
