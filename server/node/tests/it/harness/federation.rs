use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use lianfang_certs::{Authority, NodeIdentity, NodeKey, Serial, certificate};
use lianfang_encoding::{FederationId, NodeId, Timestamp};
use lianfang_node::config::KeyPair;
use lianfang_node::tls::{Admission, CertificateIdentity, Credential, Refusal};
use reqwest::Client;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ClientConfig, RootCertStore, SupportedProtocolVersion};

use super::node::TestNode;

const DAY: Duration = Duration::from_secs(86_400);

/// An authority with the members it has certified.
pub(crate) struct Federation {
    pub(crate) fed: FederationId,
    authority: Authority,
    pub(crate) members: Arc<Members>,
}

/// A membership document as far as connections are concerned; changed in the midst of tests.
#[derive(Default)]
pub(crate) struct Members {
    fed: Option<FederationId>,
    authorities: Vec<String>,
    pins: Mutex<HashMap<NodeId, ([u8; 32], bool)>>,
}

/// A node's certificate and key as PEM.
pub(crate) struct Papers {
    pub(crate) certificate: String,
    pub(crate) key: String,
}

pub(crate) fn now() -> Timestamp {
    Timestamp::from_secs(jsonwebtoken::get_current_timestamp())
}

/// The time `before` now.
pub(crate) fn past(before: Duration) -> Timestamp {
    Timestamp::from_secs(jsonwebtoken::get_current_timestamp() - before.as_secs())
}

impl Federation {
    pub(crate) fn new(name: &str) -> Self {
        let authority = Authority::create(name, 60 * DAY, past(30 * DAY)).unwrap();
        let fed = FederationId::of_genesis(name.as_bytes());
        let authorities = vec![authority.cert_pem().unwrap()];
        let members = Members {
            fed: Some(fed),
            authorities,
            pins: Mutex::default(),
        };
        Self {
            fed,
            authority,
            members: Arc::new(members),
        }
    }

    /// That of a whole node, whose membership document isn't this one's.
    pub(crate) fn of(node: &TestNode) -> Self {
        Self {
            fed: node.node().trust().current().federation,
            authority: super::authority::of(node.data()),
            members: Arc::default(),
        }
    }

    /// Certifies a node without making it a member.
    pub(crate) fn certify(&self, node: &str) -> Papers {
        self.certify_within(self.fed, node, now(), DAY)
    }

    /// The same with the name of another federation, for another time.
    pub(crate) fn certify_within(
        &self,
        fed: FederationId,
        node: &str,
        from: Timestamp,
        life: Duration,
    ) -> Papers {
        self.certify_key(&NodeKey::generate().unwrap(), fed, node, from, life)
    }

    /// The same for a key that there is.
    pub(crate) fn certify_key(
        &self,
        key: &NodeKey,
        fed: FederationId,
        node: &str,
        from: Timestamp,
        life: Duration,
    ) -> Papers {
        let (node, hosts): (NodeId, _) = (node.parse().unwrap(), vec!["127.0.0.1".to_owned()]);
        let request = key.request(&node, &hosts).unwrap();
        let identity = NodeIdentity { fed, node, hosts };
        let serial = Serial::random(&mut rand_core::OsRng);
        let certificate = self
            .authority
            .issue(&request, &identity, life, from, serial)
            .unwrap();
        Papers {
            certificate,
            key: key.to_pem().unwrap().to_string(),
        }
    }

    /// Certifies a node and makes it a member.
    pub(crate) fn join(&self, node: &str) -> Papers {
        let papers = self.certify(node);
        self.members.pin(node, &papers);
        papers
    }

    /// A client that trusts this federation's authority and shows `papers`, if any.
    pub(crate) fn client(&self, papers: Option<&Papers>, http2: bool) -> Client {
        client(&self.authority_pem(), papers, http2)
    }

