use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;

use actix_web::dev::Server;
use actix_web::web::Data;
use rustls::ServerConfig;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use super::admission::MembersOnly;
use super::{Assembled, Rekeying, StartError, Upkeep};
use crate::api;
use crate::api::platform::Login;
use crate::config::{Config, Door};
use crate::data::DataFolder;
use crate::doors::{self, OperatorSocket, Shared};
use crate::jobs::{Runner, TICK, spread, tick_every};
use crate::metrics::Telemetry;
use crate::tls::{Admission, Credential, Unrevoked, federation_config, platform_config};

/// The open doors of one node. Port 0 in the configuration becomes a real port here.
#[derive(Debug)]
pub struct Doors {
    pub federation: Option<SocketAddr>,
    pub platform: Option<SocketAddr>,
    pub regulator: Option<SocketAddr>,
    pub operations: Option<SocketAddr>,
    upkeep: Arc<Upkeep>,
    running: JoinSet<std::io::Result<()>>,
    stop: CancellationToken,
    socket: Option<OperatorSocket>,
}

/// Opens every door that isn't switched off and starts the jobs. Stops when `stop` is cancelled.
///
/// # Errors
/// [`StartError`] when an address or a certificate can't be used; nothing stays open then.
pub async fn open(
    config: &Config,
    assembled: &Assembled,
    stop: CancellationToken,
) -> Result<Doors, StartError> {
    let telemetry = Arc::new(Telemetry::new()?);
    let shared = Shared {
        limits: Data::new(config.limits.clone()),
        telemetry: Data::from(Arc::clone(&telemetry)),
        stop: stop.clone(),
    };
    let platform = match &config.tls.platform {
        Some(pair) => Arc::new(Credential::read("platform", pair)?),
        None => Arc::clone(&assembled.credential),
    };
    let upkeep = Arc::new(Upkeep::new(assembled, &platform, config, Arc::clone(&telemetry)));
    let folder = DataFolder::at(&config.node.data_dir);
    let rekeying = Arc::new(Rekeying::new(Arc::clone(&assembled.node), folder));
    let mut opening = Opening {
        rekeying: Arc::clone(&rekeying),
        platform,
        config,
        assembled,
        shared,
        running: JoinSet::new(),
        guard: stop.clone().drop_guard(),
    };
    let federation = opening.federation()?;
    let platform = opening.platform()?;
    let regulator = opening.regulator()?;
    let operations = opening.operations()?;
    let socket = opening.operator()?;
    let runner = Runner::new(
        Arc::clone(&assembled.node),
        assembled.store.clone(),
        config.jobs.clone(),
        telemetry,
    );
    tick_every(TICK, runner, stop.clone()).await;
    tokio::spawn(Arc::clone(&upkeep).run(stop.clone()));
    tokio::spawn(rekeying.run(config.tls.check(), stop.clone()));
    tokio::spawn(spread(Arc::clone(&assembled.node), stop.clone()));
    let Opening { running, guard, .. } = opening;
    guard.disarm();
    Ok(Doors {
        federation,
        platform,
        regulator,
        operations,
        upkeep,
        running,
        stop,
        socket,
    })
}

impl Doors {
    /// Where the operator's socket is.
    pub fn socket(&self) -> Option<&std::path::Path> {
        self.socket.as_ref().map(OperatorSocket::path)
    }

    /// What looks after certificates and lists.
    pub fn upkeep(&self) -> &Arc<Upkeep> {
        &self.upkeep
    }

    /// Waits until every door has closed: after the stop, or when one of them fails, which stops the others.
    ///
    /// # Errors
    /// That of the first door that failed.
    pub async fn closed(&mut self) -> std::io::Result<()> {
        let mut outcome = Ok(());
        while let Some(ended) = self.running.join_next().await {
            self.stop.cancel();
            let ended = ended.unwrap_or_else(|lost| Err(std::io::Error::other(lost)));
            outcome = outcome.and(ended);
        }
        self.socket = None;
        outcome
    }
}

