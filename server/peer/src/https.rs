use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use arc_swap::{ArcSwap, ArcSwapOption};
use async_trait::async_trait;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use futures_util::StreamExt as _;
use lianfang_digest::ListId;
use lianfang_encoding::{Audience, FederationId, NodeId};
use lianfang_wire::confirm::{ConfirmRequest, ConfirmResponse};
use lianfang_wire::feed::StatusPage;
use lianfang_wire::info::{Info, ListHead, Notice};
use lianfang_wire::membership::{MAX_ENVELOPE, Member};
use lianfang_wire::restore::{Claim, SeenAnswer};
use reqwest::header::{ACCEPT, CONTENT_TYPE, RANGE};
use reqwest::{Method, RequestBuilder, Response};

use crate::client::PeerClient;
use crate::response::{accepted, bytes, json};
use crate::tls::{ExpectedPeer, Identity, Revoked};
use crate::trusted::Trusted;
use crate::{BodyStream, PeerError, Peers};

const SHORT: Duration = Duration::from_secs(10);
const MAX_ANSWER: usize = 4 * 1024 * 1024;
/// More than any head.
const MAX_HEAD: usize = 64 * 1024;
const BINARY: &str = "application/octet-stream";

/// Peers over mutual TLS, one connection pool each.
pub struct HttpsPeers {
    fed: FederationId,
    own: NodeId,
    identity: ArcSwap<Identity>,
    revoked: Arc<dyn Revoked>,
    trusted: ArcSwapOption<Trusted>,
    source: Option<IpAddr>,
    clients: ArcSwap<HashMap<NodeId, PeerClient>>,
    /// Held while they are made.
    adopting: Mutex<()>,
}

impl HttpsPeers {
    /// A client of federation `fed` that shows `identity`, the certificate of `own`, and believes no certificate
    /// that `revoked` refuses.
    pub fn new(fed: FederationId, own: NodeId, identity: Identity, revoked: Arc<dyn Revoked>) -> Self {
        Self {
            fed,
            own,
            identity: ArcSwap::from_pointee(identity),
            revoked,
            trusted: ArcSwapOption::empty(),
            source: None,
            clients: ArcSwap::from_pointee(HashMap::new()),
            adopting: Mutex::default(),
        }
    }

    /// Calls come from this address of the machine.
    #[must_use]
    pub fn from_address(self, source: Option<IpAddr>) -> Self {
        Self { source, ..self }
    }

    /// Shows another certificate from now on; [`Peers::adopt`] makes the new connections. Shown again, the same one
    /// makes new connections too, on which what was revoked since is refused.
    pub fn show(&self, identity: Identity) {
        self.identity.store(Arc::new(identity));
    }

    fn trusted(&self, authorities: &[String]) -> Result<Arc<Trusted>, PeerError> {
        let identity = self.identity.load_full();
        if let Some(trusted) = self
            .trusted
            .load_full()
            .filter(|trusted| trusted.is(&identity, authorities))
        {
            return Ok(trusted);
        }
        let trusted = Arc::new(Trusted::new(identity, Arc::clone(&self.revoked), authorities)?);
        self.trusted.store(Some(Arc::clone(&trusted)));
        Ok(trusted)
    }

    fn request(&self, to: &NodeId, method: Method, path: &str) -> Result<RequestBuilder, PeerError> {
        let clients = self.clients.load();
        let client = clients.get(to).ok_or_else(|| PeerError::Unknown(to.clone()))?;
        Ok(client.request(method, path))
    }

    async fn get(&self, to: &NodeId, path: &str) -> Result<Response, PeerError> {
        let request = self.request(to, Method::GET, path)?.timeout(SHORT);
        accepted(request.send().await?).await
    }
}

