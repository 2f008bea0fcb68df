use lianfang_encoding::{Audience, NodeId};
use serde::{Deserialize, Serialize};

use crate::Refusal;

/// What the subject of an entry is. The numbers are frozen (PROTOCOL.md §0).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[repr(u8)]
pub enum SubjectType {
    /// A seller: a company or a person who offers goods.
    Seller = 1,
    /// A product or a single offer of it.
    Product = 2,
    /// A consignment under a carrier's number.
    Consignment = 3,
    /// Content such as an image or a video.
    Content = 4,
}

impl SubjectType {
    /// Every subject type, in the order of its number.
    pub const ALL: [Self; 4] = [Self::Seller, Self::Product, Self::Consignment, Self::Content];

    /// The frozen number, as it stands in headers.
    pub fn number(self) -> u8 {
        self as u8
    }

    /// The name used in JSON and in paths.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Seller => "seller",
            Self::Product => "product",
            Self::Consignment => "consignment",
            Self::Content => "content",
        }
    }
}

impl TryFrom<u8> for SubjectType {
    type Error = Refusal;
    fn try_from(number: u8) -> Result<Self, Refusal> {
        Self::ALL
            .into_iter()
            .find(|subject| subject.number() == number)
            .ok_or(Refusal::SubjectType(number))
    }
}

impl std::str::FromStr for SubjectType {
    type Err = Refusal;
    fn from_str(text: &str) -> Result<Self, Refusal> {
        Self::ALL
            .into_iter()
            .find(|subject| subject.as_str() == text)
            .ok_or(Refusal::SubjectType(0))
    }
}

impl std::fmt::Display for SubjectType {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Names one digest list: a publisher's entries of one subject type for one audience, under the token keys
/// of one epoch (PROTOCOL.md §3).
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct ListId {
    pub publisher: NodeId,
    pub audience: Audience,
    pub subject_type: SubjectType,
    pub epoch: u32,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_names_of_subject_types_come_back() {
        for subject in SubjectType::ALL {
            assert_eq!(SubjectType::try_from(subject.number()), Ok(subject));
            assert_eq!(subject.as_str().parse(), Ok(subject));
        }
        assert_eq!(SubjectType::try_from(0), Err(Refusal::SubjectType(0)));
        assert_eq!(SubjectType::try_from(5), Err(Refusal::SubjectType(5)));
    }
}
