use std::future::{Ready, ready};

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{Payload, ServiceRequest, ServiceResponse};
use actix_web::middleware::Next;
use actix_web::web::Data;
use actix_web::{Error, FromRequest, HttpMessage as _, HttpRequest, ResponseError as _};
use lianfang_encoding::NodeId;
use lianfang_wire::ProblemType;

use super::farewell::Farewell;
use super::share::Share;
use crate::api::regulator::in_taxii;
use crate::http::Door;
use crate::limits::RateLimit;
use crate::problem::Failure;
use crate::tls::{Admission, Connection, Refusal};

/// The member that a request came from, by its certificate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caller(pub NodeId);

impl FromRequest for Caller {
    type Error = Failure;
    type Future = Ready<Result<Self, Failure>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let caller = request.extensions().get::<Self>().cloned();
        ready(caller.ok_or(Failure::new(ProblemType::NotMember)))
    }
}

/// Asks for every request anew whether the certificate of its connection is an active member's, so that a
/// removal counts on connections that are open. A refusal ends the connection.
pub async fn admitted<B: MessageBody + 'static>(
    admission: Data<dyn Admission>,
    rates: Data<RateLimit>,
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    match member(&request, admission.as_ref()) {
        Ok(node) => {
            if let Err(refused) = rates.check(node.as_str()) {
                let answer = Failure::from(refused).error_response();
                return Ok(request.into_response(answer));
            }
            request.extensions_mut().insert(Caller(node));
            next.call(request).await.map(ServiceResponse::map_into_boxed_body)
        }
        Err(refusal) => {
            tracing::info!(
                tls.refusal = refusal.code(),
                "request refused on an open connection"
            );
            Ok(refused(request))
        }
    }
}

fn member(request: &ServiceRequest, admission: &dyn Admission) -> Result<NodeId, Refusal> {
    let connection = request.conn_data::<Connection>().ok_or(Refusal::Unnamed)?;
    let peer = connection.peer()?;
    admission.admits(peer)?;
    Ok(peer.node.clone())
}

fn refused(request: ServiceRequest) -> ServiceResponse<BoxBody> {
    let wire = request.conn_data::<Share>().map(Share::wire);
    let mut answer = Failure::new(ProblemType::NotMember).error_response();
    if request
        .app_data::<Data<Door>>()
        .is_some_and(|door| ***door == Door::Regulator)
    {
        // The layer that translates can't look into a body that ends the connection.
        answer = in_taxii(answer);
    }
    match wire.filter(|wire| wire.is_multiplexed()) {
        Some(wire) => request.into_response(answer.map_body(|_, body| Farewell::after(body, wire).boxed())),
        None => {
            let close = actix_http::ConnectionType::Close;
            answer.head_mut().set_connection_type(close);
            request.into_response(answer)
        }
    }
}
