use lianfang_wire::screening::Peer;

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
}
