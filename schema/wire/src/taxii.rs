//! Resources of TAXII 2.1 (OASIS Standard, 10 June 2021), as far as a read-only server has them.

use lianfang_encoding::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::Problem;
use crate::stix::{StixId, StixObject, StixTime};

/// Media type of every answer.
pub const MEDIA_TYPE: &str = "application/taxii+json;version=2.1";

/// `GET /taxii2/` (§4.1).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Discovery {
    /// For people.
    pub title: String,
    /// For people.
    pub description: String,
    /// The root to start with.
    pub default: String,
    /// Every root.
    pub api_roots: Vec<String>,
}

/// `GET /{api-root}/` (§4.2).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApiRoot {
    /// For people.
    pub title: String,
    /// For people.
    pub description: String,
    /// [`MEDIA_TYPE`].
    pub versions: Vec<String>,
    /// Largest body taken, in bytes.
    pub max_content_length: u64,
}

/// One collection (§5.2).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Collection {
    /// Fixed per federation.
    pub id: Uuid,
    /// For people.
    pub title: String,
    /// For people.
    pub description: String,
    /// Can stand for the id in URLs.
    pub alias: String,
    /// Whether the reader may read.
    pub can_read: bool,
    /// Whether the reader may write: never.
    pub can_write: bool,
    /// Of the objects.
    pub media_types: Vec<String>,
}

/// `GET /{api-root}/collections/` (§5.1).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Collections {
    /// In order.
    pub collections: Vec<Collection>,
}

/// A page of objects (§3.7); `{}` when there are none.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Envelope {
    /// Whether more follow.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub more: bool,
    /// Where they follow; present whenever `more` is true.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
    /// In the order in which they were added.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub objects: Vec<StixObject>,
}

/// A page of what could be read (§5.3); `{}` when there is nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// Whether more follow.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub more: bool,
    /// Where they follow; present whenever `more` is true.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
    /// In the order in which they were added.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub objects: Vec<ManifestRecord>,
}

/// One version of one object.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ManifestRecord {
    /// Which object.
    pub id: StixId,
    /// When this node learned of it.
    pub date_added: Timestamp,
    /// Which version.
    pub version: StixTime,
    /// Of the object.
    pub media_type: String,
}

/// A page of the versions of one object (§5.8); `{}` when there are none.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Versions {
    /// Whether more follow.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub more: bool,
    /// Where they follow; present whenever `more` is true.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
    /// In the order in which they were added.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub versions: Vec<StixTime>,
}

/// What is answered instead (§3.6.1).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ErrorMessage {
    /// Short text that is the same for every occurrence.
    pub title: String,
    /// What happened this time and how to mend it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// The stable code of the problem.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error_code: Option<String>,
    /// HTTP status, as text.
    pub http_status: String,
}

impl From<&Problem> for ErrorMessage {
    fn from(problem: &Problem) -> Self {
        Self {
            title: problem.title.clone(),
            description: problem.detail.clone(),
            error_code: problem.kind().map(|kind| kind.slug().to_owned()),
            http_status: problem.status.to_string(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_of_nothing_is_an_empty_object() {
        assert_eq!(serde_json::to_string(&Envelope::default()).unwrap(), "{}");
        assert_eq!(serde_json::to_string(&Manifest::default()).unwrap(), "{}");
        assert_eq!(serde_json::to_string(&Versions::default()).unwrap(), "{}");
    }
}
