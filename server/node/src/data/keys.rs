use std::io;
use std::path::{Path, PathBuf};

use lianfang_certs::keyfile::{self, KeyFileError};
use lianfang_certs::{Authority, NodeKey};
use lianfang_encoding::{NodeId, SigningKey};
use lianfang_flow::{Founded, HeldShare, NodeKeys};
use lianfang_store::DataKeys;
use rand_core::{OsRng, RngCore as _};
use zeroize::Zeroizing;

use super::{DataFolder, read_text, shares, write_text};

/// Why a key wasn't read or written. Names files, never what is in them.
#[derive(Debug, thiserror::Error)]
pub enum FolderError {
    #[error(transparent)]
    KeyFile(#[from] KeyFileError),
    #[error("{0}: {1}")]
    Io(PathBuf, io::Error),
    #[error("{0} doesn't hold what it must")]
    Damaged(PathBuf),
    #[error("all 255 numbers of data keys are used up")]
    NumbersUsedUp,
    #[error("this node doesn't keep the federation's certificate authority: run this on the founder's node")]
    NoAuthority,
    #[error("{0}: {1}")]
    CertificateIn(PathBuf, lianfang_certs::CertError),
    #[error("the certificate library failed: {0}")]
    Certificate(#[from] lianfang_certs::CertError),
}

impl FolderError {
    /// What the system said of the file, when that is the reason.
    pub fn io(&self) -> Option<&io::Error> {
        match self {
            Self::Io(_, error) | Self::KeyFile(KeyFileError::Io { source: error, .. }) => Some(error),
            _ => None,
        }
    }
}

/// The secrets that every node has from `lianfang init` on.
pub struct Secrets {
    /// Signs heads, records, status items, events.
    pub signing: SigningKey,
    /// Signs tokens for callers of the platform door.
    pub access: SigningKey,
    /// Encrypts what is kept.
    pub data: DataKeys,
}

impl DataFolder {
    /// Makes fresh keys and a certificate request for `hosts`. Nothing that exists is overwritten.
    ///
    /// # Errors
    /// [`FolderError`], among others when keys exist already.
    pub fn make_keys(&self, node: &NodeId, hosts: &[String]) -> Result<(), FolderError> {
        let tls = NodeKey::generate()?;
        let request = tls.request(node, hosts)?;
        keyfile::write_new(&self.tls_key(), tls.to_pem()?.as_bytes())?;
        for name in ["signing", "access", "data", "hashing"] {
            let mut secret = Zeroizing::new([0; 32]);
            OsRng.fill_bytes(secret.as_mut());
            write_hex(&self.key(name), secret.as_ref())?;
        }
        write_text(&self.request(), &request)
    }

    /// The keys of [`DataFolder::make_keys`].
    ///
    /// # Errors
    /// [`FolderError`].
    pub fn secrets(&self) -> Result<Secrets, FolderError> {
        Ok(Secrets {
            signing: self.signing_key("signing")?,
            access: self.signing_key("access")?,
            data: self.data_keys()?,
        })
    }

    /// Everything a running node signs and decrypts with.
    ///
    /// # Errors
    /// [`FolderError`].
    pub fn node_keys(&self, secrets: Secrets) -> Result<NodeKeys, FolderError> {
        let governor = self
            .key("governor")
            .exists()
            .then(|| self.signing_key("governor"))
            .transpose()?;
        Ok(NodeKeys {
            signing: secrets.signing,
            data: secrets.data,
            shares: shares::read(&self.shares())?,
            governor,
            authority: self.read_authority()?,
        })
    }

    /// Keeps what the founding of a federation made, except the membership documents.
    ///
    /// # Errors
    /// [`FolderError`], among others when this node founded a federation before.
    pub fn keep_founded(&self, founded: &Founded) -> Result<(), FolderError> {
        keyfile::write_new(
            &self.key("governor"),
            hex_of(founded.governor.seed().as_ref()).as_bytes(),
        )?;
        keyfile::write_new(&self.authority_key(), founded.authority.key_pem()?.as_bytes())?;
        for share in &founded.shares {
            self.keep_share(share)?;
        }
        write_text(&self.authority(), &founded.authority.cert_pem()?)?;
        write_text(&self.certificate(), &founded.certificate)
    }

    /// Keeps this node's share of a token key.
    ///
    /// # Errors
    /// [`FolderError`], among others when it has one of that generation.
    pub fn keep_share(&self, share: &HeldShare) -> Result<(), FolderError> {
        shares::write(&self.shares(), share)
    }

    /// Keeps the certificate of a welcome.
    ///
    /// # Errors
    /// [`FolderError`].
    pub fn keep_certificate(&self, certificate: &str, authorities: &[String]) -> Result<(), FolderError> {
        write_text(&self.authority(), &authorities.concat())?;
        write_text(&self.certificate(), certificate)
    }

    /// The federation's certificate authority, if this node keeps it.
    ///
    /// # Errors
    /// [`FolderError`].
    pub fn read_authority(&self) -> Result<Option<Authority>, FolderError> {
        if !self.authority_key().exists() {
            return Ok(None);
        }
        let key = keyfile::read(&self.authority_key())?;
        let key = std::str::from_utf8(&key).map_err(|_| FolderError::Damaged(self.authority_key()))?;
        Ok(Some(Authority::load(&read_text(&self.authority())?, key)?))
    }

    fn signing_key(&self, name: &str) -> Result<SigningKey, FolderError> {
        Ok(SigningKey::from_seed(&read_hex(&self.key(name))?))
    }

    pub(super) fn access_key(&self) -> PathBuf {
        self.key("access")
    }

    pub(super) fn authority_key(&self) -> PathBuf {
        self.keys().join("authority.pem")
    }

    fn key(&self, name: &str) -> PathBuf {
        self.keys().join(format!("{name}.key"))
    }
}

pub(super) fn write_hex(path: &Path, secret: &[u8]) -> Result<(), FolderError> {
    Ok(keyfile::write_new(path, hex_of(secret).as_bytes())?)
}

pub(super) fn read_hex<const N: usize>(path: &Path) -> Result<[u8; N], FolderError> {
    let text = keyfile::read(path)?;
    let mut secret = [0; N];
    hex::decode_to_slice(text.trim_ascii(), &mut secret)
        .map_err(|_| FolderError::Damaged(path.to_owned()))?;
    Ok(secret)
}

fn hex_of(secret: &[u8]) -> Zeroizing<String> {
    Zeroizing::new(hex::encode(secret))
}
