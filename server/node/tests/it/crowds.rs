//! Ten thousand who connect and ask nothing, at a node that is a process of its own.

use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;
use std::time::Duration;

use lianfang_node::auth::Scope;
use rustls::{ClientConfig, ClientConnection};

use crate::harness::federation::{client, tls};
use crate::harness::process::Process;

/// Of each kind: silent from the start, and silent after the handshake.
const CROWD: usize = 5_000;
/// What one of the crowd may cost, whatever the allocator keeps beside it.
const BYTES_EACH: u64 = 64 * 1024;

/// Whoever isn't greeted by then never will be: the test fails instead of waiting for ever.
const STARVED: Duration = Duration::from_secs(60);

#[tokio::test(flavor = "multi_thread")]
async fn ten_thousand_idle_connections_cost_bounded_memory_and_others_are_served() {
    lianfang_node::limits::raise_open_files();
    let node = Process::serve(|text| text.replace("#head_seconds = 10", "head_seconds = 3600")).await;
    let config = Arc::new(tls(&node.authority(), None, rustls::DEFAULT_VERSIONS));
    let served = async || {
        let request =
            client(&node.authority(), None, true).get(format!("https://{}/v1/peers", node.platform));
        let answer = request
            .bearer_auth(node.token(&[Scope::PeersRead]))
            .send()
            .await
            .unwrap();
        assert_eq!(answer.status(), 200);
    };
    served().await;
    let before = node.resident();
    let door = node.platform;
    let crowd = tokio::task::spawn_blocking(move || {
        let silent: Vec<_> = (0..CROWD).map(|_| TcpStream::connect(door).unwrap()).collect();
        let greeted: Vec<_> = (0..CROWD).map(|_| greeted(door, &config)).collect();
        (silent, greeted)
    });
    let crowd = crowd.await.unwrap();
    served().await;
    let grown = node.resident().saturating_sub(before);
    let bound = BYTES_EACH * 2 * CROWD as u64;
    println!("{} connections: {} MiB", 2 * CROWD, grown >> 20);
    assert!(grown < bound, "{grown} bytes are more than {bound}");
    drop(crowd);
    served().await;
}

fn greeted(door: SocketAddr, config: &Arc<ClientConfig>) -> (TcpStream, ClientConnection) {
    let mut session = ClientConnection::new(Arc::clone(config), "127.0.0.1".try_into().unwrap()).unwrap();
    let mut socket = TcpStream::connect(door).unwrap();
    socket.set_read_timeout(Some(STARVED)).unwrap();
    while session.is_handshaking() {
        session.complete_io(&mut socket).unwrap();
    }
    (socket, session)
}
