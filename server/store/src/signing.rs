use std::panic::resume_unwind;
use std::thread;

use crate::chain::PlacedEvent;
use crate::{EventSealer, EventSignature, StoreError};

/// Fewer events than this aren't worth a thread.
const WORTH_A_THREAD: usize = 16;

/// Signs events on all cores, in order of the result, while this thread does something else: no signature depends
/// on another, and the database needn't wait for them to take in the entries.
pub(crate) fn sign_during<T>(
    events: &[PlacedEvent],
    sealer: &dyn EventSealer,
    meanwhile: impl FnOnce() -> Result<T, StoreError>,
) -> Result<(Vec<EventSignature>, T), StoreError> {
    if events.len() < WORTH_A_THREAD {
        return Ok((sign_each(events, sealer)?, meanwhile()?));
    }
    let cores = thread::available_parallelism().map_or(1, usize::from);
    let share = events.len().div_ceil(cores).max(WORTH_A_THREAD);
    thread::scope(|scope| {
        let signers: Vec<_> = events
            .chunks(share)
            .map(|share| scope.spawn(|| sign_each(share, sealer)))
            .collect();
        let done = meanwhile()?;
        let mut signatures = Vec::with_capacity(events.len());
        for signer in signers {
            signatures.extend(signer.join().unwrap_or_else(|panic| resume_unwind(panic))?);
        }
        Ok((signatures, done))
    })
}

fn sign_each(events: &[PlacedEvent], sealer: &dyn EventSealer) -> Result<Vec<EventSignature>, StoreError> {
    events.iter().map(|event| event.sign(sealer)).collect()
}
