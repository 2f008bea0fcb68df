//! A publisher and a reader, each a process of its own, and what each run does to one of them.

use std::net::TcpListener;
use std::path::PathBuf;

use lianfang_node::config::Config;
use lianfang_node::doors::SOCKET;
use lianfang_sdk::Client;
use lianfang_store::Store;
use lianfang_store::testing::{Backend, TestDatabase};
use lianfang_wire::entry::{NewEntry, NewEvent};
use lianfang_wire::vocabulary::EventType;
use tempfile::TempDir;

use super::Outcome;
use super::oracle::Oracle;
use super::process::{Process, Step, run};
use crate::harness::entries::typed;

/// One node: its folder, its database, its process.
pub(crate) struct Site {
    pub(super) folder: TempDir,
    pub(crate) process: Process,
    /// Of a server; gone when dropped.
    database: Option<TestDatabase>,
}

pub(crate) struct Federation {
    pub(super) backend: Backend,
    pub(crate) publisher: Site,
    pub(crate) reader: Site,
    pub(super) oracle: Oracle,
}

impl Site {
    pub(crate) fn data(&self) -> PathBuf {
        self.folder.path().to_owned()
    }

    pub(crate) fn operator(&self) -> Client {
        Client::operator(&self.data().join(SOCKET)).unwrap()
    }

    pub(super) fn config(&self) -> Config {
        Config::load(&self.data().join("lianfang.toml")).unwrap()
    }

    /// The node's database, beside the node.
    pub(super) fn store(&self) -> Store {
        lianfang_node::wiring::open_store(&self.config()).unwrap()
    }

    /// Starts the node; it is killed at `step` if it comes to it.
    pub(super) async fn serve(&mut self, step: Option<Step>) -> bool {
        self.process = Process::serve(self.folder.path(), step);
        self.process.up().await
    }
}

impl Site {
    /// From now on the node is the one in this place.
    pub(super) fn move_to(&mut self, folder: TempDir, database: Option<TestDatabase>) {
        self.folder = folder;
        self.database = database;
    }

    /// Starts the node as it is: nobody has mended anything.
    pub(crate) async fn serve_again(&mut self) {
        let up = self.serve(None).await;
        assert!(up, "the node doesn't start again: {}", self.process.last_words());
    }
}

impl Federation {
    pub(crate) async fn start(backend: Backend) -> Self {
        let mut ports = free_ports(backend);
        let mut publisher = site("platform-a", backend, &mut ports).await;
        let name = ["federation", "create", "--name", "test", "--test"];
        run(publisher.folder.path(), &name).await;
        assert!(publisher.serve(None).await);
        let mut reader = site("platform-b", backend, &mut ports).await;
        admit(&publisher, &reader).await;
        assert!(reader.serve(None).await);
        let oracle = Oracle::default();
        Self {
            backend,
            publisher,
            reader,
            oracle,
        }
    }

    /// Records, imports, withdraws and builds until the publisher is killed, or everything is done.
    pub(super) async fn kill_publisher(&mut self, number: u64, step: Step) -> Outcome {
        self.publisher.process.kill().await;
        let batch: Vec<_> = (2..6).map(|place| entry(number, place)).collect();
        let mut acknowledged = 0;
        if self.publisher.serve(Some(step)).await {
            acknowledged = self.work(number, &batch).await;
        }
        let killed = self.publisher.process.reached();
        self.publisher.process.kill().await;
        self.publisher.serve_again().await;
        self.repeat_import(batch).await;
        self.check().await;
        Outcome { killed, acknowledged }
    }

    /// Lets the reader fetch something new until it is killed.
    pub(super) async fn kill_reader(&mut self, number: u64, step: Step) -> Outcome {
        self.reader.process.kill().await;
        let new = entry(number, 0);
        let recorded = self.publisher.operator().record_entry(&new).await.unwrap();
        self.oracle.recorded(recorded.id, new);
        self.publisher
            .operator()
            .build_digests::<serde_json::Value>()
            .await
            .unwrap();
        if self.reader.serve(Some(step)).await {
            // It may be killed in the midst of this.
            let _ = self
                .reader
                .operator()
                .sync::<serde_json::Value>(None, false)
                .await;
        }
        let killed = self.reader.process.reached();
        self.reader.process.kill().await;
        self.reader.serve_again().await;
        self.check().await;
        Outcome {
            killed,
            acknowledged: 1,
        }
    }

    pub(super) async fn check(&mut self) {
        self.oracle.check(&self.publisher, &self.reader).await;
    }

    /// Returns how many answers came before the node was gone.
    async fn work(&mut self, number: u64, batch: &[NewEntry]) -> u64 {
        let operator = self.publisher.operator();
        let mut answers = 0;
        for place in 0..2 {
            let new = entry(number, place);
            let Ok(recorded) = operator.record_entry(&new).await else {
                return answers;
            };
            self.oracle.recorded(recorded.id, new);
            answers += 1;
        }
        let Ok(results) = operator.record_entries(batch).await else {
            return answers;
        };
        for (result, new) in results.into_iter().zip(batch) {
            self.oracle.recorded(result.id.unwrap(), new.clone());
            answers += 1;
        }
        if operator.build_digests::<serde_json::Value>().await.is_err() {
            return answers;
        }
        let Ok(withdrawn) = self.withdraw().await else {
            return answers;
        };
        answers += u64::from(withdrawn);
        let _ = operator.build_digests::<serde_json::Value>().await;
        answers
    }

