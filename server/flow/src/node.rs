use std::collections::BTreeMap;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex};

use arc_swap::ArcSwap;
use lianfang_digest::Seed;
use lianfang_domain::Clock;
use lianfang_encoding::{NodeId, Timestamp};
use lianfang_peer::Peers;
use lianfang_store::Store;
use lianfang_wire::membership::ParsedMembership;
use lianfang_wire::peer::DisabledKind;

use crate::bodies::Bodies;
use crate::brake::Counters;
use crate::confirm::SignedRecords;
use crate::feed::DescribedMembers;
use crate::gateway::Gateway;
use crate::index::{Images, Index};
use crate::leftovers::Leftovers;
use crate::links::LinkKey;
use crate::quotas::Notices;
use crate::rekey::settle_data_keys;
use crate::restore::{Claims, Standing, Successors};
use crate::screen::{Journal, Reading, journal, reading};
use crate::sync::Turns;
use crate::tally::Tally;
use crate::tokens::TokenCache;
use crate::watch::Watch;
use crate::{FlowError, NodeKeys, Randomness, Settings, Trust};

const STORE_CALLS: usize = 16;

/// What a node is made of. Nothing is global, so many nodes fit into one process.
pub struct NodeParts {
    pub id: NodeId,
    pub settings: Settings,
    pub keys: NodeKeys,
    pub clock: Arc<dyn Clock>,
    pub randomness: Arc<dyn Randomness>,
    pub store: Store,
    pub trust: Trust,
    pub peers: Arc<dyn Peers>,
}

/// A running node, without its doors.
pub struct Node {
    pub(crate) id: NodeId,
    pub(crate) standing: ArcSwap<Standing>,
    pub(crate) successors: Successors,
    pub(crate) claims: Claims,
    pub(crate) settings: Settings,
    pub(crate) keys: NodeKeys,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) randomness: Arc<dyn Randomness>,
    pub(crate) gateway: Gateway,
    pub(crate) trust: Trust,
    pub(crate) peers: Arc<dyn Peers>,
    pub(crate) bodies: Bodies,
    pub(crate) images: Images,
    pub(crate) index: ArcSwap<Index>,
    /// The store has something in force that the index may not have.
    pub(crate) index_behind: AtomicBool,
    /// A membership document came into force whose members may not all be in the regulators' feed.
    pub(crate) members_unlisted: AtomicBool,
    pub(crate) tokens: TokenCache,
    pub(crate) signed: SignedRecords,
    pub(crate) counters: Counters,
    pub(crate) reading: Arc<Reading>,
    pub(crate) journal: Arc<Journal>,
    pub(crate) turns: Turns<NodeId>,
    pub(crate) telling: Turns<NodeId>,
    pub(crate) notices: Notices,
    pub(crate) fetching: Turns<(NodeId, [u8; 32])>,
    pub(crate) leftovers: Arc<Leftovers>,
    pub(crate) loading: tokio::sync::Mutex<()>,
    /// Held while the membership document gets a successor, be it this node's or a peer's.
    pub(crate) adopting: Arc<tokio::sync::Mutex<()>>,
    pub(crate) changes: tokio::sync::Notify,
    pub(crate) links: LinkKey,
    /// Kinds that peers say they read by other rules.
    pub(crate) disagreements: ArcSwap<BTreeMap<NodeId, Vec<DisabledKind>>>,
    pub(crate) building: tokio::sync::Mutex<()>,
    /// Held while entries get their tokens.
    pub(crate) tokenising: tokio::sync::Mutex<()>,
    pub(crate) recovering: tokio::sync::Mutex<()>,
    pub(crate) watch: Watch,
    pub(crate) tally: Tally,
    pub(crate) described: Mutex<DescribedMembers>,
}

impl Node {
    /// Puts a node together and loads the digests it had when it stopped.
    ///
    /// # Errors
    /// When the store or a digest body can't be read, or the peers' addresses can't be used.
    pub async fn start(parts: NodeParts) -> Result<Arc<Self>, FlowError> {
        let bodies = Bodies::open(&parts.settings.bodies)?;
        let images = Images::open(&parts.settings.images)?;
        let document = parts.trust.current();
        let seed = Seed::of(&parts.trust.federation())
            .map_err(|_| FlowError::Internal("the federation's Bloom seed can't be used"))?;
        parts
            .peers
            .adopt(&document.document.members, &document.document.authorities)
            .map_err(|_| FlowError::Internal("the peers' addresses or certificates can't be used"))?;
        let gateway = Gateway::new(parts.store, STORE_CALLS);
        let id = parts.id.clone();
        let (keys, chance, now) = (
            parts.keys.data.clone(),
            Arc::clone(&parts.randomness),
            parts.clock.now(),
        );
        gateway
            .raw(move |store| settle_data_keys(store, &keys, chance.as_ref(), now))
            .await??;
        let standing = gateway.store(move |store| Standing::load(store, &id)).await?;
        let node = Arc::new(Self {
            tokens: TokenCache::new(parts.settings.token_cache, parts.randomness.as_ref()),
            signed: SignedRecords::default(),
            counters: Counters::default(),
            reading: reading(),
            journal: journal(),
            links: LinkKey::of(&parts.keys.data),
            standing: ArcSwap::from_pointee(standing),
            successors: Successors::default(),
            claims: Claims::default(),
            id: parts.id,
            settings: parts.settings,
            keys: parts.keys,
            clock: parts.clock,
            randomness: parts.randomness,
            gateway,
            trust: parts.trust,
            peers: parts.peers,
            bodies,
            index: ArcSwap::from_pointee(Index::resting_on(&images, &seed)?),
            images,
            index_behind: AtomicBool::new(false),
            members_unlisted: AtomicBool::new(false),
            turns: Turns::default(),
            telling: Turns::default(),
            notices: Notices::default(),
            fetching: Turns::default(),
            leftovers: Arc::default(),
            loading: tokio::sync::Mutex::new(()),
            adopting: Arc::default(),
            changes: tokio::sync::Notify::new(),
            disagreements: ArcSwap::default(),
            building: tokio::sync::Mutex::new(()),
            tokenising: tokio::sync::Mutex::new(()),
            recovering: tokio::sync::Mutex::new(()),
            watch: Watch::default(),
            tally: Tally::default(),
            described: Mutex::default(),
        });
        node.relink().await?;
        node.reload_index().await?;
        node.list_members_in_feed().await?;
        // What was committed before a crash may not have been published.
        node.changes.notify_one();
        Ok(node)
    }

    /// Its id.
    pub fn id(&self) -> &NodeId {
        &self.id
    }

    /// The membership in force.
    pub fn trust(&self) -> &Trust {
        &self.trust
    }

    /// The node's time.
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    pub(crate) fn document(&self) -> Arc<ParsedMembership> {
        self.trust.current()
    }
}
