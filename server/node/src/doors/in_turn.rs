use std::any::Any;

use actix_web::Error;
use actix_web::HttpMessage as _;
use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{Extensions, ServiceRequest, ServiceResponse};
use actix_web::error::InternalError;
use actix_web::http::Method;
use actix_web::middleware::Next;
use actix_web::web::Data;
use lianfang_wire::{Problem, ProblemType};

use super::paced::paced;
use super::share::{Share, Ticket};
use super::unsent::unsent;
use super::wire::{Accepted, Wire};
use crate::config::Limits;
use crate::problem::Failure;

/// Gives a new connection its share (`HttpServer::on_connect`). One that can't be bounded is ended.
pub(super) fn bounded(limits: &Limits, stream: &dyn Any, data: &mut Extensions) {
    let Some(accepted) = Accepted::of(stream) else {
        return;
    };
    match Wire::of(&accepted) {
        Ok(wire) => {
            data.insert(Share::new(limits.requests_per_connection, limits.stalled(), wire));
        }
        Err(_) => accepted.end(),
    }
}

/// Holds a request's part of the connection's share until its answer is taken, and keeps the body of an answer to HEAD
/// back. The outermost layer, because others exchange bodies.
pub(super) async fn held<B: MessageBody + 'static>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let is_head = request.method() == Method::HEAD;
    let ticket = request.conn_data::<Share>().map(Share::arrive);
    if let Some(ticket) = &ticket {
        request.extensions_mut().insert(ticket.clone());
    }
    let sent = |body| {
        let body = match ticket {
            Some(ticket) => paced(body, ticket),
            None => body,
        };
        if is_head { unsent(body) } else { body }
    };
    match next.call(request).await {
        Ok(answer) => Ok(answer.map_body(|_, body| sent(body.boxed()))),
        Err(error) => {
            let answer = error.error_response().map_body(|_, body| sent(body));
            Err(InternalError::from_response("", answer).into())
        }
    }
}

/// Has a request wait for others of its connection to be over.
pub(super) async fn in_turn<B: MessageBody + 'static>(
    limits: Data<Limits>,
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<B>, Error> {
    let ticket = request.extensions().get::<Ticket>().cloned();
    if let (Some(share), Some(ticket)) = (request.conn_data::<Share>(), ticket) {
        match tokio::time::timeout(limits.answer(), share.turn(&ticket)).await {
            Ok(turn) => turn.map_err(Failure::from)?,
            Err(_) => {
                let late = Problem {
                    retry_after: Some(1),
                    ..Problem::new(ProblemType::Unavailable)
                };
                return Err(Failure::from(late).into());
            }
        }
    }
    next.call(request).await
}
