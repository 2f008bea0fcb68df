use actix_web::body::{BodyStream, BoxBody, MessageBody};
use actix_web::dev::{Payload, ServiceRequest, ServiceResponse};
use actix_web::http::header::HeaderName;
use actix_web::middleware::Next;
use actix_web::web::{Bytes, Data};
use actix_web::{Error, HttpMessage as _, HttpResponse, ResponseError as _, rt};
use lianfang_flow::FlowError;
use lianfang_wire::{Problem, ProblemType};
use tracing::Instrument as _;

use super::answered::{Collected, collected, unkept};
use super::ledger::Keyed;
use super::reserved::Reserved;
use super::{Known, Ledger, Named};
use crate::config::Limits;
use crate::http::{Passing, read_keyed};
use crate::problem::Failure;

const KEY: HeaderName = HeaderName::from_static("idempotency-key");

/// Does a request under a key once, to its end even if the caller goes away. Only success is kept: a refusal did nothing,
/// so the same key may try again. Handlers are told the request's name ([`super::Named`]).
pub async fn once<B: MessageBody + 'static>(
    ledger: Data<Ledger>,
    actor: String,
    mut request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let keyed = match keyed(&request, actor) {
        Ok(Some(keyed)) => keyed,
        Ok(None) => return next.call(request).await.map(ServiceResponse::map_into_boxed_body),
        Err(failure) => return Ok(request.into_response(failure.error_response())),
    };
    let body = match read_keyed(&mut request).await {
        Ok(body) => body,
        Err(failure) => return Ok(request.into_response(failure.error_response())),
    };
    // From here on nothing stops halfway: a key that is reserved belongs to work that is being done.
    let work = reserve_and_do(ledger, keyed, body, request, next);
    let done = rt::spawn(work.in_current_span()).await;
    done.map_err(|_| Failure::from(FlowError::Internal("a request under a key ended early")))?
}

async fn reserve_and_do<B: MessageBody + 'static>(
    ledger: Data<Ledger>,
    keyed: Keyed,
    body: Bytes,
    mut request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    match ledger.begin(&keyed, &body).await {
        Ok(Known::Fresh) => {}
        known => return Ok(request.into_response(known_answer(&ledger, &keyed, known))),
    }
    request
        .extensions_mut()
        .insert(Named(Some(ledger.name(&keyed, &body))));
    request.set_payload(Payload::from(body));
    let answered = next.call(request).await;
    settle(Reserved::new(ledger, keyed), answered).await
}

fn keyed(request: &ServiceRequest, actor: String) -> Result<Option<Keyed>, Failure> {
    let Some(value) = request.headers().get(KEY) else {
        return Ok(None);
    };
    let key = value.to_str().ok().filter(|key| (1..=255).contains(&key.len()));
    let key = key.ok_or_else(|| {
        let detail = "Idempotency-Key has 1 to 255 visible ASCII characters.";
        Failure::detail(ProblemType::Malformed, detail)
    })?;
    let route = format!("{} {}", request.method(), request.path());
    Ok(Some(Keyed {
        actor,
        key: key.to_owned(),
        route,
    }))
}

fn known_answer(
    ledger: &Ledger,
    keyed: &Keyed,
    known: Result<Known, lianfang_store::StoreError>,
) -> HttpResponse {
    let failure = match known {
        Ok(Known::Done(status, sealed)) => match ledger.open(keyed, &sealed) {
            Ok(stored) => return stored.answer(status),
            Err(error) => FlowError::from(error).into(),
        },
        Ok(Known::Mismatch) => Failure::new(ProblemType::IdempotencyMismatch),
        Ok(Known::InProgress | Known::Fresh) => {
            let busy = Problem::new(ProblemType::Conflict)
                .detail("The first request under this key isn't done yet.");
            Failure::from(Problem {
                retry_after: Some(1),
                ..busy
            })
        }
        Err(error) => FlowError::from(error).into(),
    };
    failure.error_response()
}

/// Keeps a success and gives the key back after anything else, also when part of the work failed for now. An answer that is longer than may be held goes on to the
/// caller as it is made and isn't kept.
async fn settle<B: MessageBody + 'static>(
    reserved: Reserved,
    answered: Result<ServiceResponse<B>, Error>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let answer = match answered {
        Ok(answer) if answer.status().is_success() => answer,
        other => {
            reserved.give_back().await;
            return other.map(ServiceResponse::map_into_boxed_body);
        }
    };
    let most = answer.request().app_data::<Data<Limits>>();
    let most = most.map_or(0, |limits| limits.keyed_bytes);
    let (request, response) = answer.into_parts();
    let (response, body) = response.into_parts();
    let body = match collected(body.boxed(), most).await {
        Ok(Collected::Whole(body)) => {
            if Passing::of(&response) {
                reserved.give_back().await;
            } else {
                reserved.keep(&response, &body).await;
            }
            BoxBody::new(body)
        }
        Ok(Collected::Begun(begun, rest)) => BoxBody::new(BodyStream::new(unkept(begun, rest, reserved))),
        Err(failure) => {
            reserved.give_back().await;
            return Err(failure.into());
        }
    };
    Ok(ServiceResponse::new(request, response.set_body(body)))
}
