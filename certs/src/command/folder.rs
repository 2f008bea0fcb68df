use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use clap::Args;
use lianfang_certs::{Authority, keyfile};
use lianfang_encoding::NodeId;
use zeroize::Zeroizing;

use super::CommandError;

/// Where keys, certificates and lists lie, and under which names.
#[derive(Args)]
pub(super) struct Folder {
    /// Folder of the generated files
    #[arg(long = "dir", global = true, default_value = "certs/generated")]
    path: PathBuf,
}

impl Folder {
    pub(super) fn ca_pem(&self) -> PathBuf {
        self.path.join("ca.pem")
    }

    pub(super) fn ca_key(&self) -> PathBuf {
        self.path.join("ca.key")
    }

    pub(super) fn crl(&self) -> PathBuf {
        self.path.join("crl.pem")
    }

    /// A node's file; the id's alphabet keeps it inside the folder.
    pub(super) fn of(&self, node: &NodeId, extension: &str) -> PathBuf {
        self.path.join(format!("node-{node}.{extension}"))
    }

    pub(super) fn prepare(&self) -> Result<(), CommandError> {
        fs::create_dir_all(&self.path).map_err(|error| CommandError::File(self.path.clone(), error))
    }

    pub(super) fn authority(&self) -> Result<Authority, CommandError> {
        Ok(Authority::load(
            &read(&self.ca_pem())?,
            &read_secret(&self.ca_key())?,
        )?)
    }
}

pub(super) fn read(path: &Path) -> Result<String, CommandError> {
    fs::read_to_string(path).map_err(|error| CommandError::File(path.to_owned(), error))
}

pub(super) fn read_secret(path: &Path) -> Result<Zeroizing<String>, CommandError> {
    let bytes = keyfile::read(path)?;
    let text = std::str::from_utf8(&bytes).map_err(|_| CommandError::NotText(path.to_owned()))?;
    Ok(Zeroizing::new(text.to_owned()))
}

/// Writes a public file beside its place and renames it, so that readers see the old or the new one whole.
pub(super) fn replace(path: &Path, content: &str) -> Result<(), CommandError> {
    let fresh = path.with_extension("new");
    let write = || {
        let mut file = fs::File::create(&fresh)?;
        file.write_all(content.as_bytes())?;
        file.sync_all()?;
        fs::rename(&fresh, path)?;
        fs::File::open(path.parent().unwrap_or(Path::new(".")))?.sync_all()
    };
    write().map_err(|error| CommandError::File(path.to_owned(), error))
}
