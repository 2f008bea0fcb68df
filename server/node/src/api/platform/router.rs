use std::sync::Arc;

use actix_web::HttpResponse;
use actix_web::http::Method;
use actix_web::http::header::{self, IF_MATCH, IF_NONE_MATCH};
use actix_web::web::{Data, ServiceConfig};
use lianfang_flow::Node;
use utoipa_swagger_ui::Config;

use super::documentation::Written;
use super::{
    Access, Login, alerts, document, documentation, entries, events, guard, jwks, peers, roster, screenings,
};
use crate::auth::Scope::{
    Admin, AlertsRead, AlertsWrite, EntriesRead, EntriesWrite, PeersRead, RosterRead, RosterWrite,
    ScreeningsRead, ScreeningsWrite,
};
use crate::http::Routes;
use crate::idempotency::Ledger;

use Access::{Anyone, Scope};

const GET: Method = Method::GET;
const POST: Method = Method::POST;
const PUT: Method = Method::PUT;
const DELETE: Method = Method::DELETE;

/// The routes of the platform door. The operator's socket has them too.
pub fn routes() -> Routes<Access> {
    Routes::new()
        .on(POST, "/v1/entries", Scope(EntriesWrite), entries::create)
        .on(POST, "/v1/entries/batch", Scope(EntriesWrite), entries::batch)
        .on(GET, "/v1/entries", Scope(EntriesRead), entries::list)
        .on(GET, "/v1/entries/{id}", Scope(EntriesRead), entries::show)
        .on(
            GET,
            "/v1/entries/{id}/timeline",
            Scope(EntriesRead),
            entries::timeline,
        )
        .on_condition(
            IF_MATCH,
            POST,
            "/v1/entries/{id}/events",
            Scope(EntriesWrite),
            entries::event,
        )
        .on(POST, "/v1/screenings", Scope(ScreeningsWrite), screenings::create)
        .on(
            POST,
            "/v1/screenings/batch",
            Scope(ScreeningsWrite),
            screenings::batch,
        )
        .on(
            GET,
            "/v1/screenings/{id}",
            Scope(ScreeningsRead),
            screenings::show,
        )
        .on(
            POST,
            "/v1/screenings/{id}/decision",
            Scope(ScreeningsWrite),
            screenings::decide,
        )
        .on_condition(
            IF_NONE_MATCH,
            PUT,
            "/v1/monitored-subjects/{client_reference}",
            Scope(RosterWrite),
            roster::put,
        )
        .on(
            GET,
            "/v1/monitored-subjects/{client_reference}",
            Scope(RosterRead),
            roster::show,
        )
        .on(
            DELETE,
            "/v1/monitored-subjects/{client_reference}",
            Scope(RosterWrite),
            roster::delete,
        )
        .on(
            POST,
            "/v1/monitored-subjects/batch",
            Scope(RosterWrite),
            roster::batch,
        )
        .on(GET, "/v1/roster", Scope(RosterRead), roster::status)
        .on(GET, "/v1/alerts", Scope(AlertsRead), alerts::list)
        .on(
            POST,
            "/v1/alerts/{id}/resolve",
            Scope(AlertsWrite),
            alerts::resolve,
        )
        .on(GET, "/v1/events", Scope(AlertsRead), events::follow)
        .on(GET, "/v1/peers", Scope(PeersRead), peers::list)
        .on(GET, "/v1/peers/{id}/forks", Scope(PeersRead), peers::forks)
        .on(POST, "/v1/peers/{id}/brake", Scope(Admin), peers::brake)
        .on(GET, "/.well-known/jwks.json", Anyone, jwks::show)
        .on(GET, "/openapi.json", Anyone, documentation::show)
        .on(GET, "/docs", Anyone, to_documentation)
        .on(GET, "/docs/{page:.*}", Anyone, documentation::page)
}

/// Registers the platform door.
pub fn configure(
    node: Arc<Node>,
    login: Login,
    ledger: Ledger,
) -> impl Fn(&mut ServiceConfig) + Clone + Send + 'static {
    let (node, login, ledger) = (Data::from(node), Data::new(login), Data::new(ledger));
    let document = Data::new(Written::of(&document(routes().list())));
    let pages = Data::new(Config::from("/openapi.json"));
    move |config| {
        config
            .app_data(node.clone())
            .app_data(login.clone())
            .app_data(ledger.clone())
            .app_data(document.clone())
            .app_data(pages.clone());
        routes().register(config, guard);
    }
}

async fn to_documentation() -> HttpResponse {
    HttpResponse::PermanentRedirect()
        .insert_header((header::LOCATION, "/docs/"))
        .finish()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_route_is_documented_with_its_scope_and_nothing_else_is() {
        let routes = routes();
        let documented = serde_json::to_value(document(routes.list())).unwrap();
        let mut said = BTreeSet::new();
        for (path, item) in documented["paths"].as_object().unwrap() {
            for (method, operation) in item.as_object().unwrap() {
                let scope = operation["security"][0]["token"][0].as_str().map(str::to_owned);
                said.insert((path.clone(), method.to_uppercase(), scope));
            }
        }
        let done: BTreeSet<_> = routes
            .list()
            .filter(|(_, path, _)| !path.starts_with("/docs"))
            .map(|(method, path, access)| {
                let scope = match access {
                    Scope(scope) => Some(scope.as_str().to_owned()),
                    Anyone => None,
                };
                (path.to_owned(), method.to_string(), scope)
            })
            .collect();
        assert_eq!(said, done);
    }

    #[test]
    fn nothing_under_v1_is_open_to_anyone() {
        let routes = routes();
        let open: Vec<_> = routes.list().filter(|(_, _, access)| *access == Anyone).collect();
        assert!(
            open.iter().all(|(_, path, _)| !path.starts_with("/v1/")),
            "{open:?}"
        );
    }
}
