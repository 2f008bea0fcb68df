//! Frame of everything that is persisted: built here, mapped here at the next start, never taken from a peer.
//!
//! ```text
//! "LFINDEX1"  kind u32  sections u32  directory length u64  total length u64
//! SHA-256 of these 32 bytes and the directory [32]
//! directory: (offset u64, length u64) of each section, then what the kind says
//! sections, each on a cache line
//! ```
//!
//! Integers are little-endian. The hash guards against a torn file's directory; the sections aren't read at the start,
//! and no byte in them can make a lookup fail, only wrong.

use std::ops::Range;

use lianfang_digest::{ListId, SubjectType};
use lianfang_encoding::sha256;

use crate::aligned::LINE;

const MAGIC: [u8; 8] = *b"LFINDEX1";

/// Why persisted bytes aren't an index of this kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ImageError {
    #[error("not an index of this version and kind")]
    Foreign,
    #[error("the index is shorter or longer than it says")]
    Length,
    #[error("the directory of the index is damaged")]
    Damaged,
}

/// What an image holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Bases = 1,
    Changes = 2,
}

/// Everything before the sections, and where they go.
#[derive(Debug)]
pub(crate) struct Plan {
    pub(crate) front: Vec<u8>,
    pub(crate) sections: Vec<Range<usize>>,
    pub(crate) length: usize,
}

impl Plan {
    pub(crate) fn new(kind: Kind, content: &[u8], lengths: &[usize]) -> Self {
        let directory_length = lengths.len() * 16 + content.len();
        let mut end = LINE + directory_length.next_multiple_of(LINE);
        let sections: Vec<_> = lengths
            .iter()
            .map(|length| {
                let start = end;
                end += length.next_multiple_of(LINE);
                start..start + length
            })
            .collect();
        let mut directory = Vec::with_capacity(directory_length);
        for section in &sections {
            directory.extend((section.start as u64).to_le_bytes());
            directory.extend((section.len() as u64).to_le_bytes());
        }
        directory.extend(content);
        let mut front = Vec::from(MAGIC);
        front.extend((kind as u32).to_le_bytes());
        front.extend((lengths.len() as u32).to_le_bytes());
        front.extend((directory_length as u64).to_le_bytes());
        front.extend((end as u64).to_le_bytes());
        front.extend(sha256(&[&front[..], &directory].concat()));
        front.extend(directory);
        front.resize(front.len().next_multiple_of(LINE), 0);
        Self {
            front,
            sections,
            length: end,
        }
    }
}

/// Checks the frame of `bytes`; gives the content of the directory and the sections.
pub(crate) fn open(bytes: &[u8], kind: Kind) -> Result<(Take<'_>, Vec<Range<usize>>), ImageError> {
    let mut head = Take { rest: bytes };
    let (magic, found) = (head.array()?, head.u32()?);
    if magic != MAGIC || found != kind as u32 {
        return Err(ImageError::Foreign);
    }
    let (count, directory_length, total) = (head.u32()?, head.u64()?, head.u64()?);
    let hash: [u8; 32] = head.array()?;
    let directory = usize::try_from(directory_length).map_err(|_| ImageError::Length)?;
    let directory = head.take(directory)?;
    if total != bytes.len() as u64 {
        return Err(ImageError::Length);
    }
    if sha256(&[&bytes[..32], directory].concat()) != hash {
        return Err(ImageError::Damaged);
    }
    let mut content = Take { rest: directory };
    let take_section = |_| {
        let (start, length) = (content.u64()?, content.u64()?);
        let end = start
            .checked_add(length)
            .filter(|end| *end <= total)
            .ok_or(ImageError::Damaged)?;
        Ok(start as usize..end as usize)
    };
    let sections = (0..count).map(take_section).collect::<Result<_, _>>()?;
    Ok((content, sections))
}

/// Reads the directory.
#[derive(Debug)]
pub(crate) struct Take<'a> {
    rest: &'a [u8],
}

impl<'a> Take<'a> {
    pub(crate) fn take(&mut self, length: usize) -> Result<&'a [u8], ImageError> {
        let (taken, rest) = self.rest.split_at_checked(length).ok_or(ImageError::Length)?;
        self.rest = rest;
        Ok(taken)
    }

    pub(crate) fn array<const N: usize>(&mut self) -> Result<[u8; N], ImageError> {
        let (taken, rest) = self.rest.split_first_chunk().ok_or(ImageError::Length)?;
        self.rest = rest;
        Ok(*taken)
    }

    pub(crate) fn u16(&mut self) -> Result<u16, ImageError> {
        self.array().map(u16::from_le_bytes)
    }

    pub(crate) fn u32(&mut self) -> Result<u32, ImageError> {
        self.array().map(u32::from_le_bytes)
    }

    pub(crate) fn u64(&mut self) -> Result<u64, ImageError> {
        self.array().map(u64::from_le_bytes)
    }

    /// Reads what [`put_list`] wrote.
    pub(crate) fn list(&mut self) -> Result<ListId, ImageError> {
        let publisher = self.label()?.parse().map_err(|_| ImageError::Damaged)?;
        let audience = self.label()?.parse().map_err(|_| ImageError::Damaged)?;
        let [subject] = self.array()?;
        let subject_type = SubjectType::from_number(subject).ok_or(ImageError::Damaged)?;
        let epoch = self.u32()?;
        Ok(ListId {
            publisher,
            audience,
            subject_type,
            epoch,
        })
    }

    fn label(&mut self) -> Result<&'a str, ImageError> {
        let [length] = self.array()?;
        std::str::from_utf8(self.take(length.into())?).map_err(|_| ImageError::Damaged)
    }
}

/// Writes the name of a list into a directory.
pub(crate) fn put_list(directory: &mut Vec<u8>, list: &ListId) {
    for label in [list.publisher.as_str(), list.audience.as_str()] {
        directory.push(label.len() as u8);
        directory.extend(label.as_bytes());
    }
    directory.push(list.subject_type.number());
    directory.extend(list.epoch.to_le_bytes());
}
