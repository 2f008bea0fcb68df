use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;
use std::sync::atomic::Ordering;

use lianfang_digest::{ListId, Seed};
use lianfang_domain::{Clock, includes};
use lianfang_encoding::{NodeId, PublicKey, SubjectType, Timestamp};
use lianfang_screener::{ChangeSource, Changes, Current};
use lianfang_store::{HeadRow, ListKey, Store};

use super::held::{Came, Deltas, Unusable};
use super::images::Image;
use super::{HeldList, Images, Index, cover};
use crate::bodies::Bodies;
use crate::durable::durable_step;
use crate::trust::active_member;
use crate::watch::Arrival;
use crate::{FlowError, Node};

/// A list that this node may read, and the keys that may have signed it.
struct Wanted {
    newest: HeadRow,
    keys: Vec<PublicKey>,
}

/// What lists are put together with.
struct Loading<'a> {
    store: &'a Store,
    before: &'a Index,
    deltas: Deltas<'a>,
    clock: &'a dyn Clock,
}

/// The lists that can be used, each in the newest version that can.
#[derive(Default)]
struct Loaded {
    lists: Vec<Arc<HeldList>>,
    too_large: HashSet<[u8; 32]>,
}

/// Heads of a list that this node doesn't have in its index yet.
const ALL: usize = usize::MAX;

impl Node {
    /// Swaps in what the store has in force and matches the roster against what is new in it. What couldn't be swapped in
    /// is made up for by the next call. Nobody would match later what has been swapped in, so that this runs to its end.
    pub(crate) async fn put_in_force(self: &Arc<Self>) -> Result<(), FlowError> {
        self.index_lags();
        let node = Arc::clone(self);
        let work = async move {
            let arrived = node.catch_up().await?;
            node.watch_arrivals(arrived).await;
            Ok(())
        };
        self.gateway.to_the_end(work).await
    }

    /// Whoever is next takes everything that is stored by then: who has waited meanwhile finds nothing left to do.
    async fn catch_up(&self) -> Result<Vec<Arrival>, FlowError> {
        let _loading = self.loading.lock().await;
        if !self.index_behind.swap(false, Ordering::AcqRel) {
            return Ok(Vec::new());
        }
        let arrived = self.load_what_is_new().await;
        arrived.inspect_err(|_| self.index_lags())
    }

    async fn load_what_is_new(&self) -> Result<Vec<Arrival>, FlowError> {
        // What comes into force while they are listed is listed next.
        if self.members_unlisted.swap(false, Ordering::AcqRel) {
            let listed = self.list_members_in_feed().await;
            listed.inspect_err(|_| self.members_unlisted.store(true, Ordering::Release))?;
        }
        self.reload_without(Vec::new()).await
    }

    /// Notes that something has come into force in the store.
    pub(crate) fn index_lags(&self) {
        self.index_behind.store(true, Ordering::Release);
    }

    /// Whether something came into force in the store and nobody has seen to the index since.
    pub(crate) fn index_is_behind(&self) -> bool {
        self.index_behind.load(Ordering::Acquire)
    }

    /// Brings the index to what the store has in force, off the hot path, and swaps it in. Only lists whose newest head
    /// changed are read. Returns what is new.
    pub(crate) async fn reload_index(&self) -> Result<Vec<Arrival>, FlowError> {
        let _loading = self.loading.lock().await;
        self.reload_without(Vec::new()).await
    }

    /// Under the lock of [`Node::loading`].
    async fn reload_without(&self, spoilt: Vec<Image>) -> Result<Vec<Arrival>, FlowError> {
        let (wanted, now) = (self.wanted().await?, self.now());
        let before = self.index.load_full();
        let (bodies, images, clock) = (self.bodies.clone(), self.images.clone(), Arc::clone(&self.clock));
        let most = self.settings.most_changes;
        let seed = Seed::of(&self.trust.federation())
            .map_err(|_| FlowError::Internal("the federation's Bloom seed can't be used"))?;
        let work = move |store: &Store| {
            let counting = wanted.iter().filter(|wanted| now < wanted.newest.expires);
            let loading = Loading {
                store,
                before: &before,
                deltas: Deltas {
                    bodies: &bodies,
                    most,
                },
                clock: clock.as_ref(),
            };
            let Loaded { lists, too_large } = loading.load(counting)?;
            let existing: Vec<_> = before
                .images
                .iter()
                .filter(|image| !spoilt.contains(image))
                .cloned()
                .collect();
            let index = assemble(lists, &before.lists, &existing, &images, &bodies, &seed)?;
            Ok::<_, FlowError>(Index {
                whole_until: whole_until(&wanted, &index.lists),
                too_large,
                is_loaded: true,
                ..index
            })
        };
        let index = Arc::new(self.gateway.raw(work).await??);
        durable_step("index_built");
        let before = self.index.swap(Arc::clone(&index));
        durable_step("index_swapped");
        self.images.keep_only(&index.images);
        Ok(index.arrived_since(&before))
    }

    /// Reads every image once and builds those anew that the disk has spoilt since they were written. A start doesn't
    /// wait for that.
    ///
    /// # Errors
    /// When the index can't be brought up to date again.
    pub async fn check_index(self: &Arc<Self>) -> Result<(), FlowError> {
        let index = self.index.load_full();
        let spoilt = self.gateway.compute(move || index.spoilt_images()).await?;
        if !spoilt.is_empty() {
            tracing::error!(
                images = spoilt.len(),
                "the disk has spoilt the screening index; it is built anew"
            );
            let node = Arc::clone(self);
            let work = async move {
                let loading = node.loading.lock().await;
                let arrived = node.reload_without(spoilt).await?;
                drop(loading);
                node.watch_arrivals(arrived).await;
                Ok(())
            };
            self.gateway.to_the_end(work).await?;
        }
        Ok(())
    }

