use lianfang_encoding::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{Common, Identity, StixId, StixObject, StixTime, StixType};

/// Id of the definition of our extension. Frozen.
pub const ENTRY_EXTENSION: StixId = StixId::new(
    StixType::ExtensionDefinition,
    Uuid::from_u128(0x04e8_b7b5_1f0e_4c0f_9a57_0ac2_a0a7_6b0f),
);

/// Id of the identity that defines it: this software. Frozen.
pub const SOFTWARE: StixId = StixId::new(
    StixType::Identity,
    Uuid::from_u128(0xf431_f809_377b_45e0_aa1c_6a47_51ca_e5ff),
);

/// 2026-11-21T00:00:00Z, when the definition was written, in seconds.
const WRITTEN: u64 = 1_795_219_200;

const SCHEMA: &str = "Properties of an entry of a Lianfang federation: publisher (id of the member), entry \
    (UUID), audience, subject_type (seller, product, consignment, content), category, basis, state (draft, \
    notified, active, contested, forwarded, litigated, upheld, suspended, court_stay, released, expired, \
    withdrawn, settled, corrected), sequence (place in the publisher's feed of this audience), reached (time of \
    the state), deadline and deadline_rule (the running deadline, if any), expires (end of the finding). Times \
    are RFC 3339. The words are frozen in PROTOCOL.md.";

/// An extension-definition (STIX 2.1 §7.3).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ExtensionDefinition {
    /// What every object has.
    #[serde(flatten)]
    pub common: Common,
    /// For people.
    pub name: String,
    /// For people.
    pub description: String,
    /// What the properties are.
    pub schema: String,
    /// Of the extension.
    pub version: String,
    /// How it extends.
    pub extension_types: Vec<String>,
}

/// What every reader gets, whatever it may see: who defines our extension, and the definition.
pub fn descriptions() -> [StixObject; 2] {
    let written = StixTime::from(Timestamp::from_secs(WRITTEN));
    let software = Identity {
        common: Common::new(SOFTWARE, written, written),
        name: "Lianfang".to_owned(),
        description: "Software that marketplaces and market regulators share findings with.".to_owned(),
        identity_class: "system".to_owned(),
        roles: Vec::new(),
    };
    let definition = ExtensionDefinition {
        common: Common {
            created_by_ref: Some(SOFTWARE),
            ..Common::new(ENTRY_EXTENSION, written, written)
        },
        name: "Lianfang entry".to_owned(),
        description: "A finding that a marketplace or authority has published about a seller or product."
            .to_owned(),
        schema: SCHEMA.to_owned(),
        version: "1.0.0".to_owned(),
        extension_types: vec!["property-extension".to_owned()],
    };
    [
        StixObject::Identity(software),
        StixObject::ExtensionDefinition(definition),
    ]
}
