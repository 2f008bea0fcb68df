use std::any::Any;
use std::net::{Shutdown, TcpStream};
use std::os::fd::AsFd as _;
use std::sync::Arc;

use actix_web::dev::Extensions;

use super::{CertificateIdentity, Refusal};

type TlsStream = actix_tls::accept::rustls_0_23::TlsStream<actix_web::rt::net::TcpStream>;

/// What is known of a connection to the federation door from its handshake on.
pub struct Connection {
    peer: Result<CertificateIdentity, Refusal>,
    socket: Option<Arc<TcpStream>>,
}

/// Puts the peer's certificate into the data of a new connection (`HttpServer::on_connect`).
pub fn remember(stream: &dyn Any, data: &mut Extensions) {
    let Some(stream) = stream.downcast_ref::<TlsStream>() else {
        return;
    };
    let (socket, session) = stream.get_ref();
    let leaf = session.peer_certificates().and_then(|chain| chain.first());
    data.insert(Connection {
        peer: leaf
            .ok_or(Refusal::Unnamed)
            .and_then(|leaf| CertificateIdentity::of(leaf)),
        socket: socket
            .as_fd()
            .try_clone_to_owned()
            .map(|own| Arc::new(TcpStream::from(own)))
            .ok(),
    });
}

impl Connection {
    /// The holder of the certificate.
    ///
    /// # Errors
    /// [`Refusal::Unnamed`] when it names no node.
    pub fn peer(&self) -> Result<&CertificateIdentity, Refusal> {
        self.peer.as_ref().map_err(|refusal| *refusal)
    }

    /// A way to end this connection from outside of its own task.
    pub fn ending(&self) -> Ending {
        Ending(self.socket.clone())
    }
}

/// What has been answered already still goes out, then the connection ends.
/// On HTTP/2 there is no header that would say so.
pub struct Ending(Option<Arc<TcpStream>>);

impl Ending {
    /// Ends the connection.
    pub fn now(&self) {
        if let Some(socket) = &self.0 {
            // An error means that the peer has gone already.
            let _ = socket.shutdown(Shutdown::Both);
        }
    }
}
