use std::io::Write as _;
use std::net::TcpStream;
use std::sync::Arc;

use rustls::{ClientConnection, StreamOwned};

use crate::deeds::Surprise;
use crate::harness::federation::tls;
use crate::sites::Site;

/// When a connection is dropped.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Leave {
    AtOnce,
    AfterHandshake,
    WithinRequest,
}

/// Connects to the platform door and drops the connection.
pub(crate) async fn leave(site: &Site, how: Leave) -> Result<(), Surprise> {
    let (port, config) = (
        site.platform,
        tls(&site.authority, None, rustls::DEFAULT_VERSIONS),
    );
    let left = tokio::task::spawn_blocking(move || -> std::io::Result<()> {
        let mut socket = TcpStream::connect(("127.0.0.1", port))?;
        if matches!(how, Leave::AtOnce) {
            return Ok(());
        }
        let name = "127.0.0.1".try_into().unwrap();
        let mut session = ClientConnection::new(Arc::new(config), name).unwrap();
        while session.is_handshaking() {
            session.complete_io(&mut socket)?;
        }
        if matches!(how, Leave::WithinRequest) {
            let head = b"POST /v1/screenings HTTP/1.1\r\nhost: here\r\ncontent-length: 1000\r\n\r\n{";
            let mut stream = StreamOwned::new(session, socket);
            stream.write_all(head)?;
            stream.flush()?;
        }
        Ok(())
    });
    left.await.unwrap().map_err(|error| error.to_string())
}
