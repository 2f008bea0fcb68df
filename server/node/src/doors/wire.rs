use std::any::Any;
use std::io::{self, ErrorKind};
use std::os::fd::{AsFd, BorrowedFd};

use actix_web::rt::net::TcpStream;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::net::{Shutdown, shutdown};
use tokio::io::Interest;

type TlsStream = actix_tls::accept::rustls_0_23::TlsStream<TcpStream>;

/// A new connection over a network, as the framework shows it.
pub(super) struct Accepted<'a> {
    stream: &'a TcpStream,
    is_multiplexed: bool,
}

impl<'a> Accepted<'a> {
    /// None for whoever opened the operator's socket.
    pub(super) fn of(stream: &'a dyn Any) -> Option<Self> {
        if let Some(tls) = stream.downcast_ref::<TlsStream>() {
            let (stream, session) = tls.get_ref();
            return Some(Self {
                stream,
                is_multiplexed: session.alpn_protocol() == Some(b"h2"),
            });
        }
        stream.downcast_ref().map(|stream| Self {
            stream,
            is_multiplexed: false,
        })
    }

    /// Ends the connection before anything is asked.
    pub(super) fn end(&self) {
        end(self.stream.as_fd());
    }
}

/// The socket of a connection, from outside of the connection's own task.
pub(super) struct Wire {
    stream: TcpStream,
    is_multiplexed: bool,
}

impl Wire {
    /// Within the runtime that serves the connection.
    pub(super) fn of(accepted: &Accepted<'_>) -> io::Result<Self> {
        let own = accepted.stream.as_fd().try_clone_to_owned()?;
        Ok(Self {
            stream: TcpStream::from_std(own.into())?,
            is_multiplexed: accepted.is_multiplexed,
        })
    }

    /// Whether requests share it (HTTP/2), rather than follow one another.
    pub(super) fn is_multiplexed(&self) -> bool {
        self.is_multiplexed
    }

    /// Whether the system takes no more to send, because the client has taken too little.
    pub(super) fn is_full(&self) -> bool {
        !is_writable(self.stream.as_fd())
    }

    /// Waits until the client has taken so much that the system takes more to send; over at once when the
    /// connection is.
    pub(super) async fn has_room(&self) {
        while self.stream.writable().await.is_ok() && self.is_full() {
            // Forgets that it was, until the system says so again.
            let _ = self.stream.try_io(Interest::WRITABLE, || {
                io::Result::<()>::Err(ErrorKind::WouldBlock.into())
            });
        }
    }

    /// What has been answered already still goes out, then the connection ends. On HTTP/2 there is no header that
    /// would say so.
    pub(super) fn end(&self) {
        end(self.stream.as_fd());
    }
}

/// An error counts as well: whoever writes next gets to know it.
fn is_writable(socket: BorrowedFd<'_>) -> bool {
    let mut asked = [PollFd::from_borrowed_fd(socket, PollFlags::OUT)];
    let at_once = Timespec {
        tv_sec: 0,
        tv_nsec: 0,
    };
    !matches!(poll(&mut asked, Some(&at_once)), Ok(0))
}

fn end(socket: BorrowedFd<'_>) {
    // An error means that the peer has gone already.
    let _ = shutdown(socket, Shutdown::Both);
}

#[cfg(test)]
mod tests {
    use futures_util::poll;
    use tokio::io::AsyncReadExt as _;
    use tokio::net::TcpListener;

    use super::*;

    #[actix_web::test]
    async fn there_is_room_again_when_the_client_has_read_and_when_it_has_gone() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let connect = TcpStream::connect(listener.local_addr().unwrap());
        let (connected, accepted) = tokio::join!(connect, listener.accept());
        let (mut client, (node, _)) = (connected.unwrap(), accepted.unwrap());
        let wire = Wire {
            stream: node,
            is_multiplexed: true,
        };
        wire.has_room().await;
        let fill = || {
            let mut filled = 0;
            while !wire.is_full() {
                filled += wire.stream.try_write(&[0; 65_536]).unwrap_or_default();
            }
            filled
        };
        let mut unread = vec![0; fill()];
        let mut waiting = Box::pin(wire.has_room());
        assert!(poll!(&mut waiting).is_pending());
        client.read_exact(&mut unread).await.unwrap();
        waiting.await;
        fill();
        let mut waiting = Box::pin(wire.has_room());
        assert!(poll!(&mut waiting).is_pending());
        drop(client);
        waiting.await;
    }
}
