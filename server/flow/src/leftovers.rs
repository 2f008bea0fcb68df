//! Files of digests that no list needs: what a newer base took the place of, and what transfers and refusals left behind.
//! How long heads live is their publisher's word, and so none about this node's disk.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use lianfang_digest::{SHARD, SignedHead};
use lianfang_encoding::Timestamp;
use lianfang_store::Store;

use crate::bodies::Bodies;
use crate::{FlowError, Node};

/// A file is kept for so long from when it was first found to be in no list: others may be fetching it, and a transfer may
/// be gone on with.
const GRACE: Duration = Duration::from_secs(3_600);
/// Beyond so many bytes the oldest go before their time.
const MOST: u64 = 1 << 30;
/// The folder is looked through so often, and sooner when so much has come.
const INTERVAL: Duration = Duration::from_secs(600);
const MUCH: u64 = 1 << 28;

/// What is known of them; a restart begins anew.
#[derive(Default)]
pub(crate) struct Leftovers(Mutex<State>);

#[derive(Default)]
struct State {
    /// By hash: what is about to be in a list, however often.
    reserved: HashMap<String, usize>,
    /// Files that were in no list, and since when.
    unnamed: HashMap<String, Timestamp>,
    swept_at: Option<Timestamp>,
    come: u64,
}

/// Keeps files while a list is about to name them.
pub(crate) struct Reserved {
    leftovers: Arc<Leftovers>,
    names: Vec<String>,
}

impl Node {
    /// Removes what has been left over for long enough, when it is time to look.
    pub(crate) async fn sweep_leftovers(&self) {
        let now = self.now();
        if !self.leftovers.is_due(now) {
            return;
        }
        let (bodies, leftovers) = (self.bodies.clone(), Arc::clone(&self.leftovers));
        let swept = self
            .gateway
            .raw(move |store| sweep(store, &bodies, &leftovers, now))
            .await;
        if let Err(error) = swept.and_then(|swept| swept) {
            tracing::warn!(error = %error, "what digests left over couldn't be swept; the next run tries again");
        }
    }
}

fn sweep(store: &Store, bodies: &Bodies, leftovers: &Leftovers, now: Timestamp) -> Result<(), FlowError> {
    // What comes after this is left to the next time.
    let files = bodies.files()?;
    let named = named(store)?;
    // What a transfer left behind is in no list, though a list names the body: whoever goes on with it reserves it.
    let unnamed = files.into_iter().filter(|(file, _)| !named.contains(file));
    for file in leftovers.outlived(unnamed.collect(), now) {
        leftovers.unless_reserved(&file, || bodies.remove_file(&file));
    }
    Ok(())
}

/// The bodies of every list, and their shard tables where they have one.
fn named(store: &Store) -> Result<HashSet<String>, FlowError> {
    let bodies = store.live_bodies()?.into_iter().map(hex::encode);
    let tables = store.live_heads_longer_than(SHARD as u64)?.into_iter();
    let tables = tables.filter_map(|row| SignedHead::decode(&row.head).ok());
    let tables = tables.map(|head| hex::encode(head.header().body.shard_table));
    Ok(bodies.chain(tables).collect())
}

/// The hash that a file is named by, whoever's transfer it may be a part of.
fn stem(file: &str) -> &str {
    file.split_once('.').map_or(file, |(hash, _)| hash)
}

fn is_hash(name: &str) -> bool {
    name.len() == 64 && name.bytes().all(|byte| byte.is_ascii_hexdigit())
}

impl Leftovers {
    /// Keeps the files of these hashes until what is returned is dropped; from then on they count as new.
    pub(crate) fn reserve(self: &Arc<Self>, hashes: impl IntoIterator<Item = [u8; 32]>) -> Reserved {
        let names: Vec<_> = hashes.into_iter().map(hex::encode).collect();
        let mut state = self.state();
        for name in &names {
            *state.reserved.entry(name.clone()).or_default() += 1;
        }
        drop(state);
        Reserved {
            leftovers: Arc::clone(self),
            names,
        }
    }

    /// Notes that so many bytes have been written.
    pub(crate) fn come(&self, bytes: usize) {
        self.state().come += bytes as u64;
    }

