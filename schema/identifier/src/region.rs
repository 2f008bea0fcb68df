use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// Two-letter ISO 3166-1 code in upper case: where a value without a country was written.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Region([u8; 2]);

/// Not two Latin letters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a region is a two-letter country code")]
pub struct NoRegion;

impl Region {
    /// Mainland China.
    pub const CN: Region = Region(*b"CN");
    /// Taiwan.
    pub const TW: Region = Region(*b"TW");
    /// United States.
    pub const US: Region = Region(*b"US");

    /// The code, in upper case.
    pub fn as_str(&self) -> &str {
        // Only built from ASCII letters.
        std::str::from_utf8(&self.0).unwrap_or_default()
    }
}

impl FromStr for Region {
    type Err = NoRegion;

    fn from_str(text: &str) -> Result<Self, NoRegion> {
        match text.as_bytes() {
            [first, second] if first.is_ascii_alphabetic() && second.is_ascii_alphabetic() => {
                Ok(Self([first.to_ascii_uppercase(), second.to_ascii_uppercase()]))
            }
            _ => Err(NoRegion),
        }
    }
}

impl TryFrom<String> for Region {
    type Error = NoRegion;

    fn try_from(text: String) -> Result<Self, NoRegion> {
        text.parse()
    }
}

impl From<Region> for String {
    fn from(region: Region) -> String {
        region.as_str().to_owned()
    }
}

impl fmt::Display for Region {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for Region {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_region_is_two_letters_in_any_case() {
        assert_eq!("cn".parse(), Ok(Region::CN));
        for refused in ["", "C", "CHN", "C1", "中国"] {
            assert_eq!(refused.parse::<Region>(), Err(NoRegion), "{refused}");
        }
    }
}
