use std::collections::BTreeMap;
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

/// The configured file of revocation lists, one for each authority. Without a file nothing is revoked. Once its time
/// of renewal is over a list proves nothing any more, and every certificate is refused: fail closed.
pub struct Revocations {
    file: Option<PathBuf>,
    clock: Arc<dyn Clock>,
    held: ArcSwap<Held>,
}

#[derive(Default)]
struct Held {
    /// By the authority that signed them, as PEM.
    lists: BTreeMap<String, RevocationList>,
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
            .values()
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
            // The federation may have another authority since.
            present.complete(path, authorities)?;
            return Ok(Renewal::Unchanged);
        }
        let next = Held::read(path, authorities)?;
        if next.rolls_back(&present) {
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
        if held.lists.values().any(|list| list.is_stale(now)) {
            return Err(Refusal::StaleList);
        }
        // A serial number that no list can name can't be looked up.
        let serial = certificate.serial.ok_or(Refusal::Revoked)?;
        if held.lists.values().any(|list| list.contains(&serial)) {
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
        let mut held = Self {
            lists: BTreeMap::new(),
            print,
        };
        for part in text
            .split_inclusive(END)
            .filter(|part| part.contains("-----BEGIN"))
        {
            let (authority, list) = signed(part.trim(), authorities).ok_or_else(|| file(path, NOT_OURS))?;
            let known = held.lists.get(authority);
            if known.is_none_or(|known| age(known) < age(&list)) {
                held.lists.insert(authority.to_owned(), list);
            }
        }
        if held.lists.is_empty() {
            return Err(file(path, "isn't a revocation list in PEM"));
        }
        held.complete(path, authorities)?;
        Ok(held)
    }

    /// Whether there is a list of each authority: without its list, nobody knows whom it has revoked.
    fn complete(&self, path: &Path, authorities: &[String]) -> Result<(), TlsError> {
        if authorities
            .iter()
            .all(|authority| self.lists.contains_key(authority))
        {
            Ok(())
        } else {
            Err(file(path, MISSING))
        }
    }

    /// Whether one of the lists is older than the one of the same authority in `present`.
    fn rolls_back(&self, present: &Self) -> bool {
        self.lists.iter().any(|(authority, list)| {
            let before = present.lists.get(authority);
            before.is_some_and(|before| age(list) < age(before))
        })
    }
}

/// Later lists of an authority have higher numbers (RFC 5280 §5.2.3).
fn age(list: &RevocationList) -> (u64, Timestamp) {
    (list.number(), list.this_update())
}

const NOT_OURS: &str = "isn't a revocation list that one of the federation's authorities has signed";

const MISSING: &str = "lacks the list of one of the federation's authorities; append it";

fn signed<'a>(list: &str, authorities: &'a [String]) -> Option<(&'a str, RevocationList)> {
    authorities.iter().find_map(|authority| {
        let list = RevocationList::read(list, authority).ok()?;
        Some((authority.as_str(), list))
    })
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

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use lianfang_certs::{Authority, Serial};

    use super::*;
    use crate::clock::SystemClock;

    const DAY: Duration = Duration::from_secs(86_400);

    /// Two authorities, and a file with a list of each, with `revoked` on the first's.
    struct Two {
        authorities: [Authority; 2],
        pems: Vec<String>,
        file: tempfile::NamedTempFile,
    }

    impl Two {
        fn new() -> Self {
            let authorities = ["one", "two"].map(|name| Authority::create(name, 60 * DAY, start()).unwrap());
            let pems = authorities.iter().map(|one| one.cert_pem().unwrap()).collect();
            let file = tempfile::NamedTempFile::new().unwrap();
            Self {
                authorities,
                pems,
                file,
            }
        }

        fn list(&self, of: usize, previous: Option<&str>, revoked: &[Serial], after: Duration) -> String {
            let at = Timestamp::from_secs(start().as_secs() + after.as_secs());
            self.authorities[of]
                .revoke(previous, revoked, at, 10 * DAY)
                .unwrap()
        }

        fn write(&self, lists: &[&str]) {
            std::fs::write(self.file.path(), lists.concat()).unwrap();
        }

        fn read(&self, authorities: &[String]) -> Result<Revocations, TlsError> {
            Revocations::read(
                Some(self.file.path().to_owned()),
                authorities,
                Arc::new(SystemClock),
            )
        }
    }

    fn start() -> Timestamp {
        Timestamp::from_secs(SystemClock.now().as_secs() - 86_400)
    }

    #[test]
    fn no_authority_s_list_is_rolled_back_behind_a_newer_one_of_another() {
        let two = Two::new();
        let serial = Serial::random(&mut rand_core::OsRng);
        let old = two.list(0, None, &[], Duration::ZERO);
        let new = two.list(0, Some(&old), &[serial], Duration::ZERO);
        let other = two.list(1, None, &[], Duration::ZERO);
        two.write(&[&new, &other]);
        let lists = two.read(&two.pems).unwrap();
        let later = two.list(1, Some(&other), &[], DAY);
        two.write(&[&old, &later]);
        assert!(matches!(lists.renew(&two.pems), Err(TlsError::OlderList { .. })));
        two.write(&[&new, &later]);
        assert_eq!(lists.renew(&two.pems), Ok(Renewal::Renewed));
        assert!(lists.held.load().lists[&two.pems[0]].contains(&serial));
    }

    #[test]
    fn a_list_of_each_authority_is_required() {
        let two = Two::new();
        let (one, other) = (
            two.list(0, None, &[], Duration::ZERO),
            two.list(1, None, &[], Duration::ZERO),
        );
        two.write(&[&one]);
        assert!(two.read(&two.pems).is_err());
        let lists = two.read(&two.pems[..1]).unwrap();
        assert!(lists.renew(&two.pems).is_err(), "the second came later");
        two.write(&[&one, &other]);
        assert_eq!(lists.renew(&two.pems), Ok(Renewal::Renewed));
        two.write(&[&other]);
        assert!(lists.renew(&two.pems).is_err(), "left out");
    }
}
