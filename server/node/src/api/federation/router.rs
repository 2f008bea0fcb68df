use std::sync::Arc;

use actix_web::http::Method;
use actix_web::web::{Data, ServiceConfig};
use lianfang_flow::Node;

use super::{bodies, confirm, digests, evaluate, info, membership, notify, seen, status};
use crate::http::Routes;

const GET: Method = Method::GET;
const POST: Method = Method::POST;

/// Every route is for active members only; the door checks that before it looks for a route.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Members;

/// The routes of the federation door.
pub fn routes() -> Routes<Members> {
    Routes::new()
        .on(GET, "/federation/v1/info", Members, info::show)
        .on(POST, "/federation/v1/evaluate", Members, evaluate::evaluate)
        .on(POST, "/federation/v1/confirm", Members, confirm::confirm)
        .on(
            GET,
            "/federation/v1/digests/bodies/{sha256}",
            Members,
            bodies::show,
        )
        .on(
            GET,
            "/federation/v1/digests/{audience}/{subject_type}/{epoch}/head",
            Members,
            digests::head,
        )
        .on(
            GET,
            "/federation/v1/digests/{audience}/{subject_type}/{epoch}/heads",
            Members,
            digests::heads,
        )
        .on(GET, "/federation/v1/status/{audience}", Members, status::show)
        .on(GET, "/federation/v1/membership", Members, membership::show)
        .on(GET, "/federation/v1/seen/{node}", Members, seen::show)
        .on(POST, "/federation/v1/seen/{node}", Members, seen::claim)
        .on(
            GET,
            "/federation/v1/seen/{node}/status/{audience}",
            Members,
            seen::status,
        )
        .on(POST, "/federation/v1/notify", Members, notify::notified)
}

/// Registers the federation door.
pub fn configure(node: Arc<Node>) -> impl Fn(&mut ServiceConfig) + Clone + Send + 'static {
    let node = Data::from(node);
    move |config| {
        config.app_data(node.clone());
        routes().register(config, |route, _, Members| route);
    }
}
