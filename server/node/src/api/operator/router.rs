use std::sync::Arc;

use actix_web::http::Method;
use actix_web::web::{Data, ServiceConfig};
use lianfang_flow::Node;

use super::documentation::{Document, document};
use super::{budgets, data_key, digests, documentation, explain, members, names, sync};
use crate::api::platform::{self, Access, Login, guard};
use crate::auth::Scope::Admin;
use crate::http::Routes;
use crate::idempotency::Ledger;
use crate::wiring::Rekeying;

use Access::Scope;

const GET: Method = Method::GET;
const POST: Method = Method::POST;
const DELETE: Method = Method::DELETE;

/// The routes that only the operator's socket has.
pub fn routes() -> Routes<Access> {
    Routes::new()
        .on(POST, "/v1/admin/sync", Scope(Admin), sync::run)
        .on(POST, "/v1/admin/digests", Scope(Admin), digests::build)
        .on(POST, "/v1/admin/names", Scope(Admin), names::rank)
        .on(GET, "/v1/admin/explain/{id}", Scope(Admin), explain::show)
        .on(GET, "/v1/admin/budgets", Scope(Admin), budgets::list)
        .on(POST, "/v1/admin/budgets/credits", Scope(Admin), budgets::grant)
        .on(
            DELETE,
            "/v1/admin/budgets/credits/{member}/{class}",
            Scope(Admin),
            budgets::withdraw,
        )
        .on(GET, "/v1/admin/keys/data", Scope(Admin), data_key::show)
        .on(POST, "/v1/admin/keys/data", Scope(Admin), data_key::change)
        .on(GET, "/v1/admin/members", Scope(Admin), members::list)
        .on(POST, "/v1/admin/members", Scope(Admin), members::approve)
        .on(DELETE, "/v1/admin/members/{id}", Scope(Admin), members::remove)
        .on(
            POST,
            "/v1/admin/members/{id}/certificate",
            Scope(Admin),
            members::replace,
        )
        .on(
            POST,
            "/v1/admin/membership/extension",
            Scope(Admin),
            members::extend,
        )
        .on(POST, "/v1/admin/invitations", Scope(Admin), members::invite)
        .on(GET, "/v1/admin/openapi.json", Scope(Admin), documentation::show)
}

/// Registers the operator's door.
pub fn configure(
    node: Arc<Node>,
    ledger: Ledger,
    rekeying: Arc<Rekeying>,
) -> impl Fn(&mut ServiceConfig) + Clone + Send + 'static {
    let (rekeying, document) = (Data::from(rekeying), Data::new(Document(document())));
    let platform = platform::router::configure(node, Login::Socket, ledger);
    move |config| {
        platform(config);
        config.app_data(rekeying.clone()).app_data(document.clone());
        routes().register(config, guard);
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