fn digits(hash: &[u8; 32]) -> String {
    hash.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn list_path(list: &ListId) -> String {
    format!("/digests/{}/{}/{}", list.audience, list.subject_type, list.epoch)
}

#[async_trait]
impl Peers for HttpsPeers {
    fn adopt(&self, members: &[Member], authority_certificates: &[String]) -> Result<(), PeerError> {
        // Two at once would each store what the other doesn't know of.
        let _alone = self.adopting.lock().unwrap_or_else(PoisonError::into_inner);
        let trusted = self.trusted(authority_certificates)?;
        let present = self.clients.load();
        let mut clients = HashMap::new();
        for member in members
            .iter()
            .filter(|member| member.is_active() && member.id != self.own)
        {
            let client = match present.get(&member.id) {
                Some(client) if client.fits(member, &trusted) => client.clone(),
                _ => {
                    let expected = ExpectedPeer {
                        fed: self.fed,
                        node: member.id.clone(),
                        pin: member.pin.0,
                        retiring: member.retiring,
                    };
                    PeerClient::new(member, expected, self.source, Arc::clone(&trusted))?
                }
            };
            clients.insert(member.id.clone(), client);
        }
        self.clients.store(Arc::new(clients));
        Ok(())
    }

    async fn info(&self, to: &NodeId) -> Result<Info, PeerError> {
        json(self.get(to, "/info").await?, MAX_ANSWER).await
    }

    async fn membership(&self, to: &NodeId, version: Option<u64>) -> Result<Vec<u8>, PeerError> {
        let path = version.map_or("/membership".to_owned(), |version| {
            format!("/membership?version={version}")
        });
        bytes(self.get(to, &path).await?, MAX_ENVELOPE).await
    }

    async fn evaluate(&self, to: &NodeId, request: Vec<u8>) -> Result<Vec<u8>, PeerError> {
        let request = self
            .request(to, Method::POST, "/evaluate")?
            .timeout(SHORT)
            .header(CONTENT_TYPE, BINARY)
            .header(ACCEPT, BINARY)
            .body(request);
        bytes(accepted(request.send().await?).await?, MAX_ANSWER).await
    }

    async fn confirm(&self, to: &NodeId, request: &ConfirmRequest) -> Result<ConfirmResponse, PeerError> {
        let request = self
            .request(to, Method::POST, "/confirm")?
            .timeout(SHORT)
            .json(request);
        json(accepted(request.send().await?).await?, 8 * MAX_ANSWER).await
    }

    async fn heads(&self, to: &NodeId, list: &ListId, after: u64) -> Result<Vec<Vec<u8>>, PeerError> {
        let path = format!("{}/heads?after={after}", list_path(list));
        let heads: Vec<String> = json(self.get(to, &path).await?, MAX_ANSWER).await?;
        heads
            .iter()
            .map(|head| STANDARD.decode(head).map_err(|_| PeerError::Malformed))
            .collect()
    }

    async fn held(&self, to: &NodeId, known: [u8; 32]) -> Result<Option<Vec<ListHead>>, PeerError> {
        let info: Info = json(
            self.get(to, &format!("/info?held={}", digits(&known))).await?,
            MAX_ANSWER,
        )
        .await?;
        Ok(info.held)
    }

    async fn held_head(&self, to: &NodeId, list: &ListId, sequence: u64) -> Result<Vec<u8>, PeerError> {
        let path = list_path(list);
        let path = format!("{path}/head?publisher={}&sequence={sequence}", list.publisher);
        bytes(self.get(to, &path).await?, MAX_HEAD).await
    }

    async fn body(&self, to: &NodeId, hash: [u8; 32], from: u64) -> Result<BodyStream, PeerError> {
        let path = format!("/digests/bodies/{}", digits(&hash));
        let mut request = self.request(to, Method::GET, &path)?;
        if from > 0 {
            request = request.header(RANGE, format!("bytes={from}-"));
        }
        let response = accepted(request.send().await?).await?;
        let resumed = response.status() == reqwest::StatusCode::PARTIAL_CONTENT;
        if (from > 0) != resumed {
            return Err(PeerError::Malformed);
        }
        Ok(response
            .bytes_stream()
            .map(|piece| piece.map_err(PeerError::from))
            .boxed())
    }

    async fn status(&self, to: &NodeId, audience: &Audience, after: u64) -> Result<StatusPage, PeerError> {
        json(
            self.get(to, &format!("/status/{audience}?after={after}")).await?,
            MAX_ANSWER,
        )
        .await
    }

    async fn seen(&self, to: &NodeId, own: &NodeId) -> Result<SeenAnswer, PeerError> {
        json(self.get(to, &format!("/seen/{own}")).await?, MAX_ANSWER).await
    }

    async fn claim(&self, to: &NodeId, own: &NodeId, claim: &Claim) -> Result<SeenAnswer, PeerError> {
        let request = self
            .request(to, Method::POST, &format!("/seen/{own}"))?
            .timeout(SHORT)
            .json(claim);
        json(accepted(request.send().await?).await?, MAX_ANSWER).await
    }

    async fn seen_status(
        &self,
        to: &NodeId,
        own: &NodeId,
        audience: &Audience,
        after: u64,
    ) -> Result<StatusPage, PeerError> {
        let path = format!("/seen/{own}/status/{audience}?after={after}");
        json(self.get(to, &path).await?, MAX_ANSWER).await
    }

    async fn notify(&self, to: &NodeId, notice: &Notice) -> Result<(), PeerError> {
        let request = self
            .request(to, Method::POST, "/notify")?
            .timeout(SHORT)
            .json(notice);
        accepted(request.send().await?).await.map(drop)
    }
}
