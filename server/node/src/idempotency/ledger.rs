use std::sync::Arc;
use std::time::Duration;

use lianfang_domain::Clock;
use lianfang_encoding::Transcript;
use lianfang_flow::RequestName;
use lianfang_store::{DataKeys, Idempotency, IdempotentRequest, Store, StoreError};
use rand_core::OsRng;
use tokio::runtime::Handle;

use super::stored::Stored;

const LIFE: Duration = Duration::from_secs(24 * 3_600);
/// A request that hasn't ended after this was lost with its process.
const LOST: Duration = Duration::from_secs(600);
const TABLE: &str = "idempotency_keys";
/// How often an answer is tried to be kept: a connection that was cut costs an attempt.
const ATTEMPTS: u32 = 3;

/// The keys that were used, with the answers, sealed.
#[derive(Clone)]
pub struct Ledger {
    store: Store,
    data: DataKeys,
    clock: Arc<dyn Clock>,
    /// Where the store is called: the workers of a door have threads of their own.
    threads: Handle,
}

/// A request under a key.
#[derive(Debug, Clone)]
pub(super) struct Keyed {
    pub(super) actor: String,
    pub(super) key: String,
    /// Method and path.
    pub(super) route: String,
}

/// What is known of a key.
pub enum Known {
    /// Nothing: do it.
    Fresh,
    /// It was done: this is the answer.
    Done(u16, Vec<u8>),
    /// It is being done.
    InProgress,
    /// It was used for something else.
    Mismatch,
}

impl Ledger {
    /// A ledger in `store`, sealed under `data`. Calls the store on threads of this runtime.
    ///
    /// # Panics
    /// Outside a runtime.
    pub fn new(store: Store, data: DataKeys, clock: Arc<dyn Clock>) -> Self {
        Self {
            store,
            data,
            clock,
            threads: Handle::current(),
        }
    }

    pub(super) async fn begin(&self, keyed: &Keyed, body: &[u8]) -> Result<Known, StoreError> {
        let (keyed, hash, now) = (keyed.clone(), self.hash(&keyed.route, body), self.clock.now());
        let known = self
            .on_store(move |store| {
                let request = IdempotentRequest {
                    actor: &keyed.actor,
                    key: &keyed.key,
                    route: &keyed.route,
                    body_hash: &hash,
                };
                store.begin_idempotent(request, now, now + LIFE, now - LOST)
            })
            .await?;
        Ok(match known {
            Idempotency::Fresh => Known::Fresh,
            Idempotency::Replay { status, response } => Known::Done(status, response),
            Idempotency::InProgress => Known::InProgress,
            Idempotency::Mismatch => Known::Mismatch,
        })
    }

    /// What the request is known by, now and when it is sent again.
    pub(super) fn name(&self, keyed: &Keyed, body: &[u8]) -> RequestName {
        let name = Transcript::new("lianfang/request-name/v1")
            .bytes(self.data.hashing().as_ref())
            .bytes(keyed.actor.as_bytes())
            .bytes(keyed.key.as_bytes())
            .bytes(keyed.route.as_bytes())
            .bytes(body)
            .sha256();
        RequestName::new(name)
    }

    pub(super) async fn finish(&self, keyed: &Keyed, status: u16, answer: Stored) -> Result<(), StoreError> {
        let sealed = self.seal(keyed, &answer)?;
        drop(answer);
        let keyed = keyed.clone();
        self.on_store(move |store| {
            let keep = || store.finish_idempotent(&keyed.actor, &keyed.key, status, &sealed);
            (1..ATTEMPTS).fold(keep(), |kept, _| kept.or_else(|_| keep()))
        })
        .await
    }

    pub(super) async fn abandon(&self, keyed: &Keyed) -> Result<(), StoreError> {
        let keyed = keyed.clone();
        self.on_store(move |store| store.abandon_idempotent(&keyed.actor, &keyed.key))
            .await
    }

    /// Where work goes on that nobody waits for.
    pub(super) fn threads(&self) -> &Handle {
        &self.threads
    }

    fn seal(&self, keyed: &Keyed, answer: &Stored) -> Result<Vec<u8>, StoreError> {
        let plain = serde_json::to_vec(answer).map_err(|_| StoreError::Corrupt)?;
        self.data
            .seal(TABLE, &row(keyed), &plain, &mut OsRng)
            .map_err(|_| StoreError::Sealing)
    }

    pub(super) fn open(&self, keyed: &Keyed, sealed: &[u8]) -> Result<Stored, StoreError> {
        let plain = self
            .data
            .open(TABLE, &row(keyed), sealed)
            .map_err(|_| StoreError::Corrupt)?;
        serde_json::from_slice(&plain).map_err(|_| StoreError::Corrupt)
    }

    /// Bodies hold identifiers, which a plain hash would give away.
    fn hash(&self, route: &str, body: &[u8]) -> [u8; 32] {
        let secret = self.data.hashing();
        Transcript::new("lianfang/idempotency/v1")
            .bytes(secret.as_ref())
            .bytes(route.as_bytes())
            .bytes(body)
            .sha256()
    }

    async fn on_store<T: Send + 'static>(
        &self,
        call: impl FnOnce(&Store) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let store = self.store.clone();
        self.threads
            .spawn_blocking(move || call(&store))
            .await
            .unwrap_or(Err(StoreError::Unavailable))
    }
}

fn row(keyed: &Keyed) -> Vec<u8> {
    Transcript::new("lianfang/idempotency-row/v1")
        .bytes(keyed.actor.as_bytes())
        .bytes(keyed.key.as_bytes())
        .finish()
}