    /// The newest heads of lists that this node may use, expired ones included.
    async fn wanted(&self) -> Result<Vec<Wanted>, FlowError> {
        let rows = self.gateway.store(|store| store.heads_in_force(None)).await?;
        let document = self.document();
        let is_readable =
            |row: &HeadRow| row.publisher == self.id || includes(&document.document, &row.audience, &self.id);
        let wanted = rows.into_iter().filter(is_readable).filter_map(|newest| {
            let publisher = active_member(&document.document, &newest.publisher)?;
            Some(Wanted {
                keys: publisher.signing_keys.clone(),
                newest,
            })
        });
        Ok(wanted.collect())
    }
}

/// Until when each publisher's lists are all among `lists`, in their newest versions.
fn whole_until(wanted: &[Wanted], lists: &[Arc<HeldList>]) -> BTreeMap<NodeId, Timestamp> {
    let in_force: BTreeMap<_, _> = lists
        .iter()
        .map(|list| (*list.state.head(), list.expires))
        .collect();
    let mut whole = BTreeMap::new();
    for Wanted { newest, .. } in wanted {
        let ends = in_force.get(&newest.head_hash).copied();
        let ends = ends.unwrap_or(Timestamp::from_micros(0));
        let until = whole.entry(newest.publisher.clone()).or_insert(ends);
        *until = ends.min(*until);
    }
    whole
}

impl Loading<'_> {
    /// What can't be used leaves the version before it in force. Nobody tries again what no file can mend.
    fn load<'w>(&self, wanted: impl Iterator<Item = &'w Wanted>) -> Result<Loaded, FlowError> {
        let mut loaded = Loaded::default();
        for Wanted { newest, keys } in wanted {
            let held = list_id(newest).and_then(|id| self.before.list(&id));
            if let Some(held) = held.filter(|held| *held.state.head() == newest.head_hash) {
                loaded.lists.push(Arc::clone(held));
                continue;
            }
            let kept = held.filter(|held| held.is_under(keys));
            let list = match self.before.too_large.contains(&newest.head_hash) {
                true => Err(Unusable::TooLarge),
                false => self.put_together(&newest.list(), keys, held.map(Arc::as_ref)),
            };
            match list {
                Ok(list) => loaded.lists.push(Arc::new(list)),
                Err(Unusable::Unread(error)) => return Err(error),
                Err(Unusable::Damaged(why)) => {
                    tracing::error!(peer = %newest.publisher, why, "a stored digest can't be used");
                    loaded.lists.extend(kept.cloned());
                }
                Err(Unusable::TooLarge) => {
                    tracing::error!(peer = %newest.publisher, "a stored digest comes to too many prefixes");
                    loaded.too_large.insert(newest.head_hash);
                    loaded.lists.extend(kept.cloned());
                }
            }
        }
        Ok(loaded)
    }

    /// From its live heads, or from those after the ones that are held already: a list may rest on hundreds.
    fn put_together(
        &self,
        list: &ListKey,
        keys: &[PublicKey],
        held: Option<&HeldList>,
    ) -> Result<HeldList, Unusable> {
        let heads_after = |sequence| {
            self.store
                .live_heads(list, sequence, ALL)
                .map_err(FlowError::from)
        };
        if let Some(held) = held {
            let rows = heads_after(held.state.sequence())?;
            match held.followed_by(&rows, keys, self.deltas, self.came()) {
                Ok(Some(list)) => return Ok(list),
                Ok(None) | Err(Unusable::Damaged(_)) => {}
                Err(other) => return Err(other),
            }
        }
        HeldList::load(&heads_after(0)?, keys, self.deltas, held, self.came())
    }

    fn came(&self) -> Came {
        let now = self.clock.now();
        match self.before.is_loaded {
            true => Came::Now(now),
            false => Came::BeforeStart(now),
        }
    }
}

fn assemble(
    lists: Vec<Arc<HeldList>>,
    before: &[Arc<HeldList>],
    existing: &[Image],
    images: &Images,
    bodies: &Bodies,
    seed: &Seed,
) -> Result<Index, FlowError> {
    let failed = |_| FlowError::Internal("the screening index can't be built");
    let (lists, images) = cover::bases(lists, before, existing, images, bodies, seed)?;
    let current = lists
        .iter()
        .map(|list| Current {
            list: list.id.clone(),
            base: *list.base(),
        })
        .collect();
    let bases = images.iter().map(|image| Arc::clone(&image.bases)).collect();
    let mut screener = lianfang_screener::Index::new(current, bases).map_err(failed)?;
    let changed: Vec<_> = lists
        .iter()
        .filter(|list| !list.state.deltas().is_empty())
        .map(|list| ChangeSource {
            list: list.id.clone(),
            state: list.content,
            delta: &list.net,
        })
        .collect();
    if !changed.is_empty() {
        screener = screener.with_changes(Arc::new(Changes::build(&changed).map_err(failed)?));
    }
    Ok(Index {
        screener,
        lists,
        images,
        ..Index::default()
    })
}

fn list_id(row: &HeadRow) -> Option<ListId> {
    let number = u8::try_from(row.subject_type).ok()?;
    Some(ListId {
        publisher: row.publisher.clone(),
        audience: row.audience.clone(),
        subject_type: SubjectType::from_number(number)?,
        epoch: row.epoch,
    })
}
