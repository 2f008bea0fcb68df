//! From entries to signed digests: the privacy filter first, then tokens, then a base or a delta and its head. On
//! commit [`page`] reads what changed and [`spread`] publishes deltas; by night [`build`] folds them into bases.

mod build;
mod candidates;
mod delta;
mod head;
mod page;
mod plan;
mod spool;
mod spread;
mod tokens;

use lianfang_encoding::Audience;

pub(crate) use build::{audiences, everybody, list_key};
pub(crate) use candidates::identifiers_of;
pub(crate) use head::kind_of;
pub use plan::{ListPlan, PublicationPlan};

/// What a build did.
#[derive(Debug, Clone, Default, serde::Serialize, serde::Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BuildReport {
    /// Lists that were published anew.
    pub published: Vec<BuiltList>,
    /// Lists that were current already.
    pub unchanged: usize,
    /// Lists that this node publishes now.
    pub lists: usize,
    /// Different tokens in them.
    pub identifiers: u64,
    /// Identifiers kept back, by reason code.
    pub withheld: std::collections::BTreeMap<String, u64>,
}

/// One list that was published.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BuiltList {
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub audience: Audience,
    pub subject_type: String,
    pub epoch: u32,
    pub sequence: u64,
    /// Different tokens in it, before padding.
    pub identifiers: u64,
    /// Bytes of its body.
    pub bytes: u64,
}
