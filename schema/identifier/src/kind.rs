use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

pub use lianfang_encoding::Class;

/// How much a canonical form says (PROTOCOL.md §1). Numbers are frozen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[repr(u8)]
pub enum Level {
    /// The same identifier.
    Strict = 1,
    /// A candidate for a human: never bans alone.
    Folded = 2,
}

/// How far a match on a kind can be trusted (PROTOCOL.md §1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Strength {
    /// Issued to one subject and kept: may block when verified.
    Strong,
    /// Recycled, shared or stolen in practice: review at most.
    Medium,
    /// A name: review, and only beside a second signal.
    Weak,
    /// Names the genuine item or the right itself; genuine goods carry it too.
    Genuine,
}

/// What a match on a kind may do to a verdict (PROTOCOL.md §1, §5).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Effect {
    /// May block, when the identifier is verified and the subject's own.
    Block,
    /// Review at most.
    Review,
    /// Review, and by default only together with a second signal.
    Candidate,
    /// Nothing alone: needs a matching sanctioned seller, offer URL, batch or serial.
    Corroborate,
}

macro_rules! kinds {
    ($($number:literal $variant:ident $name:literal,)*) => {
        /// A kind of identifier as it enters a token. Numbers are frozen and never reassigned.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[repr(u16)]
        pub enum Kind {
            $(#[serde(rename = $name)] $variant = $number,)*
        }

        impl Kind {
            /// Every kind, by ascending number.
            pub const ALL: &'static [Kind] = &[$(Kind::$variant,)*];

            /// The kind with this frozen number.
            pub fn from_number(number: u16) -> Option<Self> {
                match number {
                    $($number => Some(Kind::$variant),)*
                    _ => None,
                }
            }

            /// Snake-case name, as in the JSON contract.
            pub fn name(self) -> &'static str {
                match self {
                    $(Kind::$variant => $name,)*
                }
            }
        }
    };
}

kinds! {
    1 CnUscc "cn_uscc",
    2 CnOrgCode "cn_org_code",
    3 TwUbn "tw_ubn",
    4 UsEin "us_ein",
    5 Duns "duns",
    6 Lei "lei",
    7 EuVat "eu_vat",
    8 Eori "eori",
    9 LegalNameCn "legal_name_cn",
    10 LegalNameEn "legal_name_en",
    11 Domain "domain",
    12 ShopUrl "shop_url",
    20 CnRic "cn_ric",
    21 Passport "passport",
    22 Phone "phone",
    23 Email "email",
    24 BankCard "bank_card",
    25 Iban "iban",
    26 Payee "payee",
    27 WalletBtc "wallet_btc",
    28 WalletEth "wallet_eth",
    40 Gtin "gtin",
    41 Isbn "isbn",
    42 Asin "asin",
    43 Brand "brand",
    44 BrandMpn "brand_mpn",
    45 Trademark "trademark",
    46 Patent "patent",
    47 ListingUrl "listing_url",
    48 BatchOrSerial "batch_or_serial",
    49 Consignment "consignment",
}

/// A name or number that is no kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("unknown kind of identifier")]
pub struct UnknownKind;

impl Kind {
    /// Frozen number, as it enters tokens and headers.
    pub fn number(self) -> u16 {
        self as u16
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Kind {
    type Err = UnknownKind;

    fn from_str(name: &str) -> Result<Self, UnknownKind> {
        Self::ALL
            .iter()
            .copied()
            .find(|kind| kind.name() == name)
            .ok_or(UnknownKind)
    }
}

impl Level {
    /// Frozen number, as it enters tokens.
    pub fn number(self) -> u8 {
        self as u8
    }

    /// The level with this frozen number.
    pub fn from_number(number: u8) -> Option<Self> {
        match number {
            1 => Some(Self::Strict),
            2 => Some(Self::Folded),
            _ => None,
        }
    }

    /// Name in the JSON contract.
    pub fn name(self) -> &'static str {
        match self {
            Self::Strict => "strict",
            Self::Folded => "folded",
        }
    }
}

impl Strength {
    /// Snake-case name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Strong => "strong",
            Self::Medium => "medium",
            Self::Weak => "weak",
            Self::Genuine => "genuine",
        }
    }
}

impl Effect {
    /// Snake-case name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Block => "block",
            Self::Review => "review",
            Self::Candidate => "candidate",
            Self::Corroborate => "corroborate",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_numbers_lead_back_to_the_kind() {
        for &kind in Kind::ALL {
            assert_eq!(Kind::from_number(kind.number()), Some(kind));
            assert_eq!(kind.name().parse(), Ok(kind));
            assert_eq!(serde_json::to_string(&kind).unwrap(), format!("\"{kind}\""));
        }
        assert_eq!(Kind::from_number(0), None);
        assert_eq!("cn-uscc".parse::<Kind>(), Err(UnknownKind));
    }

    #[test]
    fn levels_keep_their_numbers() {
        for level in [Level::Strict, Level::Folded] {
            assert_eq!(Level::from_number(level.number()), Some(level));
        }
        assert_eq!(Level::from_number(0), None);
    }
}
