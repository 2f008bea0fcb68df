use lianfang_encoding::sha256;

use super::StartError;
use crate::auth::{External, Keyring, Own, jwks};
use crate::config::{Config, TokenIssuer};
use crate::data::{DataFolder, FolderError, public_of};

/// The files that say whose tokens count.
#[derive(Debug, Clone)]
pub(crate) struct TokenFiles {
    config: Config,
}

impl TokenFiles {
    pub(crate) fn of(config: &Config) -> Self {
        Self {
            config: config.clone(),
        }
    }

    /// SHA-256 over all of them; a file that isn't there counts as empty.
    pub(crate) fn print(&self) -> [u8; 32] {
        let own = DataFolder::at(&self.config.node.data_dir).access_files();
        let others = self
            .config
            .tokens
            .issuers
            .iter()
            .map(|issuer| issuer.jwks.clone());
        let prints: Vec<_> = own
            .into_iter()
            .chain(others)
            .map(|path| sha256(&zeroize::Zeroizing::new(std::fs::read(path).unwrap_or_default())))
            .collect();
        sha256(&prints.concat())
    }

    /// The keys in them.
    pub(crate) fn read(&self) -> Result<Keyring, StartError> {
        let (own, external) = (self.own()?, self.issuers().iter().map(external));
        let external = external.collect::<Result<_, _>>()?;
        Ok(Keyring::new(&self.config.node.id, own, external))
    }

    /// The keys in them as far as they can be used, and the first reason why one can't: in place of its keys those of
    /// `present` stay, so that no file keeps another's keys in force.
    pub(crate) fn renewed(&self, present: &Keyring) -> (Keyring, Result<(), StartError>) {
        let mut outcome = Ok(());
        let mut note = |error| {
            if outcome.is_ok() {
                outcome = Err(error);
            }
        };
        let own = self.own().unwrap_or_else(|error| {
            note(error);
            present.own().clone()
        });
        let mut issuers = Vec::new();
        for issuer in self.issuers() {
            match external(issuer) {
                Ok(read) => issuers.push(read),
                Err(error) => {
                    note(error);
                    issuers.extend(present.external(&issuer.issuer).cloned());
                }
            }
        }
        (Keyring::new(&self.config.node.id, own, issuers), outcome)
    }

    fn own(&self) -> Result<Own, StartError> {
        let folder = DataFolder::at(&self.config.node.data_dir);
        let [current, _] = folder.access_files();
        Ok(Own {
            current: public_of(&current)?,
            retired: folder.retired_access_keys()?,
        })
    }

    fn issuers(&self) -> &[TokenIssuer] {
        &self.config.tokens.issuers
    }
}

/// An empty file has no keys: that is how an issuer is cut off.
fn external(issuer: &TokenIssuer) -> Result<External, StartError> {
    let path = &issuer.jwks;
    let text = std::fs::read(path).map_err(|error| FolderError::Io(path.clone(), error))?;
    let keys = if text.trim_ascii().is_empty() {
        Vec::new()
    } else {
        jwks::read(&text).map_err(|error| StartError::Jwks(path.display().to_string(), error))?
    };
    Ok(External {
        issuer: issuer.issuer.clone(),
        keys,
    })
}
