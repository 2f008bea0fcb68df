use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;

use actix_web::web::{Data, ServiceConfig};
use lianfang_node::config::Limits;
use lianfang_node::doors::{self, Shared};
use lianfang_node::metrics::Telemetry;
use lianfang_node::tls::{Admission, federation_config};
use tokio_util::sync::CancellationToken;

use super::federation::{Federation, credential};

/// A federation door that stops when dropped.
pub(crate) struct OpenDoor {
    pub(crate) address: SocketAddr,
    stop: CancellationToken,
}

impl OpenDoor {
    pub(crate) fn url(&self, path: &str) -> String {
        format!("https://{}{path}", self.address)
    }
}

impl Drop for OpenDoor {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

pub(crate) fn shared(limits: Limits) -> Shared {
    Shared {
        limits: Data::new(limits),
        telemetry: Data::new(Telemetry::new().unwrap()),
        stop: CancellationToken::new(),
    }
}

/// Opens the federation door of node `a`.
pub(crate) fn open(
    federation: &Federation,
    limits: Limits,
    routes: impl Fn(&mut ServiceConfig) + Clone + Send + 'static,
) -> OpenDoor {
    let folder = tempfile::tempdir().unwrap();
    let shown = credential(&federation.join("a"), folder.path());
    let admission: Arc<dyn Admission> = federation.members.clone();
    let tls = federation_config(Arc::new(shown), Arc::clone(&admission)).unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let (address, shared) = (listener.local_addr().unwrap(), shared(limits));
    let stop = shared.stop.clone();
    tokio::spawn(doors::federation(&shared, listener, tls, admission, routes).unwrap());
    OpenDoor { address, stop }
}