    fn is_due(&self, now: Timestamp) -> bool {
        let mut state = self.state();
        let waits = |swept: Timestamp| swept <= now && now < swept + INTERVAL;
        let due = state.come >= MUCH || !state.swept_at.is_some_and(waits);
        if due {
            (state.swept_at, state.come) = (Some(now), 0);
        }
        due
    }

    /// Notes which files are in no list, and returns those of them whose time is over. A file that is seen for the first time
    /// never is: a list may have come to name it since somebody looked.
    fn outlived(&self, files: Vec<(String, u64)>, now: Timestamp) -> Vec<String> {
        let mut state = self.state();
        let before = std::mem::take(&mut state.unnamed);
        let mut seen: Vec<_> = files
            .into_iter()
            .filter(|(file, _)| !state.reserved.contains_key(stem(file)))
            .map(|(file, length)| (before.get(&file).copied(), file, length))
            .collect();
        let since = seen
            .iter()
            .map(|(since, file, _)| (file.clone(), since.unwrap_or(now)));
        state.unnamed = since.collect();
        drop(state);
        // Newest first: those seen just now, and then back in time.
        seen.sort_unstable_by_key(|(since, ..)| std::cmp::Reverse(since.unwrap_or(Timestamp::MAX)));
        let mut bytes = 0_u64;
        let outlived = seen.into_iter().filter_map(|(since, file, length)| {
            bytes = bytes.saturating_add(length);
            let is_over = now >= since? + GRACE || (bytes > MOST && is_hash(stem(&file)));
            is_over.then_some(file)
        });
        outlived.collect()
    }

    /// Removes a file unless somebody has come to need it.
    fn unless_reserved(&self, file: &str, remove: impl FnOnce()) {
        let mut state = self.state();
        if !state.reserved.contains_key(stem(file)) && state.unnamed.remove(file).is_some() {
            remove();
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Reserved {
    fn drop(&mut self) {
        let mut state = self.leftovers.state();
        for name in &self.names {
            if let Some(count) = state.reserved.get_mut(name) {
                *count -= 1;
                if *count == 0 {
                    state.reserved.remove(name);
                }
            }
            state.unnamed.retain(|file, _| stem(file) != name);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SOON: Duration = Duration::from_secs(1);

    fn file(number: u8, length: u64) -> (String, u64) {
        (hex::encode([number; 32]), length)
    }

    #[test]
    fn what_is_left_over_goes_after_its_time_and_the_oldest_before_when_it_is_too_much() {
        let (leftovers, start) = (Leftovers::default(), Timestamp::from_micros(1));
        let half = MOST / 2;
        assert!(leftovers.outlived(vec![file(1, half)], start).is_empty());
        let two = vec![file(1, half), file(2, half)];
        assert!(leftovers.outlived(two, start + SOON).is_empty());
        let three = vec![file(1, half), file(2, half), file(3, half)];
        assert_eq!(leftovers.outlived(three, start + SOON * 2), [file(1, 0).0]);
        let left = vec![file(2, half), file(3, half)];
        assert_eq!(leftovers.outlived(left, start + SOON + GRACE), [file(2, 0).0]);
    }

    #[test]
    fn what_a_list_is_about_to_name_stays_and_counts_as_new_afterwards() {
        let (leftovers, start) = (Arc::new(Leftovers::default()), Timestamp::from_micros(1));
        let part = (format!("{}.platform-a.part", file(1, 0).0), 7);
        assert!(leftovers.outlived(vec![part.clone()], start).is_empty());
        let outlived = leftovers.outlived(vec![part.clone()], start + GRACE);
        let reserved = leftovers.reserve([[1; 32]]);
        for file in outlived {
            leftovers.unless_reserved(&file, || unreachable!("it is being fetched"));
        }
        assert!(
            leftovers
                .outlived(vec![part.clone()], start + GRACE * 2)
                .is_empty()
        );
        drop(reserved);
        assert!(
            leftovers
                .outlived(vec![part.clone()], start + GRACE * 3)
                .is_empty()
        );
        assert_eq!(
            leftovers.outlived(vec![part.clone()], start + GRACE * 4),
            [part.0]
        );
    }
}
