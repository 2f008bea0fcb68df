use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::{Kind, Region, UnknownKind};

/// A kind as a caller names it: a token kind, or a preset of one such as `phone_cn` (phone, region CN) and
/// `patent_us` (patent, office US).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct InputKind {
    kind: Kind,
    preset: Option<Region>,
}

impl InputKind {
    /// The token kind the values lead to (a value may lead to further kinds as well).
    pub fn kind(self) -> Kind {
        self.kind
    }

    /// Region or patent office named by the kind itself; it wins over the caller's default.
    pub fn preset(self) -> Option<Region> {
        self.preset
    }
}

impl From<Kind> for InputKind {
    fn from(kind: Kind) -> Self {
        Self { kind, preset: None }
    }
}

impl FromStr for InputKind {
    type Err = UnknownKind;

    fn from_str(name: &str) -> Result<Self, UnknownKind> {
        if let Ok(kind) = name.parse::<Kind>() {
            return Ok(kind.into());
        }
        let (kind, region) = name.rsplit_once('_').ok_or(UnknownKind)?;
        let kind = match kind {
            "phone" => Kind::Phone,
            "patent" => Kind::Patent,
            _ => return Err(UnknownKind),
        };
        if region.bytes().any(|byte| byte.is_ascii_uppercase()) {
            return Err(UnknownKind);
        }
        let preset = Some(region.parse().map_err(|_| UnknownKind)?);
        Ok(Self { kind, preset })
    }
}

impl fmt::Display for InputKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.kind.name())?;
        match self.preset {
            Some(region) => write!(f, "_{}", region.as_str().to_ascii_lowercase()),
            None => Ok(()),
        }
    }
}

impl TryFrom<String> for InputKind {
    type Error = UnknownKind;

    fn try_from(name: String) -> Result<Self, UnknownKind> {
        name.parse()
    }
}

impl From<InputKind> for String {
    fn from(kind: InputKind) -> String {
        kind.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn presets_name_a_kind_and_a_region() {
        let phone: InputKind = "phone_tw".parse().unwrap();
        assert_eq!((phone.kind(), phone.preset()), (Kind::Phone, Some(Region::TW)));
        assert_eq!(phone.to_string(), "phone_tw");
        for refused in ["phone_", "phone_CN", "email_cn", "", "_", "cn_uscc_cn"] {
            assert_eq!(refused.parse::<InputKind>(), Err(UnknownKind), "{refused}");
        }
    }
}
