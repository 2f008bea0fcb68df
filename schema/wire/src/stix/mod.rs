//! STIX 2.1 objects that regulators get (OASIS Standard, 10 June 2021): members as identities, entries as
//! indicators with an extension of ours. No object holds an identifier of a subject, a token or a key.

mod definition;
mod id;
mod identity;
mod indicator;
mod time;

use serde::{Deserialize, Serialize};

pub use definition::{ENTRY_EXTENSION, ExtensionDefinition, SOFTWARE, descriptions};
pub use id::{StixId, StixIdError, StixType, collection_id, identity_id, indicator_id};
pub use identity::{Identity, MemberDescription};
pub use indicator::{EntryExtension, Indicator};
pub use time::StixTime;

/// Media type of these objects.
pub const MEDIA_TYPE: &str = "application/stix+json;version=2.1";

/// Version of the specification that every object follows.
pub const SPEC_VERSION: &str = "2.1";

/// An object as it is sent.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "kebab-case")]
pub enum StixObject {
    /// What our extension of indicators means.
    ExtensionDefinition(ExtensionDefinition),
    /// A member, or the software that defines the extension.
    Identity(Identity),
    /// An entry.
    Indicator(Box<Indicator>),
}

/// Properties that every object has (STIX 2.1 §3.2).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Common {
    /// Always [`SPEC_VERSION`].
    pub spec_version: String,
    /// Stays the same over all versions.
    pub id: StixId,
    /// The identity that speaks; none for identities, which speak for themselves.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created_by_ref: Option<StixId>,
    /// When the first version was made.
    pub created: StixTime,
    /// When this version was made.
    pub modified: StixTime,
    /// Over for good.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub revoked: bool,
}

impl Common {
    /// Of an object that isn't revoked.
    pub fn new(id: StixId, created: StixTime, modified: StixTime) -> Self {
        Self {
            spec_version: SPEC_VERSION.to_owned(),
            id,
            created_by_ref: None,
            created,
            modified,
            revoked: false,
        }
    }
}

impl StixObject {
    /// What every object has.
    pub fn common(&self) -> &Common {
        match self {
            Self::ExtensionDefinition(object) => &object.common,
            Self::Identity(object) => &object.common,
            Self::Indicator(object) => &object.common,
        }
    }
}
