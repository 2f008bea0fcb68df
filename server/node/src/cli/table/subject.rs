use std::iter::Peekable;

use lianfang_domain::MAX_IDENTIFIERS;
use lianfang_encoding::SubjectType;
use lianfang_identifier::{Region, canonicalise};
use lianfang_wire::entry::{Identifier, Subject};
use lianfang_wire::vocabulary::Role;

use super::{KindNames, Row, TableError};

/// One seller of a table.
#[derive(Debug, Clone, PartialEq)]
pub struct Group {
    /// Line of its first row.
    pub line: u64,
    /// Empty when the table has none.
    pub reference: String,
    /// What is known of it; none when nothing of it is an identifier.
    pub subject: Option<Subject>,
    /// Rows that were left out, and why.
    pub left: Vec<Left>,
}

/// A row that was left out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Left {
    pub line: u64,
    /// A stable code, or what is wrong with the row. Never the value.
    pub reason: String,
    /// The row's kind isn't known here, which isn't the row's fault.
    pub unknown_kind: bool,
}

/// The sellers of a table, in order. `region` is the country of values that don't name one.
pub fn groups<'a>(
    rows: impl Iterator<Item = Result<Row, TableError>> + 'a,
    kinds: &'a KindNames,
    region: Option<Region>,
) -> impl Iterator<Item = Result<Group, TableError>> + 'a {
    let mut rows = rows.peekable();
    std::iter::from_fn(move || {
        let first = match rows.next()? {
            Ok(row) => row,
            Err(error) => return Some(Err(error)),
        };
        Some(Ok(group(first, &mut rows, kinds, region)))
    })
}

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
        left: Vec::new(),
    };
    builder.name(&first);
    builder.row(&first);
    let same = |row: &Result<Row, TableError>| {
        !reference.is_empty() && row.as_ref().is_ok_and(|row| row.reference == reference)
    };
    while let Some(Ok(row)) = rows.next_if(|row| same(row)) {
        builder.row(&row);
    }
    let Builder {
        identifiers, left, ..
    } = builder;
    let subject = (!identifiers.is_empty()).then_some(Subject {
        kind: SubjectType::Seller,
        natural_person: false,
        identifiers,
    });
    Group {
        line,
        reference,
        subject,
        left,
    }
}

struct Builder<'a> {
    kinds: &'a KindNames,
    region: Option<Region>,
    identifiers: Vec<Identifier>,
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
            self.push(row.line, kind.to_string(), &row.name);
        }
    }

    fn row(&mut self, row: &Row) {
        let leave = |reason: String, unknown_kind| Left {
            line: row.line,
            reason,
            unknown_kind,
        };
        match self.kinds.kind(&row.kind) {
            Err(unknown) => self.left.push(leave(unknown.to_string(), true)),
            Ok(kind) => match canonicalise(kind, &row.value, self.region) {
                Ok(_) => self.push(row.line, kind.to_string(), &row.value),
                Err(reject) => self.left.push(leave(reject.code().to_owned(), false)),
            },
        }
    }

    /// The same identifier in two rows is one.
    fn push(&mut self, line: u64, kind: String, value: &str) {
        let same = |known: &Identifier| known.kind == kind && known.value == value;
        if self.identifiers.iter().any(same) {
            return;
        }
        if self.identifiers.len() == MAX_IDENTIFIERS {
            let reason = format!("a seller has at most {MAX_IDENTIFIERS} identifiers");
            self.left.push(Left {
                line,
                reason,
                unknown_kind: false,
            });
            return;
        }
        self.identifiers.push(Identifier {
            kind,
            value: value.to_owned(),
            region: self.region.map(String::from),
            role: Role::Own,
            verified: true,
            observed_at: None,
        });
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
        groups(rows, &kinds, None).map(Result::unwrap).collect()
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
    fn rows_without_reference_are_a_seller_each() {
        assert_eq!(
            read("kind,value\nemail,a@b.example\nemail,c@d.example\n").len(),
            2
        );
    }

    #[test]
    fn unknown_kinds_are_told_apart_from_values_that_are_no_identifier() {
        let groups = read("client_reference,kind,value\n1,WALLET_TRX,secretvalue\n1,lei,secretvalue\n");
        let left = &groups[0].left;
        assert_eq!(groups[0].subject, None);
        assert_eq!((left[0].unknown_kind, left[1].unknown_kind), (true, false));
        assert!(
            left.iter().all(|left| !left.reason.contains("secretvalue")),
            "{left:?}"
        );
    }
}