    pub(crate) fn authority_pem(&self) -> String {
        self.authority.cert_pem().unwrap()
    }
}

/// A client that trusts one authority and shows `papers`, if any.
pub(crate) fn client(authority: &str, papers: Option<&Papers>, http2: bool) -> Client {
    let mut tls = tls(authority, papers, rustls::DEFAULT_VERSIONS);
    tls.alpn_protocols = vec![if http2 {
        b"h2".to_vec()
    } else {
        b"http/1.1".to_vec()
    }];
    Client::builder()
        .tls_backend_preconfigured(tls)
        .no_proxy()
        .build()
        .unwrap()
}

/// A client of a Unix socket.
pub(crate) fn unix_client(socket: &std::path::Path) -> Client {
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let unused = ClientConfig::builder_with_provider(provider)
        .with_protocol_versions(rustls::DEFAULT_VERSIONS)
        .unwrap()
        .with_root_certificates(RootCertStore::empty())
        .with_no_client_auth();
    Client::builder()
        .tls_backend_preconfigured(unused)
        .unix_socket(socket)
        .build()
        .unwrap()
}

/// TLS that trusts one authority and shows `papers`, if any.
pub(crate) fn tls(
    authority: &str,
    papers: Option<&Papers>,
    versions: &[&'static SupportedProtocolVersion],
) -> ClientConfig {
    let mut roots = RootCertStore::empty();
    roots
        .add(CertificateDer::from_pem_slice(authority.as_bytes()).unwrap())
        .unwrap();
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let builder = ClientConfig::builder_with_provider(provider)
        .with_protocol_versions(versions)
        .unwrap()
        .with_root_certificates(roots);
    let Some(papers) = papers else {
        return builder.with_no_client_auth();
    };
    let chain = vec![CertificateDer::from_pem_slice(papers.certificate.as_bytes()).unwrap()];
    let key = PrivateKeyDer::from_pem_slice(papers.key.as_bytes()).unwrap();
    builder.with_client_auth_cert(chain, key).unwrap()
}

impl Members {
    pub(crate) fn pin(&self, node: &str, papers: &Papers) {
        let der = certificate::der(&papers.certificate).unwrap();
        let pin = lianfang_certs::spki_pin(&der).unwrap();
        self.pins
            .lock()
            .unwrap()
            .insert(node.parse().unwrap(), (pin, true));
    }

    pub(crate) fn pinned(&self, node: &str) -> [u8; 32] {
        self.pins.lock().unwrap()[&node.parse::<NodeId>().unwrap()].0
    }

    pub(crate) fn remove(&self, node: &str) {
        if let Some(member) = self
            .pins
            .lock()
            .unwrap()
            .get_mut(&node.parse::<NodeId>().unwrap())
        {
            member.1 = false;
        }
    }
}

impl Admission for Members {
    fn admits(&self, certificate: &CertificateIdentity) -> Result<(), Refusal> {
        if Some(certificate.fed) != self.fed {
            return Err(Refusal::Foreign);
        }
        match self.pins.lock().unwrap().get(&certificate.node) {
            None => Err(Refusal::Unknown),
            Some((_, false)) => Err(Refusal::Removed),
            Some((pin, true)) if *pin != certificate.pin => Err(Refusal::Pin),
            Some(_) => Ok(()),
        }
    }

    fn authorities(&self) -> Vec<String> {
        self.authorities.clone()
    }

    fn version(&self) -> u64 {
        1
    }
}

/// Writes the papers where a node reads them.
pub(crate) fn credential(papers: &Papers, folder: &std::path::Path) -> Credential {
    let pair = KeyPair {
        certificate: folder.join("node.pem"),
        key: folder.join("tls.pem"),
    };
    std::fs::write(&pair.certificate, &papers.certificate).unwrap();
    lianfang_certs::keyfile::write_new(&pair.key, papers.key.as_bytes()).unwrap();
    Credential::read("federation", &pair).unwrap()
}
