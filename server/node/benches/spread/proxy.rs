use std::collections::HashSet;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex};

use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

/// The network between nodes: a proxy in front of every federation door that knows callers by their address and can
/// cut any link, the connections it carries included.
#[derive(Clone)]
pub(crate) struct Network {
    cut: Arc<Mutex<HashSet<(IpAddr, u16)>>>,
    changed: watch::Sender<()>,
}

impl Network {
    pub(crate) fn new() -> Self {
        Self {
            cut: Arc::default(),
            changed: watch::Sender::new(()),
        }
    }

    /// Passes what comes to a port of its own on to `door`. Returns that port.
    pub(crate) async fn front(&self, door: u16) -> u16 {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let network = self.clone();
        tokio::spawn(async move {
            loop {
                let (inner, caller) = listener.accept().await.unwrap();
                tokio::spawn(network.clone().carry(inner, caller, door));
            }
        });
        port
    }

    /// No caller of `from` reaches a door of `to`, nor the other way round.
    pub(crate) fn part(&self, from: &[(IpAddr, u16)], to: &[(IpAddr, u16)]) {
        {
            let mut cut = self.cut.lock().unwrap();
            for (one, other) in from
                .iter()
                .flat_map(|one| to.iter().map(move |other| (one, other)))
            {
                cut.insert((one.0, other.1));
                cut.insert((other.0, one.1));
            }
        }
        self.changed.send_replace(());
    }

    pub(crate) fn heal(&self) {
        self.cut.lock().unwrap().clear();
    }

    async fn carry(self, mut inner: TcpStream, caller: SocketAddr, door: u16) {
        let mut changed = self.changed.subscribe();
        let link = (caller.ip(), door);
        if self.is_cut(link) {
            return;
        }
        let Ok(mut outer) = TcpStream::connect(("127.0.0.1", door)).await else {
            return;
        };
        let _ = (inner.set_nodelay(true), outer.set_nodelay(true));
        let carried = copy_bidirectional(&mut inner, &mut outer);
        tokio::pin!(carried);
        loop {
            tokio::select! {
                _ = &mut carried => return,
                _ = changed.changed() => if self.is_cut(link) { return },
            }
        }
    }

    fn is_cut(&self, link: (IpAddr, u16)) -> bool {
        self.cut.lock().unwrap().contains(&link)
    }
}
