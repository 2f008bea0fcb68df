use std::path::{Path, PathBuf};
use std::sync::Arc;

use arc_swap::ArcSwap;
use lianfang_certs::RevocationList;
use lianfang_domain::Clock;
use lianfang_encoding::{Timestamp, sha256};
use lianfang_peer::Revoked;

use super::material::file;
use super::{Admission, CertificateIdentity, Refusal, Renewal, TlsError};

const END: &str = "-----END X509 CRL-----";

/// The configured file of revocation lists, one per authority. Without a file nothing is revoked. Once its time of
/// renewal is over a list proves nothing any more, and every certificate is refused: fail closed.
pub struct Revocations {
    file: Option<PathBuf>,
    clock: Arc<dyn Clock>,
    held: ArcSwap<Held>,
}

#[derive(Default)]
struct Held {
    lists: Vec<RevocationList>,
    /// SHA-256 over the file.
    print: [u8; 32],
}

impl Revocations {
    /// Reads the lists, each of which one of `authorities` (PEM) has signed.
    ///
    /// # Errors
    /// [`TlsError::File`].
    pub fn read(
        file: Option<PathBuf>,
        authorities: &[String],
        clock: Arc<dyn Clock>,
    ) -> Result<Self, TlsError> {
        let held = match &file {
            Some(path) => Held::read(path, authorities)?,
            None => Held::default(),
        };
        Ok(Self {
            file,
            clock,
            held: ArcSwap::from_pointee(held),
        })
    }

    /// When the first of the lists is out of date; none when there are no lists.
    pub fn next_update(&self) -> Option<Timestamp> {
        self.held
            .load()
            .lists
            .iter()
            .map(RevocationList::next_update)
            .min()
    }

    /// Looks whether the file has changed.
    ///
    /// # Errors
    /// [`TlsError`]; the lists that were read before stay in force.
    pub fn renew(&self, authorities: &[String]) -> Result<Renewal, TlsError> {
        let Some(path) = &self.file else {
            return Ok(Renewal::Unchanged);
        };
        let present = self.held.load();
        if sha256(&read(path)?) == present.print {
            return Ok(Renewal::Unchanged);
        }
        let next = Held::read(path, authorities)?;
        if next.newest() < present.newest() {
            return Err(TlsError::OlderList { path: path.clone() });
        }
        self.held.store(Arc::new(next));
        Ok(Renewal::Renewed)
    }

    /// Whether a certificate still counts.
    ///
    /// # Errors
    /// [`Refusal::Revoked`] or [`Refusal::StaleList`].
    pub fn check(&self, certificate: &CertificateIdentity) -> Result<(), Refusal> {
        if self.file.is_none() {
            return Ok(());
        }
        let (held, now) = (self.held.load(), self.clock.now());
        if held.lists.iter().any(|list| list.is_stale(now)) {
            return Err(Refusal::StaleList);
        }
        // A serial number that no list can name can't be looked up.
        let serial = certificate.serial.ok_or(Refusal::Revoked)?;
        if held.lists.iter().any(|list| list.contains(&serial)) {
            Err(Refusal::Revoked)
        } else {
            Ok(())
        }
    }
}

impl Held {
    fn read(path: &Path, authorities: &[String]) -> Result<Self, TlsError> {
        let bytes = read(path)?;
        let print = sha256(&bytes);
        let text = String::from_utf8(bytes).map_err(|_| file(path, "isn't PEM"))?;
        let lists = text
            .split_inclusive(END)
            .filter(|part| part.contains("-----BEGIN"))
            .map(|part| signed(part.trim(), authorities).ok_or_else(|| file(path, NOT_OURS)));
        let lists: Vec<_> = lists.collect::<Result<_, _>>()?;
        if lists.is_empty() {
            return Err(file(path, "isn't a revocation list in PEM"));
        }
        Ok(Self { lists, print })
    }

    fn newest(&self) -> Option<Timestamp> {
        self.lists.iter().map(RevocationList::this_update).max()
    }
}

const NOT_OURS: &str = "isn't a revocation list that one of the federation's authorities has signed";

fn signed(list: &str, authorities: &[String]) -> Option<RevocationList> {
    authorities
        .iter()
        .find_map(|authority| RevocationList::read(list, authority).ok())
}

fn read(path: &Path) -> Result<Vec<u8>, TlsError> {
    std::fs::read(path).map_err(|error| file(path, &error.to_string()))
}

impl Revoked for Revocations {
    fn refuses(&self, certificate: &[u8]) -> bool {
        CertificateIdentity::of(certificate)
            .and_then(|certificate| self.check(&certificate))
            .is_err()
    }
}

impl std::fmt::Debug for Revocations {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Revocations")
    }
}

/// Whom the membership admits, except revoked certificates.
pub struct Unrevoked {
    members: Arc<dyn Admission>,
    revocations: Arc<Revocations>,
}

impl Unrevoked {
    /// Those whom `members` admits and `revocations` doesn't refuse.
    pub fn new(members: Arc<dyn Admission>, revocations: Arc<Revocations>) -> Self {
        Self { members, revocations }
    }
}

impl Admission for Unrevoked {
    fn admits(&self, certificate: &CertificateIdentity) -> Result<(), Refusal> {
        self.members.admits(certificate)?;
        self.revocations.check(certificate)
    }

    fn authorities(&self) -> Vec<String> {
        self.members.authorities()
    }

    fn version(&self) -> u64 {
        self.members.version()
    }
}
