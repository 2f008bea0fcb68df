use std::pin::Pin;
use std::task::{Context, Poll};

use actix_web::body::{BodySize, BoxBody, MessageBody};
use actix_web::web::Bytes;

use crate::tls::Ending;

/// A body after which the connection ends.
pub(super) struct Farewell {
    body: BoxBody,
    ending: Option<Ending>,
}

impl Farewell {
    pub(super) fn after(body: BoxBody, ending: Ending) -> Self {
        Self {
            body,
            ending: Some(ending),
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
        if let Some(ending) = self.ending.take() {
            actix_web::rt::spawn(async move {
                tokio::task::yield_now().await;
                ending.now();
            });
        }
    }
}
