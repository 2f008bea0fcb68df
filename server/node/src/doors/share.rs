use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError, Weak};
use std::task::Waker;
use std::time::Duration;

use actix_web::rt;
use actix_web::web::Bytes;
use futures_util::task::AtomicWaker;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, sleep, sleep_until, timeout};
use tokio_util::sync::{CancellationToken, DropGuard};

use super::wire::Wire;
use crate::limits::TooMany;

/// Requests that a connection may have open, served or waiting, for each one that is served at once.
const OPEN: usize = 8;

/// What one connection may have of the node. A request holds its place until the last byte of its answer is with the
/// system, so that whoever asks on and on and takes no answers (HTTP/2) gets no more than this.
pub(super) struct Share {
    places: Arc<Semaphore>,
    turns: Arc<Semaphore>,
    /// Answers that say there is no place; they may stay untaken too.
    refusals: Arc<Semaphore>,
    untaken: Arc<Untaken>,
    wire: Arc<Wire>,
    next: AtomicU64,
    /// Whoever watches the connection stops when it is gone.
    _watched: DropGuard,
}

impl Share {
    /// Of a connection on which so many requests are served at once, and which ends when an answer isn't taken for
    /// as long as `patience`.
    pub(super) fn new(at_once: usize, patience: Duration, wire: Wire) -> Self {
        let (wire, gone) = (Arc::new(wire), CancellationToken::new());
        let semaphore = |count: usize| Arc::new(Semaphore::new(count.min(Semaphore::MAX_PERMITS)));
        Self {
            places: semaphore(at_once.saturating_mul(OPEN)),
            turns: semaphore(at_once),
            refusals: semaphore(at_once),
            untaken: Arc::new(Untaken {
                since: Mutex::default(),
                patience,
                wire: Arc::downgrade(&wire),
                gone: gone.clone(),
            }),
            wire,
            next: AtomicU64::new(0),
            _watched: gone.drop_guard(),
        }
    }

    /// Takes a request in. Whoever has filled even the room for refusals loses the connection.
    pub(super) fn arrive(&self) -> Ticket {
        let place = Arc::clone(&self.places).try_acquire_owned().ok();
        let is_refused = place.is_none();
        let place = place.or_else(|| Arc::clone(&self.refusals).try_acquire_owned().ok());
        if place.is_none() {
            self.wire.end();
        }
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        if number == 0 {
            let watching = watch_wire(Arc::downgrade(&self.wire), self.untaken.patience);
            rt::spawn(self.untaken.gone.clone().run_until_cancelled_owned(watching));
        }
        Ticket(Arc::new(Held {
            number,
            is_refused,
            _place: place,
            turn: OnceLock::new(),
            pieces: AtomicUsize::new(0),
            waiting: AtomicWaker::new(),
            untaken: Arc::clone(&self.untaken),
        }))
    }

    /// Waits until the request is to be served: fewer are than may be, and what was answered before is being taken.
    ///
    /// # Errors
    /// [`TooMany`] when it has no place.
    pub(super) async fn turn(&self, ticket: &Ticket) -> Result<(), TooMany> {
        if ticket.0.is_refused {
            return Err(TooMany { retry_after: 1 });
        }
        if let Ok(turn) = Arc::clone(&self.turns).acquire_owned().await {
            let _ = ticket.0.turn.set(turn);
        }
        self.wire.has_room().await;
        Ok(())
    }

    /// The connection itself.
    pub(super) fn wire(&self) -> Arc<Wire> {
        Arc::clone(&self.wire)
    }
}

/// One request's part of its connection's share.
#[derive(Clone)]
pub(super) struct Ticket(Arc<Held>);

struct Held {
    number: u64,
    is_refused: bool,
    _place: Option<OwnedSemaphorePermit>,
    turn: OnceLock<OwnedSemaphorePermit>,
    /// Pieces of the answer that were handed over and aren't with the system yet.
    pieces: AtomicUsize,
    waiting: AtomicWaker,
    untaken: Arc<Untaken>,
}

impl Ticket {
    /// Pieces that were handed over and aren't with the system yet.
    pub(super) fn pieces(&self) -> usize {
        self.0.pieces.load(Ordering::Acquire)
    }

    /// Wakes the waker when one of them is.
    pub(super) fn wake_when_taken(&self, waker: &Waker) {
        self.0.waiting.register(waker);
    }

    /// The same bytes, which count until nobody holds them any more.
    pub(super) fn hand_over(&self, bytes: Bytes) -> Bytes {
        self.0.pieces.fetch_add(1, Ordering::AcqRel);
        self.0.untaken.handed(self.0.number);
        Bytes::from_owner(Piece {
            bytes,
            of: Ticket(Arc::clone(&self.0)),
        })
    }
}

struct Piece {
    bytes: Bytes,
    of: Ticket,
}

impl AsRef<[u8]> for Piece {
    fn as_ref(&self) -> &[u8] {
        &self.bytes
    }
}

