use actix_web::HttpResponse;
use actix_web::web::Data;
use lianfang_flow::Node;

use crate::metrics::Telemetry;

pub(super) async fn show(telemetry: Data<Telemetry>, node: Data<Node>) -> HttpResponse {
    // What can't be read now stays as it was read last.
    for member in node.member_figures().await.unwrap_or_default() {
        telemetry.note_member(&member);
    }
    telemetry.note(&node.figures());
    HttpResponse::Ok()
        .content_type("text/plain; version=0.0.4; charset=utf-8")
        .body(telemetry.render())
}
