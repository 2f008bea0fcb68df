use actix_web::HttpResponse;
use actix_web::web::Data;

use crate::metrics::Telemetry;

pub(super) async fn show(telemetry: Data<Telemetry>) -> HttpResponse {
    HttpResponse::Ok()
        .content_type("text/plain; version=0.0.4; charset=utf-8")
        .body(telemetry.render())
}
