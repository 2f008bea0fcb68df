use lianfang_encoding::{Audience, NodeId, SubjectType};
use serde::{Deserialize, Serialize};

/// Names one digest list: a publisher's entries of one subject type for one audience, under the token keys
/// of one epoch (PROTOCOL.md §3).
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ListId {
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub publisher: NodeId,
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub audience: Audience,
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub subject_type: SubjectType,
    pub epoch: u32,
}
