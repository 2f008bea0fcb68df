use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::middleware::Next;
use actix_web::web::Data;
use lianfang_wire::{Problem, ProblemType};

use crate::config::Limits;
use crate::problem::Failure;

/// Gives every answer `limits.answer_seconds`, and reading the body its own time on top.
pub async fn answer_in_time<B: MessageBody + 'static>(
    limits: Data<Limits>,
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<B>, actix_web::Error> {
    let time = limits.answer() + limits.body();
    match tokio::time::timeout(time, next.call(request)).await {
        Ok(answer) => answer,
        Err(_) => {
            let late = Problem {
                retry_after: Some(1),
                ..Problem::new(ProblemType::Unavailable)
            };
            Err(Failure::from(late).into())
        }
    }
}
