use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use lianfang_certs::NodeKey;
use lianfang_domain::Clock as _;
use lianfang_encoding::{PublicKey, SigningKey};
use lianfang_flow::{Founder, found};
use lianfang_node::auth::{Issuer, Scope};
use lianfang_node::clock::SystemClock;
use lianfang_node::config::{Config, sample};
use lianfang_node::data::DataFolder;
use lianfang_node::jobs::Job;
use lianfang_node::wiring::{Assembled, Doors, assemble, open, open_store};
use lianfang_sdk::{Client, Trust};
use lianfang_store::testing::{Backend, TestDatabase};
use lianfang_wire::join::JoinRequest;
use lianfang_wire::vocabulary::MemberRole;
use tempfile::TempDir;
use tokio_util::sync::CancellationToken;

use super::federation::Papers;

/// A whole node in a folder of its own with every door on a free port: founder, governor and committee of a
/// federation of one. Stops when dropped.
pub(crate) struct TestNode {
    pub(crate) config: Config,
    pub(crate) assembled: Assembled,
    pub(crate) doors: Doors,
    folder: TempDir,
    /// Kept for as long as the node runs.
    database: Option<TestDatabase>,
    stop: CancellationToken,
}

impl TestNode {
    pub(crate) async fn start() -> Self {
        Self::start_with(|text| text).await
    }

    /// On either database, and asking publishers about the roster without delay.
    pub(crate) async fn start_on(backend: Backend) -> Self {
        Self::start_on_with(backend, |text| text).await
    }

    /// The same with a changed configuration.
    pub(crate) async fn start_on_with(backend: Backend, change: impl Fn(String) -> String) -> Self {
        let (database, change) = placed_on(backend, |text| {
            let at_once = "[roster]\nconfirm_delay_milliseconds = 0\nconfirm_jitter_milliseconds = 0\n";
            change(text.replace("[roster]\n", at_once))
        });
        let mut node = Self::start_with(change).await;
        let store = node.assembled.store.clone();
        let own = || TestDatabase::around(store, node.config.database.url.expose());
        node.database = Some(database.unwrap_or_else(own));
        node
    }

    /// With a changed configuration.
    pub(crate) async fn start_with(change: impl Fn(String) -> String) -> Self {
        Self::start_in(tempfile::tempdir().unwrap(), change).await
    }

    async fn start_in(folder: TempDir, change: impl Fn(String) -> String) -> Self {
        Self::start_after(folder, change, |_| ()).await
    }

    /// With a changed configuration, after `prepare` has done its work in the data folder.
    pub(crate) async fn start_prepared(
        change: impl Fn(String) -> String,
        prepare: impl FnOnce(&Path),
    ) -> Self {
        Self::start_after(tempfile::tempdir().unwrap(), change, prepare).await
    }

    async fn start_after(
        folder: TempDir,
        change: impl Fn(String) -> String,
        prepare: impl FnOnce(&Path),
    ) -> Self {
        let config = founded(&folder, change);
        prepare(folder.path());
        let stop = CancellationToken::new();
        let assembled = assemble(&config).await.unwrap();
        let doors = open(&config, &assembled, stop.clone()).await.unwrap();
        Self {
            config,
            assembled,
            doors,
            folder,
            database: None,
            stop,
        }
    }

    /// With a clock that stands at `time` when the node starts and is moved by [`TestNode::set_clock`].
    pub(crate) async fn start_with_clock(time: &str) -> Self {
        Self::start_with_clock_on(Backend::Sqlite, time, |text| text).await
    }

