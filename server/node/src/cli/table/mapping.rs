use std::collections::BTreeMap;
use std::str::FromStr;

use super::TableError;

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

    fn is_optional(self) -> bool {
        matches!(self, Self::Reference | Self::Name)
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

/// Where each column is in a file with these headers; every column that a mapping names is among them.
pub(super) fn columns(
    headers: &csv::StringRecord,
    mappings: &[Mapping],
) -> Result<BTreeMap<Column, usize>, TableError> {
    let place = |name: &str| headers.iter().position(|header| header.trim() == name);
    let missing = |column: Column, name: &str| TableError::Column {
        column: column.as_str(),
        name: name.to_owned(),
        header: headers.iter().map(str::trim).collect::<Vec<_>>().join(", "),
    };
    let mut found = BTreeMap::new();
    for column in Column::ALL {
        let mapped = mappings
            .iter()
            .find(|mapping| mapping.from == From::Column(column));
        let at = match mapped {
            // Without the column that was meant, each row would be another seller.
            Some(mapping) => Some(place(&mapping.to).ok_or_else(|| missing(column, &mapping.to))?),
            None => column.known().iter().find_map(|name| place(name)),
        };
        match at {
            Some(at) => found.insert(column, at),
            None if column.is_optional() => None,
            None => return Err(missing(column, column.as_str())),
        };
    }
    Ok(found)
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
        let found = columns(&headers, &["name=firm".parse().unwrap()]).unwrap();
        assert_eq!(found.into_values().collect::<Vec<_>>(), [0, 1, 2, 3]);
    }

    #[test]
    fn a_mapped_column_that_is_missing_is_not_replaced_by_a_known_one_but_refused() {
        let headers = csv::StringRecord::from(vec!["client_reference", " ent", "kind", "value"]);
        for mapping in ["value=number", "client_reference=ent_nmu", "name=firm"] {
            let refused = columns(&headers, &[mapping.parse().unwrap()])
                .unwrap_err()
                .to_string();
            let name = mapping.split('=').nth(1).unwrap();
            assert!(refused.contains(&format!("`{name}`")), "{refused}");
            assert!(
                refused.contains("client_reference, ent, kind, value"),
                "{refused}"
            );
        }
    }

    #[test]
    fn other_mappings_are_refused() {
        for refused in ["value", "value=", "price=x", "kind:=x", "=x"] {
            assert!(refused.parse::<Mapping>().is_err(), "{refused}");
        }
    }
}
