use std::sync::Arc;

use actix_web::http::Method;
use actix_web::web::{Data, ServiceConfig};
use lianfang_flow::Node;

use super::{collections, discovery, objects};
use crate::http::Routes;

const GET: Method = Method::GET;
const POST: Method = Method::POST;
const DELETE: Method = Method::DELETE;

/// Every route is for active members that are regulators; the door checks that before it looks for a route.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Regulators;

/// The routes of the regulator door (TAXII 2.1 §4 and §5). A collection goes by its id or its alias.
pub fn routes() -> Routes<Regulators> {
    Routes::new()
        .on(GET, "/taxii2/", Regulators, discovery::server)
        .on(GET, "/taxii2/feed/", Regulators, discovery::root)
        .on(GET, "/taxii2/feed/collections/", Regulators, collections::list)
        .on(
            GET,
            "/taxii2/feed/collections/{collection}/",
            Regulators,
            collections::show,
        )
        .on(
            GET,
            "/taxii2/feed/collections/{collection}/manifest/",
            Regulators,
            objects::manifest,
        )
        .on(
            GET,
            "/taxii2/feed/collections/{collection}/objects/",
            Regulators,
            objects::list,
        )
        .on(
            POST,
            "/taxii2/feed/collections/{collection}/objects/",
            Regulators,
            objects::add,
        )
        .on(
            GET,
            "/taxii2/feed/collections/{collection}/objects/{id}/",
            Regulators,
            objects::show,
        )
        .on(
            DELETE,
            "/taxii2/feed/collections/{collection}/objects/{id}/",
            Regulators,
            objects::remove,
        )
        .on(
            GET,
            "/taxii2/feed/collections/{collection}/objects/{id}/versions/",
            Regulators,
            objects::versions,
        )
}

/// Registers the regulator door.
pub fn configure(node: Arc<Node>) -> impl Fn(&mut ServiceConfig) + Clone + Send + 'static {
    let node = Data::from(node);
    move |config| {
        config.app_data(node.clone());
        routes().register(config, |route, _, Regulators| route);
    }
}
