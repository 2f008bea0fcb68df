use std::io::Read;

use super::Mapping;
use super::mapping::{Column, columns};

/// One row: an identifier of a seller.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// Line in the file, from 1.
    pub line: u64,
    pub reference: String,
    pub name: String,
    pub kind: String,
    pub value: String,
}

/// Why a table can't be read.
#[derive(Debug, thiserror::Error)]
pub enum TableError {
    #[error("there is no column `{0}`; name it with --map {0}=NAME")]
    Column(&'static str),
    #[error("line {line}: {reason}")]
    Row { line: u64, reason: String },
}

/// The rows of a table. A row that isn't CSV is an error of its own; the rows after it are still read.
///
/// # Errors
/// [`TableError::Column`] when a column is missing.
pub fn rows<R: Read>(
    source: R,
    mappings: &[Mapping],
) -> Result<impl Iterator<Item = Result<Row, TableError>> + use<R>, TableError> {
    let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(source);
    let headers = reader.headers().map_err(|error| failed(&error))?;
    let headers: csv::StringRecord = headers
        .iter()
        .map(|header| header.trim_start_matches('\u{feff}'))
        .collect();
    let places = columns(&headers, mappings);
    for column in [Column::Kind, Column::Value] {
        if !places.contains_key(&column) {
            return Err(TableError::Column(column.as_str()));
        }
    }
    Ok(reader.into_records().map(move |record| {
        let record = record.map_err(|error| failed(&error))?;
        let cell = |column| {
            places
                .get(&column)
                .and_then(|at| record.get(*at))
                .unwrap_or_default()
        };
        Ok(Row {
            line: record.position().map_or(0, csv::Position::line),
            reference: cell(Column::Reference).trim().to_owned(),
            name: cell(Column::Name).trim().to_owned(),
            kind: cell(Column::Kind).trim().to_owned(),
            value: cell(Column::Value).to_owned(),
        })
    }))
}

/// The library's text repeats no value.
fn failed(error: &csv::Error) -> TableError {
    TableError::Row {
        line: error.position().map_or(0, csv::Position::line),
        reason: error.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_read_with_their_lines_through_quotes_and_a_byte_order_mark() {
        let text = "\u{feff}client_reference,name,kind,value\n7,\"A, B\nLtd\",email,x@y.example\n8,,lei,1\n";
        let read: Vec<_> = rows(text.as_bytes(), &[]).unwrap().map(Result::unwrap).collect();
        assert_eq!((read[0].line, read[0].name.as_str()), (2, "A, B\nLtd"));
        assert_eq!(
            (read[1].line, read[1].reference.as_str(), read[1].value.as_str()),
            (4, "8", "1")
        );
    }

    #[test]
    fn a_missing_column_is_named() {
        let refused = rows("name,value\n".as_bytes(), &[]).map(drop).unwrap_err();
        assert!(refused.to_string().contains("`kind`"), "{refused}");
    }

    proptest::proptest! {
        #[test]
        fn any_bytes_are_read_to_their_end_without_panic(
            bytes in proptest::collection::vec(proptest::num::u8::ANY, 0..400),
        ) {
            let whole = [b"kind,value\n".as_slice(), &bytes].concat();
            let rows = rows(whole.as_slice(), &[]).map(Iterator::count);
            proptest::prop_assert!(rows.is_ok());
        }
    }
}
