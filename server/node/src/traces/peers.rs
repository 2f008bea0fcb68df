use std::sync::Arc;

use async_trait::async_trait;
use lianfang_digest::ListId;
use lianfang_encoding::{Audience, NodeId};
use lianfang_flow::TRACE;
use lianfang_peer::{BodyStream, PeerError, Peers};
use lianfang_wire::confirm::{ConfirmRequest, ConfirmResponse};
use lianfang_wire::feed::StatusPage;
use lianfang_wire::info::{Info, ListHead, Notice};
use lianfang_wire::membership::Member;
use lianfang_wire::restore::{Claim, SeenAnswer};
use tracing::Instrument as _;
use tracing::field::Empty;

/// Puts a span around each call of another member: what was asked, of whom, and how it ended. The other member isn't
/// told of it.
pub struct TracedPeers(pub Arc<dyn Peers>);

async fn traced<T>(
    call: &'static str,
    to: &NodeId,
    asked: impl Future<Output = Result<T, PeerError>>,
) -> Result<T, PeerError> {
    let span = tracing::info_span!(
        target: TRACE,
        "call",
        otel.name = call,
        otel.kind = "client",
        otel.status_code = Empty,
        lianfang.call = call,
        lianfang.peer = to.as_str(),
        lianfang.outcome = Empty,
    );
    let answer = asked.instrument(span.clone()).await;
    match &answer {
        Ok(_) => span.record("lianfang.outcome", "answered"),
        Err(error) => span
            .record("lianfang.outcome", error.code())
            .record("otel.status_code", "error"),
    };
    answer
}

#[async_trait]
impl Peers for TracedPeers {
    fn adopt(&self, members: &[Member], authorities: &[String]) -> Result<(), PeerError> {
        self.0.adopt(members, authorities)
    }

    async fn info(&self, to: &NodeId) -> Result<Info, PeerError> {
        traced("info", to, self.0.info(to)).await
    }

    async fn membership(&self, to: &NodeId, version: Option<u64>) -> Result<Vec<u8>, PeerError> {
        traced("membership", to, self.0.membership(to, version)).await
    }

    async fn evaluate(&self, to: &NodeId, request: Vec<u8>) -> Result<Vec<u8>, PeerError> {
        traced("evaluate", to, self.0.evaluate(to, request)).await
    }

    async fn confirm(&self, to: &NodeId, request: &ConfirmRequest) -> Result<ConfirmResponse, PeerError> {
        traced("confirm", to, self.0.confirm(to, request)).await
    }

    async fn heads(&self, to: &NodeId, list: &ListId, after: u64) -> Result<Vec<Vec<u8>>, PeerError> {
        traced("heads", to, self.0.heads(to, list, after)).await
    }

    async fn held(&self, to: &NodeId, known: [u8; 32]) -> Result<Option<Vec<ListHead>>, PeerError> {
        traced("held", to, self.0.held(to, known)).await
    }

    async fn held_head(&self, to: &NodeId, list: &ListId, sequence: u64) -> Result<Vec<u8>, PeerError> {
        traced("held_head", to, self.0.held_head(to, list, sequence)).await
    }

    async fn body(&self, to: &NodeId, hash: [u8; 32], from: u64) -> Result<BodyStream, PeerError> {
        traced("body", to, self.0.body(to, hash, from)).await
    }

    async fn status(&self, to: &NodeId, audience: &Audience, after: u64) -> Result<StatusPage, PeerError> {
        traced("status", to, self.0.status(to, audience, after)).await
    }

    async fn seen(&self, to: &NodeId, own: &NodeId) -> Result<SeenAnswer, PeerError> {
        traced("seen", to, self.0.seen(to, own)).await
    }

    async fn claim(&self, to: &NodeId, own: &NodeId, claim: &Claim) -> Result<SeenAnswer, PeerError> {
        traced("claim", to, self.0.claim(to, own, claim)).await
    }

    async fn seen_status(
        &self,
        to: &NodeId,
        own: &NodeId,
        audience: &Audience,
        after: u64,
    ) -> Result<StatusPage, PeerError> {
        traced("seen_status", to, self.0.seen_status(to, own, audience, after)).await
    }

    async fn notify(&self, to: &NodeId, notice: &Notice) -> Result<(), PeerError> {
        traced("notify", to, self.0.notify(to, notice)).await
    }
}
