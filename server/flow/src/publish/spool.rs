//! The tokens of a list on their way into a base, in a file without a name: a long list takes no more memory than a short
//! one. They are no secret beside the database, where they stand too.

use std::fs::File;
use std::io::{BufReader, BufWriter, Read as _, Seek as _, Write as _};

use lianfang_store::TokenRow;
use uuid::Uuid;

use crate::FlowError;
use crate::bodies::Bodies;

/// Bytes of a row.
const ROW: usize = 73;

/// Takes rows.
pub(super) struct Spool {
    bodies: Bodies,
    file: BufWriter<File>,
    rows: usize,
}

/// Gives them back, as often as they are asked for.
pub(super) struct Spooled {
    bodies: Bodies,
    file: File,
    rows: usize,
}

impl Spool {
    pub(super) fn beside(bodies: &Bodies) -> Result<Self, FlowError> {
        Ok(Self {
            bodies: bodies.clone(),
            file: BufWriter::new(bodies.nameless()?),
            rows: 0,
        })
    }

    pub(super) fn append(&mut self, rows: &[TokenRow]) -> Result<(), FlowError> {
        for row in rows {
            let written = self.file.write_all(&encode(row));
            written.map_err(|error| self.bodies.failed(&error))?;
        }
        self.rows += rows.len();
        Ok(())
    }

    pub(super) fn finish(self) -> Result<Spooled, FlowError> {
        let Self { bodies, file, rows } = self;
        let file = file.into_inner();
        let file = file.map_err(|error| bodies.failed(error.error()))?;
        Ok(Spooled { bodies, file, rows })
    }
}

impl Spooled {
    /// How many rows there are.
    pub(super) fn len(&self) -> usize {
        self.rows
    }

    /// All rows, from the first. One reader at a time: they share the place in the file.
    pub(super) fn rows(&mut self) -> Result<impl Iterator<Item = Result<TokenRow, FlowError>>, FlowError> {
        let bodies = &self.bodies;
        self.file.rewind().map_err(|error| bodies.failed(&error))?;
        let mut reader = BufReader::new(&self.file);
        Ok((0..self.rows).map(move |_| {
            let mut bytes = [0; ROW];
            let read = reader.read_exact(&mut bytes);
            read.map_err(|error| bodies.failed(&error))?;
            decode(&bytes).ok_or(FlowError::Internal("a spooled token is damaged"))
        }))
    }
}

fn encode(row: &TokenRow) -> Vec<u8> {
    let parts: [&[u8]; 9] = [
        row.entry_id.as_bytes(),
        &row.identifier_index.to_be_bytes(),
        &row.kind.to_be_bytes(),
        &[row.norm_version],
        &[row.level],
        &row.key_id,
        &row.role.to_be_bytes(),
        &[u8::from(row.verified)],
        &row.token,
    ];
    parts.concat()
}

fn decode(bytes: &[u8; ROW]) -> Option<TokenRow> {
    let mut rest = bytes.as_slice();
    let row = TokenRow {
        entry_id: Uuid::from_bytes(take(&mut rest)?),
        identifier_index: u16::from_be_bytes(take(&mut rest)?),
        kind: u16::from_be_bytes(take(&mut rest)?),
        norm_version: u8::from_be_bytes(take(&mut rest)?),
        level: u8::from_be_bytes(take(&mut rest)?),
        key_id: take(&mut rest)?,
        role: i16::from_be_bytes(take(&mut rest)?),
        verified: take::<1>(&mut rest)? == [1],
        token: take(&mut rest)?,
    };
    rest.is_empty().then_some(row)
}

fn take<const N: usize>(rest: &mut &[u8]) -> Option<[u8; N]> {
    let (part, after) = rest.split_first_chunk()?;
    *rest = after;
    Some(*part)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(number: u8) -> TokenRow {
        TokenRow {
            entry_id: Uuid::from_bytes([number; 16]),
            identifier_index: u16::from(number) << 4,
            kind: 3,
            norm_version: 4,
            level: 5,
            key_id: [6; 16],
            role: -7,
            verified: number.is_multiple_of(2),
            token: [number; 32],
        }
    }

    #[test]
    fn what_was_spooled_comes_back_in_order_as_often_as_it_is_read() {
        let folder = tempfile::tempdir().unwrap();
        let mut spool = Spool::beside(&Bodies::open(folder.path()).unwrap()).unwrap();
        let rows: Vec<_> = (0..250).map(row).collect();
        for part in rows.chunks(100) {
            spool.append(part).unwrap();
        }
        let mut spooled = spool.finish().unwrap();
        for _ in 0..2 {
            let read: Vec<_> = spooled.rows().unwrap().map(Result::unwrap).collect();
            assert_eq!(read, rows);
        }
        assert_eq!(spooled.len(), rows.len());
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
    }
}
