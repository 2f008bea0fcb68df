use std::collections::{BTreeMap, BTreeSet};

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
pub struct KindNames {
    kinds: BTreeMap<String, InputKind>,
    ignored: BTreeSet<String>,
}

/// A name that means no kind.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` isn't a kind")]
pub struct Unknown(pub String);

/// A name that is to be ignored, but means a kind.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is a kind that is known, and isn't ignored")]
pub struct Known(pub String);

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
        Ok(Self {
            kinds: names,
            ignored: BTreeSet::new(),
        })
    }

    /// Names that are no kind here, as whoever loads the file knows. One that is a kind can't be among them: nothing that could
    /// be compared is left out unseen.
    ///
    /// # Errors
    /// [`Known`].
    pub fn ignoring(mut self, names: &[String]) -> Result<Self, Known> {
        for name in names {
            if self.kind(name).is_ok() {
                return Err(Known(name.clone()));
            }
            self.ignored.insert(name.trim().to_lowercase());
        }
        Ok(self)
    }

    /// Whether rows of this name are passed over.
    pub(super) fn is_ignored(&self, name: &str) -> bool {
        !self.ignored.is_empty() && self.ignored.contains(&name.trim().to_lowercase())
    }

    /// The kind that `name` means.
    ///
    /// # Errors
    /// [`Unknown`].
    pub fn kind(&self, name: &str) -> Result<InputKind, Unknown> {
        let name = name.trim();
        let lower = name.to_lowercase();
        let mapped = self.kinds.get(&lower).copied();
        mapped
            .or_else(|| lower.parse().ok())
            .ok_or_else(|| Unknown(name.to_owned()))
    }
}
