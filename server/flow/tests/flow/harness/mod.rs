//! A federation of nodes that talk in memory. Every byte that passes between them can be looked at.

mod amend;
mod committee;
mod entry;
mod network;
mod restore;

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use lianfang_certs::NodeKey;
use lianfang_domain::Clock;
use lianfang_domain::brake::BrakeRule;
use lianfang_domain::verdict::Policy;
use lianfang_encoding::{Class, NodeId, SigningKey, Timestamp};
use lianfang_flow::{
    Actor, Budget, Founder, Node, NodeKeys, NodeParts, Randomness, Retention, RosterSettings, Settings,
    Trust, found,
};
use lianfang_store::testing::{Backend, TestDatabase};
use lianfang_store::{DataKey, DataKeys, Store};
use lianfang_wire::join::{Invitation, JoinRequest};
use lianfang_wire::membership::Envelope;
use lianfang_wire::vocabulary::{MemberRole, Mode};
use rand_chacha::ChaCha20Rng;
use rand_core::{CryptoRngCore, SeedableRng as _};

pub(crate) use entry::{code, company, entry, event, identifier, product, screening, shared_with, withdraw};
pub(crate) use network::{Network, Tampering};
pub(crate) use restore::{Backup, Copy};

use network::InMemory;

/// Both databases, one after the other.
pub(crate) const BACKENDS: [Backend; 2] = [Backend::Sqlite, Backend::Postgres];

/// A clock that only the test moves.
pub(crate) struct TestClock(AtomicU64);

impl TestClock {
    pub(crate) fn advance(&self, span: Duration) {
        self.0.fetch_add(span.as_micros() as u64, Ordering::SeqCst);
    }
}

impl Clock for TestClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_micros(self.0.load(Ordering::SeqCst))
    }
}

/// The clock of one node, which may be ahead of everybody else's.
struct NodeClock {
    shared: Arc<TestClock>,
    ahead: Arc<AtomicU64>,
}

impl Clock for NodeClock {
    fn now(&self) -> Timestamp {
        self.shared.now() + Duration::from_micros(self.ahead.load(Ordering::SeqCst))
    }
}

/// Seeded, so that a failing test fails again.
struct Seeded(AtomicU64);

impl Randomness for Seeded {
    fn rng(&self) -> Box<dyn CryptoRngCore + Send> {
        Box::new(ChaCha20Rng::seed_from_u64(self.0.fetch_add(1, Ordering::SeqCst)))
    }
}

/// What a node is made of beside its store, to start it again.
struct Papers {
    role: MemberRole,
    country: &'static str,
    key: NodeKey,
    signing: SigningKey,
    /// The first is in force at the first start.
    data: Vec<DataKey>,
    hashing: [u8; 32],
    folder: tempfile::TempDir,
    database: TestDatabase,
    trusted: Vec<NodeId>,
    /// Of token keys, from its next start.
    shares: Vec<committee::Dealt>,
    /// Microseconds by which its clock is ahead.
    ahead: Arc<AtomicU64>,
}

/// A founder and whoever has joined.
pub(crate) struct Federation {
    pub(crate) clock: Arc<TestClock>,
    pub(crate) network: Arc<Network>,
    /// Of every node that is started from now on.
    pub(crate) brake: BrakeRule,
    /// Events that are published together.
    pub(crate) publish_page: usize,
    /// Hits of one publisher that a run asks about.
    pub(crate) confirmations_per_run: usize,
    /// Of nodes that start from now on: what the deltas of a list may come to.
    pub(crate) most_changes: usize,
    /// Of nodes that start from now on: records that are looked through for one question.
    pub(crate) most_read: usize,
    backend: Backend,
    /// Of nodes that start from now on: publishers are asked so much later about the roster.
    pub(crate) confirm_delay: Duration,
    papers: BTreeMap<NodeId, Papers>,
    governor: SigningKey,
    starts: AtomicU64,
}

