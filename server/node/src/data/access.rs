use std::fs;
use std::path::{Path, PathBuf};

use lianfang_certs::keyfile;
use lianfang_encoding::{PublicKey, SigningKey};
use serde::{Deserialize, Serialize};

use super::keys::{FolderError, write_hex};
use super::{DataFolder, read_text, write_text};
use crate::auth::Retired;

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Line {
    #[serde(with = "hex::serde")]
    key: [u8; 32],
    /// Unix seconds.
    until: u64,
}

impl DataFolder {
    /// Keys that sign no new tokens, whose tokens still count.
    ///
    /// # Errors
    /// [`FolderError`].
    pub fn retired_access_keys(&self) -> Result<Vec<Retired>, FolderError> {
        let path = self.retired();
        if !path.exists() {
            return Ok(Vec::new());
        }
        let damaged = || FolderError::Damaged(path.clone());
        let lines: Vec<Line> = serde_json::from_str(&read_text(&path)?).map_err(|_| damaged())?;
        let keys = lines.into_iter().map(|line| {
            let key = PublicKey::from_bytes(&line.key).map_err(|_| damaged())?;
            Ok(Retired {
                key,
                until: line.until,
            })
        });
        keys.collect()
    }

    /// Signs new tokens with a new key. Those of the old one count until `until` (Unix seconds).
    ///
    /// # Errors
    /// [`FolderError`]; the old key stays in use then.
    pub fn rotate_access_key(&self, now: u64, until: u64) -> Result<PublicKey, FolderError> {
        let old = self.secrets()?.access.public();
        let mut retired = self.retired_access_keys()?;
        retired.retain(|one| now < one.until && one.key != old);
        if now < until {
            retired.push(Retired { key: old, until });
        }
        let new = SigningKey::generate(&mut rand_core::OsRng);
        let fresh = self.access_key().with_extension("new");
        // What a rotation that was interrupted left behind was never in use.
        let _ = fs::remove_file(&fresh);
        write_hex(&fresh, new.seed().as_ref())?;
        // In this order nothing that was signed is ever without its key.
        self.write_retired(&retired)?;
        fs::rename(&fresh, self.access_key()).map_err(|error| FolderError::Io(fresh, error))?;
        Ok(new.public())
    }

    fn write_retired(&self, retired: &[Retired]) -> Result<(), FolderError> {
        let path = self.retired();
        let lines: Vec<_> = retired
            .iter()
            .map(|one| Line {
                key: *one.key.as_bytes(),
                until: one.until,
            })
            .collect();
        let text = serde_json::to_string(&lines).map_err(|_| FolderError::Damaged(path.clone()))?;
        write_text(&path, &text)
    }

    /// The files that say which of this node's tokens count: the key in use, and the retired ones.
    pub fn access_files(&self) -> [PathBuf; 2] {
        [self.access_key(), self.retired()]
    }

    fn retired(&self) -> PathBuf {
        self.access_key().with_file_name("access-retired.json")
    }
}

/// The public half of the key in `file`.
pub(crate) fn public_of(file: &Path) -> Result<PublicKey, FolderError> {
    let text = keyfile::read(file)?;
    let mut seed = zeroize::Zeroizing::new([0; 32]);
    hex::decode_to_slice(text.trim_ascii(), seed.as_mut())
        .map_err(|_| FolderError::Damaged(file.to_owned()))?;
    Ok(SigningKey::from_seed(&seed).public())
}
