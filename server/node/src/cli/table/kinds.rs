use std::collections::BTreeMap;

use lianfang_identifier::InputKind;

use super::Mapping;
use super::mapping::kind_names;

/// Names of kinds in common registers, lower case.
const KNOWN: [(&str, &str); 15] = [
    ("uscc", "cn_uscc"),
    ("cn_regno", "cn_regno"),
    ("website", "domain"),
    ("web", "domain"),
    ("mail", "email"),
    ("e-mail", "email"),
    ("tel", "phone"),
    ("telephone", "phone"),
    ("vat", "eu_vat"),
    ("ein", "us_ein"),
    ("barcode", "gtin"),
    ("ean", "gtin"),
    ("duns number", "duns"),
    ("legal_name", "legal_name_en"),
    ("wallet_xbt", "wallet_btc"),
];

/// Which kind a name in a file means.
pub struct KindNames(BTreeMap<String, InputKind>);

/// A name that means no kind.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` isn't a kind")]
pub struct Unknown(pub String);

impl KindNames {
    /// The known names and those of `mappings`, which come first.
    ///
    /// # Errors
    /// When a mapping leads to something that isn't a kind.
    pub fn new(mappings: &[Mapping]) -> Result<Self, Unknown> {
        let mut names = BTreeMap::new();
        for (name, kind) in KNOWN {
            if let Ok(kind) = kind.parse() {
                names.insert(name.to_owned(), kind);
            }
        }
        for (name, kind) in kind_names(mappings) {
            let kind = kind.parse().map_err(|_| Unknown(kind.to_owned()))?;
            names.insert(name.to_lowercase(), kind);
        }
        Ok(Self(names))
    }

    /// The kind that `name` means.
    ///
    /// # Errors
    /// [`Unknown`].
    pub fn kind(&self, name: &str) -> Result<InputKind, Unknown> {
        let name = name.trim();
        let lower = name.to_lowercase();
        let mapped = self.0.get(&lower).copied();
        mapped
            .or_else(|| lower.parse().ok())
            .ok_or_else(|| Unknown(name.to_owned()))
    }
}