    /// The same on either database, with a changed configuration.
    pub(crate) async fn start_with_clock_on(
        backend: Backend,
        time: &str,
        change: impl Fn(String) -> String,
    ) -> Self {
        let (database, change) = placed_on(backend, |text| {
            let clock = "source = \"shared-file\"\npath = \"clock\"";
            change(text).replace("source = \"system\"", clock)
        });
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("clock"), time).unwrap();
        let mut node = Self::start_in(folder, change).await;
        node.database = database;
        node
    }

    /// Moves the clock.
    pub(crate) fn set_clock(&self, time: &str) {
        // Whoever reads it meanwhile has the old time or the new one, and not the system's.
        let new = self.folder.path().join("clock.new");
        std::fs::write(&new, time).unwrap();
        std::fs::rename(new, self.folder.path().join("clock")).unwrap();
    }

    /// The database of a node that was started on one or the other.
    pub(crate) fn database(&self) -> &TestDatabase {
        self.database.as_ref().unwrap()
    }

    /// The data folder.
    pub(crate) fn data(&self) -> &Path {
        self.folder.path()
    }

    /// Stops the doors and waits until they are closed.
    pub(crate) async fn close(&mut self) {
        self.stop.cancel();
        self.doors.closed().await.unwrap();
    }

    /// Opens the doors of a node that was closed.
    pub(crate) async fn open_again(&mut self) {
        self.stop = CancellationToken::new();
        self.doors = open(&self.config, &self.assembled, self.stop.clone())
            .await
            .unwrap();
    }

    /// Through the operator's socket.
    pub(crate) fn operator(&self) -> Client {
        Client::operator(self.doors.socket().unwrap()).unwrap()
    }

    /// Through the platform door, with a token for `scopes`.
    pub(crate) fn platform(&self, scopes: &[Scope]) -> Client {
        let trust = Trust::authorities([self.authority()]);
        Client::https(&self.platform_url(""), &self.token(scopes), &trust).unwrap()
    }

    pub(crate) fn token(&self, scopes: &[Scope]) -> String {
        self.token_of("erp", scopes, Duration::from_secs(3_600))
    }

    pub(crate) fn token_of(&self, subject: &str, scopes: &[Scope], life: Duration) -> String {
        let secrets = self.folder().secrets().unwrap();
        let issuer = Issuer::new(self.config.node.id.clone(), &secrets.access);
        let now = jsonwebtoken::get_current_timestamp();
        issuer
            .issue(subject, &scopes.iter().copied().collect(), life, now)
            .unwrap()
    }

    pub(crate) fn platform_url(&self, path: &str) -> String {
        format!("https://127.0.0.1:{}{path}", self.doors.platform.unwrap().port())
    }

    pub(crate) fn federation_url(&self, path: &str) -> String {
        format!(
            "https://127.0.0.1:{}/federation/v1{path}",
            self.doors.federation.unwrap().port()
        )
    }

    pub(crate) fn operations_url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.doors.operations.unwrap().port())
    }

    /// The key others verify the node's messages with.
    pub(crate) fn signing_key(&self) -> PublicKey {
        self.folder().secrets().unwrap().signing.public()
    }

    /// A plain HTTP client that trusts the node and sends what it is told.
    pub(crate) fn raw(&self) -> reqwest::Client {
        super::federation::client(&self.authority(), None, true)
    }

    /// The same over the version of HTTP that is asked for.
    pub(crate) fn raw_over(&self, http2: bool) -> reqwest::Client {
        super::federation::client(&self.authority(), None, http2)
    }

    /// What the operations door shows Prometheus.
    pub(crate) async fn metrics(&self) -> String {
        let answer = self
            .raw()
            .get(self.operations_url("/metrics"))
            .send()
            .await
            .unwrap();
        answer.text().await.unwrap()
    }

    pub(crate) fn regulator_url(&self, path: &str) -> String {
        format!(
            "https://127.0.0.1:{}/taxii2/{path}",
            self.doors.regulator.unwrap().port()
        )
    }

    /// Invites and admits a platform that runs nowhere, and gives its papers.
    pub(crate) async fn admit(&self, node: &str) -> Papers {
        self.admit_as(node, MemberRole::Platform).await
    }

    /// The same for a member of another role.
    pub(crate) async fn admit_as(&self, node: &str, role: MemberRole) -> Papers {
        self.admit_at(node, role, "https://127.0.0.1:1").await
    }

    /// The same for a member with this endpoint.
    pub(crate) async fn admit_at(&self, node: &str, role: MemberRole, endpoint: &str) -> Papers {
        let operator = self.operator();
        let invitation = operator.invite(&node.parse().unwrap()).await.unwrap();
        let key = NodeKey::generate().unwrap();
        let hosts = vec!["127.0.0.1".to_owned()];
        let request = JoinRequest {
            federation: invitation.federation,
            node: invitation.node.clone(),
            code: invitation.code,
            csr: key.request(&invitation.node, &hosts).unwrap(),
            signing_key: SigningKey::from_seed(&[7; 32]).public(),
            name: node.to_owned(),
            operator: node.to_owned(),
            role,
            jurisdiction: "DE".to_owned(),
            endpoint: endpoint.to_owned(),
            hosts,
        };
        let welcome = operator.approve(&request).await.unwrap();
        Papers {
            certificate: welcome.certificate,
            key: key.to_pem().unwrap().to_string(),
        }
    }

    /// A client of the federation door that shows `papers`.
    pub(crate) fn member(&self, papers: &Papers, http2: bool) -> reqwest::Client {
        super::federation::client(&self.authority(), Some(papers), http2)
    }

    /// Changes what PostgreSQL holds behind the node's back.
    pub(crate) fn execute(&self, sql: &str) {
        self.database.as_ref().unwrap().execute(sql);
    }

    pub(crate) fn node(&self) -> &Arc<lianfang_flow::Node> {
        &self.assembled.node
    }

    pub(crate) fn authority(&self) -> String {
        std::fs::read_to_string(self.folder().authority()).unwrap()
    }

    fn folder(&self) -> DataFolder {
        DataFolder::at(self.folder.path())
    }
}

