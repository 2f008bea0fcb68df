use std::sync::Arc;
use std::time::Duration;

use lianfang_wire::membership::Member;
use reqwest::{Client, Method, RequestBuilder};

use crate::PeerError;
use crate::tls::ExpectedPeer;
use crate::trusted::Trusted;

const CONNECT: Duration = Duration::from_secs(2);
const READ: Duration = Duration::from_secs(10);

/// Connections to one peer.
#[derive(Clone)]
pub(crate) struct PeerClient {
    client: Client,
    base: String,
    expected: ExpectedPeer,
    trusted: Arc<Trusted>,
}

impl PeerClient {
    pub(crate) fn new(
        member: &Member,
        expected: ExpectedPeer,
        source: Option<std::net::IpAddr>,
        trusted: Arc<Trusted>,
    ) -> Result<Self, PeerError> {
        let tls = trusted.config(expected.clone())?;
        let client = Client::builder()
            .tls_backend_preconfigured(tls)
            .https_only(true)
            .no_proxy()
            .local_address(source)
            .redirect(reqwest::redirect::Policy::none())
            .connect_timeout(CONNECT)
            .read_timeout(READ)
            .tcp_nodelay(true)
            .user_agent(concat!("lianfang/", env!("CARGO_PKG_VERSION")))
            .build()
            .map_err(|_| PeerError::Configuration)?;
        Ok(Self {
            client,
            base: member.endpoint.trim_end_matches('/').to_owned(),
            expected,
            trusted,
        })
    }

    /// Whether this client still speaks to what the membership document says.
    pub(crate) fn fits(&self, member: &Member, trusted: &Arc<Trusted>) -> bool {
        Arc::ptr_eq(&self.trusted, trusted)
            && self.base == member.endpoint.trim_end_matches('/')
            && self.expected.pin == member.pin.0
            && self.expected.retiring == member.retiring
    }

    pub(crate) fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.client
            .request(method, format!("{}/federation/v1{path}", self.base))
    }
}
