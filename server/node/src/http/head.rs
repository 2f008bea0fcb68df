use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::middleware::Next;
use actix_web::web::Data;
use actix_web::{Error, ResponseError as _};
use lianfang_wire::ProblemType;

use crate::config::Limits;
use crate::problem::Failure;

/// What a header costs beside its name and value (RFC 9113 §6.5.2).
const OVERHEAD: usize = 32;

/// Refuses heads over `limits.head_bytes`, so that nothing large is held while a body is awaited. The framework's
/// own bound is four times wider on HTTP/1.1 and far wider on HTTP/2.
pub async fn head_fits<B: MessageBody + 'static>(
    limits: Data<Limits>,
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let limit = limits.head_bytes;
    if size(&request) > limit {
        let detail = format!("At most {limit} bytes are taken.");
        let refused = Failure::detail(ProblemType::HeadTooLarge, &detail);
        return Ok(request.into_response(refused.error_response()));
    }
    next.call(request).await.map(ServiceResponse::map_into_boxed_body)
}

fn size(request: &ServiceRequest) -> usize {
    let target = request
        .uri()
        .path_and_query()
        .map_or(0, |target| target.as_str().len());
    let headers = request.headers().iter();
    headers.fold(target, |sum, (name, value)| {
        sum + name.as_str().len() + value.len() + OVERHEAD
    })
}
