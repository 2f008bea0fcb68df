use std::net::{IpAddr, Ipv4Addr};

use crate::processes::federation::{Federation, Member, Newcomer, PLENTY};
use crate::processes::free_port;
use crate::proxy::Network;

/// A federation whose network can be cut.
pub(crate) struct Cluster {
    federation: Federation,
    pub(crate) network: Network,
    /// Where each member calls from, and its federation door.
    links: Vec<(IpAddr, u16)>,
}

impl Cluster {
    pub(crate) async fn start(nodes: u8) -> Self {
        let mut cluster = Self {
            federation: Federation::new(),
            network: Network::new(),
            links: Vec::new(),
        };
        for place in 0..nodes {
            cluster.add(place).await;
        }
        cluster.federation.sync().await;
        cluster
    }

    pub(crate) fn members(&self) -> &[Member] {
        &self.federation.members
    }

    async fn add(&mut self, place: u8) {
        let (name, role) = match place {
            0 => ("regulator".to_owned(), "regulator"),
            _ => (format!("platform-{place}"), "platform"),
        };
        let door = free_port();
        let address = IpAddr::from(Ipv4Addr::new(127, 0, 1, place + 1));
        let endpoint = format!("https://127.0.0.1:{}", self.network.front(door).await);
        self.federation.add(&Newcomer {
            name: &name,
            jurisdiction: "CN",
            endpoint: &endpoint,
            configuration: &configuration(&name, role, address, door),
        });
        self.links.push((address, door));
    }

    /// Cuts these members off from all others.
    pub(crate) fn part(&self, places: &[usize]) {
        let (away, rest): (Vec<_>, Vec<_>) = (0..self.links.len()).partition(|place| places.contains(place));
        let links =
            |places: Vec<usize>| -> Vec<_> { places.into_iter().map(|place| self.links[place]).collect() };
        self.network.part(&links(away), &links(rest));
    }
}

fn configuration(name: &str, role: &str, address: IpAddr, door: u16) -> String {
    format!(
        "[node]\nid = \"{name}\"\nrole = \"{role}\"\njurisdiction = \"CN\"\nsource_address = \"{address}\"\n\n\
         [doors.federation]\nlisten = \"127.0.0.1:{door}\"\n\n\
         [doors.platform]\nenabled = false\nlisten = \"127.0.0.1:1\"\n\n\
         [doors.operations]\nenabled = false\nlisten = \"127.0.0.1:2\"\n\n\
         [screening]\nmode = \"enforce\"\n{PLENTY}"
    )
}
