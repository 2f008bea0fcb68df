//! The TLS key that is to follow the one in use: beside it until its certificate has come.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use lianfang_certs::{NodeKey, keyfile};
use lianfang_encoding::NodeId;

use super::{DataFolder, FolderError, write_text};
use crate::config::KeyPair;

impl DataFolder {
    /// A certificate request for `hosts` under the next key, which is made unless there is one already.
    ///
    /// # Errors
    /// [`FolderError`].
    pub fn request_next(&self, node: &NodeId, hosts: &[String]) -> Result<String, FolderError> {
        let path = self.next_tls_key();
        if !path.exists() {
            keyfile::write_new(&path, NodeKey::generate()?.to_pem()?.as_bytes())?;
        }
        let request = key_at(&path)?.request(node, hosts)?;
        write_text(&self.next_request(), &request)?;
        Ok(request)
    }

    /// Puts the next key and its certificate where `pair` is read from. Done again after an interruption, it goes on.
    /// Says whether the certificate is one for the key.
    ///
    /// # Errors
    /// [`FolderError`].
    pub fn take_next(&self, pair: &KeyPair, pin: [u8; 32], certificate: &str) -> Result<bool, FolderError> {
        let next = self.next_tls_key();
        let is_moved = !next.exists();
        if key_at(if is_moved { &pair.key } else { &next })?.spki_pin()? != pin {
            return Ok(false);
        }
        if !is_moved {
            // In the same folder first: a rename between file systems isn't one.
            let beside = pair.key.with_extension("next");
            remove(&beside)?;
            keyfile::write_new(&beside, &keyfile::read(&next)?)?;
            rename(&beside, &pair.key)?;
            remove(&next)?;
        }
        write_text(&pair.certificate, certificate)?;
        if self.next_request().exists() {
            rename(&self.next_request(), &self.request())?;
        }
        Ok(true)
    }

    fn next_tls_key(&self) -> PathBuf {
        self.keys().join("tls-next.pem")
    }

    fn next_request(&self) -> PathBuf {
        self.request().with_file_name("node-next.csr")
    }
}

fn key_at(path: &Path) -> Result<NodeKey, FolderError> {
    let pem = keyfile::read(path)?;
    let pem = std::str::from_utf8(&pem).map_err(|_| FolderError::Damaged(path.to_owned()))?;
    Ok(NodeKey::from_pem(pem)?)
}

fn rename(from: &Path, to: &Path) -> Result<(), FolderError> {
    fs::rename(from, to).map_err(|error| FolderError::Io(to.to_owned(), error))
}

fn remove(path: &Path) -> Result<(), FolderError> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(FolderError::Io(path.to_owned(), error)),
        _ => Ok(()),
    }
}
