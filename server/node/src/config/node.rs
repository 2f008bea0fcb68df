use std::fmt;
use std::net::IpAddr;
use std::path::PathBuf;

use lianfang_encoding::NodeId;
use lianfang_wire::vocabulary::MemberRole;
use serde::Deserialize;

/// Who this node is.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Node {
    pub id: NodeId,
    /// A name for people; the id when empty.
    #[serde(default)]
    pub name: String,
    /// The organisation that operates it; the id when empty.
    #[serde(default)]
    pub operator: String,
    pub role: MemberRole,
    pub jurisdiction: Country,
    /// Keys, database, digests and the operator socket.
    #[serde(default = "here")]
    pub data_dir: PathBuf,
    /// The address from which other members are called; the system's choice when absent.
    #[serde(default)]
    pub source_address: Option<IpAddr>,
}

fn here() -> PathBuf {
    PathBuf::from(".")
}

impl Node {
    /// Its name for people.
    pub fn name(&self) -> &str {
        if self.name.is_empty() {
            self.id.as_str()
        } else {
            &self.name
        }
    }

    /// Who operates it.
    pub fn operator(&self) -> &str {
        if self.operator.is_empty() {
            self.id.as_str()
        } else {
            &self.operator
        }
    }
}

/// ISO 3166-1 alpha-2, upper case.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct Country(String);

/// Two upper-case letters are expected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a country is two upper-case letters (ISO 3166-1 alpha-2), for example CN")]
pub struct CountryError;

impl Country {
    /// The two letters.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for Country {
    type Error = CountryError;

    fn try_from(text: String) -> Result<Self, CountryError> {
        if text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_uppercase()) {
            Ok(Self(text))
        } else {
            Err(CountryError)
        }
    }
}

impl std::str::FromStr for Country {
    type Err = CountryError;

    fn from_str(text: &str) -> Result<Self, CountryError> {
        Self::try_from(text.to_owned())
    }
}

impl fmt::Display for Country {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
