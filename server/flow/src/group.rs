//! Store calls that are made together: whoever asks while one is under way is served with the next, all of them in one
//! transaction.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use lianfang_store::{Store, StoreError};
use tokio::sync::oneshot;

use crate::FlowError;
use crate::gateway::Gateway;

/// Items of one call at most.
const MOST: usize = 256;

/// One result for each item, in order.
type Work<T, R> = fn(&Store, Vec<T>) -> Result<Vec<R>, StoreError>;
type Outcome<R> = Result<R, StoreError>;

/// Items on their way to one kind of store call.
pub(crate) struct Group<T, R> {
    work: Work<T, R>,
    waiting: Mutex<Waiting<T, R>>,
}

struct Waiting<T, R> {
    items: Vec<(T, oneshot::Sender<Outcome<R>>)>,
    /// Somebody sees to them.
    is_served: bool,
}

impl<T: Send + 'static, R: Send + 'static> Group<T, R> {
    pub(crate) fn new(work: Work<T, R>) -> Arc<Self> {
        let waiting = Waiting {
            items: Vec::new(),
            is_served: false,
        };
        Arc::new(Self {
            work,
            waiting: Mutex::new(waiting),
        })
    }

    /// The result for `item`, once the call it was part of has returned.
    pub(crate) async fn call(self: &Arc<Self>, gateway: &Gateway, item: T) -> Result<R, FlowError> {
        let (done, outcome) = oneshot::channel();
        if self.add(item, done) {
            // A task of its own, because this caller may go away while others rely on the call.
            let (group, gateway) = (Arc::clone(self), gateway.clone());
            tokio::spawn(async move { group.serve(&gateway).await });
        }
        let outcome = outcome.await;
        Ok(outcome.map_err(|_| FlowError::Internal("a store call ended early"))??)
    }

    /// Returns whether nobody sees to the items yet.
    fn add(&self, item: T, done: oneshot::Sender<Outcome<R>>) -> bool {
        let mut waiting = self.lock();
        waiting.items.push((item, done));
        !std::mem::replace(&mut waiting.is_served, true)
    }

    async fn serve(&self, gateway: &Gateway) {
        while let Some(batch) = self.next() {
            let (items, done): (Vec<_>, Vec<_>) = batch.into_iter().unzip();
            let work = self.work;
            let outcome = gateway.raw(move |store| work(store, items)).await;
            let outcomes: Vec<Outcome<R>> = match outcome {
                Ok(Ok(results)) => results.into_iter().map(Ok).collect(),
                Ok(Err(error)) => {
                    tracing::error!(error = %error, calls = done.len(), "store calls failed");
                    done.iter().map(|_| Err(error)).collect()
                }
                // Whoever waits is told by the channel's end.
                Err(_) => continue,
            };
            for (done, outcome) in done.into_iter().zip(outcomes) {
                // Whoever went away doesn't wait for the outcome.
                let _ = done.send(outcome);
            }
        }
    }

    fn next(&self) -> Option<Vec<(T, oneshot::Sender<Outcome<R>>)>> {
        let mut waiting = self.lock();
        if waiting.items.is_empty() {
            waiting.is_served = false;
            return None;
        }
        let count = waiting.items.len().min(MOST);
        Some(waiting.items.drain(..count).collect())
    }

    fn lock(&self) -> MutexGuard<'_, Waiting<T, R>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
