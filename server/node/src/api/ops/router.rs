use std::sync::Arc;

use actix_web::http::Method;
use actix_web::web::{Data, ServiceConfig};
use lianfang_flow::Node;

use super::{health, metrics};
use crate::http::Routes;

const GET: Method = Method::GET;

/// Whoever reaches the address; loopback by default.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Nearby;

/// The routes of the operations door.
pub fn routes() -> Routes<Nearby> {
    Routes::new()
        .on(GET, "/healthz", Nearby, health::alive)
        .on(GET, "/readyz", Nearby, health::ready)
        .on(GET, "/metrics", Nearby, metrics::show)
}

/// Registers the operations door.
pub fn configure(node: Arc<Node>) -> impl Fn(&mut ServiceConfig) + Clone + Send + 'static {
    let node = Data::from(node);
    move |config| {
        config.app_data(node.clone());
        routes().register(config, |route, _, Nearby| route);
    }
}
