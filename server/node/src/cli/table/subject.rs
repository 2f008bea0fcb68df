use std::iter::Peekable;

use lianfang_domain::MAX_IDENTIFIERS;
use lianfang_encoding::SubjectType;
use lianfang_identifier::{Region, canonicalise};
use lianfang_wire::entry::{Identifier, Subject};
use lianfang_wire::vocabulary::Role;

use super::{KindNames, Row, TableError};

/// Rows of one seller. Those after are refused one by one, so that no file fills the memory.
const MAX_ROWS: usize = 256;
/// Bytes of the rows of one seller, for the same reason.
const MAX_BYTES: usize = 2 * 1024 * 1024;

/// One seller of a table.
#[derive(Debug, Clone, PartialEq)]
pub struct Group {
    /// Line of its first row.
    pub line: u64,
    /// Empty when the table has none.
    pub reference: String,
    /// What is known of it; none when nothing of it is an identifier.
    pub subject: Option<Subject>,
    /// Rows that are part of the subject, as they stand in the file.
    pub rows: Vec<(u64, Vec<u8>)>,
    /// Rows that were left out, and why.
    pub left: Vec<Left>,
    /// More rows of it may follow than are taken.
    pub is_cut: bool,
}

/// A row that was left out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Left {
    pub line: u64,
    /// A stable code, or what is wrong with the row. Never the value.
    pub reason: String,
    pub because: Because,
    /// The row as it stands in the file; empty when it is too long to be kept.
    pub text: Vec<u8>,
}

/// What kept a row out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Because {
    /// What stands in it.
    Fault,
    /// Its kind isn't known here, which isn't the row's fault.
    UnknownKind,
    /// Its kind is one that whoever loads the file passes over.
    Ignored,
}

impl Group {
    /// Whether the subject says everything that the table does, but for what is passed over.
    pub(super) fn is_whole(&self) -> bool {
        let is_ignored = |left: &Left| left.because == Because::Ignored;
        !self.is_cut && self.left.iter().all(is_ignored)
    }
}

/// The sellers of a table, in order. `region` is the country of values that don't name one. `cut` is the reference of the
/// seller before the first row, if more rows of it may follow than were taken.
pub fn groups<'a>(
    rows: impl Iterator<Item = Result<Row, TableError>> + 'a,
    kinds: &'a KindNames,
    region: Option<Region>,
    mut cut: Option<String>,
) -> impl Iterator<Item = Result<Group, TableError>> + 'a {
    let mut rows = rows.peekable();
    std::iter::from_fn(move || {
        let first = match rows.next()? {
            Ok(row) => row,
            Err(error) => return Some(Err(error)),
        };
        if cut.as_ref() == Some(&first.reference) {
            return Some(Err(beyond(first)));
        }
        let group = group(first, &mut rows, kinds, region);
        cut = group.is_cut.then(|| group.reference.clone());
        Some(Ok(group))
    })
}

fn beyond(row: Row) -> TableError {
    TableError::Row {
        line: row.line,
        reason: format!("a seller has at most {MAX_ROWS} rows"),
        text: row.text,
    }
}

/// The seller whose first row this is.
fn group(
    first: Row,
    rows: &mut Peekable<impl Iterator<Item = Result<Row, TableError>>>,
    kinds: &KindNames,
    region: Option<Region>,
) -> Group {
    let (line, reference) = (first.line, first.reference.clone());
    let mut builder = Builder {
        kinds,
        region,
        identifiers: Vec::new(),
        rows: Vec::new(),
        left: Vec::new(),
    };
    let (mut count, mut bytes) = (1, first.text.len());
    builder.name(&first);
    builder.row(first);
    // A row that can't be read names no seller; those after it may still be this one's.
    let same = |row: &Result<Row, TableError>| match row {
        _ if reference.is_empty() => false,
        Ok(row) => row.reference == reference,
        Err(error) => matches!(error, TableError::Row { .. }),
    };
    while count < MAX_ROWS && bytes < MAX_BYTES {
        match rows.next_if(|row| same(row)) {
            Some(Ok(row)) => {
                (count, bytes) = (count + 1, bytes + row.text.len());
                builder.row(row);
            }
            Some(Err(TableError::Row { line, reason, text })) => {
                (count, bytes) = (count + 1, bytes + text.len());
                builder.leave(line, reason, Because::Fault, text);
            }
            _ => break,
        }
    }
    let is_full = count == MAX_ROWS || bytes >= MAX_BYTES;
    let Builder {
        identifiers,
        rows,
        left,
        ..
    } = builder;
    let subject = (!identifiers.is_empty()).then_some(Subject {
        kind: SubjectType::Seller,
        natural_person: false,
        identifiers,
    });
    Group {
        line,
        subject,
        rows,
        left,
        is_cut: is_full && !reference.is_empty(),
        reference,
    }
}

