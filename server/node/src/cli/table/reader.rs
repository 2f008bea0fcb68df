use std::io::{self, Read};

use encoding_rs::{Encoding, UTF_8};

use super::Mapping;
use super::fields::Fields;
use super::framing::{Flaw, Frame, Frames};
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
    /// As it stands in the file, in UTF-8, so that it can be mended and loaded again.
    pub text: Vec<u8>,
}

/// Why a table, or a row of it, can't be read. Holds no value in its words, but for the names of columns.
#[derive(Debug, thiserror::Error)]
pub enum TableError {
    #[error("there is no column `{name}`; the header has: {header}. --map {column}=NAME says which it is")]
    Column {
        column: &'static str,
        name: String,
        header: String,
    },
    #[error("the header can't be read: {0}")]
    Header(String),
    #[error("line {line}: {reason}")]
    Row {
        line: u64,
        reason: String,
        /// The row; empty when it is too long to be kept.
        text: Vec<u8>,
    },
    #[error("{0}")]
    Io(#[from] io::Error),
}

/// A table whose header has been read.
pub struct Rows<R> {
    frames: Frames<R>,
    fields: Fields,
    places: Vec<(Column, usize)>,
    header: Vec<u8>,
    delimiter: u8,
    encoding: &'static Encoding,
    after: u64,
}

/// The rows of a table in UTF-8, with or without byte order mark. A row that isn't sound is an error of its own; the
/// rows after it are still read.
///
/// # Errors
/// [`TableError::Column`] when a column is missing, [`TableError::Header`] when there is no header.
pub fn rows<R: Read>(source: R, mappings: &[Mapping]) -> Result<Rows<R>, TableError> {
    Rows::open(source, mappings, UTF_8)
}

impl<R: Read> Rows<R> {
    /// `encoding` is what the text was decoded from.
    pub(super) fn open(
        source: R,
        mappings: &[Mapping],
        encoding: &'static Encoding,
    ) -> Result<Self, TableError> {
        let mut frames = Frames::lines(source);
        let delimiter = delimiter(&mut frames)?;
        frames.delimited_by(delimiter);
        let frame = frames
            .next_frame()?
            .ok_or_else(|| TableError::Header("it is missing".to_owned()))?;
        let mut fields = Fields::new(delimiter);
        let refused = |reason: String| TableError::Header(reason);
        let header = without_mark(sound(&frame, encoding).map_err(refused)?).to_owned();
        let names = fields.split(header.as_bytes()).map_err(refused)?;
        let names: csv::StringRecord = names
            .iter()
            .map(|name| String::from_utf8_lossy(name).into_owned())
            .collect();
        let places = columns(&names, mappings)?;
        Ok(Self {
            frames,
            fields,
            places: places.into_iter().collect(),
            header: header.into_bytes(),
            delimiter,
            encoding,
            after: 0,
        })
    }

    /// Leaves out what begins on `line` or before.
    pub(super) fn after(&mut self, line: u64) {
        self.after = line;
    }

    /// The header as it stands in the file, and what stands between its fields.
    pub(super) fn header(&self) -> (Vec<u8>, u8) {
        (self.header.clone(), self.delimiter)
    }

    fn row(&mut self, frame: &Frame) -> Result<Option<Row>, String> {
        let text = sound(frame, self.encoding)?;
        let cells = self.fields.split(text.as_bytes())?;
        if cells.iter().all(|cell| cell.trim_ascii().is_empty()) {
            return Ok(None);
        }
        let mut row = Row {
            line: frame.line,
            reference: String::new(),
            name: String::new(),
            kind: String::new(),
            value: String::new(),
            text: frame.bytes.clone(),
        };
        for (column, place) in &self.places {
            let cell = String::from_utf8_lossy(cells.get(*place).unwrap_or_default());
            match column {
                Column::Reference => row.reference = cell.trim().to_owned(),
                Column::Name => row.name = cell.trim().to_owned(),
                Column::Kind => row.kind = cell.trim().to_owned(),
                Column::Value => row.value = cell.into_owned(),
            }
        }
        Ok(Some(row))
    }
}

impl<R: Read> Iterator for Rows<R> {
    type Item = Result<Row, TableError>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let frame = match self.frames.next_frame() {
                Ok(frame) => frame?,
                Err(error) => return Some(Err(error.into())),
            };
            if frame.line <= self.after {
                continue;
            }
            match self.row(&frame) {
                Ok(None) => {}
                Ok(Some(row)) => return Some(Ok(row)),
                Err(reason) => {
                    return Some(Err(TableError::Row {
                        line: frame.line,
                        reason,
                        text: frame.bytes,
                    }));
                }
            }
        }
    }
}

/// The text of a line, or what is wrong with its bytes.
pub(super) fn sound<'a>(frame: &'a Frame, encoding: &'static Encoding) -> Result<&'a str, String> {
    // A row that isn't kept has only one thing to be said about it.
    if frame.flaw == Some(Flaw::TooLong) {
        return Err(Flaw::TooLong.to_string());
    }
    if frame.bytes.contains(&0) {
        return Err("there is a NUL byte in it".to_owned());
    }
    let text = std::str::from_utf8(&frame.bytes).map_err(|_| not_in(UTF_8))?;
    if encoding != UTF_8 && text.contains(char::REPLACEMENT_CHARACTER) {
        return Err(not_in(encoding));
    }
    match frame.flaw {
        Some(flaw) => Err(flaw.to_string()),
        None => Ok(text),
    }
}

fn not_in(encoding: &'static Encoding) -> String {
    format!("it isn't all {}", encoding.name())
}

