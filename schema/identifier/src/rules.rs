use lianfang_encoding::Transcript;

use crate::{Kind, info};

/// The rules of one kind as two nodes compare them (PROTOCOL.md §1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rules {
    /// Version of the rules in force.
    pub norm_version: u8,
    /// SHA-256 over the tables, Unicode version and pinned data that the kind uses.
    pub rules_digest: [u8; 32],
}

/// The rules in force for `kind`.
pub fn rules(kind: Kind) -> Rules {
    let row = info(kind);
    let rules_digest = Transcript::new("lianfang/rules/v1")
        .u16(kind.number())
        .u8(row.norm_version)
        .bytes(row.form.as_bytes())
        .sha256();
    Rules { norm_version: row.norm_version, rules_digest }
}
