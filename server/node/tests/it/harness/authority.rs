use std::path::Path;
use std::time::Duration;

use lianfang_certs::{Authority, NodeIdentity, NodeKey, Serial, certificate};
use lianfang_encoding::Timestamp;

use super::federation::now;

const DAY: Duration = Duration::from_secs(86_400);

/// The authority of the federation that was founded in the data folder `data`.
pub(crate) fn of(data: &Path) -> Authority {
    let text = |path: &str| std::fs::read_to_string(data.join(path)).unwrap();
    Authority::load(&text("tls/authority.pem"), &text("keys/authority.pem")).unwrap()
}

/// A new certificate for the founder's key, or for another one, from `from` on.
pub(crate) fn renewed(data: &Path, key: Option<&NodeKey>, from: Timestamp, life: Duration) -> String {
    let shown = std::fs::read_to_string(data.join("tls/node.pem")).unwrap();
    let (fed, node) = certificate::identity(&certificate::der(&shown).unwrap()).unwrap();
    let hosts = vec!["127.0.0.1".to_owned()];
    let request = match key {
        Some(key) => key.request(&node, &hosts).unwrap(),
        None => std::fs::read_to_string(data.join("tls/node.csr")).unwrap(),
    };
    let identity = NodeIdentity { fed, node, hosts };
    let serial = Serial::random(&mut rand_core::OsRng);
    of(data).issue(&request, &identity, life, from, serial).unwrap()
}

/// A revocation list with `certificates` (PEM) on it.
pub(crate) fn list(data: &Path, certificates: &[&str], from: Timestamp, life: Duration) -> String {
    let serials: Vec<_> = certificates
        .iter()
        .map(|pem| certificate::serial(&certificate::der(pem).unwrap()).unwrap())
        .collect();
    of(data).revoke(None, &serials, from, life).unwrap()
}

/// One that lasts.
pub(crate) fn good_list(data: &Path, certificates: &[&str]) -> String {
    list(data, certificates, now(), 10 * DAY)
}
