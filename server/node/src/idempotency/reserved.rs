use actix_web::HttpResponse;
use actix_web::web::{Bytes, Data};

use super::Ledger;
use super::ledger::Keyed;
use super::stored::Stored;

/// A key whose request is being done.
pub(super) struct Reserved {
    ledger: Data<Ledger>,
    keyed: Keyed,
}

impl Reserved {
    pub(super) fn new(ledger: Data<Ledger>, keyed: Keyed) -> Self {
        Self { ledger, keyed }
    }

    /// Keeps the answer for those who ask again.
    pub(super) async fn keep<B>(self, answer: &HttpResponse<B>, body: &Bytes) {
        let stored = Stored::of(answer, body);
        let status = answer.status().as_u16();
        if let Err(error) = self.ledger.finish(&self.keyed, status, stored).await {
            // It is done; who asks again under the key may have to wait until it counts as lost.
            tracing::error!(error = %error, "an answer couldn't be kept under its idempotency key");
        }
    }

    /// Whoever asks again has it done again.
    pub(super) async fn give_back(self) {
        if let Err(error) = self.ledger.abandon(&self.keyed).await {
            tracing::error!(error = %error, "an idempotency key couldn't be given back");
        }
    }
}

/// A key that is given back also when the caller goes away in the midst of its answer.
pub(super) struct Leaving(Option<Reserved>);

impl Leaving {
    pub(super) fn of(reserved: Reserved) -> Self {
        Self(Some(reserved))
    }

    pub(super) async fn give_back(mut self) {
        if let Some(reserved) = self.0.take() {
            reserved.give_back().await;
        }
    }
}

impl Drop for Leaving {
    fn drop(&mut self) {
        if let Some(reserved) = self.0.take() {
            let threads = reserved.ledger.threads().clone();
            threads.spawn(reserved.give_back());
        }
    }
}
