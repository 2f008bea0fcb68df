use super::host;

/// A part of a template of `platforms.tsv`.
#[derive(Clone, Copy)]
enum Part<'t> {
    /// Text as it stands, in any case.
    Literal(&'t str),
    /// `**`: anything, even nothing.
    Anything,
    /// `{…}`: one run of characters, kept or not.
    Field(Class),
}

#[derive(Clone, Copy, PartialEq)]
enum Class {
    Digits,
    Word {
        upper: bool,
        hyphens: bool,
    },
    /// Ten letters and digits, in upper case.
    Ten,
    Name {
        dots: bool,
        shortest: usize,
    },
    Site,
    Segment,
    Rest,
}

/// Matches a template against the whole text; the kept fields are joined by dots.
pub(super) fn read(template: &str, text: &str) -> Option<String> {
    let mut kept = Vec::new();
    matches(template, text, &mut kept).then(|| kept.join("."))
}

/// `name={x}` against a query; `{x}` alone against a query without names.
pub(super) fn read_query(template: &str, query: &str) -> Option<String> {
    let Some((names, field)) = template.rsplit_once('=') else {
        return read(template, query.split('&').next().unwrap_or_default());
    };
    let name = names.rsplit('&').next().unwrap_or(names);
    read(field, &parameter(name, query)?)
}

/// The first value of a query parameter, percent-decoded.
pub(super) fn parameter(name: &str, query: &str) -> Option<String> {
    query.split(['&', ';']).find_map(|pair| {
        let (key, value) = pair.split_once('=')?;
        (host::decode(key.trim()) == name && !value.is_empty())
            .then(|| host::decode(value.trim()).into_owned())
    })
}

#[cfg(test)]
pub(super) fn is_well_formed(template: &str) -> bool {
    let mut rest = template;
    while !rest.is_empty() {
        match next(rest) {
            Some((_, tail)) => rest = tail,
            None => return false,
        }
    }
    true
}

fn next(template: &str) -> Option<(Part<'_>, &str)> {
    if let Some(rest) = template.strip_prefix("**") {
        return Some((Part::Anything, rest));
    }
    if let Some(rest) = template.strip_prefix('{') {
        let (name, rest) = rest.split_once('}')?;
        let class = match name {
            "n" => Class::Digits,
            "a" => Class::Word {
                upper: false,
                hyphens: false,
            },
            "A" => Class::Word {
                upper: true,
                hyphens: false,
            },
            "P" => Class::Ten,
            "A2" => Class::Word {
                upper: true,
                hyphens: true,
            },
            "l" => Class::Name {
                dots: false,
                shortest: 1,
            },
            "l3" | "t" => Class::Name {
                dots: false,
                shortest: 3,
            },
            "f" => Class::Name {
                dots: true,
                shortest: 1,
            },
            "M" => Class::Site,
            "s" | "s2" => Class::Segment,
            "x" => Class::Rest,
            _ => return None,
        };
        return Some((Part::Field(class), rest));
    }
    let end = template.find(['{', '*']).unwrap_or(template.len());
    let end = if end == 0 { 1 } else { end };
    Some((Part::Literal(template.get(..end)?), template.get(end..)?))
}

fn matches(template: &str, text: &str, kept: &mut Vec<String>) -> bool {
    let Some((part, rest)) = (!template.is_empty()).then(|| next(template)).flatten() else {
        return template.is_empty() && text.is_empty();
    };
    match part {
        Part::Literal(literal) => match text.get(..literal.len()) {
            Some(head) if head.eq_ignore_ascii_case(literal) => {
                matches(rest, text.get(literal.len()..).unwrap_or_default(), kept)
            }
            _ => false,
        },
        Part::Anything => {
            rest.is_empty()
                || text
                    .char_indices()
                    .map(|(at, _)| at)
                    .chain([text.len()])
                    .any(|at| matches(rest, text.get(at..).unwrap_or_default(), kept))
        }
        Part::Field(class) => field(class, rest, text, kept),
    }
}

/// The longest run of the class that lets the rest match.
fn field(class: Class, rest: &str, text: &str, kept: &mut Vec<String>) -> bool {
    let longest = text.find(|c| !belongs(class, c)).unwrap_or(text.len());
    let shortest = match class {
        Class::Rest => 0,
        Class::Name { shortest, .. } => shortest,
        _ => 1,
    };
    let ends = text
        .char_indices()
        .map(|(at, _)| at)
        .chain([text.len()])
        .filter(|&at| at <= longest && at >= shortest);
    let mut ends: Vec<usize> = ends.collect();
    // Runs of digits and words end where they end; only names may give characters back.
    if matches!(
        class,
        Class::Digits | Class::Word { .. } | Class::Site | Class::Segment
    ) {
        ends.retain(|&end| end == longest);
    }
    if class == Class::Ten && longest != 10 {
        return false;
    }
    for end in ends.into_iter().rev() {
        let count = kept.len();
        if let Some(value) = value(class, text.get(..end).unwrap_or_default()) {
            kept.push(value);
        }
        if matches(rest, text.get(end..).unwrap_or_default(), kept) {
            return true;
        }
        kept.truncate(count);
    }
    false
}

fn belongs(class: Class, c: char) -> bool {
    match class {
        Class::Digits => c.is_ascii_digit(),
        Class::Word { hyphens, .. } => c.is_ascii_alphanumeric() || (hyphens && c == '-'),
        Class::Name { .. } => c.is_alphanumeric() || matches!(c, '-' | '_' | '.' | '~' | '\''),
        Class::Ten => c.is_ascii_alphanumeric(),
        Class::Site => c.is_ascii_alphabetic(),
        Class::Segment | Class::Rest => c != '/',
    }
}

fn value(class: Class, text: &str) -> Option<String> {
    match class {
        Class::Digits => {
            let digits = text.trim_start_matches('0');
            Some(if digits.is_empty() { text } else { digits }.to_owned())
        }
        Class::Word { upper: true, .. } | Class::Ten | Class::Site => Some(text.to_ascii_uppercase()),
        Class::Word { upper: false, .. } => Some(text.to_owned()),
        Class::Name { dots: true, .. } => Some(text.to_lowercase().replace('.', "")),
        Class::Name { dots: false, .. } => Some(text.to_lowercase()),
        Class::Segment | Class::Rest => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn templates_keep_what_they_name() {
        for (template, text, id) in [
            ("/dp/{A}", "/dp/b0q3p7esx4", Some("B0Q3P7ESX4")),
            (
                "/**/dp/{A}/**",
                "/Some-Name/dp/B0Q3P7ESX4/ref=sr_1",
                Some("B0Q3P7ESX4"),
            ),
            ("/**-i.{n}.{n}", "/Nice-thing-i.12.0345", Some("12.345")),
            ("/{l}/{l}.html", "/Shop_1/item.2.html", Some("shop_1.item.2")),
            ("{l3}", "fr", None),
            ("{l3}", "Acme", Some("acme")),
            ("/itm/{n}", "/itm/12x", None),
            ("/itm/{n}", "/itm/", None),
            ("/products/i{n}-s{x}.html", "/products/i12-s3.html", Some("12")),
        ] {
            assert_eq!(read(template, text).as_deref(), id, "{template} {text}");
        }
    }

    #[test]
    fn a_parameter_is_found_anywhere_in_the_query() {
        assert_eq!(read_query("id={n}", "spm=a.1&id=905&x=1").as_deref(), Some("905"));
        assert_eq!(read_query("id={n}", "cid=905"), None);
        assert_eq!(
            read_query("ViewItem&item={n}", "ViewItem&item=7"),
            Some("7".to_owned())
        );
    }
}
