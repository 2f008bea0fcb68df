//! Token budgets on the operator's socket of a committee member (PROTOCOL.md §2): what each member may have evaluated there,
//! and the credits that a person grants beside that.

use lianfang_encoding::{Class, NodeId, Timestamp};
use serde::{Deserialize, Serialize};

/// `GET /v1/admin/budgets`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Budgets {
    /// One for each active member and each class of which the node holds a key share; none at a node without shares.
    pub items: Vec<MemberBudget>,
}

/// What a member may have evaluated at a node, of one class.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MemberBudget {
    /// Who asks.
    #[cfg_attr(feature = "openapi", schema(value_type = String, example = "platform-b"))]
    pub member: NodeId,
    /// `organisation`, `person` or `goods`.
    #[cfg_attr(feature = "openapi", schema(value_type = String, example = "organisation"))]
    pub class: Class,
    /// Elements that its bucket holds now, for any purpose.
    pub left: u64,
    /// Elements that a full bucket holds.
    pub capacity: u64,
    /// Elements that flow in over a day.
    pub per_day: u64,
    /// Elements that it may have evaluated once beside those, for what it publishes and watches.
    pub credit_left: u64,
    /// When some of them were last granted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>, format = DateTime))]
    pub credit_granted_at: Option<Timestamp>,
    /// From then on they count for nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>, format = DateTime))]
    pub credit_until: Option<Timestamp>,
}

/// `POST /v1/admin/budgets/credits`: an allowance to try that many inputs out, once, at this node.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct GrantCredit {
    /// An active member.
    #[cfg_attr(feature = "openapi", schema(value_type = String, pattern = "^[a-z0-9-]{1,32}$", example = "platform-b"))]
    pub member: NodeId,
    /// `organisation`, `person` or `goods`; this node holds a key share of it.
    #[cfg_attr(feature = "openapi", schema(value_type = String, example = "organisation"))]
    pub class: Class,
    /// Elements that are added to what stands: one for each form of an identifier, and padding.
    #[cfg_attr(
        feature = "openapi",
        schema(minimum = 1, maximum = 20_000_000, example = 1_000_000)
    )]
    pub elements: u64,
    /// For how long from now on; 30 days if it isn't said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(minimum = 1, maximum = 90, example = 30))]
    pub days: Option<u32>,
}

/// What stands after a grant, and what else it takes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CreditGranted {
    /// Who may draw it.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub member: NodeId,
    /// For which class.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub class: Class,
    /// Elements that stand at this node now, earlier grants included.
    pub credit_left: u64,
    /// From then on they count for nothing.
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
    pub credit_until: Timestamp,
    /// A token takes the evaluations of so many members: the credit helps once as many have granted it, each at its node.
    pub threshold: u16,
    /// Active members that hold a share of the key and could grant it.
    pub share_holders: u64,
}

/// `DELETE /v1/admin/budgets/credits/{member}/{class}`: what may no longer be drawn at this node.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CreditWithdrawn {
    /// Whose credit it was.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub member: NodeId,
    /// For which class.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub class: Class,
    /// Elements that were left; 0 when no credit stood.
    pub elements: u64,
}
