use std::path::Path;
use std::process::{Command, Output};
use std::time::Duration;

use lianfang_certs::{Authority, NodeIdentity, NodeKey, Serial, certificate};
use lianfang_encoding::{FederationId, Timestamp};
use rand_core::OsRng;
use tempfile::TempDir;

/// The fixed time of every test: 18 November 2026.
pub(crate) fn now() -> Timestamp {
    Timestamp::from_secs(1_795_000_000)
}
pub(crate) const DAY: Duration = Duration::from_secs(86_400);

/// A federation with its authority, at a fixed time.
pub(crate) struct Federation {
    pub(crate) authority: Authority,
    pub(crate) fed: FederationId,
    pub(crate) ca_pem: String,
}

/// A node with its key and the certificate it was issued.
pub(crate) struct Member {
    pub(crate) key: NodeKey,
    pub(crate) cert_pem: String,
    pub(crate) cert_der: Vec<u8>,
}

impl Federation {
    pub(crate) fn new() -> Self {
        let authority = Authority::create("Test federation 联防", 3_650 * DAY, now()).unwrap();
        let ca_pem = authority.cert_pem().unwrap();
        let fed = FederationId::of_genesis(ca_pem.as_bytes());
        Self {
            authority,
            fed,
            ca_pem,
        }
    }

    pub(crate) fn identity(&self, node: &str, hosts: &[&str]) -> NodeIdentity {
        NodeIdentity {
            fed: self.fed,
            node: node.parse().unwrap(),
            hosts: hosts.iter().map(|&host| host.to_owned()).collect(),
        }
    }

    pub(crate) fn member(&self, node: &str, hosts: &[&str]) -> Member {
        let key = NodeKey::generate().unwrap();
        let identity = self.identity(node, hosts);
        let request = key.request(&identity.node, &identity.hosts).unwrap();
        let serial = Serial::random(&mut OsRng);
        let cert_pem = self
            .authority
            .issue(&request, &identity, 90 * DAY, now(), serial)
            .unwrap();
        let cert_der = certificate::der(&cert_pem).unwrap();
        Member {
            key,
            cert_pem,
            cert_der,
        }
    }

    pub(crate) fn ca_der(&self) -> Vec<u8> {
        certificate::der(&self.ca_pem).unwrap()
    }
}

/// A folder to exchange files with the `openssl` command.
pub(crate) struct Desk(TempDir);

impl Desk {
    pub(crate) fn new() -> Self {
        Self(TempDir::new().unwrap())
    }

    pub(crate) fn path(&self) -> &Path {
        self.0.path()
    }

    pub(crate) fn put(&self, name: &str, content: impl AsRef<[u8]>) {
        std::fs::write(self.path().join(name), content).unwrap();
    }

    pub(crate) fn take(&self, name: &str) -> String {
        std::fs::read_to_string(self.path().join(name)).unwrap()
    }

    /// Runs `openssl` with arguments separated by blanks.
    pub(crate) fn openssl(&self, arguments: &str) -> Output {
        Command::new("openssl")
            .args(arguments.split(' '))
            .current_dir(self.path())
            .output()
            .expect("the openssl command is part of the set-up")
    }

    /// As [`Desk::openssl`], for a command that must succeed.
    pub(crate) fn openssl_ok(&self, arguments: &str) -> String {
        let output = self.openssl(arguments);
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "openssl {arguments}: {errors}");
        String::from_utf8(output.stdout).unwrap()
    }
}

/// Text of the `openssl` command with its layout evened out, which differs between versions.
pub(crate) fn evened(text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    words.join(" ").replace(" = ", "=")
}
