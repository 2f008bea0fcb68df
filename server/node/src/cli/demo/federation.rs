//! Three platforms and a regulator that founds their federation and is its first committee.

use std::net::TcpListener;
use std::path::Path;

use super::super::{Fault, Terminal};
use super::database::DatabaseKind;
use super::process::{NodeProcess, Ports};

const NAME: &str = "Lianfang demo 联防演示";
const PLATFORMS: [&str; 3] = ["platform-a", "platform-b", "platform-c"];

/// The nodes of the demo. Their folders vanish with it.
pub(super) struct Federation {
    pub(super) regulator: NodeProcess,
    pub(super) a: NodeProcess,
    pub(super) b: NodeProcess,
    pub(super) c: NodeProcess,
    folder: tempfile::TempDir,
    database: DatabaseKind,
    port_base: u16,
    placed: u16,
}

impl Federation {
    /// Founds the federation, admits the platforms and waits until every node is ready.
    pub(super) async fn start(database: DatabaseKind, port_base: Option<u16>) -> Result<Self, Fault> {
        let folder = tempfile::Builder::new()
            .prefix("lianfang-demo-")
            .tempdir()
            .map_err(Fault::plain)?;
        let port_base = match port_base {
            Some(base) => base,
            None => free_base()?,
        };
        let mut placed = 0;
        let mut place = |name: &str| {
            let ports = ports(port_base, placed)?;
            placed += 1;
            node(folder.path(), name, ports)
        };
        let regulator = place("regulator")?;
        let [a, b, c] = PLATFORMS.map(&mut place);
        let mut federation = Self {
            regulator,
            a: a?,
            b: b?,
            c: c?,
            folder,
            database,
            port_base,
            placed,
        };
        federation.found().await?;
        for name in PLATFORMS {
            let mut joining = federation.take(name)?;
            let joined = federation.admit(&mut joining, PLATFORM_EXTRA).await;
            federation.put_back(joining);
            joined?;
        }
        Ok(federation)
    }

    async fn found(&mut self) -> Result<(), Fault> {
        make(&self.regulator, "regulator", self.database, "").await?;
        self.regulator
            .command(["federation", "create", "--name", NAME, "--test"])
            .await?;
        self.regulator.start().await
    }

    /// Two commands on each side: invite and approve, join and join.
    async fn admit(&self, node: &mut NodeProcess, extra: &str) -> Result<(), Fault> {
        make(node, "platform", self.database, extra).await?;
        let file = |name: &str| node.folder().join(name).display().to_string();
        let (invitation, request, welcome) = (
            file("invitation.json"),
            file("request.json"),
            file("welcome.json"),
        );
        let id = node.id.as_str();
        self.regulator
            .command(["federation", "invite", id, "--out", &invitation])
            .await?;
        node.command([
            "federation",
            "join",
            "--invitation",
            &invitation,
            "--out",
            &request,
        ])
        .await?;
        self.regulator
            .command(["federation", "approve", "--request", &request, "--out", &welcome])
            .await?;
        node.command(["federation", "join", "--welcome", &welcome])
            .await?;
        node.start().await
    }

    /// A fourth platform, for the story to throw out again.
    pub(super) async fn newcomer(&mut self) -> Result<NodeProcess, Fault> {
        let ports = ports(self.port_base, self.placed)?;
        self.placed += 1;
        let mut newcomer = node(self.folder.path(), "platform-x", ports)?;
        self.admit(&mut newcomer, "").await?;
        Ok(newcomer)
    }

    fn take(&mut self, name: &str) -> Result<NodeProcess, Fault> {
        let slot = self.slot(name);
        let blank = NodeProcess::new(slot.id.clone(), slot.ports, slot.folder().to_owned());
        Ok(std::mem::replace(slot, blank))
    }

    fn put_back(&mut self, node: NodeProcess) {
        let name = node.id.to_string();
        *self.slot(&name) = node;
    }

    fn slot(&mut self, name: &str) -> &mut NodeProcess {
        match name {
            "platform-a" => &mut self.a,
            "platform-b" => &mut self.b,
            _ => &mut self.c,
        }
    }

