//! What a node asks of other nodes, and the HTTPS client that asks it. Knows no store.

mod client;
mod error;
mod https;
mod response;
mod tls;
mod trusted;

use async_trait::async_trait;
use bytes::Bytes;
use futures_util::stream::BoxStream;
use lianfang_digest::ListId;
use lianfang_encoding::{Audience, NodeId};
use lianfang_wire::confirm::{ConfirmRequest, ConfirmResponse};
use lianfang_wire::feed::StatusPage;
use lianfang_wire::info::{Info, ListHead, Notice};
use lianfang_wire::membership::Member;
use lianfang_wire::restore::{Claim, SeenAnswer};

pub use error::PeerError;
pub use https::HttpsPeers;
pub use tls::{Identity, NoneRevoked, Revoked, TlsError};

/// Pieces of a digest body as they arrive.
pub type BodyStream = BoxStream<'static, Result<Bytes, PeerError>>;

/// The federation door of the other nodes. HTTPS in production; tests may wrap or replace it.
#[async_trait]
pub trait Peers: Send + Sync {
    /// Takes over who is a member, where, and under which pin. Nodes that are no longer there can't be
    /// reached from now on.
    fn adopt(&self, members: &[Member], authorities: &[String]) -> Result<(), PeerError>;
    async fn info(&self, to: &NodeId) -> Result<Info, PeerError>;
    /// The envelope of one version, or of the newest.
    async fn membership(&self, to: &NodeId, version: Option<u64>) -> Result<Vec<u8>, PeerError>;
    /// A binary evaluation request; the answer is binary too.
    async fn evaluate(&self, to: &NodeId, request: Vec<u8>) -> Result<Vec<u8>, PeerError>;
    async fn confirm(&self, to: &NodeId, request: &ConfirmRequest) -> Result<ConfirmResponse, PeerError>;
    /// Signed heads of a list above `after`, oldest first.
    async fn heads(&self, to: &NodeId, list: &ListId, after: u64) -> Result<Vec<Vec<u8>>, PeerError>;
    /// What a peer holds of lists of others that both may read; none when its hash is `known`.
    async fn held(&self, to: &NodeId, known: [u8; 32]) -> Result<Option<Vec<ListHead>>, PeerError>;
    /// The signed head of somebody's list at a sequence, as a peer took it over.
    async fn held_head(&self, to: &NodeId, list: &ListId, sequence: u64) -> Result<Vec<u8>, PeerError>;
    /// A body from byte `from` on.
    async fn body(&self, to: &NodeId, hash: [u8; 32], from: u64) -> Result<BodyStream, PeerError>;
    async fn status(&self, to: &NodeId, audience: &Audience, after: u64) -> Result<StatusPage, PeerError>;
    /// What a peer has seen of this node, `own`.
    async fn seen(&self, to: &NodeId, own: &NodeId) -> Result<SeenAnswer, PeerError>;
    /// Asks a peer to grant this restored node an incarnation.
    async fn claim(&self, to: &NodeId, own: &NodeId, claim: &Claim) -> Result<SeenAnswer, PeerError>;
    /// Items of this node's own status feed after `after`, as the peer received them.
    async fn seen_status(
        &self,
        to: &NodeId,
        own: &NodeId,
        audience: &Audience,
        after: u64,
    ) -> Result<StatusPage, PeerError>;
    async fn notify(&self, to: &NodeId, notice: &Notice) -> Result<(), PeerError>;
}
