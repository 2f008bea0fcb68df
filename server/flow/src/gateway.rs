//! The one way from async code to blocking work: the store behind a bounded number of threads, and a CPU
//! pool sized to the cores. No connection is held across an await.

use std::sync::Arc;

use lianfang_store::{Store, StoreError, StoreFigures};
use tokio::runtime::Handle;
use tokio::sync::Semaphore;
use tokio::task::JoinHandle;
use tracing::Instrument as _;

use crate::FlowError;

/// Store calls and CPU work, both bounded.
#[derive(Clone)]
pub(crate) struct Gateway {
    store: Store,
    /// Where the blocking threads are. Every worker of a door is a runtime with such threads of its own, which would keep
    /// memory for as many times the work.
    threads: Handle,
    calls: Arc<Semaphore>,
    cores: Arc<Semaphore>,
    /// How many cores there are.
    width: usize,
}

impl Gateway {
    pub(crate) fn new(store: Store, calls: usize) -> Self {
        let cores = std::thread::available_parallelism().map_or(2, usize::from);
        Self {
            store,
            threads: Handle::current(),
            calls: Arc::new(Semaphore::new(calls)),
            cores: Arc::new(Semaphore::new(cores)),
            width: cores,
        }
    }

    /// What the calls of the store have cost.
    pub(crate) fn figures(&self) -> StoreFigures {
        self.store.figures()
    }

    /// How many computations run at once.
    pub(crate) fn width(&self) -> usize {
        self.width
    }

    /// Runs `call` on a blocking thread with the store.
    pub(crate) async fn store<T: Send + 'static>(
        &self,
        call: impl FnOnce(&Store) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, FlowError> {
        self.raw(move |store| call(store).map_err(FlowError::from))
            .await?
    }

    /// Runs a call that the store promises to answer without waiting, or not at all. It is shorter than the way to a
    /// blocking thread and back.
    pub(crate) fn at_once<T>(
        &self,
        call: impl FnOnce(&Store) -> Option<Result<T, StoreError>>,
    ) -> Option<Result<T, StoreError>> {
        call(&self.store)
    }

    /// Like [`Gateway::store`], for calls with an error of their own.
    pub(crate) async fn raw<T: Send + 'static>(
        &self,
        call: impl FnOnce(&Store) -> T + Send + 'static,
    ) -> Result<T, FlowError> {
        let permit = Arc::clone(&self.calls)
            .acquire_owned()
            .await
            .map_err(|_| FlowError::Internal("store closed"))?;
        let store = self.store.clone();
        let call = move || {
            let _permit = permit;
            call(&store)
        };
        self.threads
            .spawn_blocking(call)
            .await
            .map_err(|_| FlowError::Internal("a store call panicked"))
    }

    /// Runs `work` to its end although the caller may go away. A store call does that by itself; without this, what has to
    /// follow its commit would be lost with a request that is dropped.
    pub(crate) async fn to_the_end<T: Send + 'static>(
        &self,
        work: impl Future<Output = Result<T, FlowError>> + Send + 'static,
    ) -> Result<T, FlowError> {
        self.threads
            .spawn(work.in_current_span())
            .await
            .map_err(|_| FlowError::Internal("what follows a store call ended early"))?
    }

    /// Begins `work`, which nobody waits for.
    pub(crate) fn begin(&self, work: impl Future<Output = ()> + Send + 'static) -> JoinHandle<()> {
        self.threads.spawn(work.in_current_span())
    }

    /// Runs `work` on a blocking thread, no more at once than there are cores.
    pub(crate) async fn compute<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, FlowError> {
        let permit = Arc::clone(&self.cores)
            .acquire_owned()
            .await
            .map_err(|_| FlowError::Internal("pool closed"))?;
        let work = move || {
            let _permit = permit;
            work()
        };
        self.threads
            .spawn_blocking(work)
            .await
            .map_err(|_| FlowError::Internal("a computation panicked"))
    }

    /// Does the same to each of `items`, on all cores; results are in the order of the items.
    pub(crate) async fn compute_each<T: Send + 'static, R: Send + 'static>(
        &self,
        items: Vec<T>,
        work: impl Fn(T) -> R + Send + Sync + 'static,
    ) -> Result<Vec<R>, FlowError> {
        /// Fewer aren't worth a thread.
        const LEAST: usize = 32;
        let (work, count) = (Arc::new(work), items.len());
        let share = count.div_ceil(self.width).max(LEAST);
        let mut rest = items.into_iter();
        let shares = (0..count.div_ceil(share)).map(|_| {
            let (share, work) = (rest.by_ref().take(share).collect::<Vec<_>>(), Arc::clone(&work));
            self.compute(move || share.into_iter().map(|item| work(item)).collect::<Vec<_>>())
        });
        let done = futures_util::future::try_join_all(shares.collect::<Vec<_>>()).await?;
        Ok(done.into_iter().flatten().collect())
    }
}

#[cfg(test)]
mod tests {
    use lianfang_store::testing::{Backend, TestDatabase};

    use super::*;

    #[tokio::test]
    async fn results_are_in_the_order_of_the_items_however_many_there_are() {
        let database = TestDatabase::on(Backend::Sqlite);
        let gateway = Gateway::new(database.store().clone(), 1);
        for count in [0_u32, 1, 31, 32, 33, 1_000] {
            let doubled = gateway
                .compute_each((0..count).collect(), |item: u32| item * 2)
                .await
                .unwrap();
            assert!(doubled.into_iter().eq((0..count).map(|item| item * 2)));
        }
    }
}
