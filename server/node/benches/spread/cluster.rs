//! Ten nodes as processes of their own, made by the commands an operator types.

use std::fmt::Write as _;
use std::net::{IpAddr, Ipv4Addr};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use lianfang_sdk::Client;
use tokio::net::TcpListener;
use tokio::process::{Child, Command};

use crate::proxy::Network;

const PROGRAM: &str = env!("CARGO_BIN_EXE_lianfang");
const READY_WITHIN: Duration = Duration::from_secs(120);

pub(crate) struct Member {
    pub(crate) name: String,
    folder: PathBuf,
    pub(crate) client: Client,
    /// Where it calls from, and its federation door.
    pub(crate) link: (IpAddr, u16),
    _process: Child,
}

/// A founder that is the committee, and platforms.
pub(crate) struct Cluster {
    pub(crate) members: Vec<Member>,
    pub(crate) network: Network,
    folder: tempfile::TempDir,
}

impl Cluster {
    pub(crate) async fn start(nodes: usize) -> Self {
        let mut cluster = Self {
            members: Vec::new(),
            network: Network::new(),
            folder: tempfile::Builder::new().prefix("lf-spread-").tempdir().unwrap(),
        };
        for place in 0..nodes {
            cluster.add(place).await;
        }
        for member in &cluster.members {
            let _: serde_json::Value = member.client.sync(None, false).await.unwrap();
        }
        cluster
    }

    async fn add(&mut self, place: usize) {
        let name = if place == 0 {
            "regulator".to_owned()
        } else {
            format!("platform-{place}")
        };
        let folder = self.folder.path().join(&name);
        let role = name.split('-').next().unwrap();
        run(
            &folder,
            &["init", "--name", &name, "--role", role, "--jurisdiction", "CN"],
        )
        .await;
        let door = free_port().await;
        let address = IpAddr::from(Ipv4Addr::new(127, 0, 1, u8::try_from(place + 1).unwrap()));
        let endpoint = format!("https://127.0.0.1:{}", self.network.front(door).await);
        std::fs::write(
            folder.join("lianfang.toml"),
            configuration(&name, role, address, door),
        )
        .unwrap();
        if place == 0 {
            let create = [
                "federation",
                "create",
                "--name",
                "spread",
                "--test",
                "--endpoint",
                &endpoint,
            ];
            run(&folder, &create).await;
        } else {
            self.admit(&name, &folder, &endpoint).await;
        }
        let process = serve(&folder);
        let client = ready(&folder).await;
        self.members.push(Member {
            name,
            folder,
            client,
            link: (address, door),
            _process: process,
        });
    }

    async fn admit(&self, name: &str, folder: &Path, endpoint: &str) {
        let file = |name: &str| folder.join(name).display().to_string();
        let (invitation, request, welcome) = (file("invitation"), file("request"), file("welcome"));
        let founder = &self.members[0].folder;
        run(founder, &["federation", "invite", name, "--out", &invitation]).await;
        let join = [
            "federation",
            "join",
            "--invitation",
            &invitation,
            "--out",
            &request,
        ];
        run(folder, &[&join[..], &["--endpoint", endpoint]].concat()).await;
        let approve = ["federation", "approve", "--request", &request, "--out", &welcome];
        run(founder, &approve).await;
        run(folder, &["federation", "join", "--welcome", &welcome]).await;
    }

    /// Cuts these members off from all others.
    pub(crate) fn part(&self, places: &[usize]) {
        let (away, rest): (Vec<_>, Vec<_>) =
            (0..self.members.len()).partition(|place| places.contains(place));
        let links = |places: Vec<usize>| -> Vec<_> {
            places.into_iter().map(|place| self.members[place].link).collect()
        };
        self.network.part(&links(away), &links(rest));
    }
}

fn configuration(name: &str, role: &str, address: IpAddr, door: u16) -> String {
    let mut text = format!(
        "[node]\nid = \"{name}\"\nrole = \"{role}\"\njurisdiction = \"CN\"\nsource_address = \"{address}\"\n\n\
         [doors.federation]\nlisten = \"127.0.0.1:{door}\"\n\n\
         [doors.platform]\nenabled = false\nlisten = \"127.0.0.1:1\"\n\n\
         [doors.operations]\nenabled = false\nlisten = \"127.0.0.1:2\"\n\n\
         [screening]\nmode = \"enforce\"\n\n[brake]\nhits_per_million = 1000000\n"
    );
    for class in ["organisation", "person", "goods"] {
        write!(
            text,
            "\n[budgets.{class}]\ncapacity = 100000000\nrefill_per_day = 100000000\n"
        )
        .unwrap();
    }
    text
}

async fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    listener.local_addr().unwrap().port()
}

async fn run(folder: &Path, words: &[&str]) {
    let mut command = Command::new(PROGRAM);
    command.args(words).arg("--data").arg(folder).stdin(Stdio::null());
    let output = command.output().await.unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{words:?}: {said}");
}

fn serve(folder: &Path) -> Child {
    let log = std::fs::File::create(folder.join("node.log")).unwrap();
    Command::new(PROGRAM)
        .args(["serve", "--config"])
        .arg(folder.join("lianfang.toml"))
        .stdin(Stdio::null())
        .stdout(log.try_clone().unwrap())
        .stderr(log)
        .kill_on_drop(true)
        .spawn()
        .unwrap()
}

async fn ready(folder: &Path) -> Client {
    let socket = folder.join("operator.sock");
    let asked = async {
        loop {
            if socket.exists()
                && let Ok(client) = Client::operator(&socket)
                && client.peers().await.is_ok()
            {
                return client;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    let client = tokio::time::timeout(READY_WITHIN, asked).await;
    client.unwrap_or_else(|_| {
        let log = std::fs::read_to_string(folder.join("node.log")).unwrap_or_default();
        panic!("{} isn't ready: {log}", folder.display())
    })
}
