use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use h2::RecvStream;
use h2::client::{Builder, ResponseFuture, SendRequest};
use http::{HeaderMap, Request, StatusCode};
use rustls::ClientConfig;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::task::JoinHandle;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

/// A connection that isn't ended by then never will be: the test fails instead of waiting for ever.
const STARVED: Duration = Duration::from_secs(60);

/// A connection on HTTP/2 of a client that takes of its answers what it likes.
pub(crate) struct Raw {
    requests: SendRequest<Bytes>,
    authority: String,
    deaf: Arc<AtomicBool>,
    running: JoinHandle<Result<(), h2::Error>>,
}

impl Raw {
    /// Connects, and takes `window` bytes of each answer unasked.
    pub(crate) async fn connect(address: SocketAddr, config: &ClientConfig, window: u32) -> Self {
        let mut config = config.clone();
        config.alpn_protocols = vec![b"h2".to_vec()];
        let socket = TcpStream::connect(address).await.unwrap();
        let name = "127.0.0.1".try_into().unwrap();
        let tls = TlsConnector::from(Arc::new(config)).connect(name, socket).await;
        let deaf = Arc::new(AtomicBool::new(false));
        let line = Line {
            tls: tls.unwrap(),
            deaf: Arc::clone(&deaf),
        };
        let handshake = Builder::new()
            .initial_window_size(window)
            .initial_connection_window_size(i32::MAX.unsigned_abs())
            .initial_max_send_streams(usize::MAX)
            .handshake(line);
        let (requests, connection) = handshake.await.unwrap();
        Self {
            requests,
            authority: address.to_string(),
            deaf,
            running: tokio::spawn(connection),
        }
    }

    /// Asks on a stream of its own; an error when the node has ended the connection.
    pub(crate) async fn get(&mut self, path: &str) -> Result<ResponseFuture, h2::Error> {
        let mut requests = self.requests.clone().ready().await?;
        let request = Request::get(format!("https://{}{path}", self.authority));
        Ok(requests.send_request(request.body(()).unwrap(), true)?.0)
    }

    /// Reads nothing any more of what the node sends.
    pub(crate) fn stop_reading(&self) {
        self.deaf.store(true, Ordering::Release);
    }

    /// Waits until the node has ended the connection, in whatever way.
    ///
    /// # Panics
    /// When it doesn't.
    pub(crate) async fn ended(self) {
        let ended = tokio::time::timeout(STARVED, self.running).await;
        assert!(ended.is_ok(), "never ended");
        drop(self.requests);
    }
}

/// What an answer says as soon as its head is there, and the body for whoever wants to take it.
pub(crate) async fn head(answer: ResponseFuture) -> (StatusCode, HeaderMap, RecvStream) {
    let (head, body) = answer.await.unwrap().into_parts();
    (head.status, head.headers, body)
}

/// A connection that can be told to read nothing any more.
struct Line {
    tls: TlsStream<TcpStream>,
    deaf: Arc<AtomicBool>,
}

impl AsyncRead for Line {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if self.deaf.load(Ordering::Acquire) {
            return Poll::Pending;
        }
        Pin::new(&mut self.tls).poll_read(context, buffer)
    }
}

impl AsyncWrite for Line {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.tls).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.tls).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.tls).poll_shutdown(context)
    }
}