    /// Withdraws an entry, if there is one left.
    pub(super) async fn withdraw(&mut self) -> Result<bool, lianfang_sdk::Error> {
        let operator = self.publisher.operator();
        let Some(id) = self.oracle.first_active() else {
            return Ok(false);
        };
        let present = operator.entry(id).await?;
        let event = NewEvent {
            kind: EventType::Withdrawn,
            reason: Some("test".to_owned()),
            reference: None,
        };
        self.oracle.withdrawing(id);
        operator.entry_event(id, present.revision, &event).await?;
        self.oracle.withdrawn(id);
        Ok(true)
    }

    /// An import that was interrupted is run again: nothing is there twice.
    async fn repeat_import(&mut self, batch: Vec<NewEntry>) {
        let results = self.publisher.operator().record_entries(&batch).await.unwrap();
        for (result, new) in results.into_iter().zip(batch) {
            assert!(result.problem.is_none(), "{result:?}");
            self.oracle.recorded(result.id.unwrap(), new);
        }
    }
}

/// An entry about a company of its own.
fn entry(run: u64, place: u64) -> NewEntry {
    let mut new = typed(&format!("case-{run}-{place}"));
    let identifier = &mut new.subject.identifiers[0];
    (identifier.kind, identifier.value) = ("lei".to_owned(), lei(run * 16 + place));
    new
}

/// ISO 17442: eighteen characters and ISO 7064 mod 97-10.
fn lei(number: u64) -> String {
    let stem = format!("529900T8BM{number:08}");
    let digits: String = stem
        .chars()
        .map(|sign| sign.to_digit(36).unwrap().to_string())
        .collect();
    let rest = (digits + "00")
        .bytes()
        .fold(0, |rest, digit| (rest * 10 + u32::from(digit - b'0')) % 97);
    format!("{stem}{:02}", 98 - rest)
}

async fn site(name: &str, backend: Backend, ports: &mut impl Iterator<Item = u16>) -> Site {
    let folder = tempfile::tempdir().unwrap();
    let init = [
        "init",
        "--name",
        name,
        "--role",
        "platform",
        "--jurisdiction",
        "CN",
    ];
    run(folder.path(), &init).await;
    let database = (backend == Backend::Postgres).then(|| TestDatabase::empty(backend));
    let url = database
        .as_ref()
        .map_or("sqlite:lianfang.db", |database| &database.settings().url);
    let mut port = || ports.next().unwrap();
    let budget = "capacity = 100000000\nrefill_per_day = 100000000\n";
    let text = format!(
        "[node]\nid = \"{name}\"\nrole = \"platform\"\njurisdiction = \"CN\"\n\n[database]\nurl = \"{url}\"\n\n\
         [doors.federation]\nlisten = \"127.0.0.1:{}\"\n[doors.platform]\nenabled = false\nlisten = \"127.0.0.1:{}\"\n\
         [doors.operations]\nenabled = false\nlisten = \"127.0.0.1:{}\"\n\n[screening]\nmode = \"enforce\"\n\
         trusted_publishers = [\"platform-a\"]\n\n[brake]\nhits_per_million = 1000000\n\n\
         [budgets.organisation]\n{budget}\n[budgets.person]\n{budget}\n[budgets.goods]\n{budget}",
        port(),
        port(),
        port(),
    );
    std::fs::write(folder.path().join("lianfang.toml"), text).unwrap();
    Site {
        process: Process::start(&["serve", "--check-config", "--config", "/nonexistent"], None),
        folder,
        database,
    }
}

async fn admit(governor: &Site, node: &Site) {
    let file = |name: &str| node.data().join(name).display().to_string();
    let (invitation, request, welcome) = (file("invitation"), file("request"), file("welcome"));
    let (here, there) = (governor.data(), node.data());
    run(
        &here,
        &["federation", "invite", "platform-b", "--out", &invitation],
    )
    .await;
    run(
        &there,
        &[
            "federation",
            "join",
            "--invitation",
            &invitation,
            "--out",
            &request,
        ],
    )
    .await;
    run(
        &here,
        &["federation", "approve", "--request", &request, "--out", &welcome],
    )
    .await;
    run(&there, &["federation", "join", "--welcome", &welcome]).await;
}

/// Below those that the system gives to outgoing connections, which would take a node's port while it is down. Tests
/// that run at the same time look in different places.
fn free_ports(backend: Backend) -> impl Iterator<Item = u16> {
    let lowest = match backend {
        Backend::Sqlite => 12_000,
        Backend::Postgres => 22_000,
    };
    let start = lowest + (std::process::id() % 9_000) as u16;
    let free = |port: &u16| TcpListener::bind(("127.0.0.1", *port)).is_ok();
    (start..lowest + 10_000).chain(lowest..start).filter(free)
}