/// What stands between fields: what stands most often in the header outside quotes, or what a first line `sep=;` says,
/// which is then passed over.
fn delimiter<R: Read>(frames: &mut Frames<R>) -> Result<u8, TableError> {
    let line = frames.peek_line()?;
    let line = line.strip_prefix("\u{feff}".as_bytes()).unwrap_or(&line);
    if let [b's', b'e', b'p', b'=', said @ (b',' | b';' | b'\t' | b'|')] = line {
        frames.next_frame()?;
        return Ok(*said);
    }
    let mut quoted = false;
    let mut counts = [(b',', 0_u32), (b';', 0), (b'\t', 0)];
    for byte in line {
        quoted ^= *byte == b'"';
        for (delimiter, count) in &mut counts {
            *count += u32::from(!quoted && byte == delimiter);
        }
    }
    // Of equals the comma wins.
    Ok(counts
        .iter()
        .rev()
        .max_by_key(|(_, count)| *count)
        .map_or(b',', |(delimiter, _)| *delimiter))
}

fn without_mark(text: &str) -> &str {
    text.trim_start_matches('\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::table::fields::{MAX_FIELD, MAX_FIELDS};

    fn read(text: impl AsRef<[u8]>) -> Vec<Result<Row, TableError>> {
        rows(text.as_ref(), &[]).unwrap().collect()
    }

    fn values(text: impl AsRef<[u8]>) -> Vec<String> {
        read(text).into_iter().map(|row| row.unwrap().value).collect()
    }

    /// Lines and reasons of what can't be read, and values of what can.
    fn told(text: impl AsRef<[u8]>) -> Vec<(u64, String)> {
        let told = read(text).into_iter().map(|row| match row {
            Ok(row) => (row.line, row.value),
            Err(TableError::Row { line, reason, .. }) => (line, reason),
            Err(other) => (0, other.to_string()),
        });
        told.collect()
    }

    #[test]
    fn rows_are_read_with_their_lines_through_quotes_and_a_byte_order_mark() {
        let text = "\u{feff}client_reference,name,kind,value\n7,\"A, B\nLtd\",email,x@y.example\n8,,lei,1\n";
        let read: Vec<_> = read(text).into_iter().map(Result::unwrap).collect();
        assert_eq!((read[0].line, read[0].name.as_str()), (2, "A, B\nLtd"));
        assert_eq!(
            (read[1].line, read[1].reference.as_str(), read[1].value.as_str()),
            (4, "8", "1")
        );
        assert_eq!(read[1].text, b"8,,lei,1");
    }

    #[test]
    fn semicolons_tabs_and_what_a_first_line_names_stand_between_fields() {
        assert_eq!(values("kind;value;\"a,b,c,d\"\nlei;1;x\n"), ["1"]);
        assert_eq!(values("kind\tvalue\nlei\t1;2,3\n"), ["1;2,3"]);
        assert_eq!(values("sep=|\r\nkind|value\r\nlei|1\r\n"), ["1"]);
        assert_eq!(values("\r\n\r\nkind,value\nlei,1\n"), ["1"]);
    }

    #[test]
    fn empty_columns_at_the_end_and_rows_of_nothing_are_passed_over() {
        assert_eq!(values("kind,value,,,\nlei,1,,,\n,,,,\n \n\nlei,2\n"), ["1", "2"]);
    }

    #[test]
    fn what_is_wrong_with_a_row_is_said_and_the_next_one_is_read() {
        let long = "x".repeat(MAX_FIELD + 1);
        let wide = ",".repeat(MAX_FIELDS);
        let text = [
            b"kind,value\nlei,a\0b\nlei,\xff\nlei,\"a\" b\nlei,".as_slice(),
            long.as_bytes(),
            b"\nlei,",
            wide.as_bytes(),
            b"\nlei,1\n",
        ];
        let told = told(text.concat());
        let lines: Vec<_> = told.iter().map(|(line, _)| *line).collect();
        assert_eq!(lines, [2, 3, 4, 5, 6, 7]);
        for (place, part) in ["NUL", "UTF-8", "closing quote", "65536 bytes", "1024 fields", "1"]
            .iter()
            .enumerate()
        {
            assert!(told[place].1.contains(part), "{part}: {told:?}");
        }
    }

    #[test]
    fn a_row_that_can_not_be_read_is_kept_as_it_stands() {
        let refused = read(b"kind,value\nlei,\xff\n".as_slice()).remove(0).unwrap_err();
        assert!(matches!(refused, TableError::Row { text, .. } if text == b"lei,\xff"));
    }

    #[test]
    fn a_row_that_was_damaged_in_its_own_encoding_is_told() {
        let text = "kind,value\nlei,\u{fffd}\n";
        let damaged = Rows::open(text.as_bytes(), &[], encoding_rs::GB18030)
            .unwrap()
            .next()
            .unwrap();
        assert!(damaged.unwrap_err().to_string().contains("gb18030"));
    }

    #[test]
    fn what_begins_before_a_line_can_be_left_out() {
        let mut rows = rows("kind,value\nlei,1\nlei,\"2\n3\"\nlei,4\n".as_bytes(), &[]).unwrap();
        rows.after(3);
        assert_eq!(rows.map(|row| row.unwrap().value).collect::<Vec<_>>(), ["4"]);
    }

    #[test]
    fn a_missing_column_is_named_and_a_file_without_header_is_refused() {
        let refused = rows("name,value\n".as_bytes(), &[]).map(drop).unwrap_err();
        assert!(refused.to_string().contains("`kind`"), "{refused}");
        assert!(matches!(
            rows("".as_bytes(), &[]).map(drop),
            Err(TableError::Header(_))
        ));
        assert!(matches!(
            rows(b"kind,value\xff\n".as_slice(), &[]).map(drop),
            Err(TableError::Header(_))
        ));
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