struct Opening<'a> {
    rekeying: Arc<Rekeying>,
    /// What the platform door shows.
    platform: Arc<Credential>,
    config: &'a Config,
    assembled: &'a Assembled,
    shared: Shared,
    running: JoinSet<std::io::Result<()>>,
    /// Closes what is open already when a later door can't be opened.
    guard: tokio_util::sync::DropGuard,
}

impl Opening<'_> {
    fn federation(&mut self) -> Result<Option<SocketAddr>, StartError> {
        let Some((listener, address)) = listen(&self.config.doors.federation)? else {
            return Ok(None);
        };
        let node = Arc::clone(&self.assembled.node);
        let (admission, tls) = self.mutual(MembersOnly::all(Arc::clone(&node)))?;
        let routes = api::federation::router::configure(node);
        self.run(
            address,
            doors::federation(&self.shared, listener, tls, admission, routes),
        )
    }

    fn platform(&mut self) -> Result<Option<SocketAddr>, StartError> {
        let Some((listener, address)) = listen(&self.config.doors.platform)? else {
            return Ok(None);
        };
        let tls = platform_config(Arc::<Credential>::clone(&self.platform))?;
        let verifier = Arc::clone(&self.assembled.verifier);
        let followed = self
            .config
            .traces
            .as_ref()
            .is_some_and(|traces| traces.follow_callers);
        let login = Login::by_token(verifier, &self.config.limits, followed);
        let routes = api::platform::router::configure(
            Arc::clone(&self.assembled.node),
            login,
            self.assembled.ledger.clone(),
        );
        self.run(address, doors::platform(&self.shared, listener, tls, routes))
    }

    fn regulator(&mut self) -> Result<Option<SocketAddr>, StartError> {
        let Some((listener, address)) = listen(&self.config.doors.regulator)? else {
            return Ok(None);
        };
        let node = Arc::clone(&self.assembled.node);
        let (admission, tls) = self.mutual(MembersOnly::regulators(Arc::clone(&node)))?;
        let routes = api::regulator::router::configure(node);
        self.run(
            address,
            doors::regulator(&self.shared, listener, tls, admission, routes),
        )
    }

    fn mutual(&self, members: MembersOnly) -> Result<(Arc<dyn Admission>, ServerConfig), StartError> {
        let revocations = Arc::clone(&self.assembled.revocations);
        let admission: Arc<dyn Admission> = Arc::new(Unrevoked::new(Arc::new(members), revocations));
        let credential = Arc::<Credential>::clone(&self.assembled.credential);
        let tls = federation_config(credential, Arc::clone(&admission))?;
        Ok((admission, tls))
    }

    fn operations(&mut self) -> Result<Option<SocketAddr>, StartError> {
        let Some((listener, address)) = listen(&self.config.doors.operations)? else {
            return Ok(None);
        };
        let routes = api::ops::router::configure(Arc::clone(&self.assembled.node));
        self.run(address, doors::operations(&self.shared, listener, routes))
    }

    fn operator(&mut self) -> Result<Option<OperatorSocket>, StartError> {
        if !self.config.doors.operator.enabled {
            return Ok(None);
        }
        let failed = |error| StartError::Listen(doors::SOCKET.to_owned(), error);
        let socket = OperatorSocket::bind(&self.config.node.data_dir).map_err(failed)?;
        let routes = api::operator::router::configure(
            Arc::clone(&self.assembled.node),
            self.assembled.ledger.clone(),
            Arc::clone(&self.rekeying),
        );
        let server = doors::operator(&self.shared, &socket, routes).map_err(failed)?;
        self.running.spawn(server);
        Ok(Some(socket))
    }

    fn run(
        &mut self,
        address: SocketAddr,
        server: std::io::Result<Server>,
    ) -> Result<Option<SocketAddr>, StartError> {
        let server = server.map_err(|error| StartError::Listen(address.to_string(), error))?;
        self.running.spawn(server);
        Ok(Some(address))
    }
}

fn listen(door: &Door) -> Result<Option<(TcpListener, SocketAddr)>, StartError> {
    if !door.enabled {
        return Ok(None);
    }
    let failed = |error| StartError::Listen(door.listen.to_string(), error);
    let listener = TcpListener::bind(door.listen).map_err(failed)?;
    let address = listener.local_addr().map_err(failed)?;
    Ok(Some((listener, address)))
}
