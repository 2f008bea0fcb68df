use super::{MAX_SECTIONS, MessageError, VERSION};
use crate::{Element, MAX_ELEMENTS, TokenKeyId};

/// Takes fields off the front of a message.
pub(super) struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    /// A reader behind the version byte, which must be ours.
    pub(super) fn versioned(bytes: &'a [u8]) -> Result<Self, MessageError> {
        let mut reader = Self(bytes);
        match reader.u8()? {
            VERSION => Ok(reader),
            _ => Err(MessageError::Version),
        }
    }

    pub(super) fn take<const N: usize>(&mut self) -> Result<[u8; N], MessageError> {
        let (taken, rest) = self.0.split_first_chunk().ok_or(MessageError::Truncated)?;
        self.0 = rest;
        Ok(*taken)
    }

    pub(super) fn u8(&mut self) -> Result<u8, MessageError> {
        self.take().map(u8::from_be_bytes)
    }

    pub(super) fn u32(&mut self) -> Result<u32, MessageError> {
        self.take().map(u32::from_be_bytes)
    }

    /// `u8 count ‖ section…`.
    pub(super) fn sections<T>(
        &mut self,
        section: impl Fn(&mut Self) -> Result<T, MessageError>,
    ) -> Result<Vec<T>, MessageError> {
        let count = usize::from(self.u8()?);
        if !(1..=MAX_SECTIONS).contains(&count) {
            return Err(MessageError::Sections);
        }
        (0..count).map(|_| section(self)).collect()
    }

    /// `16-byte key_id ‖ u32 generation ‖ u16 count ‖ 32-byte element…`.
    pub(super) fn batch(&mut self) -> Result<(TokenKeyId, u32, Vec<Element>), MessageError> {
        let (key_id, generation) = (TokenKeyId(self.take()?), self.u32()?);
        let count = usize::from(self.take().map(u16::from_be_bytes)?);
        if !(1..=MAX_ELEMENTS).contains(&count) {
            return Err(MessageError::Elements);
        }
        let length = count * size_of::<Element>();
        let (elements, rest) = self.0.split_at_checked(length).ok_or(MessageError::Truncated)?;
        self.0 = rest;
        let (elements, _) = elements.as_chunks();
        Ok((key_id, generation, elements.to_vec()))
    }

    pub(super) fn finish(self) -> Result<(), MessageError> {
        if self.0.is_empty() {
            Ok(())
        } else {
            Err(MessageError::Trailing)
        }
    }
}

/// Writes what [`Reader::batch`] reads.
pub(super) fn put_batch(out: &mut Vec<u8>, key_id: &TokenKeyId, generation: u32, elements: &[Element]) {
    out.extend_from_slice(key_id.as_bytes());
    out.extend_from_slice(&generation.to_be_bytes());
    out.extend_from_slice(&u16::try_from(elements.len()).unwrap_or(u16::MAX).to_be_bytes());
    out.extend_from_slice(elements.as_flattened());
}

/// Writes the count that [`Reader::sections`] reads.
pub(super) fn put_count(out: &mut Vec<u8>, sections: usize) {
    out.push(u8::try_from(sections).unwrap_or(u8::MAX));
}

/// The bounds that hold for both messages.
pub(super) fn check_bounds<'a>(
    batches: impl ExactSizeIterator<Item = &'a Vec<Element>>,
) -> Result<(), MessageError> {
    if !(1..=MAX_SECTIONS).contains(&batches.len()) {
        return Err(MessageError::Sections);
    }
    for batch in batches {
        if !(1..=MAX_ELEMENTS).contains(&batch.len()) {
            return Err(MessageError::Elements);
        }
    }
    Ok(())
}