impl Federation {
    /// `regulator` in CN founds the federation and is its committee.
    pub(crate) async fn found(backend: Backend) -> Self {
        let clock = Arc::new(TestClock(AtomicU64::new(1_763_712_000_000_000)));
        let network = Arc::new(Network::default());
        let mut federation = Self {
            clock,
            network,
            brake: BrakeRule::default(),
            publish_page: 4_096,
            confirmations_per_run: 100,
            most_changes: lianfang_digest::gcs::MAX_PREFIXES as usize,
            most_read: 262_144,
            backend,
            confirm_delay: Duration::ZERO,
            papers: BTreeMap::new(),
            governor: signing_key(0),
            starts: AtomicU64::new(1),
        };
        let papers = federation.papers(MemberRole::Regulator, "CN", &[]);
        let founder = Founder {
            federation_name: "test".to_owned(),
            test: true,
            node: id("regulator"),
            name: "regulator".to_owned(),
            operator: "regulator".to_owned(),
            role: papers.role,
            jurisdiction: papers.country.to_owned(),
            endpoint: "https://127.0.0.1:1".to_owned(),
            hosts: vec!["127.0.0.1".to_owned()],
            csr: papers
                .key
                .request(&id("regulator"), &["127.0.0.1".to_owned()])
                .unwrap(),
            signing_key: papers.signing.public(),
        };
        let founded = found(
            founder,
            &mut ChaCha20Rng::seed_from_u64(7),
            federation.clock.now(),
        )
        .unwrap();
        keep(
            papers.database.store(),
            &founded.memberships,
            federation.clock.now(),
        );
        federation.governor = founded.governor.clone();
        let keys = NodeKeys {
            shares: founded.shares,
            governor: Some(founded.governor),
            authority: Some(founded.authority),
            ..keys(&papers)
        };
        federation.papers.insert(id("regulator"), papers);
        federation.start(&id("regulator"), keys).await;
        federation
    }

    /// A federation with platform A and platform B, which trusts it.
    pub(crate) async fn of_two(backend: Backend) -> (Self, Arc<Node>, Arc<Node>) {
        let mut federation = Self::found(backend).await;
        let a = federation.join("platform-a", "CN", &[]).await;
        let b = federation.join("platform-b", "CN", &["platform-a"]).await;
        (federation, a, b)
    }

    /// Invites, admits and starts a platform that trusts `trusted`.
    pub(crate) async fn join(&mut self, name: &str, country: &'static str, trusted: &[&str]) -> Arc<Node> {
        let papers = self.papers(MemberRole::Platform, country, trusted);
        let governor = self.node("regulator");
        let invitation = governor.invite(&operator(), id(name)).await.unwrap();
        let request = request(invitation, &papers.key, &papers.signing, country);
        let welcome = governor.approve(&operator(), request).await.unwrap();
        keep(papers.database.store(), &welcome.memberships, self.clock.now());
        let keys = keys(&papers);
        self.papers.insert(id(name), papers);
        self.start(&id(name), keys).await;
        for other in self.papers.keys() {
            self.network.node(other).sync(None, false).await.unwrap();
        }
        self.node(name)
    }

    pub(crate) fn node(&self, name: &str) -> Arc<Node> {
        self.network.node(&id(name))
    }

    /// Stops a node without a farewell and starts it from what it has stored.
    pub(crate) async fn restart(&self, name: &str) -> Arc<Node> {
        self.network.stop(&id(name));
        let keys = keys(&self.papers[&id(name)]);
        self.start(&id(name), keys).await;
        self.node(name)
    }

    pub(crate) fn store(&self, name: &str) -> &Store {
        self.papers[&id(name)].database.store()
    }

    /// Where a node keeps its files.
    pub(crate) fn folder(&self, name: &str) -> &Path {
        self.papers[&id(name)].folder.path()
    }

    /// The data keys that a node finds at its next start.
    pub(crate) fn keep_data_keys(&mut self, name: &str, keys: &[DataKey]) {
        self.papers.get_mut(&id(name)).unwrap().data = keys.to_vec();
    }

    /// The key a node signs its heads with.
    pub(crate) fn signing_key(&self, name: &str) -> SigningKey {
        self.papers[&id(name)].signing.clone()
    }

    async fn start(&self, node: &NodeId, keys: NodeKeys) {
        let papers = &self.papers[node];
        let mut settings = Settings {
            publish_page: self.publish_page,
            most_changes: self.most_changes,
            most_read: self.most_read,
            ..settings(papers, self.brake, self.confirm_delay)
        };
        settings.roster.confirmations_per_run = self.confirmations_per_run;
        let peers = self.network.peers_of(node);
        let started = self
            .launch(node, papers.database.store(), settings, keys, peers)
            .await;
        self.network.add(started);
    }

    /// Another process of this node on its database, which nobody else can reach.
    pub(crate) async fn beside(&self, name: &str) -> Arc<Node> {
        let papers = &self.papers[&id(name)];
        let settings = settings(papers, self.brake, self.confirm_delay);
        let peers = self.network.peers_of(&id(name));
        self.launch(&id(name), papers.database.store(), settings, keys(papers), peers)
            .await
    }

