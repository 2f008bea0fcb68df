use actix_web::HttpResponse;
use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::error::InternalError;
use actix_web::http::header::{CONTENT_LENGTH, CONTENT_TYPE, HeaderValue};
use actix_web::middleware::Next;
use actix_web::web::Data;
use lianfang_wire::Problem;
use lianfang_wire::taxii::{ErrorMessage, MEDIA_TYPE};

use crate::http::Door;
use crate::problem;

/// Says every problem of the regulator door in TAXII's own words (TAXII 2.1 §3.6.1). The outermost layer: what
/// comes out of the others is a problem document.
pub async fn as_taxii<B: MessageBody + 'static>(
    door: Data<Door>,
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    let answer = next.call(request).await;
    if **door != Door::Regulator {
        return answer.map(ServiceResponse::map_into_boxed_body);
    }
    match answer {
        Ok(answer) => {
            let (request, response) = answer.map_into_boxed_body().into_parts();
            Ok(ServiceResponse::new(request, in_taxii(response)))
        }
        Err(error) => Err(InternalError::from_response("", in_taxii(error.error_response())).into()),
    }
}

/// The same answer in TAXII's own words.
pub fn in_taxii(response: HttpResponse) -> HttpResponse {
    let kind = response.headers().get(CONTENT_TYPE);
    if kind.is_none_or(|kind| kind.as_bytes() != problem::MEDIA_TYPE.as_bytes()) {
        return response;
    }
    let (mut response, body) = response.into_parts();
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(MEDIA_TYPE));
    headers.remove(CONTENT_LENGTH);
    response.map_body(|_, ()| translated(body))
}

/// A body that isn't a problem document, or that ends the connection when it has been sent, stays as it is.
fn translated(body: BoxBody) -> BoxBody {
    match body.try_into_bytes() {
        Ok(bytes) => {
            let message = serde_json::from_slice::<Problem>(&bytes)
                .ok()
                .and_then(|problem| serde_json::to_vec(&ErrorMessage::from(&problem)).ok());
            BoxBody::new(message.unwrap_or_else(|| bytes.to_vec()))
        }
        Err(body) => body,
    }
}
