use actix_web::HttpResponse;
use actix_web::web::Data;
use lianfang_flow::Node;
use metrics::Label;

use crate::metrics::Telemetry;

pub(super) async fn show(telemetry: Data<Telemetry>, node: Data<Node>) -> HttpResponse {
    // What can't be read now stays as it was read last.
    for peer in node.peers().await.unwrap_or_default() {
        let off = u32::try_from(peer.disabled_kinds.len()).unwrap_or(u32::MAX);
        let labels = vec![Label::new("peer", peer.id.to_string())];
        telemetry.gauge("lianfang_peer_kinds_disabled", labels, f64::from(off));
    }
    HttpResponse::Ok()
        .content_type("text/plain; version=0.0.4; charset=utf-8")
        .body(telemetry.render())
}
