use lianfang_encoding::NodeId;
use lianfang_wire::peer::{BrakeDecision, ForkProof, Peer};
use reqwest::Method;

use crate::entries::Items;
use crate::{Client, Error};

impl Client {
    /// The other members: how fresh what is held of them is, and what went wrong last.
    ///
    /// # Errors
    /// [`Error`].
    pub async fn peers(&self) -> Result<Vec<Peer>, Error> {
        let peers: Items<_> = self.get("/v1/peers").await?;
        Ok(peers.items)
    }

    /// Proofs that a publisher told different members different things, the newest first.
    ///
    /// # Errors
    /// [`Error::Refused`] of type `not-found` when it isn't another member.
    pub async fn forks(&self, peer: &NodeId) -> Result<Vec<ForkProof>, Error> {
        let forks: Items<_> = self.get(&format!("/v1/peers/{peer}/forks")).await?;
        Ok(forks.items)
    }

    /// Decides about a publisher that the node holds back, or holds one back. Needs the scope `admin`.
    ///
    /// # Errors
    /// [`Error::Refused`] of type `not-found` when it isn't another active member.
    pub async fn decide_brake(&self, peer: &NodeId, decision: &BrakeDecision) -> Result<(), Error> {
        let request = self.request(Method::POST, &format!("/v1/peers/{peer}/brake"));
        self.bytes(request.json(decision)).await?;
        Ok(())
    }
}
