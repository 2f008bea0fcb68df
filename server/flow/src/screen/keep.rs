//! Answers are kept before they are given. Those that end together are written together: one commit, however many wait.

use std::sync::{Arc, Mutex, PoisonError};

use lianfang_store::{AuditRow, ScreeningRow, StoreError};
use tokio::sync::oneshot;

use crate::FlowError;
use crate::gateway::Gateway;

struct Waiting {
    screening: ScreeningRow,
    audit: AuditRow,
    done: oneshot::Sender<Result<(), StoreError>>,
}

/// Screenings on their way into the store.
#[derive(Default)]
pub(crate) struct Journal {
    waiting: Mutex<Vec<Waiting>>,
    writing: Arc<tokio::sync::Mutex<()>>,
}

impl Journal {
    /// Returns once the answer is stored.
    pub(super) async fn keep(
        self: &Arc<Self>,
        gateway: &Gateway,
        screening: ScreeningRow,
        audit: AuditRow,
    ) -> Result<(), FlowError> {
        let (done, stored) = oneshot::channel();
        let mine = Waiting {
            screening,
            audit,
            done,
        };
        self.lock().push(mine);
        // A task of its own, because the caller may go away while others rely on this commit.
        let (journal, gateway) = (Arc::clone(self), gateway.clone());
        tokio::spawn(async move { journal.write(&gateway).await });
        match stored.await {
            Ok(stored) => Ok(stored?),
            Err(_) => Err(FlowError::Internal("a screening couldn't be kept")),
        }
    }

    async fn write(&self, gateway: &Gateway) {
        let _writing = self.writing.lock().await;
        let batch = std::mem::take(&mut *self.lock());
        if batch.is_empty() {
            return;
        }
        let (rows, done): (Vec<_>, Vec<_>) = batch
            .into_iter()
            .map(|waiting| ((waiting.screening, waiting.audit), waiting.done))
            .unzip();
        let stored = gateway.raw(move |store| store.keep_screenings(rows)).await;
        let stored = stored.unwrap_or(Err(StoreError::Unavailable));
        if let Err(error) = &stored {
            tracing::error!(error = %error, "screenings couldn't be kept");
        }
        for done in done {
            // Whoever went away doesn't wait for the outcome.
            let _ = done.send(stored);
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Vec<Waiting>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
