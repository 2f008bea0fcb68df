//! The one way from async code to blocking work: the store behind a bounded number of threads, and a CPU
//! pool sized to the cores. No connection is held across an await.

use std::sync::Arc;

use lianfang_store::{Store, StoreError};
use tokio::sync::Semaphore;

use crate::FlowError;

/// Store calls and CPU work, both bounded.
#[derive(Clone)]
pub(crate) struct Gateway {
    store: Store,
    calls: Arc<Semaphore>,
    cores: Arc<Semaphore>,
}

impl Gateway {
    pub(crate) fn new(store: Store, calls: usize) -> Self {
        let cores = std::thread::available_parallelism().map_or(2, usize::from);
        Self {
            store,
            calls: Arc::new(Semaphore::new(calls)),
            cores: Arc::new(Semaphore::new(cores)),
        }
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
        tokio::task::spawn_blocking(move || {
            let _permit = permit;
            call(&store)
        })
        .await
        .map_err(|_| FlowError::Internal("a store call panicked"))
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
        tokio::task::spawn_blocking(move || {
            let _permit = permit;
            work()
        })
        .await
        .map_err(|_| FlowError::Internal("a computation panicked"))
    }
}
