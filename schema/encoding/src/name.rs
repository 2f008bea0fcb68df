use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// Why a name was refused. The text names the rule and is safe to show to a peer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NameError {
    #[error("a node id has 1 to 32 characters out of a-z, 0-9 and '-'")]
    NodeId,
    #[error(
        "an audience is `all`, `regulators`, a two-letter lower-case country code, or a list name of a-z, 0-9 and '-'"
    )]
    Audience,
    #[error("a federation id is 32 hexadecimal digits")]
    FederationId,
}

/// First 16 bytes of SHA-256 of the genesis membership document (PROTOCOL.md §0). Shown as 32 hex digits.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct FederationId(#[serde(with = "hex::serde")] pub [u8; 16]);

impl FederationId {
    /// The id of the federation whose genesis payload is `genesis`, byte for byte.
    pub fn of_genesis(genesis: &[u8]) -> Self {
        let mut id = [0; 16];
        id.copy_from_slice(&crate::sha256(genesis)[..16]);
        Self(id)
    }

    /// The raw bytes, as they enter transcripts and headers.
    pub fn as_bytes(&self) -> &[u8; 16] {
        &self.0
    }
}

impl fmt::Display for FederationId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

impl fmt::Debug for FederationId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for FederationId {
    type Err = NameError;

    fn from_str(text: &str) -> Result<Self, NameError> {
        let mut id = [0; 16];
        hex::decode_to_slice(text, &mut id).map_err(|_| NameError::FederationId)?;
        Ok(Self(id))
    }
}

fn is_label(text: &str) -> bool {
    (1..=32).contains(&text.len())
        && text
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
}

macro_rules! label {
    ($(#[$doc:meta])* $name:ident, $error:ident) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// The name as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl TryFrom<String> for $name {
            type Error = NameError;
            fn try_from(text: String) -> Result<Self, NameError> {
                if is_label(&text) { Ok(Self(text)) } else { Err(NameError::$error) }
            }
        }

        impl FromStr for $name {
            type Err = NameError;
            fn from_str(text: &str) -> Result<Self, NameError> {
                Self::try_from(text.to_owned())
            }
        }

        impl From<$name> for String {
            fn from(name: $name) -> String {
                name.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

label! {
    /// Name of a node, unique in its federation and never reused: `[a-z0-9-]{1,32}` (PROTOCOL.md §0).
    NodeId, NodeId
}

label! {
    /// Name of a group of members that an entry is shared with: `all`, `regulators`, a lower-case ISO
    /// 3166-1 alpha-2 code, or a named list of the membership document (PROTOCOL.md §3).
    Audience, Audience
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn node_ids_keep_to_their_alphabet() {
        assert!("platform-a".parse::<NodeId>().is_ok());
        for refused in ["", "Platform", "a/b", "a b", "é", &"a".repeat(33)] {
            assert!(refused.parse::<NodeId>().is_err(), "{refused:?}");
        }
    }

    #[test]
    fn a_federation_id_survives_text() {
        let id = FederationId::of_genesis(b"genesis");
        assert_eq!(id.to_string().parse::<FederationId>(), Ok(id));
    }
}
