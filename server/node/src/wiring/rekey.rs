use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use lianfang_flow::{Actor, FileError, FlowError, Node};
use tokio::runtime::Handle;
use tokio_util::sync::CancellationToken;
use tracing::Instrument as _;

use crate::data::{DataFolder, FolderError};
use crate::durable::step;

/// Rows sealed anew between two looks at whether the node stops.
const PART: usize = 2_000;

/// Changes the data key: keeps a new one, lets the node seal everything anew with it, and removes old ones that nothing
/// needs any more. Wherever it stops, it goes on at the next start.
pub struct Rekeying {
    node: Arc<Node>,
    folder: DataFolder,
    runtime: Handle,
    changing: tokio::sync::Mutex<()>,
    /// Rows may wait to be sealed anew.
    waiting: AtomicBool,
}

impl Rekeying {
    /// For `node`, whose keys are in `folder`. Wants the runtime that outlives every request.
    pub fn new(node: Arc<Node>, folder: DataFolder) -> Self {
        Self {
            node,
            folder,
            runtime: Handle::current(),
            changing: tokio::sync::Mutex::default(),
            waiting: AtomicBool::new(true),
        }
    }

    /// Seals with a new key from now on, also when the caller goes away. What is sealed already waits for
    /// [`Rekeying::go_on`].
    ///
    /// # Errors
    /// [`FlowError`]; the key before stays in force then, or the next call finds the new one in force.
    pub async fn begin(self: &Arc<Self>, actor: &Actor) -> Result<(), FlowError> {
        let (rekeying, actor) = (Arc::clone(self), actor.clone());
        let change = async move { rekeying.change(&actor).await };
        let changed = self.runtime.spawn(change.in_current_span()).await;
        changed.map_err(|_| FlowError::Internal("a task was lost"))?
    }

    async fn change(&self, actor: &Actor) -> Result<(), FlowError> {
        let _alone = self.changing.lock().await;
        self.settle().await?;
        let in_force = self.node.data_key();
        let key = self
            .on_folder(move |folder| folder.make_data_key(in_force))
            .await?;
        step("data_key_kept");
        self.node.put_data_key_in_force(actor, key).await?;
        self.waiting.store(true, Ordering::SeqCst);
        Ok(())
    }

    /// Puts the key in force that the database names: an answer may have been lost, or another process has changed it.
    async fn settle(&self) -> Result<(), FlowError> {
        let Some(number) = self.node.noted_data_key().await? else {
            return Ok(());
        };
        let key = self.on_folder(move |folder| folder.data_key(number)).await?;
        self.node.take_up_data_key(key).await?;
        self.waiting.store(true, Ordering::SeqCst);
        Ok(())
    }

    /// Seals a part of what waits anew and removes keys that nothing needs. Returns how many rows it was.
    ///
    /// # Errors
    /// [`FlowError`]; nothing is lost then, and the same call goes on.
    pub async fn go_on(&self) -> Result<usize, FlowError> {
        let _alone = self.changing.lock().await;
        self.settle().await?;
        if !self.node.keeps_older_data_keys() {
            return Ok(0);
        }
        if self.waiting.load(Ordering::SeqCst) {
            let resealed = self.node.reseal(PART).await?;
            self.waiting.store(resealed > 0, Ordering::SeqCst);
            return Ok(resealed);
        }
        let Some(spent) = self.node.spent_data_keys().await? else {
            return Ok(0);
        };
        // What was sealed just before the key changed may have been written after everything was looked at.
        self.waiting.store(spent.is_empty(), Ordering::SeqCst);
        for number in spent {
            self.on_folder(move |folder| folder.remove_data_key(number))
                .await?;
            step("data_key_removed");
            self.node.forget_data_key(number).await?;
            tracing::info!(data_key.number = number, "an old data key is removed");
        }
        Ok(0)
    }

    /// Goes on every `interval`, the first time at once, until `stop`.
    pub(super) async fn run(self: Arc<Self>, interval: Duration, stop: CancellationToken) {
        let mut interval = tokio::time::interval(interval);
        loop {
            tokio::select! {
                () = stop.cancelled() => return,
                _ = interval.tick() => self.all(&stop).await,
            }
        }
    }

    async fn all(&self, stop: &CancellationToken) {
        while !stop.is_cancelled() {
            match self.go_on().await {
                Ok(0) => return,
                Ok(_) => {}
                Err(error) => {
                    tracing::error!(error = %error, "the change of the data key can't go on");
                    return;
                }
            }
        }
    }

    async fn on_folder<T: Send + 'static>(
        &self,
        call: impl FnOnce(&DataFolder) -> Result<T, FolderError> + Send + 'static,
    ) -> Result<T, FlowError> {
        let folder = self.folder.clone();
        let done = tokio::task::spawn_blocking(move || call(&folder)).await;
        let lost = || FlowError::Internal("a task was lost");
        done.map_err(|_| lost())?.map_err(|error| {
            tracing::error!(error = %error, "a data key's file");
            match error.io() {
                Some(error) => FlowError::Files(FileError::from(error)),
                None => FlowError::Internal("a data key's file can't be written or removed"),
            }
        })
    }
}
