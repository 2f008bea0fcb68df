//! Data keys: `keys/data.key` is the first, `keys/data-<number>.key` each that came after it. Keyed hashes have a secret
//! of their own, `keys/hashing.key`; a node from before it was used the first data key.

use std::fs::{self, File};
use std::path::PathBuf;

use lianfang_store::{DataKey, DataKeys};
use rand_core::OsRng;
use zeroize::Zeroizing;

use super::DataFolder;
use super::keys::{FolderError, read_hex, write_hex};

impl DataFolder {
    /// Every data key there is, the lowest in force until the database says which one is.
    pub(super) fn data_keys(&self) -> Result<DataKeys, FolderError> {
        let mut numbers = self.data_key_numbers()?;
        numbers.sort_unstable();
        // Without any, the error is that of the first.
        let first = self.data_key(numbers.first().copied().unwrap_or(1))?;
        let keys = DataKeys::new(first, self.hashing_secret()?);
        for number in numbers.into_iter().skip(1) {
            keys.add(self.data_key(number)?);
        }
        Ok(keys)
    }

    /// What this node's keyed hashes are made with.
    pub(crate) fn hashing_secret(&self) -> Result<Zeroizing<[u8; 32]>, FolderError> {
        if self.hashing_key().exists() {
            return Ok(Zeroizing::new(read_hex(&self.hashing_key())?));
        }
        Ok(self.data_key(1)?.secret().clone())
    }

    /// Makes a data key beyond `in_force` and keeps it. No file is ever replaced: one of a higher number may belong to a
    /// change whose outcome nobody has heard of yet.
    ///
    /// # Errors
    /// [`FolderError`].
    pub fn make_data_key(&self, in_force: u8) -> Result<DataKey, FolderError> {
        let newest = self.data_key_numbers()?.into_iter().fold(in_force, u8::max);
        let number = newest.checked_add(1).ok_or(FolderError::NumbersUsedUp)?;
        if !self.hashing_key().exists() {
            write_hex(&self.hashing_key(), self.data_key(1)?.secret().as_ref())?;
        }
        let path = self.data_key_file(number);
        let key = DataKey::generate(number, &mut OsRng).map_err(|_| FolderError::Damaged(path.clone()))?;
        write_hex(&path, key.secret().as_ref())?;
        Ok(key)
    }

    /// Removes the file of a data key that nothing needs any more.
    ///
    /// # Errors
    /// [`FolderError`].
    pub fn remove_data_key(&self, number: u8) -> Result<(), FolderError> {
        let path = self.data_key_file(number);
        let failed = |error| FolderError::Io(path.clone(), error);
        fs::remove_file(&path).map_err(failed)?;
        File::open(self.keys())
            .and_then(|folder| folder.sync_all())
            .map_err(failed)
    }

    /// The files of all data keys.
    ///
    /// # Errors
    /// [`FolderError`].
    pub(crate) fn data_key_files(&self) -> Result<Vec<PathBuf>, FolderError> {
        let numbers = self.data_key_numbers()?;
        Ok(numbers
            .into_iter()
            .map(|number| self.data_key_file(number))
            .collect())
    }

    fn data_key_numbers(&self) -> Result<Vec<u8>, FolderError> {
        let failed = |error| FolderError::Io(self.keys(), error);
        let mut numbers = Vec::new();
        for file in fs::read_dir(self.keys()).map_err(failed)? {
            let name = file.map_err(failed)?.file_name();
            numbers.extend(name.to_str().and_then(number_of));
        }
        Ok(numbers)
    }

    /// The data key of this number.
    ///
    /// # Errors
    /// [`FolderError`].
    pub(crate) fn data_key(&self, number: u8) -> Result<DataKey, FolderError> {
        let secret = Zeroizing::new(read_hex(&self.data_key_file(number))?);
        Ok(DataKey::new(number, secret))
    }

    fn data_key_file(&self, number: u8) -> PathBuf {
        match number {
            1 => self.keys().join("data.key"),
            _ => self.keys().join(format!("data-{number}.key")),
        }
    }

    fn hashing_key(&self) -> PathBuf {
        self.keys().join("hashing.key")
    }
}

fn number_of(file: &str) -> Option<u8> {
    if file == "data.key" {
        return Some(1);
    }
    let number = file.strip_prefix("data-")?.strip_suffix(".key")?.parse().ok()?;
    (number > 1).then_some(number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_of_data_keys_are_numbers() {
        assert_eq!(number_of("data.key"), Some(1));
        assert_eq!(number_of("data-12.key"), Some(12));
        for other in [
            "data-1.key",
            "data-0.key",
            "data-256.key",
            "data-.key",
            "hashing.key",
            "data-2.key.new",
        ] {
            assert_eq!(number_of(other), None, "{other}");
        }
    }
}
