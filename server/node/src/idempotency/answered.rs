use std::error::Error as StdError;
use std::future::{self, poll_fn};
use std::pin::Pin;

use actix_web::body::{BoxBody, MessageBody as _};
use actix_web::web::{Bytes, BytesMut};
use futures_util::{Stream, StreamExt as _, stream};
use lianfang_flow::FlowError;

use super::reserved::{Leaving, Reserved};
use crate::problem::Failure;

type Piece = Result<Bytes, Box<dyn StdError>>;

/// An answer of which no more was made than may be held.
pub(super) enum Collected {
    Whole(Bytes),
    /// What was made of a longer one, and what makes the rest.
    Begun(Bytes, BoxBody),
}

/// Makes an answer until it is whole or longer than `most`.
///
/// # Errors
/// When it breaks off.
pub(super) async fn collected(mut body: BoxBody, most: usize) -> Result<Collected, Failure> {
    let mut begun = BytesMut::new();
    while let Some(piece) = next(&mut body).await {
        let piece = piece.map_err(|_| FlowError::Internal("an answer couldn't be read"))?;
        begun.extend_from_slice(&piece);
        if begun.len() > most {
            return Ok(Collected::Begun(begun.freeze(), body));
        }
    }
    Ok(Collected::Whole(begun.freeze()))
}

/// An answer that isn't kept: its rest is made as the caller takes it, and then the key is free.
pub(super) fn unkept(begun: Bytes, rest: BoxBody, reserved: Reserved) -> impl Stream<Item = Piece> {
    let rest = stream::unfold(
        (rest, Leaving::of(reserved)),
        async |(mut rest, leaving)| match next(&mut rest).await {
            Some(piece) => Some((piece, (rest, leaving))),
            None => {
                leaving.give_back().await;
                None
            }
        },
    );
    stream::once(future::ready(Ok(begun))).chain(rest)
}

async fn next(body: &mut BoxBody) -> Option<Piece> {
    poll_fn(|context| Pin::new(&mut *body).poll_next(context)).await
}
