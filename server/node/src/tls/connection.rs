use std::any::Any;

use actix_web::dev::Extensions;

use super::{CertificateIdentity, Refusal};

type TlsStream = actix_tls::accept::rustls_0_23::TlsStream<actix_web::rt::net::TcpStream>;

/// What is known of a connection to the federation door from its handshake on.
pub struct Connection {
    peer: Result<CertificateIdentity, Refusal>,
}

/// Puts the peer's certificate into the data of a new connection (`HttpServer::on_connect`).
pub fn remember(stream: &dyn Any, data: &mut Extensions) {
    let Some(stream) = stream.downcast_ref::<TlsStream>() else {
        return;
    };
    let (_, session) = stream.get_ref();
    let leaf = session.peer_certificates().and_then(|chain| chain.first());
    data.insert(Connection {
        peer: leaf
            .ok_or(Refusal::Unnamed)
            .and_then(|leaf| CertificateIdentity::of(leaf)),
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
}
