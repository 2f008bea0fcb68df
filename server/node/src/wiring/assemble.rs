use std::sync::Arc;

use lianfang_domain::Clock;
use lianfang_flow::{Node, NodeParts, SystemRandomness, Trust};
use lianfang_peer::{HttpsPeers, Peers};
use lianfang_store::{DatabaseSettings, Store, StoreError};

use super::StartError;
use super::membership;
use super::settings::settings;
use super::tokens::TokenFiles;
use crate::auth::Verifier;
use crate::clock::{SharedFileClock, SystemClock};
use crate::config::{ClockSource, Config};
use crate::data::DataFolder;
use crate::idempotency::Ledger;
use crate::tls::{Credential, Revocations};
use crate::traces::TracedPeers;

/// A node that has been put together, without its doors.
pub struct Assembled {
    pub node: Arc<Node>,
    pub store: Store,
    /// Requests that were done under an idempotency key.
    pub ledger: Ledger,
    /// Calls the other members.
    pub peers: Arc<HttpsPeers>,
    /// What this node shows other members.
    pub credential: Arc<Credential>,
    /// Certificates that count no longer.
    pub revocations: Arc<Revocations>,
    /// Checks tokens of the platform door.
    pub verifier: Arc<Verifier>,
    /// SHA-256 over the files that its keys were read from.
    pub(super) tokens_read: [u8; 32],
}

/// Opens the database, reads keys and membership, and starts the node.
///
/// # Errors
/// [`StartError`] that says what to do.
pub async fn assemble(config: &Config) -> Result<Assembled, StartError> {
    let folder = DataFolder::at(&config.node.data_dir);
    if crate::backup::interrupted(folder.path()) {
        return Err(StartError::Restoring);
    }
    let (store, memberships) = opened(config).await?;
    if memberships.is_empty() {
        return Err(StartError::NoFederation);
    }
    let trust = Trust::load(memberships)?;
    let clock = clock(&config.clock, trust.current().document.test)?;
    let secrets = folder.secrets()?;
    membership::check(config, &trust.current().document, &secrets.signing.public())?;
    let tokens = TokenFiles::of(config);
    // Before they are read: what changes in between is read again.
    let tokens_read = tokens.print();
    let verifier = Arc::new(Verifier::new(tokens.read()?));
    let ledger = Ledger::new(store.clone(), secrets.data.clone(), Arc::clone(&clock));
    let credential = Arc::new(Credential::read("federation", &config.tls.federation)?);
    let authorities = &trust.current().document.authorities;
    // TLS keeps the system's time.
    let list = config.tls.revocations.clone();
    let revocations = Arc::new(Revocations::read(list, authorities, Arc::new(SystemClock))?);
    let peers = HttpsPeers::new(
        trust.federation(),
        config.node.id.clone(),
        credential.identity(),
        Arc::<Revocations>::clone(&revocations),
    );
    let peers = Arc::new(peers.from_address(config.node.source_address));
    let node = Node::start(NodeParts {
        id: config.node.id.clone(),
        settings: settings(config),
        keys: folder.node_keys(secrets)?,
        clock,
        randomness: Arc::new(SystemRandomness),
        store: store.clone(),
        trust,
        peers: called(&peers, config),
    })
    .await?;
    Ok(Assembled {
        node,
        store,
        ledger,
        peers,
        credential,
        revocations,
        verifier,
        tokens_read,
    })
}

fn called(peers: &Arc<HttpsPeers>, config: &Config) -> Arc<dyn Peers> {
    let peers: Arc<dyn Peers> = Arc::<HttpsPeers>::clone(peers);
    match config.traces {
        Some(_) => Arc::new(TracedPeers(peers)),
        None => peers,
    }
}

/// Opens the configured database and brings its schema up to date. Blocks.
///
/// # Errors
/// That of the database.
pub fn open_store(config: &Config) -> Result<Store, StoreError> {
    let settings = DatabaseSettings {
        connections: config.database.connections,
        statement: config.database.statement(),
        cache_mib: config.database.cache_mib,
        ..DatabaseSettings::new(config.database.url.expose())
    };
    let store = Store::open(&settings)?;
    store.migrate()?;
    Ok(store)
}

async fn opened(config: &Config) -> Result<(Store, Vec<Vec<u8>>), StartError> {
    let config = config.clone();
    let opened = tokio::task::spawn_blocking(move || {
        let store = open_store(&config)?;
        let memberships = stored_memberships(&store)?;
        Ok::<_, StoreError>((store, memberships))
    });
    Ok(opened.await.map_err(|_| StartError::Lost)??)
}

/// Every membership document that is kept, genesis first.
pub(crate) fn stored_memberships(store: &Store) -> Result<Vec<Vec<u8>>, StoreError> {
    let newest = store.latest_membership()?.map_or(0, |row| row.version);
    let stored =
        (1..=newest).map(|version| Ok(store.membership(version)?.ok_or(StoreError::Corrupt)?.envelope));
    stored.collect()
}

fn clock(source: &ClockSource, test: bool) -> Result<Arc<dyn Clock>, StartError> {
    match source {
        ClockSource::System => Ok(Arc::new(SystemClock)),
        ClockSource::SharedFile { path } if test => Ok(Arc::new(SharedFileClock::open(path)?)),
        ClockSource::SharedFile { .. } => Err(StartError::ClockOfTests),
    }
}
