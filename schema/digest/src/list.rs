use lianfang_encoding::{Audience, NodeId, SubjectType};
use serde::{Deserialize, Serialize};

/// Names one digest list: a publisher's entries of one subject type for one audience, under the token keys
/// of one epoch (PROTOCOL.md §3).
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct ListId {
    pub publisher: NodeId,
    pub audience: Audience,
    pub subject_type: SubjectType,
    pub epoch: u32,
}
