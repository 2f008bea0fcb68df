use std::pin::Pin;
use std::task::{Context, Poll};

use actix_web::body::{BodySize, BoxBody, MessageBody};
use actix_web::web::Bytes;

/// The body of an answer to HEAD (RFC 9110 §9.3.2), of which only the size is told. The framework sends none of it either
/// way, but on HTTP/1.1 waits for its end, which a stream of events hasn't.
pub(super) struct Unsent(BoxBody);

/// Says how large `body` is and gives nothing of it. What it holds is held until the head is with the connection.
pub(super) fn unsent(body: BoxBody) -> BoxBody {
    BoxBody::new(Unsent(body))
}

impl MessageBody for Unsent {
    type Error = Box<dyn std::error::Error>;

    fn size(&self) -> BodySize {
        self.0.size()
    }

    fn poll_next(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Bytes, Self::Error>>> {
        Poll::Ready(None)
    }
}
