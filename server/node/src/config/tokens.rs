use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use serde::Deserialize;

/// Who may issue tokens for the platform door beside this node.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Tokens {
    pub issuers: Vec<TokenIssuer>,
}

/// An identity provider of the platform's own.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TokenIssuer {
    /// `iss` of its tokens, exactly.
    pub issuer: String,
    /// Its public keys: a file with a JSON Web Key Set. Only Ed25519 counts.
    pub jwks: PathBuf,
}

impl Tokens {
    pub(super) fn resolve(&mut self, data: &Path) {
        for issuer in &mut self.issuers {
            issuer.jwks = data.join(&issuer.jwks);
        }
    }

    pub(super) fn check(&self, node: &str) -> Result<(), String> {
        let mut seen = BTreeSet::from([node]);
        if self.issuers.iter().all(|issuer| seen.insert(&issuer.issuer)) {
            Ok(())
        } else {
            Err("tokens.issuers: an issuer is named twice, or like this node".to_owned())
        }
    }
}
