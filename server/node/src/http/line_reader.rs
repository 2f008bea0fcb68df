//! Takes the body of a batch apart into lines while it arrives.

use std::sync::Arc;
use std::time::Duration;

use actix_web::dev::Payload;
use futures_util::StreamExt as _;
use lianfang_wire::{Problem, ProblemType};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc};
use tokio::time::{Instant, timeout_at};

use super::body;
use crate::config::Limits;
use crate::problem::Failure;

/// Bytes of lines that wait for the node.
pub(super) const WAITING_BYTES: usize = 8 * 1024 * 1024;

/// A line as it was sent, or why there is none; nothing follows what ends the body.
pub(super) struct Raw {
    pub(super) number: u64,
    pub(super) text: Result<Vec<u8>, Problem>,
    pub(super) ends: bool,
    _room: Option<OwnedSemaphorePermit>,
}

pub(super) struct Reader {
    payload: Payload,
    to: mpsc::Sender<Raw>,
    room: Arc<Semaphore>,
    line_bytes: usize,
    batch_bytes: usize,
    patience: Duration,
    /// When the whole batch has to be there.
    end: Instant,
    text: Vec<u8>,
    is_too_long: bool,
    number: u64,
    taken: usize,
}

/// Nobody waits for the lines any more.
struct Gone;

impl Reader {
    pub(super) fn of(payload: Payload, limits: &Limits, to: mpsc::Sender<Raw>) -> Self {
        Self {
            payload,
            to,
            room: Arc::new(Semaphore::new(WAITING_BYTES)),
            line_bytes: limits.body_bytes,
            batch_bytes: limits.batch_bytes,
            patience: limits.body(),
            end: Instant::now() + limits.batch(),
            text: Vec::new(),
            is_too_long: false,
            number: 1,
            taken: 0,
        }
    }

    pub(super) async fn run(mut self) {
        let problem = match self.read().await {
            Ok(Err(failure)) => failure.problem().clone(),
            Ok(Ok(())) | Err(Gone) => return,
        };
        let last = Raw {
            number: self.number,
            text: Err(problem),
            ends: true,
            _room: None,
        };
        // Whoever has gone needs no reason.
        let _ = self.to.send(last).await;
    }

    /// A line that is cut off by the end of the connection isn't one. The time counts from line to line, and not while
    /// the node is behind.
    async fn read(&mut self) -> Result<Result<(), Failure>, Gone> {
        let mut deadline = Instant::now() + self.patience;
        loop {
            let Ok(next) = timeout_at(deadline.min(self.end), self.payload.next()).await else {
                return Ok(Err(Failure::new(ProblemType::Timeout)));
            };
            let bytes = match next {
                None => {
                    self.end_line().await?;
                    return Ok(Ok(()));
                }
                Some(Err(error)) => return Ok(Err(body::interrupted(&error, self.batch_bytes))),
                Some(Ok(bytes)) => bytes,
            };
            self.taken += bytes.len();
            if self.taken > self.batch_bytes {
                return Ok(Err(body::too_large(self.batch_bytes)));
            }
            for piece in bytes.split_inclusive(|byte| *byte == b'\n') {
                self.append(piece);
                if piece.ends_with(b"\n") {
                    self.end_line().await?;
                    deadline = Instant::now() + self.patience;
                }
            }
        }
    }

    fn append(&mut self, piece: &[u8]) {
        self.is_too_long |= self.text.len() + piece.len() > self.line_bytes + 1;
        if self.is_too_long {
            self.text = Vec::new();
        } else {
            self.text.extend_from_slice(piece);
        }
    }

    async fn end_line(&mut self) -> Result<(), Gone> {
        let (text, number) = (std::mem::take(&mut self.text), self.number);
        self.number += 1;
        let is_too_long = std::mem::take(&mut self.is_too_long);
        if !is_too_long && text.trim_ascii().is_empty() {
            return Ok(());
        }
        let wanted = u32::try_from(text.len().clamp(1, WAITING_BYTES)).unwrap_or(1);
        let room = Arc::clone(&self.room).acquire_many_owned(wanted).await;
        let text = match is_too_long {
            true => {
                let detail = format!("A line has at most {} bytes.", self.line_bytes);
                Err(Problem::new(ProblemType::TooLarge).detail(detail))
            }
            false => Ok(text),
        };
        let raw = Raw {
            number,
            text,
            ends: false,
            _room: room.ok(),
        };
        self.to.send(raw).await.map_err(|_| Gone)
    }
}
