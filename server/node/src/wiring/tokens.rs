use lianfang_encoding::sha256;

use super::StartError;
use crate::auth::{External, Keyring, jwks};
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
        let folder = DataFolder::at(&self.config.node.data_dir);
        let [current, _] = folder.access_files();
        let (current, retired) = (public_of(&current)?, folder.retired_access_keys()?);
        let external: Vec<_> = self
            .config
            .tokens
            .issuers
            .iter()
            .map(external)
            .collect::<Result<_, _>>()?;
        Ok(Keyring::new(&self.config.node.id, current, &retired, &external))
    }
}

fn external(issuer: &TokenIssuer) -> Result<External, StartError> {
    let path = &issuer.jwks;
    let text = std::fs::read(path).map_err(|error| FolderError::Io(path.clone(), error))?;
    let keys = jwks::read(&text).map_err(|error| StartError::Jwks(path.display().to_string(), error))?;
    Ok(External {
        issuer: issuer.issuer.clone(),
        keys,
    })
}
