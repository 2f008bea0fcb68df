use super::name;
use crate::canonical::Canonical;
use crate::text::han;
use crate::{Kind, Region, Reject, Trace};

/// Company forms, longest first; the class stands where the form stood, so that a branch keeps its head office.
const FORMS: &[(&str, &str)] = &[
    ("股份有限责任公司", "#J"),
    ("股份有限公司", "#J"),
    ("(股)有限公司", "#J"),
    ("(股)公司", "#J"),
    ("有限责任公司", "#L"),
    ("责任有限公司", "#L"),
    ("有限公司", "#L"),
    ("(有)公司", "#L"),
    ("股份公司", "#J"),
    ("株式会社", "#K"),
    ("(株)", "#K"),
    ("有限会社", "#Y"),
];

/// Registered name in Chinese: simplified, without spaces, brackets and punctuation, company form as a class
/// (`#L` 有限公司, `#J` 股份有限公司, `#K` 株式会社). City, numbers, 集团 and 分公司 are kept. Folded only.
pub(super) fn normalise(
    raw: &str,
    _region: Option<Region>,
    trace: &mut Trace<'_>,
) -> Result<Vec<Canonical>, Reject> {
    let whole = |raw: &str, trace: &mut Trace<'_>| {
        name::readings(raw, trace)?
            .iter()
            .map(|reading| fold(reading, trace))
            .collect()
    };
    let values = name::settled_by(raw, trace, whole, |value| {
        if is_plain(value) {
            Ok(vec![with_classes(han::simplify(value))])
        } else {
            whole(value, &mut Trace::off())
        }
    })?;
    Ok(values
        .into_iter()
        .map(|value| Canonical::folded(Kind::LegalNameCn, value))
        .collect())
}

fn fold(reading: &str, trace: &mut Trace<'_>) -> Result<String, Reject> {
    let text: String = reading
        .chars()
        .filter(|&c| !c.is_whitespace() && is_kept(c))
        .collect();
    let mut text = han::simplify(&text);
    trace.note("simplified", &text);
    for class in ["#l", "#j", "#k", "#y"] {
        text = text.replace(class, &class.to_ascii_uppercase());
    }
    text = with_classes(text);
    // What a sole trader's name has to end with since 2023 says nothing about who it is.
    for ending in ["(个体工商户)", "(个体户)"] {
        if let Some(name) = text.strip_suffix(ending) {
            text.truncate(name.len());
        }
    }
    text.retain(|c| !matches!(c, '(' | ')'));
    // A bracket may have stood inside the form.
    text = with_classes(text);
    trace.note("company form", &text);
    if text
        .trim_start_matches('#')
        .chars()
        .filter(|c| c.is_alphanumeric())
        .count()
        < 2
    {
        return Err(Reject::Format);
    }
    Ok(text)
}

/// Unified ideographs and classes alone: of all that [`fold`] does, simplification and the forms can still matter.
fn is_plain(value: &str) -> bool {
    let unified = |c: char| matches!(c, '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}');
    let mut rest = value;
    while let Some(at) = rest.find('#') {
        let (before, class) = rest.split_at(at);
        let known = ["#L", "#J", "#K", "#Y"]
            .iter()
            .find_map(|known| class.strip_prefix(known));
        match known {
            Some(after) if before.chars().all(unified) => rest = after,
            _ => return false,
        }
    }
    rest.chars().all(unified) && value.chars().filter(|c| unified(*c)).count() >= 2
}

/// The company forms as classes.
fn with_classes(mut text: String) -> String {
    for (form, class) in FORMS {
        if text.contains(form) {
            text = text.replace(form, class);
        }
    }
    text
}

/// Letters, digits, brackets (until the form is read), `&`, `+`, and `#` in front of a class.
fn is_kept(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '(' | ')' | '&' | '+' | '#') || name::is_letter_mark(c)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(raw: &str) -> String {
        normalise(raw, None, &mut Trace::off()).unwrap()[0].value.clone()
    }

    #[test]
    fn one_company_however_it_is_written() {
        for raw in [
            "上海蚂蚁博士（闵行）日用品有限公司",
            "上海螞蟻博士(閔行)日用品有限責任公司",
            "上海蚂蚁博士【闵行】日用品 有限公司",
            "公司名称：上海蚂蚁博士(闵行)日用品有限公司",
            "上海蚂蚁博士闵行日用品#L",
            "上海·蚂蚁博士（闵行）日用品有限公司。",
        ] {
            assert_eq!(value(raw), "上海蚂蚁博士闵行日用品#L", "{raw}");
        }
        assert_eq!(value("信錦企業(股)公司"), value("信锦企业股份有限公司"));
    }

    #[test]
    fn branches_groups_and_look_alikes_stay_apart() {
        let names = [
            "义乌市腾岳科技有限公司",
            "义乌市腾岳科技股份有限公司",
            "义乌市腾岳科技有限公司广州分公司",
            "义乌市腾岳科技集团有限公司",
            "义乌市腾岳控股有限公司",
            "义乌市滕岳科技有限公司",
            "腾岳科技有限公司",
            "义乌市腾岳科技商行",
            "义乌市腾岳科技",
        ];
        for (i, one) in names.iter().enumerate() {
            for other in &names[i + 1..] {
                assert_ne!(value(one), value(other), "{one} / {other}");
            }
        }
    }
}
