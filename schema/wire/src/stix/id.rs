use std::fmt;
use std::str::FromStr;

use lianfang_encoding::{FederationId, NodeId, SubjectType, Transcript, vocabulary};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

vocabulary! {
    /// Types of objects in the feed.
    pub enum StixType {
        /// The meaning of an extension.
        ExtensionDefinition = 1 "extension-definition",
        /// Who speaks.
        Identity = 2 "identity",
        /// What was found.
        Indicator = 3 "indicator",
    }
}

/// `type--UUID` (STIX 2.1 §2.9).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct StixId {
    /// The part in front.
    pub kind: StixType,
    /// The part behind.
    pub id: Uuid,
}

/// The text isn't the id of an object of this feed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("an id is `identity--`, `indicator--` or `extension-definition--` and a UUID in lower case")]
pub struct StixIdError;

impl StixId {
    /// An id of this type.
    pub const fn new(kind: StixType, id: Uuid) -> Self {
        Self { kind, id }
    }
}

impl fmt::Display for StixId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}--{}", self.kind, self.id)
    }
}

impl FromStr for StixId {
    type Err = StixIdError;

    fn from_str(text: &str) -> Result<Self, StixIdError> {
        let (kind, id) = text.split_once("--").ok_or(StixIdError)?;
        let parsed = Self {
            kind: kind.parse().map_err(|_| StixIdError)?,
            id: Uuid::try_parse(id).map_err(|_| StixIdError)?,
        };
        // One spelling only: a UUID may be written in other ways.
        if parsed.to_string() == text {
            Ok(parsed)
        } else {
            Err(StixIdError)
        }
    }
}

impl TryFrom<String> for StixId {
    type Error = StixIdError;
    fn try_from(text: String) -> Result<Self, StixIdError> {
        text.parse()
    }
}

impl From<StixId> for String {
    fn from(id: StixId) -> Self {
        id.to_string()
    }
}

/// Of an entry's indicator: its publisher is part of it, so that nobody can speak about another's entry.
pub fn indicator_id(fed: &FederationId, publisher: &NodeId, entry: Uuid) -> Uuid {
    let input = Transcript::new("lianfang/stix-indicator/v1")
        .bytes(fed.as_bytes())
        .bytes(publisher.as_str().as_bytes())
        .bytes(entry.as_bytes());
    derived(input)
}

/// Of a member's identity.
pub fn identity_id(fed: &FederationId, member: &NodeId) -> Uuid {
    let input = Transcript::new("lianfang/stix-identity/v1")
        .bytes(fed.as_bytes())
        .bytes(member.as_str().as_bytes());
    derived(input)
}

/// Of the collection of what is known about one type of subject.
pub fn collection_id(fed: &FederationId, subject: SubjectType) -> Uuid {
    let input = Transcript::new("lianfang/taxii-collection/v1")
        .bytes(fed.as_bytes())
        .u8(subject.number());
    derived(input)
}

/// 122 bits of a hash in the form of version 4, which STIX 2.1 §2.9 recommends for such ids.
fn derived(input: Transcript) -> Uuid {
    let mut id = [0; 16];
    id.copy_from_slice(&input.sha256()[..16]);
    uuid::Builder::from_random_bytes(id).into_uuid()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_survives_text_and_has_one_spelling() {
        let fed = FederationId([1; 16]);
        let publisher = "platform-a".parse().unwrap();
        let id = StixId::new(
            StixType::Indicator,
            indicator_id(&fed, &publisher, Uuid::from_u128(7)),
        );
        assert_eq!(id.to_string().parse(), Ok(id));
        for other in [
            id.to_string().to_uppercase(),
            id.to_string().replace("indicator", "malware"),
            format!("indicator--{}", id.id.simple()),
            String::new(),
        ] {
            assert_eq!(other.parse::<StixId>(), Err(StixIdError), "{other}");
        }
    }

    #[test]
    fn federation_publisher_and_entry_all_tell_indicators_apart() {
        let (fed, other) = (FederationId([1; 16]), FederationId([2; 16]));
        let (a, b): (NodeId, NodeId) = ("a".parse().unwrap(), "b".parse().unwrap());
        let (one, two) = (Uuid::from_u128(1), Uuid::from_u128(2));
        let ids = [
            indicator_id(&fed, &a, one),
            indicator_id(&fed, &a, two),
            indicator_id(&fed, &b, one),
            indicator_id(&other, &a, one),
            identity_id(&fed, &a),
            collection_id(&fed, SubjectType::Seller),
            collection_id(&fed, SubjectType::Product),
        ];
        let distinct: std::collections::HashSet<_> = ids.iter().collect();
        assert_eq!(distinct.len(), ids.len());
        assert!(ids.iter().all(|id| id.get_version_num() == 4));
    }

    #[test]
    fn ids_are_those_of_the_frozen_vector() {
        let fed = FederationId([1; 16]);
        let publisher = "platform-a".parse().unwrap();
        let id = indicator_id(&fed, &publisher, Uuid::from_u128(7));
        assert_eq!(id.to_string(), "1ba80952-a5e4-45ca-87ce-70aaf2f6879c");
    }
}
