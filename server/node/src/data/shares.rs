//! Shares of token keys: one file each, `<key id>-<generation>.share`. Never in backups.

use std::fs;
use std::path::{Path, PathBuf};

use lianfang_flow::HeldShare;
use lianfang_token::{KeyShare, TokenKeyId};
use zeroize::Zeroizing;

use super::keys::{FolderError, read_hex, write_hex};

const ENDING: &str = "share";

pub(super) fn write(folder: &Path, held: &HeldShare) -> Result<(), FolderError> {
    let name = format!("{}-{}.{ENDING}", hex::encode(held.key_id.0), held.generation);
    write_hex(&folder.join(name), held.share.to_bytes().as_ref())
}

/// Every share, newest generation first.
pub(super) fn read(folder: &Path) -> Result<Vec<HeldShare>, FolderError> {
    let failed = |error| FolderError::Io(folder.to_owned(), error);
    let mut held = Vec::new();
    for file in fs::read_dir(folder).map_err(failed)? {
        let path = file.map_err(failed)?.path();
        if path.extension().is_some_and(|ending| ending == ENDING) {
            held.push(read_one(&path)?);
        }
    }
    held.sort_by_key(|share| std::cmp::Reverse((share.key_id, share.generation)));
    Ok(held)
}

fn read_one(path: &Path) -> Result<HeldShare, FolderError> {
    let damaged = || FolderError::Damaged(PathBuf::from(path));
    let name = path
        .file_stem()
        .and_then(|name| name.to_str())
        .ok_or_else(damaged)?;
    let (key, generation) = name.split_once('-').ok_or_else(damaged)?;
    let mut key_id = [0; 16];
    hex::decode_to_slice(key, &mut key_id).map_err(|_| damaged())?;
    let bytes = Zeroizing::new(read_hex(path)?);
    let share = KeyShare::from_bytes(&bytes).map_err(|_| damaged())?;
    let generation = generation.parse().map_err(|_| damaged())?;
    Ok(HeldShare {
        key_id: TokenKeyId(key_id),
        generation,
        share,
    })
}
