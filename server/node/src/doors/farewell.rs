use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use actix_web::body::{BodySize, BoxBody, MessageBody};
use actix_web::web::Bytes;

use super::wire::Wire;

/// A body after which the connection ends.
pub(super) struct Farewell {
    body: BoxBody,
    wire: Option<Arc<Wire>>,
}

impl Farewell {
    pub(super) fn after(body: BoxBody, wire: Arc<Wire>) -> Self {
        Self {
            body,
            wire: Some(wire),
        }
    }
}

impl MessageBody for Farewell {
    type Error = Box<dyn std::error::Error>;

    fn size(&self) -> BodySize {
        self.body.size()
    }

    fn poll_next(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Bytes, Self::Error>>> {
        Pin::new(&mut self.body).poll_next(context)
    }
}

impl Drop for Farewell {
    /// The body has been handed to the connection's task, which is next in the queue of this thread and writes
    /// it out; what is spawned here comes after it.
    fn drop(&mut self) {
        if let Some(wire) = self.wire.take() {
            actix_web::rt::spawn(async move {
                tokio::task::yield_now().await;
                wire.end();
            });
        }
    }
}
