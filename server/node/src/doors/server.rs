use std::io;
use std::net::TcpListener;
use std::sync::Arc;

use actix_web::body::BoxBody;
use actix_web::dev::{Server, ServiceFactory, ServiceRequest, ServiceResponse};
use actix_web::middleware::{Condition, from_fn};
use actix_web::web::{self, Data, ServiceConfig};
use actix_web::{App, Error, HttpResponse, HttpServer};
use lianfang_wire::{Problem, ProblemType};
use rustls::ServerConfig;
use tokio_util::sync::CancellationToken;

use super::counted::counted;
use super::in_turn::{bounded, held, in_turn};
use super::{OperatorSocket, admitted};
use crate::api::regulator::as_taxii;
use crate::config::Limits;
use crate::http::{Door, answer_in_time, boundary, head_fits, path_rules, query_rules};
use crate::limits::{MemberShares, RateLimit};
use crate::metrics::Telemetry;
use crate::problem;
use crate::tls::{Admission, remember};

/// Threads per door: the work itself is done on the blocking pool.
const WORKERS: usize = 2;

/// A server with the bounds of every door. A macro because its type can't be written down.
macro_rules! server {
    ($shared:expr, $door:expr, $routes:expr) => {{
        let (shared, door, routes) = ($shared.clone(), $door, $routes);
        let (limits, stop) = (shared.limits.clone(), shared.stop.clone());
        let bounds = limits.clone();
        let members = MemberShares::at_once(limits.connections_per_member);
        HttpServer::new(move || app(&shared, door, &routes))
            .on_connect(move |stream, data| {
                bounded(&bounds, stream, data);
                if door.is_mutual() {
                    remember(stream, data);
                    counted(&members, stream, data);
                }
            })
            .workers(WORKERS)
            .tcp_nodelay(true)
            .max_connections(limits.connections.div_ceil(WORKERS))
            // Handshakes under way at once: with the usual 256, as many silent clients keep everybody else out.
            .max_connection_rate(limits.connections)
            .keep_alive(limits.idle())
            .client_request_timeout(limits.head())
            .tls_handshake_timeout(limits.head())
            .shutdown_timeout(u64::from(limits.stop_seconds))
            .shutdown_signal(stop.cancelled_owned())
    }};
}

/// What every door needs.
#[derive(Clone)]
pub struct Shared {
    pub limits: Data<Limits>,
    pub telemetry: Data<Telemetry>,
    /// Cancelled when the node stops; long answers end with it.
    pub stop: CancellationToken,
}

/// Other members: mutual TLS, and every request checked against the membership in force.
///
/// # Errors
/// When the listener can't be used.
pub fn federation(
    shared: &Shared,
    listener: TcpListener,
    tls: ServerConfig,
    admission: Arc<dyn Admission>,
    routes: impl Fn(&mut ServiceConfig) + Clone + Send + 'static,
) -> io::Result<Server> {
    mutual(shared, Door::Federation, listener, tls, admission, routes)
}

/// Members that are regulators: mutual TLS, and every request checked against the membership in force.
///
/// # Errors
/// When the listener can't be used.
pub fn regulator(
    shared: &Shared,
    listener: TcpListener,
    tls: ServerConfig,
    admission: Arc<dyn Admission>,
    routes: impl Fn(&mut ServiceConfig) + Clone + Send + 'static,
) -> io::Result<Server> {
    mutual(shared, Door::Regulator, listener, tls, admission, routes)
}

fn mutual(
    shared: &Shared,
    door: Door,
    listener: TcpListener,
    tls: ServerConfig,
    admission: Arc<dyn Admission>,
    routes: impl Fn(&mut ServiceConfig) + Clone + Send + 'static,
) -> io::Result<Server> {
    let rates = Data::new(RateLimit::per_minute(shared.limits.federation_per_minute));
    let admission: Data<dyn Admission> = Data::from(admission);
    let transfers = Data::new(MemberShares::at_once(shared.limits.transfers_per_member));
    let layered = move |config: &mut ServiceConfig| {
        config
            .app_data(admission.clone())
            .app_data(rates.clone())
            .app_data(transfers.clone());
        routes(config);
    };
    let server = server!(shared, door, layered);
    Ok(server.listen_rustls_0_23(listener, tls)?.run())
}

/// The platform's own systems and people: TLS, and a token with each request.
///
/// # Errors
/// When the listener can't be used.
pub fn platform(
    shared: &Shared,
    listener: TcpListener,
    tls: ServerConfig,
    routes: impl Fn(&mut ServiceConfig) + Clone + Send + 'static,
) -> io::Result<Server> {
    Ok(server!(shared, Door::Platform, routes)
        .listen_rustls_0_23(listener, tls)?
        .run())
}

/// Health and figures: plain HTTP.
///
/// # Errors
/// When the listener can't be used.
pub fn operations(
    shared: &Shared,
    listener: TcpListener,
    routes: impl Fn(&mut ServiceConfig) + Clone + Send + 'static,
) -> io::Result<Server> {
    Ok(server!(shared, Door::Operations, routes).listen(listener)?.run())
}

/// The command line: whoever can open the socket.
///
/// # Errors
/// When the listener can't be used.
pub fn operator(
    shared: &Shared,
    socket: &OperatorSocket,
    routes: impl Fn(&mut ServiceConfig) + Clone + Send + 'static,
) -> io::Result<Server> {
    Ok(server!(shared, Door::Operator, routes)
        .listen_uds(socket.listener()?)?
        .run())
}

fn app<R: Fn(&mut ServiceConfig) + Clone>(
    shared: &Shared,
    door: Door,
    routes: &R,
) -> App<
    impl ServiceFactory<
        ServiceRequest,
        Config = (),
        Response = ServiceResponse<BoxBody>,
        Error = Error,
        InitError = (),
    > + use<R>,
> {
    App::new()
        .app_data(shared.limits.clone())
        .app_data(shared.telemetry.clone())
        .app_data(Data::new(door))
        .app_data(Data::new(shared.stop.clone()))
        .app_data(path_rules())
        .app_data(query_rules())
        .configure(routes.clone())
        .default_service(web::to(nothing_here))
        .wrap(from_fn(answer_in_time))
        .wrap(Condition::new(door.is_mutual(), from_fn(admitted)))
        .wrap(from_fn(in_turn))
        .wrap(from_fn(head_fits))
        .wrap(from_fn(boundary))
        .wrap(from_fn(as_taxii))
        .wrap(from_fn(held))
}

async fn nothing_here() -> HttpResponse {
    problem::respond(&Problem::new(ProblemType::NotFound))
}