    /// Starts a node that nobody else can reach yet.
    async fn launch(
        &self,
        node: &NodeId,
        store: &Store,
        settings: Settings,
        keys: NodeKeys,
        peers: InMemory,
    ) -> Arc<Node> {
        let parts = NodeParts {
            id: node.clone(),
            settings,
            keys,
            clock: Arc::new(NodeClock {
                shared: self.clock.clone(),
                ahead: self.papers[node].ahead.clone(),
            }),
            randomness: self.randomness(),
            store: store.clone(),
            trust: Trust::load(envelopes(store)).unwrap(),
            peers: Arc::new(peers),
        };
        Node::start(parts).await.unwrap()
    }

    /// From now on the clock of this node is so far ahead of everybody else's.
    pub(crate) fn put_ahead(&self, name: &str, by: Duration) {
        let micros = by.as_micros() as u64;
        self.papers[&id(name)].ahead.store(micros, Ordering::SeqCst);
    }

    fn randomness(&self) -> Arc<Seeded> {
        Arc::new(Seeded(AtomicU64::new(
            self.starts.fetch_add(1, Ordering::SeqCst) << 32,
        )))
    }

    fn papers(&self, role: MemberRole, country: &'static str, trusted: &[&str]) -> Papers {
        let number = self.papers.len() as u8 + 1;
        Papers {
            role,
            country,
            key: NodeKey::generate().unwrap(),
            signing: signing_key(number),
            data: vec![DataKey::new(1, [number; 32].into())],
            hashing: [number; 32],
            folder: tempfile::tempdir().unwrap(),
            database: TestDatabase::on(self.backend),
            trusted: trusted.iter().map(|name| id(name)).collect(),
            shares: Vec::new(),
            ahead: Arc::default(),
        }
    }
}

pub(crate) fn id(name: &str) -> NodeId {
    name.parse().unwrap()
}

/// The signing key of the node that joined as the n-th, the founder being the first.
pub(crate) fn signing_key(number: u8) -> SigningKey {
    SigningKey::from_seed(&[number; 32])
}

/// What a platform answers an invitation with.
pub(crate) fn request(
    invitation: Invitation,
    key: &NodeKey,
    signing: &SigningKey,
    country: &str,
) -> JoinRequest {
    let (node, hosts) = (invitation.node, vec!["127.0.0.1".to_owned()]);
    JoinRequest {
        federation: invitation.federation,
        code: invitation.code,
        csr: key.request(&node, &hosts).unwrap(),
        signing_key: signing.public(),
        name: node.to_string(),
        operator: format!("operator of {node}"),
        role: MemberRole::Platform,
        jurisdiction: country.to_owned(),
        endpoint: "https://127.0.0.1:1".to_owned(),
        hosts,
        node,
    }
}

pub(crate) fn operator() -> Actor {
    Actor::operator()
}

fn keys(papers: &Papers) -> NodeKeys {
    let (first, others) = papers.data.split_first().unwrap();
    let data = DataKeys::new(first.clone(), papers.hashing.into());
    for key in others {
        data.add(key.clone());
    }
    NodeKeys {
        signing: papers.signing.clone(),
        data,
        shares: papers.shares.iter().map(committee::held).collect(),
        governor: None,
        authority: None,
    }
}

fn settings(papers: &Papers, brake: BrakeRule, confirm_delay: Duration) -> Settings {
    let budget = Budget {
        capacity: 1_000_000,
        per_day: 1_000_000,
    };
    let day = Duration::from_secs(86_400);
    Settings {
        retention: Retention::default(),
        bodies: papers.folder.path().join("digests"),
        images: papers.folder.path().join("index"),
        policy: Policy {
            jurisdiction: papers.country.to_owned(),
            trusted_publishers: papers.trusted.iter().cloned().collect(),
            natural_person_law: None,
        },
        mode: Mode::Enforce,
        stale_after: 2 * day,
        record_life: day,
        digest_life: 7 * day,
        verdict_life: day,
        // Less than a batch brings.
        token_cache: 64,
        publish_page: 4_096,
        most_changes: lianfang_digest::gcs::MAX_PREFIXES as usize,
        most_read: 262_144,
        brake,
        roster: RosterSettings {
            confirm_delay,
            confirm_jitter: confirm_delay,
            confirmations_per_run: 100,
            retry: Duration::from_secs(60),
        },
        budgets: Class::ALL.iter().map(|class| (*class, budget)).collect(),
    }
}

fn keep(store: &Store, memberships: &[Envelope], now: Timestamp) {
    for (place, envelope) in memberships.iter().enumerate() {
        store
            .adopt_membership(place as u64 + 1, &envelope.to_json(), now, None)
            .unwrap();
    }
}

fn envelopes(store: &Store) -> Vec<Vec<u8>> {
    (1..)
        .map_while(|version| store.membership(version).unwrap())
        .map(|row| row.envelope)
        .collect()
}