struct Builder<'a> {
    kinds: &'a KindNames,
    region: Option<Region>,
    identifiers: Vec<Identifier>,
    rows: Vec<(u64, Vec<u8>)>,
    left: Vec<Left>,
}

impl Builder<'_> {
    /// The seller's name, which is a candidate only. A name that has no form is no loss.
    fn name(&mut self, row: &Row) {
        let kind = if row.name.chars().any(is_han) {
            "legal_name_cn"
        } else {
            "legal_name_en"
        };
        if let Ok(kind) = self.kinds.kind(kind)
            && canonicalise(kind, &row.name, self.region).is_ok()
        {
            self.push(kind.to_string(), &row.name);
        }
    }

    fn row(&mut self, row: Row) {
        let left = match self.kinds.kind(&row.kind) {
            Err(_) if self.kinds.is_ignored(&row.kind) => Some((String::new(), Because::Ignored)),
            Err(unknown) => Some((unknown.to_string(), Because::UnknownKind)),
            Ok(kind) => match canonicalise(kind, &row.value, self.region) {
                Ok(_) if self.push(kind.to_string(), &row.value) => None,
                Ok(_) => Some((
                    format!("a seller has at most {MAX_IDENTIFIERS} identifiers"),
                    Because::Fault,
                )),
                Err(reject) => Some((reject.code().to_owned(), Because::Fault)),
            },
        };
        match left {
            None => self.rows.push((row.line, row.text)),
            Some((reason, because)) => self.leave(row.line, reason, because, row.text),
        }
    }

    fn leave(&mut self, line: u64, reason: String, because: Because, text: Vec<u8>) {
        self.left.push(Left {
            line,
            reason,
            because,
            text,
        });
    }

    /// The same identifier in two rows is one. False when there are too many.
    fn push(&mut self, kind: String, value: &str) -> bool {
        let same = |known: &Identifier| known.kind == kind && known.value == value;
        if self.identifiers.iter().any(same) {
            return true;
        }
        if self.identifiers.len() == MAX_IDENTIFIERS {
            return false;
        }
        self.identifiers.push(Identifier {
            kind,
            value: value.to_owned(),
            region: self.region.map(String::from),
            role: Role::Own,
            verified: true,
            observed_at: None,
        });
        true
    }
}

