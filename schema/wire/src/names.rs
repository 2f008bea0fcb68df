//! Names of a node's own entries, ranked by how much they resemble one that its operator asks about.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::vocabulary::{Category, Role, StateName};

/// `POST /v1/admin/names`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RankNames {
    /// `legal_name_cn`, `legal_name_en` or `brand`.
    pub kind: String,
    /// The name.
    pub value: String,
    /// ISO 3166-1 alpha-2.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub region: Option<String>,
}

/// One name of an entry, without the name itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RankedName {
    /// The entry.
    pub entry: Uuid,
    /// Place of the name in it.
    pub entry_identifier_index: u32,
    /// Its kind.
    pub kind: String,
    /// Whose name it is.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub role: Role,
    /// Where the entry stands.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub state: StateName,
    /// What it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
    pub category: Option<Category>,
    /// How much it resembles the name asked about, in per cent.
    pub score: u8,
    /// Similarity of the names without form, place and line of business, in per cent.
    pub core: u8,
    /// Share of common runs of characters in the whole names, in per cent.
    pub parts: u8,
    /// Whether the company forms are of one class.
    pub same_form: bool,
}
