use std::sync::Arc;

use actix_web::http::Method;
use actix_web::web::{Data, ServiceConfig};
use lianfang_flow::Node;

use super::documentation::document;
use super::{bodies, confirm, digests, documentation, evaluate, info, membership, notify, seen, status};
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
        .on(GET, "/federation/v1/openapi.json", Members, documentation::show)
}

/// Registers the federation door.
pub fn configure(node: Arc<Node>) -> impl Fn(&mut ServiceConfig) + Clone + Send + 'static {
    let (node, document) = (Data::from(node), Data::new(document()));
    move |config| {
        config.app_data(node.clone()).app_data(document.clone());
        routes().register(config, |route, _, Members| route);
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::api::alike::described_routes;

    #[test]
    fn every_route_is_documented_and_nothing_else_is() {
        let routes = routes();
        let done: BTreeSet<_> = routes
            .list()
            .map(|(method, path, _)| (path.to_owned(), method.to_string()))
            .collect();
        assert_eq!(described_routes(&document()), done);
    }
}
