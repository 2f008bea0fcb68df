use lianfang_encoding::{sha256, vocabulary};

use super::reader::{Reader, check_bounds, put_batch, put_count};
use super::{MessageError, VERSION};
use crate::{Element, TokenKeyId};

vocabulary! {
    /// What tokens are wanted for, as the caller says. Screening is paid from the running budget; the other two first from
    /// one-time credits, if members of the committee have granted any.
    pub enum Purpose {
        /// One subject at a time.
        Screen = 1 "screen",
        /// A member's own findings.
        Publish = 2 "publish",
        /// A member's whole list of sellers.
        Roster = 3 "roster",
    }
}

/// Blinded elements to evaluate under one key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestSection {
    pub key_id: TokenKeyId,
    pub generation: u32,
    /// 1 to 4096, padding included.
    pub elements: Vec<Element>,
}

/// `u8 version ‖ u8 purpose ‖ u8 count ‖ (16-byte key_id ‖ u32 generation ‖ u16 count ‖ 32-byte element…)…`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EvalRequest {
    purpose: Purpose,
    sections: Vec<RequestSection>,
}

impl EvalRequest {
    /// # Errors
    /// [`MessageError::Sections`] or [`MessageError::Elements`] when a count is out of bounds.
    pub fn new(purpose: Purpose, sections: Vec<RequestSection>) -> Result<Self, MessageError> {
        check_bounds(sections.iter().map(|section| &section.elements))?;
        Ok(Self { purpose, sections })
    }

    pub fn purpose(&self) -> Purpose {
        self.purpose
    }

    /// 1 to 8.
    pub fn sections(&self) -> &[RequestSection] {
        &self.sections
    }

    /// How many elements the budget is charged for, padding included.
    pub fn cost(&self) -> usize {
        self.sections.iter().map(|section| section.elements.len()).sum()
    }

    /// The one encoding.
    pub fn encode(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(3 + 22 * self.sections.len() + 32 * self.cost());
        out.extend_from_slice(&[VERSION, self.purpose.number()]);
        put_count(&mut out, self.sections.len());
        for section in &self.sections {
            put_batch(&mut out, &section.key_id, section.generation, &section.elements);
        }
        out
    }

    /// # Errors
    /// The first rule of [`MessageError`] that `bytes` break.
    pub fn decode(bytes: &[u8]) -> Result<Self, MessageError> {
        let mut reader = Reader::versioned(bytes)?;
        let purpose = Purpose::from_number(reader.u8()?).ok_or(MessageError::Purpose)?;
        let sections = reader.sections(|reader| {
            let (key_id, generation, elements) = reader.batch()?;
            Ok(RequestSection {
                key_id,
                generation,
                elements,
            })
        })?;
        reader.finish()?;
        Ok(Self { purpose, sections })
    }

    /// SHA-256 of the encoding: what a response is signed over.
    pub fn hash(&self) -> [u8; 32] {
        sha256(&self.encode())
    }
}
