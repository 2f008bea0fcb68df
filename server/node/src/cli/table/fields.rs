//! The fields of one row, within bounds.

/// Fields of one row.
pub(super) const MAX_FIELDS: usize = 1_024;
/// Bytes of one field.
pub(super) const MAX_FIELD: usize = 64 * 1024;

/// Takes rows apart.
pub(super) struct Fields {
    machine: csv_core::Reader,
    text: Vec<u8>,
    ends: Vec<usize>,
}

/// The fields of one row.
pub(super) struct Cells<'a> {
    text: &'a [u8],
    ends: &'a [usize],
}

impl Fields {
    pub(super) fn new(delimiter: u8) -> Self {
        Self {
            machine: csv_core::ReaderBuilder::new().delimiter(delimiter).build(),
            text: Vec::new(),
            // One more shows that there are too many.
            ends: vec![0; MAX_FIELDS + 1],
        }
    }

    /// The fields of a row, or why there are none.
    pub(super) fn split(&mut self, row: &[u8]) -> Result<Cells<'_>, String> {
        self.machine.reset();
        self.text.resize(row.len() + 1, 0);
        let (mut written, mut fields) = (0, 0);
        // The second time without input, which is the end.
        for input in [row, &[]] {
            let (result, _, text, ends) = self.machine.read_record(
                input,
                self.text.get_mut(written..).unwrap_or_default(),
                self.ends.get_mut(fields..).unwrap_or_default(),
            );
            (written, fields) = (written + text, fields + ends);
            if result != csv_core::ReadRecordResult::InputEmpty {
                break;
            }
        }
        if fields > MAX_FIELDS {
            return Err(format!("there are more than {MAX_FIELDS} fields"));
        }
        let cells = Cells {
            text: self.text.get(..written).unwrap_or_default(),
            ends: self.ends.get(..fields).unwrap_or_default(),
        };
        if cells.iter().any(|cell| cell.len() > MAX_FIELD) {
            return Err(format!("a field is longer than {MAX_FIELD} bytes"));
        }
        Ok(cells)
    }
}

impl<'a> Cells<'a> {
    pub(super) fn get(&self, place: usize) -> Option<&'a [u8]> {
        let end = *self.ends.get(place)?;
        let start = place
            .checked_sub(1)
            .and_then(|before| self.ends.get(before).copied())
            .unwrap_or(0);
        self.text.get(start..end)
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &'a [u8]> + '_ {
        (0..self.ends.len()).filter_map(|place| self.get(place))
    }
}
