use std::any::Any;

use actix_web::dev::Extensions;
use tokio::sync::OwnedSemaphorePermit;

use super::wire::Accepted;
use crate::limits::MemberShares;
use crate::tls::Connection;

/// A connection's part of what its member may have. Given back with the connection's data.
struct Counted(#[expect(dead_code, reason = "held until it is dropped")] OwnedSemaphorePermit);

/// Counts a new connection of a member, whichever of its certificates is shown, until it is over. One beyond the
/// member's share is ended: whoever takes the whole door keeps every other member out.
pub(super) fn counted(members: &MemberShares, stream: &dyn Any, data: &mut Extensions) {
    let known = data.get::<Connection>().map(Connection::peer);
    let Some(Ok(peer)) = known else {
        return;
    };
    if let Ok(place) = members.begin(&peer.node) {
        data.insert(Counted(place));
        return;
    }
    tracing::info!("a connection beyond its member's share is ended");
    if let Some(accepted) = Accepted::of(stream) {
        accepted.end();
    }
}
