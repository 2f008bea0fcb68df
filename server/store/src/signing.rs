use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;
use std::thread;

use crate::chain::PlacedEvent;
use crate::{EventSealer, EventSignature, StoreError};

/// Events that one thread signs at once; fewer altogether aren't worth a thread.
const SHARE: usize = 32;

/// Signatures of some events, in order.
type Signed = Result<Vec<EventSignature>, StoreError>;

/// Signs events on all cores while `work` writes what needs no signature; it is handed the signatures in order as they
/// come. No signature depends on another, and the database needn't wait for the last of them.
pub(crate) fn while_signing<T>(
    events: &[PlacedEvent],
    sealer: &dyn EventSealer,
    work: impl FnOnce(&mut dyn Iterator<Item = Signed>) -> Result<T, StoreError>,
) -> Result<T, StoreError> {
    if events.len() < SHARE {
        return work(&mut std::iter::once_with(|| sign_each(events, sealer)));
    }
    let shares: Vec<_> = events.chunks(SHARE).collect();
    let signers = thread::available_parallelism()
        .map_or(1, usize::from)
        .min(shares.len());
    let next = AtomicUsize::new(0);
    thread::scope(|scope| {
        let (give, take) = mpsc::channel();
        for _ in 0..signers {
            let (give, next, shares) = (give.clone(), &next, &shares);
            scope.spawn(move || {
                while let Some((place, share)) = claim(next, shares) {
                    // Nobody takes it when the work has failed.
                    if give.send((place, sign_each(share, sealer))).is_err() {
                        break;
                    }
                }
            });
        }
        drop(give);
        work(&mut InOrder {
            take,
            early: BTreeMap::new(),
            next: 0,
        })
    })
}

fn claim<'a>(next: &AtomicUsize, shares: &[&'a [PlacedEvent]]) -> Option<(usize, &'a [PlacedEvent])> {
    let place = next.fetch_add(1, Ordering::Relaxed);
    Some((place, *shares.get(place)?))
}

/// What several threads finish in any order, in order.
struct InOrder {
    take: mpsc::Receiver<(usize, Signed)>,
    early: BTreeMap<usize, Signed>,
    next: usize,
}

impl Iterator for InOrder {
    type Item = Signed;

    fn next(&mut self) -> Option<Signed> {
        loop {
            if let Some(signed) = self.early.remove(&self.next) {
                self.next += 1;
                return Some(signed);
            }
            let (place, signed) = self.take.recv().ok()?;
            self.early.insert(place, signed);
        }
    }
}

fn sign_each(events: &[PlacedEvent], sealer: &dyn EventSealer) -> Signed {
    events.iter().map(|event| event.sign(sealer)).collect()
}