impl Drop for Piece {
    fn drop(&mut self) {
        let held = &self.of.0;
        let was = held.pieces.fetch_sub(1, Ordering::AcqRel);
        held.untaken.taken(held.number, was == 1);
        held.waiting.wake();
    }
}

/// Answers of one connection of which something waits to be taken, and since when nothing of it was.
struct Untaken {
    since: Mutex<Since>,
    patience: Duration,
    wire: Weak<Wire>,
    gone: CancellationToken,
}

#[derive(Default)]
struct Since {
    answers: BTreeMap<u64, Instant>,
    is_watched: bool,
}

impl Untaken {
    fn handed(self: &Arc<Self>, number: u64) {
        let mut since = self.since();
        since.answers.entry(number).or_insert_with(Instant::now);
        if !std::mem::replace(&mut since.is_watched, true) {
            let wire = Weak::clone(&self.wire);
            let watching = watch_answers(Arc::downgrade(self), wire, self.patience);
            rt::spawn(self.gone.clone().run_until_cancelled_owned(watching));
        }
    }

    fn taken(&self, number: u64, all: bool) {
        let mut since = self.since();
        if all {
            since.answers.remove(&number);
        } else if let Some(at) = since.answers.get_mut(&number) {
            *at = Instant::now();
        }
    }

    /// The oldest; when there is none, nobody watches any more.
    fn oldest(&self) -> Option<Instant> {
        let mut since = self.since();
        let oldest = since.answers.values().min().copied();
        since.is_watched = oldest.is_some();
        oldest
    }

    fn since(&self) -> MutexGuard<'_, Since> {
        self.since.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Ends the connection when one of its answers isn't taken for as long as `patience`.
async fn watch_answers(untaken: Weak<Untaken>, wire: Weak<Wire>, patience: Duration) {
    let mut since = Instant::now();
    while since.elapsed() < patience {
        sleep_until(since + patience).await;
        match untaken.upgrade().and_then(|untaken| untaken.oldest()) {
            Some(oldest) => since = oldest,
            None => return,
        }
    }
    if let Some(wire) = wire.upgrade() {
        end_stalled(&wire);
    }
}

/// Ends the connection when the system gets rid of nothing for as long as `patience`. Its own time limit (RFC 5482)
/// begins anew with whatever the client sends, so that it can't be relied on.
async fn watch_wire(wire: Weak<Wire>, patience: Duration) {
    while let Some(wire) = wire.upgrade() {
        if wire.is_full() && timeout(patience, wire.has_room()).await.is_err() {
            return end_stalled(&wire);
        }
        drop(wire);
        sleep(patience).await;
    }
}

fn end_stalled(wire: &Wire) {
    tracing::info!("a connection that takes no answers is ended");
    wire.end();
}

#[cfg(test)]
mod tests {
    use tokio::net::{TcpListener, TcpStream};

    use super::*;
    use crate::doors::wire::Accepted;

    async fn share() -> Share {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let client = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
        let wire = Wire::of(&Accepted::of(&client).unwrap()).unwrap();
        Share::new(1, Duration::from_secs(3_600), wire)
    }

    #[actix_web::test]
    async fn whoever_takes_an_answer_bit_by_bit_is_not_stalled_and_takes_part_until_the_last_is_taken() {
        let share = share().await;
        let ticket = share.arrive();
        let first = ticket.hand_over(Bytes::from_static(b"a"));
        let second = ticket.hand_over(Bytes::from_static(b"b"));
        let since = share.untaken.oldest().unwrap();
        assert_eq!(share.untaken.oldest(), Some(since));
        drop(first);
        assert!(share.untaken.oldest().unwrap() > since);
        share.turn(&ticket).await.unwrap();
        drop(ticket);
        let other = share.arrive();
        assert!(futures_util::poll!(Box::pin(share.turn(&other))).is_pending());
        drop(second);
        assert_eq!(share.untaken.oldest(), None);
        assert!(futures_util::poll!(Box::pin(share.turn(&other))).is_ready());
    }

    #[actix_web::test]
    async fn of_what_is_beyond_the_places_no_more_is_refused_than_is_served() {
        let share = share().await;
        let held: Vec<_> = (0..OPEN).map(|_| share.arrive()).collect();
        let refused = share.arrive();
        assert_eq!(share.turn(&refused).await, Err(TooMany { retry_after: 1 }));
        assert_eq!(share.refusals.available_permits(), 0);
        assert!(share.turn(&share.arrive()).await.is_err());
        drop((held, refused));
        assert_eq!(share.turn(&share.arrive()).await, Ok(()));
    }

    #[actix_web::test]
    async fn nobody_watches_a_connection_that_is_gone() {
        let share = share().await;
        let (untaken, wire) = (Arc::clone(&share.untaken), share.wire());
        let watched = async || {
            // Whoever watches gets its turn.
            tokio::task::yield_now().await;
            (Arc::weak_count(&untaken), Arc::weak_count(&wire))
        };
        drop(share.arrive().hand_over(Bytes::from_static(b"a")));
        assert_eq!(watched().await, (1, 3));
        drop(share);
        assert_eq!(watched().await, (0, 1));
    }
}
