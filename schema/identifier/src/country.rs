use std::collections::HashMap;
use std::sync::LazyLock;

use crate::text::charmap::rows;

pub(crate) const TABLE: &str = include_str!("../data/countries.tsv");

static COUNTRIES: LazyLock<HashMap<String, (&'static str, &'static str)>> = LazyLock::new(read);

fn read() -> HashMap<String, (&'static str, &'static str)> {
    let mut countries = HashMap::new();
    for row in rows(TABLE) {
        let mut columns = row.split('\t');
        let (Some(two), Some(three)) = (columns.next(), columns.next()) else {
            continue;
        };
        for name in columns
            .next()
            .unwrap_or_default()
            .split(',')
            .filter(|name| !name.is_empty())
        {
            countries.insert(name.to_owned(), (two, three));
        }
        countries.insert(two.to_ascii_lowercase(), (two, three));
        countries.insert(three.to_ascii_lowercase(), (two, three));
    }
    countries
}

/// ISO 3166-1 alpha-2 and alpha-3 of a country by code or name, in any case.
pub(crate) fn find(name: &str) -> Option<(&'static str, &'static str)> {
    let name = name.trim().trim_end_matches(['.', '<']).to_lowercase();
    COUNTRIES.get(name.as_str()).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_country_is_found_by_code_or_name() {
        for name in ["CN", "chn", "China", "中国", "PRC"] {
            assert_eq!(find(name), Some(("CN", "CHN")), "{name}");
        }
        assert_eq!(find("XX"), None);
        assert!(rows(TABLE).count() == 249);
    }
}
