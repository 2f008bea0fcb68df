use std::io::{self, ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;
use std::time::Duration;

use rustls::{ClientConfig, ClientConnection, StreamOwned};

/// How long a slow client waits for an answer before it sends its next bytes.
const PAUSE: Duration = Duration::from_millis(100);

/// A client that sends a few bytes at a time, for as long as it is let.
pub(crate) struct Slow<S> {
    stream: S,
    answer: Vec<u8>,
}

/// A connection without TLS.
pub(crate) fn plain(address: SocketAddr) -> Slow<TcpStream> {
    let stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(PAUSE)).unwrap();
    Slow {
        stream,
        answer: Vec::new(),
    }
}

/// A connection after its handshake.
pub(crate) fn tls(
    address: SocketAddr,
    config: &Arc<ClientConfig>,
) -> Slow<StreamOwned<ClientConnection, TcpStream>> {
    let name = "127.0.0.1".try_into().unwrap();
    let mut session = ClientConnection::new(Arc::clone(config), name).unwrap();
    let mut socket = TcpStream::connect(address).unwrap();
    while session.is_handshaking() {
        session.complete_io(&mut socket).unwrap();
    }
    socket.set_read_timeout(Some(PAUSE)).unwrap();
    Slow {
        stream: StreamOwned::new(session, socket),
        answer: Vec::new(),
    }
}

impl<S: Read + Write> Slow<S> {
    pub(crate) fn send(&mut self, bytes: &[u8]) {
        self.stream.write_all(bytes).unwrap();
        self.stream.flush().unwrap();
    }

    /// Sends `bytes` one by one, over and over, until the node ends the connection; gives what it said before.
    pub(crate) fn dribble(mut self, bytes: &[u8]) -> String {
        for byte in bytes.iter().cycle() {
            let sent = self.stream.write_all(&[*byte]).and_then(|()| self.stream.flush());
            if self.has_ended() || sent.is_err() {
                break;
            }
        }
        self.said()
    }

    /// Sends nothing more until the node ends the connection; gives what it said before.
    pub(crate) fn wait(mut self) -> String {
        while !self.has_ended() {}
        self.said()
    }

    /// Sends `bytes` over and over until the node ends the connection or `most` bytes are sent; says how many it was.
    pub(crate) fn flood(mut self, bytes: &[u8], most: usize) -> usize {
        let mut sent = 0;
        while sent < most && self.stream.write_all(bytes).is_ok() {
            sent += bytes.len();
        }
        sent
    }

    fn has_ended(&mut self) -> bool {
        let mut piece = [0; 4096];
        match self.stream.read(&mut piece) {
            Ok(0) => true,
            Ok(read) => {
                self.answer.extend_from_slice(&piece[..read]);
                false
            }
            Err(error) => !is_pause(&error),
        }
    }

    fn said(&self) -> String {
        String::from_utf8_lossy(&self.answer).into_owned()
    }
}

fn is_pause(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut)
}