impl Drop for TestNode {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

/// A database on `backend` when that is a server, and a change of the configuration that names it.
fn placed_on(
    backend: Backend,
    change: impl Fn(String) -> String,
) -> (Option<TestDatabase>, impl Fn(String) -> String) {
    let database = (backend == Backend::Postgres).then(|| TestDatabase::empty(backend));
    let url = database.as_ref().map(|database| database.settings().url.clone());
    let placed = move |text| match &url {
        Some(url) => change(text).replace("[database]\n", &format!("[database]\nurl = \"{url}\"\n")),
        None => change(text),
    };
    (database, placed)
}

/// A configuration in which no job runs by itself.
pub(crate) fn without_jobs(text: String) -> String {
    let off = Job::ALL.map(|job| format!("{} = \"off\"\n", job.name())).concat();
    text.replace("[jobs]\n", &format!("[jobs]\n{off}"))
}

/// The configuration of a node in `folder` that has founded a federation.
pub(crate) fn founded(folder: &TempDir, change: impl Fn(String) -> String) -> Config {
    let config = initialise(folder, change);
    found_federation(&config);
    config
}

fn initialise(folder: &TempDir, change: impl Fn(String) -> String) -> Config {
    let data = DataFolder::at(folder.path());
    data.create().unwrap();
    let text = sample(
        &"platform-a".parse().unwrap(),
        MemberRole::Platform,
        &"CN".parse().unwrap(),
    );
    let text = (7443..=7446).fold(text, |text, port| text.replace(&format!(":{port}"), ":0"));
    std::fs::write(data.config(), change(text)).unwrap();
    let config = Config::load(&data.config()).unwrap();
    data.make_keys(&config.node.id, &["127.0.0.1".to_owned()])
        .unwrap();
    config
}

fn found_federation(config: &Config) {
    let data = DataFolder::at(&config.node.data_dir);
    let founder = Founder {
        federation_name: "test".to_owned(),
        test: true,
        node: config.node.id.clone(),
        name: "Platform A".to_owned(),
        operator: "A Ltd".to_owned(),
        role: config.node.role,
        jurisdiction: config.node.jurisdiction.to_string(),
        endpoint: "https://127.0.0.1:7443".to_owned(),
        hosts: vec!["127.0.0.1".to_owned()],
        csr: std::fs::read_to_string(data.request()).unwrap(),
        signing_key: data.secrets().unwrap().signing.public(),
    };
    let founded = found(founder, &mut rand_core::OsRng, SystemClock.now()).unwrap();
    data.keep_founded(&founded).unwrap();
    let store = open_store(config).unwrap();
    for (version, envelope) in (1..).zip(&founded.memberships) {
        store
            .adopt_membership(version, &envelope.to_json(), SystemClock.now(), None)
            .unwrap();
    }
}
