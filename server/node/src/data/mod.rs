//! The data folder: what is where, and secrets that only the owner can read.

mod access;
mod keys;
mod renewal;
mod revocations;
mod rotation;
mod shares;
mod text;

use std::fs::DirBuilder;
use std::io;
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};

pub(crate) use access::public_of;
pub use keys::{FolderError, Secrets};
pub(crate) use text::{read_text, write_text};

/// A node's data folder.
#[derive(Debug, Clone)]
pub struct DataFolder(PathBuf);

impl DataFolder {
    /// The folder at `path`, which may not exist yet.
    pub fn at(path: impl Into<PathBuf>) -> Self {
        Self(path.into())
    }

    /// Makes the folder and those in it, for their owner only.
    ///
    /// # Errors
    /// That of the file system.
    pub fn create(&self) -> io::Result<()> {
        for folder in [
            self.0.clone(),
            self.keys(),
            self.0.join("tls"),
            self.shares(),
            self.bodies(),
        ] {
            DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
        }
        Ok(())
    }

    /// Itself.
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// The configuration that `lianfang init` writes.
    pub fn config(&self) -> PathBuf {
        self.0.join(crate::config::FILE)
    }

    /// Digest bodies.
    pub fn bodies(&self) -> PathBuf {
        self.0.join("bodies")
    }

    /// The screening index that is built from them.
    pub fn images(&self) -> PathBuf {
        self.0.join("index")
    }

    /// The request for a certificate.
    pub fn request(&self) -> PathBuf {
        self.0.join("tls/node.csr")
    }

    /// The node's own TLS key.
    pub fn tls_key(&self) -> PathBuf {
        self.keys().join("tls.pem")
    }

    /// The node's certificate.
    pub fn certificate(&self) -> PathBuf {
        self.0.join("tls/node.pem")
    }

    /// The certificate of the federation's authority.
    pub fn authority(&self) -> PathBuf {
        self.0.join("tls/authority.pem")
    }

    /// The revocation list of the authority that is kept here.
    pub fn revocations(&self) -> PathBuf {
        self.0.join("tls/authority.crl")
    }

    /// The id of the federation that this node was invited to.
    pub fn invited_to(&self) -> PathBuf {
        self.0.join("tls/invited-to")
    }

    fn keys(&self) -> PathBuf {
        self.0.join("keys")
    }

    fn shares(&self) -> PathBuf {
        self.keys().join("shares")
    }
}