fn is_han(symbol: char) -> bool {
    matches!(symbol, '\u{3400}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::table::rows;

    fn read(text: &str) -> Vec<Group> {
        let kinds = KindNames::new(&[]).unwrap();
        let rows = rows(text.as_bytes(), &[]).unwrap();
        groups(rows, &kinds, None, None).map(Result::unwrap).collect()
    }

    fn kinds_of(group: &Group) -> Vec<&str> {
        let subject = group.subject.as_ref().unwrap();
        subject
            .identifiers
            .iter()
            .map(|identifier| identifier.kind.as_str())
            .collect()
    }

    #[test]
    fn rows_that_follow_each_other_with_one_reference_are_one_seller() {
        let text = "client_reference,name,kind,value\n1,Acme Ltd,WEBSITE,acme.de\n1,Acme Ltd,EMAIL,x@acme.de\n2,,lei,5493001KJTIIGC8Y1R12\n";
        let groups = read(text);
        assert_eq!(groups.len(), 2);
        assert_eq!(kinds_of(&groups[0]), ["legal_name_en", "domain", "email"]);
        assert_eq!(kinds_of(&groups[1]), ["lei"]);
    }

    #[test]
    fn the_same_identifier_in_two_rows_is_one_and_a_seller_has_at_most_64() {
        let row = |number: u32| format!("1,email,box{number}@acme.de\n");
        let text: String = (0..70).chain(0..70).map(row).collect();
        let groups = read(&format!("client_reference,kind,value\n{text}"));
        assert_eq!(kinds_of(&groups[0]).len(), 64);
        assert_eq!(groups[0].left.len(), 12);
    }

    #[test]
    fn a_seller_of_more_rows_than_fit_is_cut_and_the_rest_of_its_rows_are_refused_one_by_one() {
        let row = |number: usize| format!("1,email,box{number}@acme.de\n");
        let text: String = (0..MAX_ROWS + 3).map(row).collect();
        let text = format!("client_reference,kind,value\n{text}2,email,a@acme.de\n");
        let kinds = KindNames::new(&[]).unwrap();
        let read: Vec<_> = groups(rows(text.as_bytes(), &[]).unwrap(), &kinds, None, None).collect();
        assert_eq!(read.len(), 5);
        assert!(read[1..4].iter().all(Result::is_err));
        assert_eq!(read[4].as_ref().unwrap().reference, "2");
        assert!(read[0].as_ref().unwrap().is_cut && !read[4].as_ref().unwrap().is_cut);
        let mut rest = rows(text.as_bytes(), &[]).unwrap();
        rest.after(MAX_ROWS as u64 + 2);
        let rest: Vec<_> = groups(rest, &kinds, None, Some("1".to_owned())).collect();
        assert!(rest[..2].iter().all(Result::is_err));
        assert_eq!(rest[2].as_ref().unwrap().reference, "2");
    }

    #[test]
    fn a_row_that_can_not_be_read_does_not_make_two_of_one_seller() {
        let groups = read("client_reference,kind,value\n1,email,a@acme.de\n1,\"x\"y,z\n1,email,b@acme.de\n");
        assert_eq!((groups.len(), kinds_of(&groups[0]).len()), (1, 2));
        assert_eq!(groups[0].left[0].line, 3);
    }

    #[test]
    fn rows_without_reference_are_a_seller_each() {
        assert_eq!(
            read("kind,value\nemail,a@b.example\nemail,c@d.example\n").len(),
            2
        );
    }

    #[test]
    fn kinds_that_are_passed_over_leave_a_seller_whole_and_those_that_are_not_known_do_not() {
        let text = "client_reference,kind,value\n1,email,a@acme.de\n1, Library_Card,x\n2,email,b@acme.de\n2,cn_ussc,x\n";
        let kinds = KindNames::new(&[]).unwrap();
        let kinds = kinds.ignoring(&["LIBRARY_card".to_owned()]).unwrap();
        let groups: Vec<_> = groups(rows(text.as_bytes(), &[]).unwrap(), &kinds, None, None)
            .map(Result::unwrap)
            .collect();
        assert_eq!(groups[0].left[0].because, Because::Ignored);
        assert_eq!(
            groups.iter().map(Group::is_whole).collect::<Vec<_>>(),
            [true, false]
        );
    }

    #[test]
    fn a_kind_that_is_known_by_any_name_is_never_passed_over() {
        for known in ["cn_uscc", "USCC", " website "] {
            let kinds = KindNames::new(&[]).unwrap();
            assert!(kinds.ignoring(&[known.to_owned()]).is_err(), "{known}");
        }
    }

    #[test]
    fn unknown_kinds_are_told_apart_from_values_that_are_no_identifier() {
        let groups = read("client_reference,kind,value\n1,WALLET_TRX,secretvalue\n1,lei,secretvalue\n");
        let left = &groups[0].left;
        assert_eq!(groups[0].subject, None);
        assert_eq!(
            (left[0].because, left[1].because),
            (Because::UnknownKind, Because::Fault)
        );
        assert!(
            left.iter().all(|left| !left.reason.contains("secretvalue")),
            "{left:?}"
        );
    }
}
