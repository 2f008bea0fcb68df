use std::collections::BTreeMap;
use std::str::FromStr;

/// `column=name in the file` or `kind:name in the file=kind`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mapping {
    from: From,
    to: String,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum From {
    Column(Column),
    Kind(String),
}

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Column {
    Reference,
    Name,
    Kind,
    Value,
}

/// A `--map` that isn't understood.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("write COLUMN=NAME with client_reference, name, kind or value, or kind:NAME=KIND")]
pub struct MappingError;

impl Column {
    pub(super) const ALL: [Self; 4] = [Self::Reference, Self::Name, Self::Kind, Self::Value];

    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Reference => "client_reference",
            Self::Name => "name",
            Self::Kind => "kind",
            Self::Value => "value",
        }
    }

    /// Names that are understood without a mapping.
    fn known(self) -> &'static [&'static str] {
        match self {
            Self::Reference => &["client_reference", "reference", "ent_num", "id"],
            Self::Name => &["name", "legal_name"],
            Self::Kind => &["kind", "id_type", "type"],
            Self::Value => &["value", "identifier"],
        }
    }
}

impl FromStr for Mapping {
    type Err = MappingError;

    fn from_str(text: &str) -> Result<Self, MappingError> {
        let (from, to) = text
            .split_once('=')
            .filter(|(_, to)| !to.is_empty())
            .ok_or(MappingError)?;
        let from = match from.strip_prefix("kind:") {
            Some(name) if !name.is_empty() => From::Kind(name.to_owned()),
            Some(_) => return Err(MappingError),
            None => {
                let column = Column::ALL.into_iter().find(|column| column.as_str() == from);
                From::Column(column.ok_or(MappingError)?)
            }
        };
        Ok(Self {
            from,
            to: to.to_owned(),
        })
    }
}

/// Where each column is in a file with these headers.
pub(super) fn columns(headers: &csv::StringRecord, mappings: &[Mapping]) -> BTreeMap<Column, usize> {
    let place = |name: &str| headers.iter().position(|header| header.trim() == name);
    let found = Column::ALL.into_iter().filter_map(|column| {
        let mapped = mappings
            .iter()
            .find(|mapping| mapping.from == From::Column(column));
        let at = match mapped {
            Some(mapping) => place(&mapping.to),
            None => column.known().iter().find_map(|name| place(name)),
        };
        at.map(|at| (column, at))
    });
    found.collect()
}

/// What the mappings say about names of kinds.
pub(super) fn kind_names(mappings: &[Mapping]) -> impl Iterator<Item = (&str, &str)> {
    mappings.iter().filter_map(|mapping| match &mapping.from {
        From::Kind(name) => Some((name.as_str(), mapping.to.as_str())),
        From::Column(_) => None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_found_by_mapping_first_and_by_known_names_else() {
        let headers = csv::StringRecord::from(vec!["ent_num", "firm", "id_type", "value"]);
        let found = columns(&headers, &["name=firm".parse().unwrap()]);
        assert_eq!(found.into_values().collect::<Vec<_>>(), [0, 1, 2, 3]);
    }

    #[test]
    fn a_mapped_column_that_is_missing_is_not_replaced_by_a_known_one() {
        let headers = csv::StringRecord::from(vec!["client_reference", "kind", "value"]);
        let found = columns(&headers, &["value=number".parse().unwrap()]);
        assert!(!found.contains_key(&Column::Value));
    }

    #[test]
    fn other_mappings_are_refused() {
        for refused in ["value", "value=", "price=x", "kind:=x", "=x"] {
            assert!(refused.parse::<Mapping>().is_err(), "{refused}");
        }
    }
}