    /// Every URL, a ready-made call, and one line per process.
    pub(super) fn introduce(&self, terminal: &Terminal) -> Result<(), Fault> {
        let b = &self.b;
        for node in [&self.regulator, &self.a, &self.b, &self.c] {
            terminal.line(&format!(
                "{:<11} pid {:<7} platform https://127.0.0.1:{}/docs  federation https://127.0.0.1:{}  operations http://127.0.0.1:{}/readyz  data {}",
                node.id.as_str(),
                node.process_id().map_or_else(|| "-".to_owned(), |id| id.to_string()),
                node.ports.platform,
                node.ports.federation,
                node.ports.operations,
                node.folder().display(),
            ));
        }
        let token = b.folder().join("demo.token");
        terminal.line("");
        terminal.line(&format!(
            "{} token issue --scope screenings:write --sub me --data {} > {}",
            std::env::current_exe().map_err(Fault::plain)?.display(),
            b.folder().display(),
            token.display(),
        ));
        terminal.line(&format!(
            "curl --cacert {} -H \"Authorization: Bearer $(cat {})\" -H 'Content-Type: application/json' {}/v1/screenings -d '{}'",
            b.data().authority().display(),
            token.display(),
            b.platform_url(),
            r#"{"purpose":"onboarding","subject":{"type":"seller","identifiers":[{"kind":"cn_uscc","value":"91990003LF0000032U","verified":true}]}}"#,
        ));
        self.introduce_feed(terminal);
        Ok(())
    }

    fn introduce_feed(&self, terminal: &Terminal) {
        let regulator = &self.regulator;
        let data = regulator.data();
        terminal.line("");
        terminal.line(&format!(
            "{:<11} feed {}",
            regulator.id.as_str(),
            regulator.regulator_url()
        ));
        terminal.line(&format!(
            "curl --cacert {} --cert {} --key {} -H 'Accept: {}' '{}feed/collections/sellers/objects/?limit=10'",
            data.authority().display(),
            data.certificate().display(),
            data.tls_key().display(),
            lianfang_wire::taxii::MEDIA_TYPE,
            regulator.regulator_url(),
        ));
    }
}

/// Platforms act on verdicts and trust A's findings.
const PLATFORM_EXTRA: &str = "[screening]\nmode = \"enforce\"\ntrusted_publishers = [\"platform-a\"]\n\n\
     # The files given may be the same for offenders and applicants: here a flood of hits is the story.\n\
     [brake]\nhits_per_million = 1000000\n";

fn node(folder: &Path, name: &str, ports: Ports) -> Result<NodeProcess, Fault> {
    let id = name.parse().map_err(Fault::plain)?;
    Ok(NodeProcess::new(id, ports, folder.join(name)))
}

/// `lianfang init`, then the configuration of this node.
async fn make(node: &NodeProcess, role: &str, database: DatabaseKind, extra: &str) -> Result<(), Fault> {
    node.command([
        "init",
        "--name",
        node.id.as_str(),
        "--role",
        role,
        "--jurisdiction",
        "CN",
    ])
    .await?;
    let url = database.prepare(node.id.as_str()).await?;
    let Ports {
        federation,
        platform,
        regulator,
        operations,
    } = node.ports;
    let watches = role == "regulator";
    let budget = "capacity = 100000000\nrefill_per_day = 100000000\n";
    let text = format!(
        "[node]\nid = \"{id}\"\nrole = \"{role}\"\njurisdiction = \"CN\"\n\n\
         [database]\nurl = \"{url}\"\n\n\
         [doors.federation]\nlisten = \"127.0.0.1:{federation}\"\n\n\
         [doors.platform]\nlisten = \"127.0.0.1:{platform}\"\n\n\
         [doors.regulator]\nenabled = {watches}\nlisten = \"127.0.0.1:{regulator}\"\n\n\
         [doors.operations]\nlisten = \"127.0.0.1:{operations}\"\n\n\
         [budgets.organisation]\n{budget}\n[budgets.person]\n{budget}\n[budgets.goods]\n{budget}\n{extra}",
        id = node.id,
    );
    tokio::fs::write(node.data().config(), text)
        .await
        .map_err(Fault::plain)
}

/// Nodes of one demonstration at most, the removed member among them.
const PLACES: u16 = 6;
const PORTS: u16 = 4;

/// The ports of the n-th node.
fn ports(base: u16, place: u16) -> Result<Ports, Fault> {
    let first = base
        .checked_add(place * PORTS)
        .filter(|first| *first <= u16::MAX - (PORTS - 1))
        .ok_or_else(|| Fault::plain("--port-base leaves no room for the ports of every node"))?;
    Ok(Ports {
        federation: first,
        platform: first + 1,
        operations: first + 2,
        regulator: first + 3,
    })
}

/// The first of enough neighbouring ports that nobody listens on. They lie below those that the system gives to outgoing
/// connections: nodes that run already make such connections before the next one listens.
fn free_base() -> Result<u16, Fault> {
    const LOWEST: u16 = 12_000;
    const HIGHEST: u16 = 32_000;
    let places = (HIGHEST - LOWEST) / (PLACES * PORTS);
    let start = (std::process::id() % u32::from(places)) as u16;
    let is_free = |port: u16| TcpListener::bind(("127.0.0.1", port)).is_ok();
    (0..places)
        .map(|step| LOWEST + (start + step) % places * (PLACES * PORTS))
        .find(|base| (*base..base + PLACES * PORTS).all(is_free))
        .ok_or_else(|| Fault::plain("no ports are free; name some with --port-base"))
}
