use std::path::Path;

use lianfang_node::auth::{Issuer, Scope};
use lianfang_node::data::DataFolder;
use reqwest::Client;

use crate::harness::federation::{Papers, client};
use crate::processes::federation::{Federation, Member, Newcomer, PLENTY};
use crate::processes::free_port;

/// What one node is reached by.
pub(crate) struct Site {
    pub(crate) name: String,
    pub(crate) operator: lianfang_sdk::Client,
    pub(crate) platform: u16,
    pub(crate) regulator: u16,
    pub(crate) operations: u16,
    pub(crate) authority: String,
    /// Over HTTP/1.1 and HTTP/2, as anybody and as the regulator.
    pub(crate) plain: [Client; 2],
    pub(crate) reader: Client,
    issuer: Issuer,
}

/// Ports of one node: federation, platform, regulator, operations.
struct Ports([u16; 4]);

/// Founds the federation and lets every node join.
pub(crate) async fn start(nodes: usize) -> Federation {
    let mut federation = Federation::new();
    for place in 0..nodes {
        let (name, role) = match place {
            0 => ("regulator".to_owned(), "regulator"),
            _ => (format!("platform-{place}"), "platform"),
        };
        let ports = Ports([free_port(), free_port(), free_port(), free_port()]);
        federation.add(&Newcomer {
            name: &name,
            jurisdiction: "CN",
            endpoint: &format!("https://127.0.0.1:{}", ports.0[0]),
            configuration: &configuration(&name, role, &ports),
        });
        let folder = &federation.members[place].folder;
        std::fs::write(folder.join("ports"), serde_json::to_vec(&ports.0).unwrap()).unwrap();
    }
    federation.sync().await;
    federation
}

/// Caches that are full after minutes, and nightly work several times an hour.
fn configuration(name: &str, role: &str, ports: &Ports) -> String {
    let [federation, platform, regulator, operations] = ports.0;
    format!(
        "[node]\nid = \"{name}\"\nrole = \"{role}\"\njurisdiction = \"CN\"\n\n\
         [doors.federation]\nlisten = \"127.0.0.1:{federation}\"\n\n\
         [doors.platform]\nlisten = \"127.0.0.1:{platform}\"\n\n\
         [doors.regulator]\nenabled = true\nlisten = \"127.0.0.1:{regulator}\"\n\n\
         [doors.operations]\nlisten = \"127.0.0.1:{operations}\"\n\n\
         [screening]\nmode = \"enforce\"\ntoken_cache = 1024\n\n\
         [database]\ncache_mib = 8\n\n\
         [jobs]\nnightly_build = \"*/4 * * * *\"\nnightly_sync = \"*/3 * * * *\"\n\
         poll_peers = \"* * * * *\"\nexpire_entries = \"*/2 * * * *\"\n\n\
         [limits]\nrefusals_per_minute = 1000000\n{PLENTY}"
    )
}

/// How to reach each member.
pub(crate) fn of(federation: &Federation) -> Vec<Site> {
    let founder = DataFolder::at(&federation.members[0].folder);
    let read = |path: &Path| std::fs::read_to_string(path).unwrap();
    let papers = Papers {
        certificate: read(&founder.certificate()),
        key: read(&founder.tls_key()),
    };
    federation
        .members
        .iter()
        .map(|member| site(member, &papers))
        .collect()
}

fn site(member: &Member, papers: &Papers) -> Site {
    let data = DataFolder::at(&member.folder);
    let ports = std::fs::read(member.folder.join("ports")).unwrap();
    let [_, platform, regulator, operations]: [u16; 4] = serde_json::from_slice(&ports).unwrap();
    let authority = std::fs::read_to_string(data.authority()).unwrap();
    let access = data.secrets().unwrap().access;
    Site {
        name: member.name.clone(),
        operator: member.client.clone(),
        platform,
        regulator,
        operations,
        plain: [false, true].map(|http2| client(&authority, None, http2)),
        reader: client(&authority, Some(papers), true),
        authority,
        issuer: Issuer::new(member.name.parse().unwrap(), &access),
    }
}

impl Site {
    pub(crate) fn url(&self, path: &str) -> String {
        format!("https://127.0.0.1:{}{path}", self.platform)
    }

    /// A token of its own for each request: the node sees many.
    pub(crate) fn token(&self, scope: Scope) -> String {
        let now = jsonwebtoken::get_current_timestamp();
        let hour = std::time::Duration::from_secs(3_600);
        self.issuer
            .issue("erp", &[scope].into_iter().collect(), hour, now)
            .unwrap()
    }
}
