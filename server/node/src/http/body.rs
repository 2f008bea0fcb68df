use std::pin::Pin;
use std::time::Duration;

use actix_web::dev::{Payload, ServiceRequest};
use actix_web::error::PayloadError;
use actix_web::http::header;
use actix_web::web::{Bytes, BytesMut, Data};
use actix_web::{FromRequest, HttpMessage as _, HttpRequest};
use futures_util::StreamExt as _;
use lianfang_wire::ProblemType;
use serde::de::DeserializeOwned;

use super::{ndjson, pointer};
use crate::config::Limits;
use crate::problem::Failure;

/// A JSON body of at most `limits.body_bytes`.
pub struct Json<T>(pub T);

/// A body of bytes of at most `limits.body_bytes`.
pub struct Binary(pub Bytes);

type Reading<T> = Pin<Box<dyn Future<Output = Result<T, Failure>>>>;

impl<T: DeserializeOwned + 'static> FromRequest for Json<T> {
    type Error = Failure;
    type Future = Reading<Self>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let (request, payload) = (request.clone(), payload.take());
        Box::pin(async move {
            expect_type(&request, &["application/json"])?;
            let bytes = read(&request, payload, |limits| limits.body_bytes).await?;
            Ok(Self(pointer::parse(&bytes)?))
        })
    }
}

impl FromRequest for Binary {
    type Error = Failure;
    type Future = Reading<Self>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let (request, payload) = (request.clone(), payload.take());
        Box::pin(async move {
            expect_type(&request, &["application/octet-stream"])?;
            Ok(Self(read(&request, payload, |limits| limits.body_bytes).await?))
        })
    }
}

/// Takes the whole body of a request under an `Idempotency-Key` that is still on its way to its handler: of a batch at
/// most `limits.keyed_bytes`, of another at most `limits.body_bytes`.
///
/// # Errors
/// `too-large`, `timeout` or `malformed`.
pub async fn read_keyed(request: &mut ServiceRequest) -> Result<Bytes, Failure> {
    let payload = request.take_payload();
    let request = request.request();
    if says(request, &ndjson::BATCH) {
        let body = read(request, payload, Limits::keyed_batch).await;
        body.map_err(in_parts)
    } else {
        read(request, payload, |limits| limits.body_bytes).await
    }
}

fn in_parts(failure: Failure) -> Failure {
    let problem = failure.problem();
    match (problem.kind(), &problem.detail) {
        (Some(ProblemType::TooLarge), Some(limit)) => {
            let advice = "Under an Idempotency-Key send a batch in smaller parts, or send it with no key.";
            Failure::detail(ProblemType::TooLarge, &format!("{limit} {advice}"))
        }
        _ => failure,
    }
}

/// Refuses bodies that say they are something else.
pub(super) fn expect_type(request: &HttpRequest, known: &[&str]) -> Result<(), Failure> {
    if request.headers().contains_key(header::CONTENT_ENCODING) {
        let detail = "Send it without a content encoding.";
        return Err(Failure::detail(ProblemType::UnsupportedMediaType, detail));
    }
    if says(request, known) {
        Ok(())
    } else {
        let detail = format!("Send it as {}.", known.join(" or "));
        Err(Failure::detail(ProblemType::UnsupportedMediaType, &detail))
    }
}

fn says(request: &HttpRequest, known: &[&str]) -> bool {
    let given = request.content_type();
    known.iter().any(|known| known.eq_ignore_ascii_case(given))
}

/// Collects a body within its bounds of size and time.
pub(super) async fn read(
    request: &HttpRequest,
    payload: Payload,
    limit: fn(&Limits) -> usize,
) -> Result<Bytes, Failure> {
    let limits = request.app_data::<Data<Limits>>().ok_or(ProblemType::Internal)?;
    let (bytes, time) = (limit(limits), limits.body());
    if announced(request).is_some_and(|length| length > bytes) {
        return Err(too_large(bytes));
    }
    in_time(time, collect(payload, bytes)).await
}

async fn in_time<T>(time: Duration, reading: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
    tokio::time::timeout(time, reading)
        .await
        .unwrap_or(Err(Failure::new(ProblemType::Timeout)))
}

async fn collect(mut payload: Payload, limit: usize) -> Result<Bytes, Failure> {
    let mut body = BytesMut::new();
    while let Some(piece) = payload.next().await {
        let piece = piece.map_err(|error| interrupted(&error, limit))?;
        if body.len() + piece.len() > limit {
            return Err(too_large(limit));
        }
        body.extend_from_slice(&piece);
    }
    Ok(body.freeze())
}

pub(super) fn announced(request: &HttpRequest) -> Option<usize> {
    request
        .headers()
        .get(header::CONTENT_LENGTH)?
        .to_str()
        .ok()?
        .parse()
        .ok()
}

pub(super) fn too_large(limit: usize) -> Failure {
    Failure::detail(
        ProblemType::TooLarge,
        &format!("At most {limit} bytes are taken."),
    )
}

pub(super) fn interrupted(error: &PayloadError, limit: usize) -> Failure {
    match error {
        PayloadError::Overflow => too_large(limit),
        _ => Failure::detail(
            ProblemType::Malformed,
            "The body ended early or isn't encoded as its headers say.",
        ),
    }
}
