use std::pin::Pin;
use std::task::{Context, Poll, ready};

use actix_web::body::{BodySize, BoxBody, MessageBody};
use actix_web::web::Bytes;

use super::share::Ticket;

/// Bytes that are handed over at once.
const PIECE: usize = 16 * 1024;
/// Pieces that are handed over before the first of them is with the system.
const AHEAD: usize = 4;

/// A body of which little at a time is handed to the connection, so that it is known what of it has been taken.
pub(super) struct Paced {
    body: BoxBody,
    rest: Bytes,
    ticket: Ticket,
}

/// The same body, holding its request's part of the connection's share.
pub(super) fn paced(body: BoxBody, ticket: Ticket) -> BoxBody {
    if body.size().is_eof() {
        return body;
    }
    BoxBody::new(Paced {
        body,
        rest: Bytes::new(),
        ticket,
    })
}

impl MessageBody for Paced {
    type Error = Box<dyn std::error::Error>;

    fn size(&self) -> BodySize {
        self.body.size()
    }

    fn poll_next(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Bytes, Self::Error>>> {
        self.ticket.wake_when_taken(context.waker());
        if self.ticket.pieces() >= AHEAD {
            return Poll::Pending;
        }
        while self.rest.is_empty() {
            match ready!(Pin::new(&mut self.body).poll_next(context)) {
                Some(Ok(bytes)) => self.rest = bytes,
                end => return Poll::Ready(end),
            }
        }
        let length = self.rest.len().min(PIECE);
        let piece = self.rest.split_to(length);
        Poll::Ready(Some(Ok(self.ticket.hand_over(piece))))
    }
}
